#include "ui/window/file_taker.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMessageBox>
#include <QTimer>
#include <algorithm>
#include <utility>
#include <nlohmann/json.hpp>

#include "core/session/config_json.h"
#include "core/session/listening_tests.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/compare/compare_page.h"
#include "ui/evaluate/evaluate_form.h"
#include "ui/evaluate/evaluate_page.h"
#include "ui/generate/latent_dialog.h"
#include "ui/library/clip_panel.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/pairs/pairs_page.h"
#include "ui/spectrogram/picture_service.h"
#include "ui/training/training_page.h"
#include "ui/transfer/model_files.h"
#include "ui/transfer/transfer_page.h"
#include "ui/window/file_content.h"
#include "ui/window/recorded_sounds.h"

namespace luthier::ui {
namespace {

PictureKind kind_of(const QString& name) { return name == "linear" || name == "stft" ? PictureKind::linear : name == "cqt" ? PictureKind::cqt : PictureKind::mel; }

}  // namespace

FileTaker::FileTaker(MainWindow& window) : QObject(&window), window_(window) {
  connect(&window_.bench(), &Workbench::workspace_opened, this, [this] {
    // Later: a question that is asked here would stand over the page before, for this is heard before the window is.
    QTimer::singleShot(0, this, [this] { take(std::exchange(waiting_, {})); });
  });
}

void FileTaker::take(const QStringList& paths) {
  if (paths.isEmpty()) return;
  if (paths.size() > 1) return window_.bench().has_workspace() ? window_.import_paths(paths) : ask_for_workspace(paths);
  in_background<FileContent>(
      this, [path = paths.first()] { return look_into(folder_of_catalog(path)); },
      [this, path = paths.first()](const FileContent& content) {
        if (content.kind == FileContent::Kind::workspace) window_.open_workspace(folder_of_catalog(path));
        else if (!content.problem.isEmpty()) show_error(&window_, content.problem);
        else if (!window_.bench().has_workspace()) ask_for_workspace({path});
        else send(path, content);
      },
      {});
}

void FileTaker::ask_for_workspace(const QStringList& paths) {
  const bool agreed = confirm(&window_, tr("No workspace is open. Make one for %1?").arg(paths.size() == 1 ? QFileInfo(paths.first()).fileName() : tr("these files")),
                              tr("A workspace is a folder that holds clips, labels, trained models and results."), tr("Make a workspace…"));
  if (!agreed) return;
  waiting_ = paths;
  if (!window_.choose_workspace(true)) waiting_.clear();
}

void FileTaker::send(const QString& path, const FileContent& content) {
  using Kind = FileContent::Kind;
  switch (content.kind) {
    case Kind::weights:
      return install_model_file(window_.bench(), &window_, path, [this](const QString& run) {
        window_.show_page("transfer");
        window_.transfer().choose_run(run);
      });
    case Kind::pairs:
      window_.show_page("pairs");
      return window_.pairs().import_file(path, {});
    case Kind::evaluation:
      window_.show_page("evaluate");
      return window_.evaluate().open(path);
    case Kind::record: return bring_back(path, content.record);
    default: return window_.import_paths({path});
  }
}

void FileTaker::bring_back(const QString& path, const QJsonObject& record) {
  const QString kind = record.value("kind").toString(), name = QFileInfo(path).fileName();
  if (kind == "transfer") {
    return window_.transfer().restore(path, [this, name](bool found) {
      if (!found) show_error(&window_, tr("The record in '%1' is not complete, so its transfer cannot be brought back.").arg(name));
    });
  }
  if (kind == "comparison" || kind == "baseline") return show_comparison(path, record);
  if (kind == "listening_test") return show_listening(path, record);
  if (kind == "spectrogram_view") return show_view(path, record);
  if (kind == "spectrogram") return show_analysis(record);
  if (kind == "sample") return show_sample(record);
  if (kind == "evaluation") {
    window_.show_page("evaluate");
    return window_.evaluate().open(path);
  }
  if (kind == "map") {
    window_.show_page("explore");
    return window_.bench().say(tr("The map of this workspace; '%1' shows one of %2.").arg(name, record.value("workspace").toString()));
  }
  if (kind == "loss_plot") return window_.training().show_recorded(record);
  show_error(&window_, tr("'%1' carries a record of the kind \"%2\", from which the window has nothing to bring back.").arg(name, kind));
}

void FileTaker::show_comparison(const QString& path, const QJsonObject& record) {
  if (record.value("sounds").toArray().isEmpty()) {  // a page of tables
    window_.show_page("evaluate");
    window_.evaluate().form().choose_run(record.value("evaluation.run").toString());
    return window_.bench().say(tr("Settings of %1").arg(QFileInfo(path).fileName()));
  }
  find_recorded_sounds(window_.bench(), this, path, record, [this, path, record](const RecordedSounds& found) {
    const bool named = std::any_of(found.missing.begin(), found.missing.end(), [](const QString& title) { return !title.isEmpty(); });
    if (found.sounds.empty() && !named)
      return show_error(&window_, tr("The record in '%1' is not complete, so its comparison cannot be brought back.").arg(QFileInfo(path).fileName()));
    Arrangement arrangement;
    arrangement.sounds = found.sounds;
    arrangement.truth = found.truth;
    arrangement.difference = found.difference;
    arrangement.equal_loudness = record.value("difference").toObject().value("equal_loudness").toBool(true);
    window_.show_page("compare");
    window_.compare().arrange(arrangement);
    if (!found.missing.isEmpty())
      show_error(&window_, tr("These sounds of '%1' are neither in the library nor where they were: %2.").arg(QFileInfo(path).fileName(), found.missing.join(", ")));
    else window_.bench().say(tr("Comparison of %1").arg(QFileInfo(path).fileName()));
  });
}

/// The sounds of a listening test stand on the page Compare again, and a box beside them says what came out.
void FileTaker::show_listening(const QString& path, const QJsonObject& record) {
  in_background<ListeningTest>(
      this, [path] { return read_listening_test(path.toStdString()); },
      [this](const ListeningTest& test) {
        QStringList lines;
        for (const std::string& line : test.results) lines << QString::fromStdString(line).toHtmlEscaped();
        auto* box = new QMessageBox(QMessageBox::Information, tr("Listening test"),
                                    tr("%1, %2").arg(QString::fromStdString(test.test).toHtmlEscaped(), QString::fromStdString(test.made)), QMessageBox::Close, &window_);
        box->setObjectName("listening_result");
        box->setInformativeText(lines.join("<br>"));
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->setModal(false);
        box->show();
      },
      [this](const QString& message) { show_error(&window_, message); });
  show_comparison(path, record);
}

void FileTaker::show_view(const QString& path, const QJsonObject& record) {
  find_recorded_sounds(window_.bench(), this, path, record, [this, path, record](const RecordedSounds& found) {
    SpectrogramSettings& settings = window_.bench().spectrograms();
    PictureSettings picture = settings.picture();
    picture.kind = kind_of(record.value("scale").toString());
    picture.n_fft = record.value("n_fft").toInt(picture.n_fft);
    picture.hop = record.value("hop").toInt(picture.hop);
    picture.bands = record.value("bands").toInt(picture.bands);
    settings.set_picture(picture);
    settings.set_range(record.value("range_db").toDouble(settings.range()));
    settings.set_colours(record.value("colours").toString(settings.colours()));
    const auto band = std::make_pair(record.value("band_low").toDouble(0), record.value("band_high").toDouble(1));
    const auto seen = std::make_pair(record.value("begin_s").toDouble(), record.value("end_s").toDouble());
    if (found.sounds.size() == 1 && found.sounds.front().clip != 0) {
      window_.show_page("library");
      window_.library().show_clip(db::ClipId{found.sounds.front().clip}, seen);
    } else if (!found.sounds.empty()) {
      Arrangement arrangement;
      arrangement.sounds = found.sounds;
      arrangement.seen = seen;
      arrangement.band = band;
      if (record.contains("difference_range_db")) arrangement.difference_range = record.value("difference_range_db").toDouble();
      window_.show_page("compare");
      window_.compare().arrange(arrangement);
    }
    if (!found.missing.isEmpty())
      show_error(&window_, tr("The settings of '%1' are taken, but these sounds are neither in the library nor where they were: %2.").arg(QFileInfo(path).fileName(), found.missing.join(", ")));
    else window_.bench().say(tr("View of %1").arg(QFileInfo(path).fileName()));
  });
}

/// A picture of luthierctl: its analysis, and its sound on the page that shows files.
void FileTaker::show_analysis(const QJsonObject& record) {
  SpectrogramSettings& settings = window_.bench().spectrograms();
  PictureSettings picture = settings.picture();
  picture.kind = kind_of(record.value("analysis").toString());
  picture.n_fft = record.value("n_fft").toInt(picture.n_fft);
  picture.hop = record.value("hop").toInt(picture.hop);
  settings.set_picture(picture);
  const QString input = record.value("input").toString();
  if (!QFileInfo(input).isFile()) return show_error(&window_, tr("The analysis is taken, but its sound '%1' is not there any more.").arg(input));
  Arrangement arrangement;
  arrangement.sounds = {{0, input, QFileInfo(input).fileName(), {}}};
  window_.show_page("compare");
  window_.compare().arrange(arrangement);
}

void FileTaker::show_sample(const QJsonObject& record) {
  const QString run = record.value("run").toString();
  const auto folder = window_.bench().workspace().runs() / run.toStdString();
  if (run.isEmpty() || !QFileInfo::exists(QString::fromStdString(folder.string())))
    return show_error(&window_, tr("This sound was made from noise by the run '%1', which is not in this workspace.").arg(run));
  auto* dialog = new LatentDialog(window_.bench(), run, &window_);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  const QByteArray options = QJsonDocument(record.value("options").toObject()).toJson();
  dialog->begin_with(config_from_json(nlohmann::ordered_json::parse(options.toStdString())));
  dialog->open();
}

}  // namespace luthier::ui
