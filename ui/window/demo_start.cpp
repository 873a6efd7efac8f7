#include "ui/window/demo_start.h"

#include <QApplication>
#include <memory>

#include "ui/common/error_box.h"
#include "ui/compare/compare_page.h"
#include "ui/main_window.h"
#include "ui/transfer/transfer_page.h"

namespace luthier::ui {
namespace {

SoundChoice clip_choice(const std::string& number, const QString& title) { return {QString::fromStdString(number).toLongLong(), {}, title, {}}; }

void show(MainWindow& window, const DemoResult& result) {
  const QString file = QString::fromStdString(result.result);
  const SoundChoice content = clip_choice(result.content, MainWindow::tr("content")), style = clip_choice(result.style, MainWindow::tr("style"));
  window.transfer().open_newest(content, style);
  Arrangement arrangement;
  arrangement.sounds = {content, {0, file, MainWindow::tr("result"), {}}, clip_choice(result.truth, MainWindow::tr("truth"))};
  arrangement.truth = 2;
  window.compare().arrange(arrangement);
  // The library has nothing of it to hear. Who has gone elsewhere, or is asked something, stays there.
  if (window.page() == QStringLiteral("library") && !QApplication::activeModalWidget()) window.show_page(QStringLiteral("transfer"));
  window.bench().say(MainWindow::tr("The demo is ready: its transfer is on Transfer, and beside the truth on Compare."));
}

}  // namespace

void start_demo(MainWindow& window, DemoRequest request) {
  Workbench& bench = window.bench();
  if (!bench.has_workspace()) return;
  request.workspace = bench.workspace().folder();
  request.train = false;
  bench.note_command({"demo", "--shipped", "--phrases", QString::number(request.phrases), "--seed", QString::number(request.seed)});
  auto result = std::make_shared<DemoResult>();
  BackgroundTask* task = bench.start_task(MainWindow::tr("Making the demo"), [result, request](std::stop_token stop, const ProgressSink& sink) {
    struct Unheard : RunListener {  // nothing is trained
      void on_event(const RunEvent&) override {}
    } unheard;
    *result = run_demo(request, unheard, sink, stop);
    if (result->outcome == Outcome::failed) throw std::runtime_error(result->message);
  });
  QObject::connect(task, &BackgroundTask::failed, &window, [&window](const QString& message) { show_error(&window, message); });
  QObject::connect(task, &BackgroundTask::done, &window, [&window, result, folder = request.workspace] {
    const bool here = window.bench().has_workspace() && window.bench().workspace().folder() == folder;
    if (here && result->outcome == Outcome::done) show(window, *result);
  });
}

}  // namespace luthier::ui
