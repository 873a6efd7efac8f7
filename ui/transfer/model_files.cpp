#include "ui/transfer/model_files.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>
#include <QWidget>
#include <memory>

#include "core/session/public_weights.h"
#include "core/session/weights_session.h"
#include "ui/common/error_box.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

}  // namespace

bool is_weight_file(const QString& file) {
  const QString ending = QFileInfo(file).suffix().toLower();
  return ending == "safetensors" || ending == "pt" || ending == "pth";
}

void install_model(Workbench& bench, QWidget* parent, std::function<void(const QString& run)> installed) {
  const QString file = QFileDialog::getOpenFileName(parent, QObject::tr("Install a model"), QSettings().value("files/models").toString(),
                                                    QObject::tr("Weights (*.safetensors *.pt *.pth);;All files (*)"));
  if (!file.isEmpty()) install_model_file(bench, parent, file, std::move(installed));
}

void install_model_file(Workbench& bench, QWidget* parent, const QString& file, std::function<void(const QString& run)> installed) {
  if (!bench.has_workspace()) return;
  QSettings().setValue("files/models", QFileInfo(file).absolutePath());
  auto taken = std::make_shared<PublicWeights>();
  BackgroundTask* task = bench.start_task(QObject::tr("Installing a model"), [workspace = bench.workspace(), path = file.toStdString(), taken](std::stop_token, const ProgressSink& sink) {
    sink({0, path, -1});
    if (is_torch_archive(path)) *taken = import_public_weights(workspace, path);
    else taken->run = import_weights(workspace.folder(), path);
  });
  QObject::connect(task, &BackgroundTask::failed, parent, [parent](const QString& message) { show_error(parent, message); });
  QObject::connect(task, &BackgroundTask::done, parent, [&bench, taken, installed = std::move(installed)] {
    if (taken->run.empty()) {
      bench.say(QObject::tr("%1 weights installed; trainings in this workspace use them from now on.").arg(text(taken->kind)));
      return;
    }
    bench.say(QObject::tr("Installed as %1.").arg(text(taken->run)));
    if (installed) installed(text(taken->run));
  });
}

void give_model_away(Workbench& bench, QWidget* parent, const TransferRequest& model) {
  if (!bench.has_workspace()) return;
  const std::string shipped = shipped_models().empty() ? "" : shipped_models().front().string();
  const std::string source = !model.checkpoint.empty() ? model.checkpoint : !model.run.empty() ? model.run : shipped;
  const QString name = model.run.empty() ? QStringLiteral("model") : text(model.run);
  const QString folder = QSettings().value("files/models", QDir::homePath()).toString();
  const QString file = QFileDialog::getSaveFileName(parent, QObject::tr("Give the model away as"), folder + "/" + name + ".safetensors",
                                                    QObject::tr("Weights (*.safetensors)"), nullptr, QFileDialog::DontConfirmOverwrite);
  if (file.isEmpty()) return;
  QSettings().setValue("files/models", QFileInfo(file).absolutePath());
  auto info = std::make_shared<WeightsInfo>();
  BackgroundTask* task = bench.start_task(QObject::tr("Writing a model"), [workspace = bench.workspace().folder(), source, out = file.toStdString(), info](std::stop_token, const ProgressSink& sink) {
    sink({0, out, -1});
    *info = export_weights(workspace, source, out);
  });
  QObject::connect(task, &BackgroundTask::failed, parent, [parent](const QString& message) { show_error(parent, message); });
  QObject::connect(task, &BackgroundTask::done, parent, [&bench, info, file] {
    bench.say(QObject::tr("Written: %1 (%2 MB). Others install it by the same menu, or with luthierctl import-weights.").arg(QDir::toNativeSeparators(file)).arg(static_cast<double>(info->bytes) / 1e6, 0, 'f', 1));
  });
}

}  // namespace luthier::ui
