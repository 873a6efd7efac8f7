// timeout: 240
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMenu>
#include <QProcess>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QTableView>
#include <random>
#include <set>

#include "core/session/family_catalog.h"
#include "core/session/run_elsewhere.h"
#include "core/session/run_record.h"
#include "db/run_store.h"
#include "tests/support/ui_harness.h"
#include "ui/common/workbench.h"
#include "ui/form/config_field.h"
#include "ui/form/config_form.h"
#include "ui/training/loss_plot.h"
#include "ui/training/new_run_form.h"
#include "ui/training/preview_panel.h"
#include "ui/training/resume_dialog.h"
#include "ui/training/run_check.h"
#include "ui/training/run_controller.h"
#include "ui/training/run_head.h"
#include "ui/training/run_table_model.h"
#include "ui/training/training_page.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

namespace {

/// The quickest family, for as many steps as asked for.
TrainingRequest quick_run(const Workspace& workspace, std::int64_t steps) {
  TrainingRequest request;
  request.workspace = workspace.folder();
  request.family = "simplegan";
  request.preset = "tiny";
  request.device = "cpu";
  request.overrides = {{"steps", steps}, {"validate_every", std::int64_t{1000000}}, {"preview_every", std::int64_t{1000000}}};
  return request;
}

/// Steps that came from a controller, and how often it told its end.
struct Watcher {
  explicit Watcher(RunController& controller) {
    QObject::connect(&controller, &RunController::arrived, &controller, [this](const std::vector<RunEvent>& events) {
      for (const auto& event : events) {
        if (const auto* done = std::get_if<StepDone>(&event.data)) step = done->step;
        if (std::holds_alternative<RunFinished>(event.data)) ++finished;
      }
    });
    QObject::connect(&controller, &RunController::ended, &controller, [this](Outcome last, const QString& words) {
      ++ended;
      outcome = last;
      message = words;
    });
  }
  std::int64_t step = 0;
  int finished = 0, ended = 0;
  Outcome outcome = Outcome::done;
  QString message;
};

}  // namespace

/// The page that watches and steers runs, with real runs of seconds.
class TestTraining : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase();
  void anyOrderOfButtonsLeavesARunThatGoesOn();
  void anAbortedRunSavesNothing();
  void aStoppedRunGoesOnWithOtherSettings();
  void aRunThatLuthierctlTrainsIsSeenLive();
  void aRunOutlivesTheWindow();
  void aRunTrainsInAProcessOfItsOwn();
  void aProcessThatCannotTrainSaysWhy();
  void runsArePinnedBesideTheChosenOne();
  void previewsKeepTheirPlaceAndAreHeardBesideTheTruth();
  void theCheckSaysWhichBatchFits();
  void withoutALabelNothingStarts();
  void aWorkspaceIsClosedWhileItTrains();

 private:
  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<Workbench> bench_;
  std::unique_ptr<TrainingPage> page_;
};

void TestTraining::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path() + "/w", 4);
  bench_ = std::make_unique<Workbench>();
  page_ = std::make_unique<TrainingPage>(*bench_);
  page_->resize(1188, 700);
  bench_->open(QString::fromStdString(workspace_->folder().string()), false);
  QVERIFY(wait_for([&] { return bench_->has_workspace(); }));
  QVERIFY(testing::show_active(*page_));
}

void TestTraining::cleanupTestCase() {
  page_.reset();
  bench_.reset();
}

void TestTraining::anyOrderOfButtonsLeavesARunThatGoesOn() {
  RunController controller;
  Watcher seen(controller);
  std::mt19937 dice(11);
  const auto throw_dice = [&](int sides) { return static_cast<int>(dice() % static_cast<unsigned>(sides)); };
  QString run;
  int starts = 0;
  for (int turn = 0; turn < 60; ++turn) {
    const int chosen = throw_dice(6);
    QElapsedTimer clock;
    clock.start();
    if (chosen == 0 || !controller.running()) {
      TrainingRequest request = quick_run(*workspace_, 1000000);
      if (!run.isEmpty() && throw_dice(4) > 0 && !read_run(request.workspace, run.toStdString()).latest_checkpoint.empty()) request.resume = run.toStdString();
      const bool was_running = controller.running();
      controller.start(request);  // does nothing while one runs
      starts += !was_running;
      QVERIFY(controller.running());
    } else if (chosen == 1) {
      controller.set_paused(true);
      QVERIFY(controller.paused() || controller.stopping());
    } else if (chosen == 2) {
      controller.set_paused(false);
      QVERIFY(!controller.paused());
    } else if (chosen == 3) {
      controller.stop();
    } else if (chosen == 4) {
      controller.discard();
    } else if (controller.paused() && !controller.stopping()) {
      QTest::qWait(150);  // the step under way may still end
      const auto step = seen.step;
      QTest::qWait(200);
      QVERIFY2(seen.step <= step + 1, "a paused run goes on");
    }
    QVERIFY2(clock.elapsed() < 1000, "a button took longer than a second");
    QTest::qWait(throw_dice(120));
    if (controller.stopping() && throw_dice(2)) QVERIFY2(wait_for([&] { return !controller.running(); }, 20000), "it hangs while stopping");
    if (!controller.run().isEmpty()) run = controller.run();
  }
  controller.stop();
  QVERIFY(wait_for([&] { return !controller.running(); }, 20000));
  QCOMPARE(seen.ended, starts);  // every start ends once
  QCOMPARE(seen.finished, starts);
  QVERIFY2(seen.outcome != Outcome::failed, qPrintable(seen.message));
  // And it is still a run that trains.
  TrainingRequest last = quick_run(*workspace_, 1000000);
  const auto summary = read_run(last.workspace, run.toStdString());
  if (!summary.latest_checkpoint.empty()) last.resume = run.toStdString();
  seen.step = 0;
  controller.start(last);
  QVERIFY(wait_for([&] { return seen.step > 0; }, 30000));
  controller.stop();
  QVERIFY(wait_for([&] { return !controller.running(); }, 20000));
  QCOMPARE(seen.outcome, Outcome::cancelled);
}

void TestTraining::anAbortedRunSavesNothing() {
  page_->controller().start(quick_run(*workspace_, 1000000));
  QVERIFY(wait_for([&] { return !page_->controller().run().isEmpty() && page_->shown() == page_->controller().run() && page_->record().step >= 3; }, 30000));
  auto* abort = page_->findChild<QPushButton*>("drop_training");
  QVERIFY(abort && abort->isVisible() && abort->isEnabled());
  QTest::mouseClick(abort, Qt::LeftButton);
  QVERIFY(wait_for([&] { return !page_->controller().running(); }, 10000));
  const auto run = read_run(workspace_->folder(), page_->shown().toStdString());
  QVERIFY2(QString::fromStdString(run.message).contains("nothing was saved"), run.message.c_str());
  QVERIFY(run.latest_checkpoint.empty());
  QVERIFY(!page_->findChild<QPushButton*>("resume_run")->isVisible());  // there is nothing to go on from
}

void TestTraining::aStoppedRunGoesOnWithOtherSettings() {
  page_->controller().start(quick_run(*workspace_, 40));
  QVERIFY(wait_for([&] { return !page_->controller().running(); }, 60000));
  QCOMPARE(page_->shown(), page_->controller().run());
  const QString run = page_->shown();
  QVERIFY(wait_for([&] { return page_->runs().row_of(run) >= 0 && page_->findChild<QPushButton*>("change_run")->isVisible(); }));
  QTest::mouseClick(page_->findChild<QPushButton*>("change_run"), Qt::LeftButton);
  ResumeDialog* dialog = nullptr;
  QVERIFY(wait_for([&] { return (dialog = page_->findChild<ResumeDialog*>()) != nullptr && dialog->isVisible(); }));
  for (const ConfigField* field : dialog->form().fields()) QVERIFY2(changeable_on_resume(field->setting()), field->setting().name.c_str());
  auto* go_on = dialog->findChild<QDialogButtonBox*>()->buttons().value(0);
  for (auto* button : dialog->findChild<QDialogButtonBox*>()->buttons()) {
    if (button->text().contains("Go on")) go_on = button;
  }
  QVERIFY(!go_on->isEnabled());  // all steps are made
  const auto entry = [dialog](const char* name) { return qobject_cast<QLineEdit*>(dialog->form().field(name)->control()); };
  auto* more = dialog->findChild<QSpinBox*>("more_steps");
  entry("steps")->setText("90");
  QCOMPARE(more->value(), 50);
  QVERIFY(go_on->isEnabled());
  entry("steps")->setText("0");
  dialog->form().set_values({{"learning_rate", 2e-4}});
  dialog->findChild<QCheckBox*>()->setChecked(true);
  // The form is made anew, and what was typed stands in it: what was right, and what is to be put right.
  QCOMPARE(dialog->form().field("learning_rate")->value(), Value(2e-4));
  QVERIFY(!dialog->form().field("steps")->valid() && !go_on->isEnabled());
  QCOMPARE(entry("steps")->text(), QStringLiteral("0"));
  ConfigField* width = dialog->form().field("hidden");
  QVERIFY(width && !width->isEnabled());
  more->setValue(10);
  dialog->form().set_values({{"learning_rate", 1e-4}});
  QVERIFY(go_on->isEnabled());
  const TrainingRequest request = dialog->request();
  QCOMPARE(request.overrides, (Config{{"steps", std::int64_t{50}}, {"learning_rate", 1e-4}}));
  const QString command = train_command(request);
  QVERIFY2(command.contains("train --resume " + run) && command.contains("--steps 50") && command.contains("--learning_rate 1e-04"), qPrintable(command));
  QTest::mouseClick(go_on, Qt::LeftButton);
  QVERIFY(wait_for([&] { return page_->controller().running(); }));
  QVERIFY(wait_for([&] { return !page_->controller().running(); }, 60000));
  QVERIFY(wait_for([&] { return page_->record().step == 50; }));
  const auto record = load_run_record(workspace_->runs() / run.toStdString());
  QCOMPARE(record.sittings.size(), std::size_t{2});
  QCOMPARE(record.sittings.back().changed.size(), std::size_t{2});
}

void TestTraining::aRunThatLuthierctlTrainsIsSeenLive() {
  std::set<std::string> before;  // the list may still call one of them running
  for (const auto& known : list_runs(workspace_->folder())) before.insert(known.id);
  QProcess program;
  program.start(LUTHIERCTL, {"--workspace", QString::fromStdString(workspace_->folder().string()), "--json", "train", "simplegan", "--preset", "tiny", "--device", "cpu",
                             "--steps", "1000000", "--validate_every", "1000000", "--preview_every", "1000000"});
  QVERIFY(program.waitForStarted());
  page_->runs().refresh();
  QString run;
  QVERIFY(wait_for([&] {
    const auto& runs = page_->runs().runs();
    if (!runs.empty() && runs.front().status == "running" && !before.contains(runs.front().id)) run = QString::fromStdString(runs.front().id);
    return !run.isEmpty();
  }, 30000));
  page_->show_run(run);
  QVERIFY(wait_for([&] { return page_->record().step > 0; }, 15000));
  const auto step = page_->record().step;
  QElapsedTimer clock;
  clock.start();
  QVERIFY(wait_for([&] { return page_->record().step > step; }, 15000));
  QVERIFY2(clock.elapsed() < 10000, qPrintable(QString::number(clock.elapsed())));
  QVERIFY(page_->plot().point_count() > 0);
  // It is not this window's, and can be steered all the same.
  auto* pause = page_->findChild<QPushButton*>("pause_training");
  QVERIFY(wait_for([&] { return pause->isVisible() && pause->text() == "Pause"; }));
  pause->click();
  QVERIFY(wait_for([&] { return page_->record().paused && pause->text() == "Go on"; }, 15000));
  QCOMPARE(read_run(workspace_->folder(), run.toStdString()).status, std::string("paused"));
  QCOMPARE(bench_->last_command(), (QStringList{"pause", run}));
  pause->click();
  QVERIFY(wait_for([&] { return !page_->record().paused && pause->text() == "Pause"; }, 15000));
  QCOMPARE(bench_->last_command(), (QStringList{"unpause", run}));
  QVERIFY(page_->findChild<QPushButton*>("drop_training")->isVisible());
  auto* stop = page_->findChild<QPushButton*>("stop_training");
  QVERIFY(wait_for([&] { return stop->isVisible() && stop->isEnabled(); }));
  stop->click();
  QVERIFY(program.waitForFinished(20000));
  QVERIFY(wait_for([&] { return page_->record().finished; }, 10000));
  QVERIFY(wait_for([&] { return page_->findChild<QPushButton*>("resume_run")->isVisible(); }, 10000));
}

void TestTraining::aRunOutlivesTheWindow() {
  QString run;
  {
    RunController controller;
    Watcher seen(controller);
    controller.start(quick_run(*workspace_, 1000000));
    QVERIFY(wait_for([&] { return seen.step >= 3; }));
    run = controller.run();
    controller.hand_over();
  }
  const auto state = [&] { return read_run(workspace_->folder(), run.toStdString()); };
  QVERIFY(wait_for([&] { return state().status == "running"; }, 60000));
  QVERIFY(wait_for([&] {
    const auto row = workspace_->open_catalog()->runs().find(run.toStdString());
    return row && row->process != QCoreApplication::applicationPid();
  }, 60000));
  const auto step = state().step;
  QVERIFY(wait_for([&] { return state().step > step; }, 60000));
  QVERIFY(wait_for([&] {
    try {
      order_run(*workspace_, run.toStdString(), RunOrder::stop);
      return true;
    } catch (const ConfigError&) {
      return false;
    }
  }));
  QVERIFY(wait_for([&] { return state().status == "cancelled"; }, 60000));
  QVERIFY(wait_for([&] { return !RunLock::is_held(workspace_->runs() / run.toStdString()); }));
  QVERIFY_EXCEPTION_THROWN(order_run(*workspace_, run.toStdString(), RunOrder::stop), ConfigError);
  QFile log(QString::fromStdString((workspace_->runs() / run.toStdString() / "luthierctl.log").string()));
  QVERIFY(log.open(QIODevice::ReadOnly));
  QVERIFY(log.readAll().contains(run.toUtf8()));
}

void TestTraining::aRunTrainsInAProcessOfItsOwn() {
  auto* own = page_->form().findChild<QCheckBox*>("own_process");
  QVERIFY(own && !own->isChecked());
  own->setChecked(true);
  page_->form().choose("simplegan", "tiny");
  page_->form().form().set_values({{"steps", std::int64_t{1000000}}});
  page_->start();
  QVERIFY(!page_->controller().running() && !page_->form().findChild<QPushButton*>("start_training")->isEnabled());
  QCOMPARE(bench_->last_command().mid(0, 4), (QStringList{"train", "simplegan", "--preset", "tiny"}));
  QVERIFY2(wait_for([&] { return !page_->shown().isEmpty() && page_->record().step > 1; }, 60000), qPrintable(last_error()));
  QVERIFY(!page_->controller().running() && page_->form().findChild<QPushButton*>("start_training")->isEnabled());
  const QString run = page_->shown();
  const auto folder = workspace_->runs() / run.toStdString();
  QVERIFY(RunLock::is_held(folder) && QFileInfo(QString::fromStdString((folder / "luthierctl.log").string())).size() > 0);
  QVERIFY(QDir(QString::fromStdString(workspace_->folder().string())).entryList({"*.log"}).isEmpty());
  auto* abort = page_->findChild<QPushButton*>("drop_training");
  QVERIFY(wait_for([&] { return abort->isVisible() && abort->isEnabled(); }));
  abort->click();
  QVERIFY(wait_for([&] { return page_->record().finished; }, 20000));
  QVERIFY2(page_->record().message.contains("Dropped"), qPrintable(page_->record().message));
  QCOMPARE(bench_->last_command(), (QStringList{"stop", run, "--discard"}));
  own->setChecked(false);
}

void TestTraining::aProcessThatCannotTrainSaysWhy() {
  RunLaunch launch;
  QString message;
  connect(&launch, &RunLaunch::failed, this, [&](const QString& words) { message = words; });
  TrainingRequest request = quick_run(*workspace_, 10);
  request.pair_set = "nothing";
  launch.start(request);
  QVERIFY(launch.pending());
  QVERIFY(wait_for([&] { return !message.isEmpty(); }, 30000));
  QVERIFY2(message.contains("no pair set 'nothing'"), qPrintable(message));
  QVERIFY(!launch.pending());
  // One that is stopped before its first step says nothing.
  int times = 0;
  bool began = false;
  connect(&launch, &RunLaunch::failed, this, [&](const QString& words) { message = words, ++times; });
  connect(&launch, &RunLaunch::started, this, [&] { began = true; });
  launch.start(quick_run(*workspace_, 1000000));
  launch.stop();
  QVERIFY(wait_for([&] { return times == 1 || began; }, 30000));
  if (!began) QCOMPARE(message, QString());  // on a slow machine it may just have got so far
  QVERIFY(!launch.pending());
  QVERIFY(QDir(QString::fromStdString(workspace_->folder().string())).entryList({"*.log"}).isEmpty());
}

void TestTraining::runsArePinnedBesideTheChosenOne() {
  QVERIFY(page_->runs().rowCount() >= 2);
  const int graphs = page_->plot().curve_count();
  const int row = page_->runs().row_of(page_->shown()) == 0 ? 1 : 0;
  QVERIFY(page_->runs().setData(page_->runs().index(row, RunTableModel::name), Qt::Checked, Qt::CheckStateRole));
  QVERIFY(wait_for([&] { return page_->plot().pin_count() == 1; }));
  QCOMPARE(page_->plot().curve_count(), graphs);
  QVERIFY(page_->runs().setData(page_->runs().index(row, RunTableModel::name), Qt::Unchecked, Qt::CheckStateRole));
  QVERIFY(wait_for([&] { return page_->plot().pin_count() == 0; }));
  // Another workspace has other runs.
  QVERIFY(page_->runs().setData(page_->runs().index(row, RunTableModel::name), Qt::Checked, Qt::CheckStateRole));
  QVERIFY(wait_for([&] { return page_->plot().pin_count() == 1; }));
  bench_->close();
  QVERIFY(wait_for([&] { return !bench_->has_workspace(); }));
  QCOMPARE(page_->plot().pin_count(), 0);
  bench_->open(QString::fromStdString(workspace_->folder().string()), false);
  QVERIFY(wait_for([&] { return bench_->has_workspace() && page_->runs().rowCount() >= 2 && !page_->shown().isEmpty(); }));
  QTest::qWait(100);
  QCOMPARE(page_->plot().pin_count(), 0);
}

void TestTraining::previewsKeepTheirPlaceAndAreHeardBesideTheTruth() {
  const auto sound = [&](const QString& name, double hz) {
    const QString file = folder_.path() + "/" + name + ".wav";
    testing::write_tone(file, hz, 1.0);
    return file.toStdString();
  };
  luthier::ui::RunRecord record;
  record.id = "run";
  const auto add = [&](std::int64_t step, const std::string& title, const std::string& file) { record.apply({"run", PreviewReady{step, title, "", file}}); };
  add(100, "flute: reconstruction", sound("own", 200));
  add(100, "1 harp to violin: truth", sound("truth", 330));
  add(100, "1 harp to violin: content", sound("content", 440));
  for (const std::int64_t step : {100, 200, 300}) add(step, "1 harp to violin: result", sound("result" + QString::number(step), 220 + static_cast<double>(step)));
  PreviewPanel panel(*bench_);
  panel.resize(320, 420);
  QVERIFY(testing::show_active(panel));
  panel.show_run(record, folder_.path().toStdString());
  QCOMPARE(panel.list().titles(), (QStringList{"1 harp to violin: result", "flute: reconstruction"}));  // auditions first
  QCOMPARE(panel.list().references("1 harp to violin: result"), (QStringList{"truth", "content"}));
  QCOMPARE(panel.step(), std::int64_t{300});  // follows the newest
  panel.setFocus();
  QTest::keyClick(&panel, Qt::Key_Down);
  QCOMPARE(panel.step(), std::int64_t{200});
  add(400, "1 harp to violin: result", sound("result400", 620));
  panel.show_run(record, folder_.path().toStdString());
  QCOMPARE(panel.step(), std::int64_t{200});  // keeps its place
  QTest::keyClick(&panel, Qt::Key_Up);
  QTest::keyClick(&panel, Qt::Key_Up);
  QCOMPARE(panel.step(), std::int64_t{400});
  add(500, "1 harp to violin: result", sound("result500", 720));
  panel.show_run(record, folder_.path().toStdString());
  QCOMPARE(panel.step(), std::int64_t{500});
  panel.hear("result");
  SoundPlayer& player = bench_->player();
  QVERIFY(wait_for([&] { return player.playing() && player.current() && player.current()->path.endsWith("result500.wav"); }));
  panel.hear("truth");
  QVERIFY(wait_for([&] { return player.current() && player.current()->path.endsWith("truth.wav"); }));
  player.stop();
}

void TestTraining::theCheckSaysWhichBatchFits() {
  DryRun run;
  run.batch_name = "batch", run.batch = 64, run.fitting_batch = 16;
  run.clips = 10, run.parameters = 2000, run.total_steps = 500, run.seconds_total = 100;
  run.phases = {{"autoencoder", 100, 0.1}, {"diffusion", 400, 0.2}};
  QVERIFY(check_summary(run).contains("batch = 64") && check_summary(run).contains("16 fits"));
  QVERIFY(check_details(run, false).contains("diffusion: 400 steps of 0.2 s"));
  run.fitting_batch = 64;
  QVERIFY(check_summary(run).contains("1 min 40 s"));
  QVERIFY(check_details(run, true).contains("Bit for bit"));
  run.inexact = {"batch: 32 -> 64"};
  QVERIFY(check_details(run, true).contains("Not bit for bit"));
}

void TestTraining::withoutALabelNothingStarts() {
  auto* start = page_->form().findChild<QPushButton*>("start_training");
  auto* labels = page_->form().findChild<QPushButton*>("label_choice");
  QVERIFY(wait_for([&] { return labels->menu()->actions().size() >= 2; }));
  QVERIFY(start->isEnabled());
  for (QAction* action : labels->menu()->actions()) action->setChecked(false);
  QVERIFY(!start->isEnabled() && start->toolTip().contains("label"));
  QVERIFY_EXCEPTION_THROWN(page_->form().request(), ConfigError);
  labels->menu()->actions().first()->setChecked(true);
  QVERIFY(start->isEnabled());
  QCOMPARE(page_->form().request().labels.size(), std::size_t{1});
  for (QAction* action : labels->menu()->actions()) action->setChecked(true);
  QVERIFY(page_->form().request().labels.empty());  // all: also labels that are still to come
}

void TestTraining::aWorkspaceIsClosedWhileItTrains() {
  page_->form().choose("simplegan", "tiny");
  page_->form().form().set_values({{"steps", std::int64_t{1000000}}});
  page_->start();
  QVERIFY(wait_for([&] { return page_->controller().running() && page_->record().step >= 2; }, 60000));
  const std::string run = page_->controller().run().toStdString();
  bench_->close();
  QVERIFY(wait_for([&] { return !page_->controller().running() && !bench_->has_workspace(); }, 60000));
  QTest::qWait(100);
  QVERIFY(page_->shown().isEmpty());
  QCOMPARE(read_run(workspace_->folder(), run).status, std::string("cancelled"));  // saved, and can be gone on with
  QVERIFY(!read_run(workspace_->folder(), run).latest_checkpoint.empty());
}

int main(int argc, char** argv) { return testing::run<TestTraining>(argc, argv); }
#include "tst_training.moc"
