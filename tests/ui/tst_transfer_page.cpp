// timeout: 240
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QElapsedTimer>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QSlider>
#include <QTimer>
#include <QToolButton>
#include <QTreeWidget>

#include "core/session/transfer_record.h"
#include "core/session/weights_session.h"
#include "db/transfer_store.h"
#include "tests/support/core_tiny_run.h"
#include "tests/support/ui_harness.h"
#include "ui/form/config_field.h"
#include "ui/form/config_form.h"
#include "ui/main_window.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/transfer/branch_dialog.h"
#include "ui/transfer/live_panel.h"
#include "ui/transfer/model_choice.h"
#include "ui/transfer/model_files.h"
#include "ui/transfer/preset_bar.h"
#include "ui/transfer/record_dialog.h"
#include "ui/transfer/sound_slot.h"
#include "ui/transfer/step_bar.h"
#include "ui/transfer/transfer_form.h"
#include "ui/transfer/transfer_page.h"
#include "ui/transfer/transfer_stage.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// The studio of transfers: what can be set, heard, kept, branched, queued, restored and streamed, in a real window.
class TestTransferPage : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase() { window_.reset(); }
  void theCommandDoesWhatTheFormSays();
  void settingsAreSavedAndRecalled();
  void everyStepIsSeenHeardAndKept();
  void aBranchGoesOnFromAStep();
  void jobsRunOneAfterTheOtherAndAreCancelledOneByOne();
  void aDroppedResultBringsItsSettingsBack();
  void anEarlierResultIsShownWithoutTouchingTheForm();
  void modelsComeFromFilesAndGoIntoFiles();
  void theContentStreamsThroughLive();
  void withoutAnInputTheRecorderSaysSo();

 private:
  TransferPage& page() { return window_->transfer(); }
  template <class Widget>
  Widget& child(const char* name) {
    auto* found = page().findChild<Widget*>(name);
    if (!found) qFatal("no %s", name);
    return *found;
  }
  void set(const std::string& name, const QString& value);
  void drop(QWidget& on, const QString& file);
  TransferJob& transferred();
  qint64 history_count() { return static_cast<qint64>(workspace_->open_catalog()->transfers().all().size()); }

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::string run_;
  std::unique_ptr<MainWindow> window_;
};

void TestTransferPage::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 4, 1.0);
  run_ = train_tiny_run(*workspace_);
  QVERIFY2(!run_.starts_with("failed"), run_.c_str());
  testing::write_tone(folder_.path() + "/it's a tone.wav", 330, 1.2, 5);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(wait_for([&] { return window_->page() == "library"; }));
  window_->show_page("transfer");
  page().content().set_choice({0, folder_.path() + "/it's a tone.wav", "tone", {}});
  page().style_slot().set_choice({9, {}, "clip 9", {}});
  QVERIFY(wait_for([&] { return page().form().ready(); }));
  QVERIFY(page().run().isEmpty());  // the shipped weights, till a run is chosen
  page().choose_run(QString::fromStdString(run_));
  QVERIFY(wait_for([&] { return page().form().ready() && page().run().toStdString() == run_; }));
}

void TestTransferPage::set(const std::string& name, const QString& value) {
  auto* field = page().form().model().form().field(name);
  QVERIFY2(field, name.c_str());
  auto* line = qobject_cast<QLineEdit*>(field->control());
  line->selectAll();
  QTest::keyClicks(line, value);
}

void TestTransferPage::drop(QWidget& on, const QString& file) {
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(file)});
  QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&on, &enter);
  QVERIFY(enter.isAccepted());
  QDropEvent dropped(QPointF(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&on, &dropped);
}

/// Presses Transfer and waits for the end.
TransferJob& TestTransferPage::transferred() {
  QTest::mouseClick(&child<QPushButton>("start_transfer"), Qt::LeftButton);
  TransferJob& job = *page().queue().jobs().back();
  if (!wait_for([&] { return job.ended(); }, 60000)) qFatal("the transfer does not end");
  return job;
}

void TestTransferPage::theCommandDoesWhatTheFormSays() {
  set("steps", "3");
  set("seed", "7");
  child<QCheckBox>("treble").setChecked(false);
  auto& checkpoints = child<QComboBox>("checkpoint");
  QVERIFY(checkpoints.count() >= 2);
  checkpoints.setCurrentIndex(checkpoints.count() - 1);
  QVERIFY(wait_for([&] { return page().form().ready(); }));
  QVERIFY(child<QComboBox>("vocoder").itemText(0).startsWith("Griffin-Lim"));
  QTest::mouseClick(&child<QToolButton>("copy_transfer"), Qt::LeftButton);
  QString command = QGuiApplication::clipboard()->text();
  for (const char* part : {"--steps 3", "--seed 7", "--no-treble", "--checkpoint ", "'\\''s a tone.wav'"}) QVERIFY2(command.contains(part), qPrintable(command));
  TransferJob& job = transferred();
  QVERIFY2(job.state() == TransferJob::State::done, job.outcome().message.c_str());
  QVERIFY(page().result() == job.result());
  // The copied line, run by a shell, gives the same sound.
  QVERIFY(command.startsWith("luthierctl "));
  const QString out = folder_.path() + "/by-command.wav";
  command = "'" LUTHIERCTL "'" + command.mid(10) + " --device cpu --out '" + out + "'";
  QProcess shell;
  shell.start("/bin/sh", {"-c", command});
  QVERIFY(shell.waitForFinished(60000));
  QVERIFY2(shell.exitCode() == 0, shell.readAllStandardError());
  const auto theirs = load_file(out), ours = load_file(page().result()->path);
  QVERIFY(theirs->buffer.channels == ours->buffer.channels);
  checkpoints.setCurrentIndex(0);
}

void TestTransferPage::settingsAreSavedAndRecalled() {
  set("guidance", "2.5");
  page().form().presets().save("my harp");
  auto& names = child<QComboBox>("transfer_preset");
  QVERIFY(wait_for([&] { return names.isEnabled() && names.findText("my harp") >= 0; }));
  set("guidance", "1");
  child<QCheckBox>("treble").setChecked(true);
  names.setFocus();
  QTest::keyClick(&names, Qt::Key_Down);
  names.setCurrentIndex(names.findText("my harp"));
  Q_EMIT names.activated(names.currentIndex());
  QVERIFY(wait_for([&] {
    try {
      return std::get<double>(page().form().request().options["guidance"]) == 2.5;
    } catch (const std::exception&) {
      return false;
    }
  }));
  QVERIFY(!child<QCheckBox>("treble").isChecked());
  set("guidance", "1");
}

void TestTransferPage::everyStepIsSeenHeardAndKept() {
  QVERIFY(wait_for([&] { return page().form().ready(); }));
  set("steps", "4");
  TransferJob& job = transferred();
  QVERIFY2(job.state() == TransferJob::State::done, job.outcome().message.c_str());
  QCOMPARE(job.pictures().size(), std::size_t{4});
  auto& slider = child<QSlider>("step_slider");
  QCOMPARE(slider.maximum(), 4);  // four steps and the result
  QCOMPARE(page().stage().step_bar().step(), 0);
  slider.setFocus();
  QTest::keyClick(&slider, Qt::Key_Left);
  QTest::keyClick(&slider, Qt::Key_Left);
  QCOMPARE(page().stage().step_bar().step(), 3);
  const auto& lanes = page().view().scene().lanes();
  QVERIFY(wait_for([&] { return lanes.size() == 3 && lanes[2].picture == job.pictures()[2].picture; }));
  QElapsedTimer clock;
  clock.start();
  QTest::mouseClick(&child<QToolButton>("hear_step"), Qt::LeftButton);
  auto& player = window_->bench().player();
  QVERIFY(wait_for([&] { return player.current() && player.current()->title == "Step 3"; }));
  qInfo("a step of %.1f s is heard after %lld ms", job.content()->seconds(), clock.elapsed());
  QVERIFY(player.current()->buffer.length() == job.content()->buffer.length());
  QVERIFY(wait_for([&] { return player.playing(); }));
  QTest::keyClick(&slider, Qt::Key_Left);  // while it plays, the next step is heard
  QVERIFY(wait_for([&] { return player.current() && player.current()->title == "Step 2"; }));
  player.stop();
  const qint64 before = history_count();
  QTest::mouseClick(&child<QToolButton>("keep_step"), Qt::LeftButton);
  QVERIFY(wait_for([&] { return history_count() == before + 1; }));
  const auto row = workspace_->open_catalog()->transfers().all(1).front();
  const auto record = read_transfer_record(workspace_->folder() / row.folder / row.audio);
  QCOMPARE(record.kept_step, 2);
  QCOMPARE(record.steps, 4);
}

void TestTransferPage::aBranchGoesOnFromAStep() {
  page().stage().step_bar().choose(1);
  TransferJob& origin = *page().stage().job();
  QTimer::singleShot(0, this, [] {
    auto* timer = new QTimer(qApp);
    timer->setInterval(30);
    connect(timer, &QTimer::timeout, qApp, [timer] {
      auto* dialog = qobject_cast<BranchDialog*>(QApplication::activeModalWidget());
      if (!dialog) return;
      timer->deleteLater();
      auto* seed = qobject_cast<QLineEdit*>(dialog->form().field("seed")->control());
      seed->selectAll();
      QTest::keyClicks(seed, "99");
      QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
    });
    timer->start();
  });
  QTest::mouseClick(&child<QToolButton>("branch_step"), Qt::LeftButton);
  TransferJob& branch = *page().queue().jobs().back();
  QVERIFY(&branch != &origin);
  QVERIFY(wait_for([&] { return branch.ended(); }, 60000));
  QVERIFY2(branch.state() == TransferJob::State::done, branch.outcome().message.c_str());
  QCOMPARE(std::get<std::string>(branch.request().options.at("branches")), std::string("2 seed=99"));
  QVERIFY(branch.pictures()[1].picture->decibels == origin.pictures()[1].picture->decibels);
  QVERIFY(branch.pictures()[3].picture->decibels != origin.pictures()[3].picture->decibels);
  QVERIFY(page().stage().job() == &branch);
}

void TestTransferPage::jobsRunOneAfterTheOtherAndAreCancelledOneByOne() {
  set("steps", "4000");
  const qint64 before = history_count();
  auto& start = child<QPushButton>("start_transfer");
  QVERIFY(wait_for([&] { return start.isEnabled(); }));
  const auto first = page().queue().jobs().size();
  QTest::mouseClick(&start, Qt::LeftButton);
  QCOMPARE(start.text(), QStringLiteral("Add to the queue"));
  QTest::mouseClick(&start, Qt::LeftButton);
  set("steps", "2");
  QTest::mouseClick(&start, Qt::LeftButton);
  const auto& jobs = page().queue().jobs();
  QCOMPARE(jobs.size(), first + 3);
  TransferJob &one = *jobs[first], &two = *jobs[first + 1], &three = *jobs[first + 2];
  QVERIFY(one.running());
  QCOMPARE(two.state(), TransferJob::State::waiting);
  QVERIFY(wait_for([&] { return one.pictures().size() >= 2; }, 30000));
  auto& list = child<QTreeWidget>("transfer_queue");
  auto& cancel = child<QToolButton>("cancel_transfer");
  list.setCurrentItem(list.topLevelItem(static_cast<int>(first) + 1));
  QTest::mouseClick(&cancel, Qt::LeftButton);
  QCOMPARE(two.state(), TransferJob::State::cancelled);
  QVERIFY(one.running());
  list.setCurrentItem(list.topLevelItem(static_cast<int>(first)));
  QElapsedTimer clock;
  clock.start();
  QTest::keyClick(&list, Qt::Key_Delete);
  QVERIFY(wait_for([&] { return one.ended(); }));
  QVERIFY2(clock.elapsed() < 1000, qPrintable(QString::number(clock.elapsed())));
  QCOMPARE(one.state(), TransferJob::State::cancelled);
  QVERIFY(wait_for([&] { return three.ended(); }, 30000));
  QCOMPARE(three.state(), TransferJob::State::done);
  QVERIFY(wait_for([&] { return history_count() == before + 1; }));
  // The steps of what was cancelled can still be heard.
  list.setCurrentItem(list.topLevelItem(static_cast<int>(first)));
  QVERIFY(page().stage().job() == &one && page().stage().step_bar().step() >= 2);
  QTest::mouseClick(&child<QToolButton>("hear_step"), Qt::LeftButton);
  auto& player = window_->bench().player();
  QVERIFY(wait_for([&] { return player.current() && player.current()->title.startsWith("Step "); }));
  player.stop();
  QTest::mouseClick(&child<QToolButton>("clear_queue"), Qt::LeftButton);
  QVERIFY(page().queue().jobs().empty());
}

void TestTransferPage::aDroppedResultBringsItsSettingsBack() {
  const auto rows = workspace_->open_catalog()->transfers().all();
  const auto& row = rows.back();  // the first of all: steps 3, seed 7, no treble
  const QString result = QString::fromStdString((workspace_->folder() / row.folder / row.audio).string());
  page().form().clear();
  set("seed", "1");
  child<QCheckBox>("treble").setChecked(true);
  window_->show_page("library");
  drop(*window_, result);
  QVERIFY(wait_for([&] { return window_->page() == "transfer" && page().form().ready() && page().form().request().options.count("seed"); }));
  const TransferRequest request = page().form().request();
  QCOMPARE(std::get<std::int64_t>(request.options.at("seed")), std::int64_t{7});
  QCOMPARE(std::get<std::int64_t>(request.options.at("steps")), std::int64_t{3});
  QVERIFY(!request.treble);
  QCOMPARE(request.run, run_);
  QCOMPARE(QString::fromStdString(request.content), folder_.path() + "/it's a tone.wav");
  QCOMPARE(request.style, std::string("9"));
  // A sound without a record fills a slot of the page, as ever.
  page().style_slot().clear();
  testing::write_tone(folder_.path() + "/plain.wav", 200, 1.0);
  drop(page(), folder_.path() + "/plain.wav");
  QVERIFY(wait_for([&] { return page().style_slot().choice().path.endsWith("plain.wav"); }));
  page().style_slot().set_choice({9, {}, "clip 9", {}});
  QVERIFY(wait_for([&] { return page().form().ready(); }));
}

void TestTransferPage::anEarlierResultIsShownWithoutTouchingTheForm() {
  set("seed", "123");
  auto& list = child<QListWidget>("transfer_history");
  QVERIFY(wait_for([&] { return list.count() == history_count(); }));
  list.setCurrentRow(list.count() - 1);
  QVERIFY(wait_for([&] { return page().result() && !page().stage().job(); }));
  QCOMPARE(std::get<std::int64_t>(page().form().request().options.at("seed")), std::int64_t{123});
  QCOMPARE(page().view().sounds().size(), std::size_t{3});
  QTest::mouseClick(&child<QToolButton>("restore_transfer"), Qt::LeftButton);
  QVERIFY(wait_for([&] {
    try {
      const auto options = page().form().request().options;
      return options.count("seed") && std::get<std::int64_t>(options.at("seed")) == 7;
    } catch (const std::exception&) {
      return false;
    }
  }));
}

void TestTransferPage::modelsComeFromFilesAndGoIntoFiles() {
  QSettings().setValue("files/models", folder_.path());
  const QString file = folder_.path() + "/given.safetensors";
  export_weights(workspace_->folder(), run_, file.toStdString());
  drop(*window_, file);
  auto& models = child<QComboBox>("transfer_run");
  QVERIFY(wait_for([&] { return page().run().contains("imported"); }, 20000));
  QVERIFY(wait_for([&] { return page().form().ready(); }));
  QVERIFY(models.findText("Texture (no training)") >= 0);
  const QString away = folder_.path() + "/away.safetensors";
  QTimer::singleShot(0, this, [away] {
    auto* timer = new QTimer(qApp);
    timer->setInterval(30);
    connect(timer, &QTimer::timeout, qApp, [timer, away] {
      auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
      if (!dialog) return;
      timer->deleteLater();
      dialog->findChild<QLineEdit*>("fileNameEdit")->setText(away);
      static_cast<QDialog*>(dialog)->accept();
    });
    timer->start();
  });
  give_model_away(window_->bench(), &page(), page().form().request());
  QVERIFY(wait_for([&] { return QFile::exists(away) && window_->bench().tasks().empty(); }, 20000));
  QVERIFY(weights_info(away.toStdString()).family == "latent_diffusion");
  QFile broken(folder_.path() + "/broken.safetensors");
  QVERIFY(broken.open(QIODevice::WriteOnly));
  broken.write("no weights");
  broken.close();
  drop(*window_, broken.fileName());
  QVERIFY(wait_for([&] { return last_error().contains("broken.safetensors"); }));
}

void TestTransferPage::theContentStreamsThroughLive() {
  auto& live = page().live();
  child<QComboBox>("live_source").setCurrentIndex(1);
  const qint64 before = history_count();
  live.start();
  QVERIFY(live.running());
  QVERIFY(wait_for([&] { return child<QLabel>("live_words").text().contains("latency"); }, 20000));
  QVERIFY(wait_for([&] { return !live.running(); }, 20000));
  QVERIFY2(live.result().outcome == Outcome::done, live.result().message.c_str());
  QVERIFY(live.result().state.latency > 0.5);
  QCOMPARE(load_file(QString::fromStdString(live.result().output.string()))->seconds(), page().content().sound()->seconds());
  QCOMPARE(history_count(), before + 1);
}

void TestTransferPage::withoutAnInputTheRecorderSaysSo() {
  RecordDialog dialog(window_->bench(), window_.get());
  dialog.open();
  auto* record = dialog.findChild<QPushButton*>("record");
  auto* input = dialog.findChild<QComboBox*>();
  QVERIFY(wait_for([&] { return input->placeholderText() != "looking…"; }));
  if (input->count() > 0) QSKIP("there is a sound input here");
  QVERIFY(!record->isEnabled());
  bool said = false;
  for (auto* label : dialog.findChildren<QLabel*>()) said = said || label->text().contains("No sound input");
  QVERIFY(said);
  dialog.reject();
}

int main(int argc, char** argv) { return testing::run<TestTransferPage>(argc, argv); }
#include "tst_transfer_page.moc"
