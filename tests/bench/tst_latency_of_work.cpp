// labels: bench
// timeout: 1200
// The goals of speed that concern sound, training and transfers, measured in a real window, printed as a table.
#include <QLineEdit>
#include <QPushButton>
#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "core/session/training_session.h"
#include "tests/support/latency_table.h"
#include "tests/support/ui_harness.h"
#include "ui/common/workbench.h"
#include "ui/form/config_field.h"
#include "ui/form/config_form.h"
#include "ui/library/clip_panel.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/training/loss_plot.h"
#include "ui/training/qcustomplot_header.h"
#include "ui/training/run_controller.h"
#include "ui/training/run_watcher.h"
#include "ui/training/run_record.h"
#include "ui/transfer/model_choice.h"
#include "ui/transfer/sound_slot.h"
#include "ui/transfer/step_bar.h"
#include "ui/transfer/transfer_form.h"
#include "ui/transfer/transfer_job.h"
#include "ui/transfer/transfer_page.h"
#include "ui/transfer/transfer_stage.h"

using namespace luthier;
using namespace luthier::ui;
using testing::median, testing::milliseconds_of, testing::time_of, testing::until, testing::worst;

namespace fs = std::filesystem;

class LatencyOfWork : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase();
  void goal4KeyToSound();
  void goal7TrainingAnswers();
  void goal8LossesAreSeen();
  void goal8ManyRuns();
  void goal9TransfersAnswer();

 private:
  void report(const QString& goal, const QString& what, double bound, double measured, const QString& note = {}) { table_.report(goal, what, bound, measured, note); }
  TrainingRequest run(std::int64_t steps) const;
  TransferRequest transfer(std::int64_t steps) const;

  QTemporaryDir folder_;
  std::string capture_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
  testing::LatencyTable table_;
};

void LatencyOfWork::initTestCase() {
  capture_ = folder_.filePath("capture.raw").toStdString();
  std::ofstream(folder_.filePath("asound.conf").toStdString())
      << "</usr/share/alsa/alsa.conf>\npcm_type.pace { lib \"" BUILD_DIR "/tests/libasound_module_pcm_pace.so\" }\n"
      << "pcm.!default { type pace file \"" << capture_ << "\" rate 48000 }\n";
  qputenv("ALSA_CONFIG_PATH", folder_.filePath("asound.conf").toUtf8());
  workspace_ = testing::make_workspace(folder_.path() + "/workspace", 8, 4.0);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(testing::wait_for([&] { return window_->library().model().rowCount() == 24 && window_->library().model().view_at(0); }));
}

void LatencyOfWork::cleanupTestCase() {
  window_.reset();
  table_.print();
}

/// From the key to the first sample that leaves the program; the card's own buffer comes on top.
void LatencyOfWork::goal4KeyToSound() {
  LibraryPage& library = window_->library();
  auto& player = window_->bench().player();
  library.focus_table();
  std::vector<double> times;
  const auto loud_bytes = [&] {
    std::ifstream file(capture_, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return bytes.find_first_not_of('\0') != std::string::npos;
  };
  for (int row = 0; row < 10; ++row) {
    library.table().selectRow(row);
    const qint64 clip = library.model().id_at(row);
    until([&] { return library.panel().clip() == clip && player.current() && player.current()->clip == clip; });
    player.stop();
    QTest::qWait(400);  // what was played before has left the buffer
    std::ofstream(capture_, std::ios::binary | std::ios::trunc);
    QElapsedTimer timer;
    timer.start();
    QTest::keyClick(&library.table(), Qt::Key_Space);
    until([&] { return loud_bytes(); }, 3000);
    times.push_back(milliseconds_of(timer));
  }
  player.stop();
  if (player.description().contains("No sound")) QSKIP("no sound output to measure at");
  report("4", "Space to the first sample that is played, median of 10", 50, median(times), QStringLiteral("worst %1 ms").arg(worst(times), 0, 'f', 0));
}

TrainingRequest LatencyOfWork::run(std::int64_t steps) const {
  TrainingRequest request;
  request.workspace = workspace_->folder();
  request.family = "latent_diffusion";
  request.preset = "tiny";
  request.device = "cpu";
  request.overrides = {{"steps", steps}, {"ae_steps", std::int64_t{2}}, {"validate_every", std::int64_t{1000000}}, {"preview_every", std::int64_t{1000000}}};
  return request;
}

void LatencyOfWork::goal7TrainingAnswers() {
  std::vector<double> pauses, stops;
  for (int i = 0; i < 5; ++i) {
    RunController controller;
    std::int64_t step = 0;
    connect(&controller, &RunController::arrived, &controller, [&](const std::vector<RunEvent>& events) {
      for (const auto& event : events)
        if (const auto* done = std::get_if<StepDone>(&event.data)) step = done->step;
    });
    controller.start(run(1000000));
    until([&] { return step >= 4 + i; }, 60000);
    // Paused when no step has come for the time of some.
    QElapsedTimer timer;
    timer.start();
    controller.set_paused(true);
    double last = milliseconds_of(timer);
    for (std::int64_t seen = step; milliseconds_of(timer) < last + 1000;) {
      QCoreApplication::processEvents(QEventLoop::AllEvents, 2);
      if (step != seen) seen = step, last = milliseconds_of(timer);
    }
    pauses.push_back(last);
    controller.set_paused(false);
    QTest::qWait(50 + 37 * i);
    timer.restart();
    controller.stop();
    until([&] { return !controller.running(); }, 60000);
    stops.push_back(milliseconds_of(timer));
    QVERIFY(!read_run(workspace_->folder(), controller.run().toStdString()).latest_checkpoint.empty());
  }
  report("7", "pause asked for to the last step seen, worst of 5", 1000, worst(pauses));
  report("7", "stop asked for to the model saved and the thread ended, worst of 5", 1000, worst(stops), QStringLiteral("median %1 ms").arg(median(stops), 0, 'f', 0));
}

/// Trains on another thread, as luthierctl would in another program, and notes when each step was done.
class StampedRun : public RunListener {
 public:
  explicit StampedRun(const TrainingRequest& request) : thread_([this, request] { train(request, *this, {}, nullptr), over = true; }) {}
  void on_event(const RunEvent& event) override {
    const std::lock_guard lock(mutex_);
    if (id_.empty()) id_ = event.run;
    if (const auto* done = std::get_if<StepDone>(&event.data)) times_[done->step] = std::chrono::steady_clock::now();
  }
  std::string id() {
    const std::lock_guard lock(mutex_);
    return id_;
  }
  std::optional<double> age_of(std::int64_t step) {
    const std::lock_guard lock(mutex_);
    const auto found = times_.find(step);
    if (found == times_.end()) return std::nullopt;
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - found->second).count();
  }
  std::atomic<bool> over = false;

 private:
  std::mutex mutex_;
  std::string id_;
  std::map<std::int64_t, std::chrono::steady_clock::time_point> times_;
  std::jthread thread_;
};

void LatencyOfWork::goal8LossesAreSeen() {
  LossPlot plot;
  plot.resize(700, 400);
  QVERIFY(testing::show_active(plot));
  luthier::ui::RunRecord record;
  std::vector<double> lags;
  StampedRun elsewhere(run(60));
  until([&] { return !elsewhere.id().empty(); });
  RunWatcher watcher;
  connect(&watcher, &RunWatcher::arrived, &watcher, [&](const QString& id, const std::vector<RunEvent>& events) {
    record.id = id;
    for (const auto& event : events) record.apply(event);
    plot.show_run(record);
    plot.plot()->replot(QCustomPlot::rpImmediateRefresh);
    for (const auto& event : events)
      if (const auto* done = std::get_if<StepDone>(&event.data))
        if (const auto age = elsewhere.age_of(done->step)) lags.push_back(*age);
  });
  watcher.watch(workspace_->runs() / elsewhere.id(), true);
  until([&] { return elsewhere.over.load(); }, 120000);
  QTest::qWait(700);
  watcher.stop();
  QVERIFY(lags.size() > 20);
  report("8", "a step of a run elsewhere to its loss drawn, worst", 1000, worst(lags), QStringLiteral("median %1 ms").arg(median(lags), 0, 'f', 0));

  luthier::ui::RunRecord large;
  large.id = "large";
  RunStarted started;
  started.phases = {{"diffusion", 1'000'000}};
  started.total_steps = 1'000'000;
  large.apply({"large", started});
  for (std::int64_t step = 1; step <= 1'000'000; ++step) {
    StepDone done;
    done.step = step, done.total_steps = 1'000'000;
    done.losses = {{"loss", 1.0 / std::sqrt(static_cast<double>(step)) + 0.05 * std::sin(0.37 * static_cast<double>(step))}};
    large.apply({"large", done});
  }
  plot.show_run(large);
  QTest::qWait(300);
  std::vector<double> times;
  for (int i = 0; i < 20; ++i) {
    plot.plot()->xAxis->scaleRange(i % 2 ? 1.25 : 0.8, 5e5);
    times.push_back(time_of([&] { plot.plot()->replot(QCustomPlot::rpImmediateRefresh); }));
  }
  report("8", "replot of 1,000,000 points, raw and smoothed, median of 20", 16, median(times), QStringLiteral("worst %1 ms").arg(worst(times), 0, 'f', 0));
}

void LatencyOfWork::goal8ManyRuns() {
  const auto known = list_runs(workspace_->folder());
  QVERIFY(!known.empty());
  for (int i = 0; i < 1000; ++i) {
    const fs::path copy = workspace_->runs() / ("20200101T000000Z-latent_diffusion-" + std::to_string(i));
    fs::create_directories(copy);
    for (const char* name : {"run.json", "status.json"}) fs::copy_file(known.front().folder / name, copy / name);
  }
  std::size_t found = 0;
  const double ms = time_of([&] { found = list_runs(workspace_->folder()).size(); });
  QVERIFY(found >= 1000);
  report("8", "1,000 runs listed", 1000, ms);
  for (int i = 0; i < 1000; ++i) fs::remove_all(workspace_->runs() / ("20200101T000000Z-latent_diffusion-" + std::to_string(i)));
}

TransferRequest LatencyOfWork::transfer(std::int64_t steps) const {
  TransferRequest request;
  request.workspace = workspace_->folder();
  request.content = "1", request.style = "20";
  request.options = {{"steps", steps}};
  return request;
}

void LatencyOfWork::goal9TransfersAnswer() {
  std::vector<double> first, cancels;
  for (int i = 0; i < 5; ++i) {
    TransferJob job(transfer(4000), nullptr, nullptr);
    QElapsedTimer timer;
    timer.start();
    job.start();
    until([&] { return job.fraction() > 0.04; }, 60000);
    first.push_back(milliseconds_of(timer));
    QTest::qWait(100 + 90 * i);
    timer.restart();
    job.cancel();
    until([&] { return job.ended(); }, 60000);
    cancels.push_back(milliseconds_of(timer));
  }
  report("9", "transfer started to its progress seen, worst of 5", 1000, worst(first));
  report("9", "cancel to ended, worst of 5", 1000, worst(cancels));
  TransferPage& page = window_->transfer();
  window_->show_page("transfer");
  page.content().set_choice({1, {}, "1", {}});
  page.style_slot().set_choice({20, {}, "20", {}});
  until([&] { return page.form().ready() && page.content().sound() && page.style_slot().sound(); });
  qobject_cast<QLineEdit*>(page.form().model().form().field("steps")->control())->setText("20");
  until([&] { return page.findChild<QPushButton*>("start_transfer")->isEnabled(); });
  page.findChild<QPushButton*>("start_transfer")->click();
  until([&] { return page.result() != nullptr; }, 120000);
  QVERIFY(page.result() && page.stage().job());
  auto& view = page.stage().view();
  until([&] { return view.complete(); });
  std::vector<double> scrubs, sounds;
  const auto pictures = static_cast<int>(page.stage().job()->pictures().size());
  QVERIFY(pictures >= 10);
  for (int i = 0; i < 40; ++i)
    scrubs.push_back(time_of([&] {
      page.stage().step_bar().choose((i * 7) % pictures);
      view.canvas()->grab();
    }));
  report("9", "the slider over the steps to the picture drawn (read back from OpenGL), median of 40", 16, median(scrubs), QStringLiteral("worst %1 ms").arg(worst(scrubs), 0, 'f', 0));
  const auto steps = page.stage().job()->steps();
  for (const int step : {1, 5, 10, 15, 19}) sounds.push_back(time_of([&] { steps->sound(step, {}); }));
  report("9", "a step of a 4 s transfer turned into sound, worst of 5", 500, worst(sounds));
}

int main(int argc, char** argv) { return testing::run<LatencyOfWork>(argc, argv); }
#include "tst_latency_of_work.moc"
