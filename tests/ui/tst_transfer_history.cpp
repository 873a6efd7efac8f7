// timeout: 240
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDropEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QTreeWidget>
#include <filesystem>

#include "core/session/transfer_record.h"
#include "db/transfer_store.h"
#include "tests/support/core_tiny_run.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/export_dialog.h"
#include "ui/form/config_form.h"
#include "ui/library/tidy/disk_dialog.h"
#include "ui/main_window.h"
#include "ui/transfer/model_choice.h"
#include "ui/transfer/sound_slot.h"
#include "ui/transfer/step_bar.h"
#include "ui/transfer/transfer_form.h"
#include "ui/transfer/transfer_page.h"
#include "ui/transfer/transfer_stage.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;
namespace fs = std::filesystem;

/// What becomes of results: found, kept, removed, made again, exported and dropped; and models that are gone or need no style.
class TestTransferHistory : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase() { window_.reset(); }
  void resultsAreFoundKeptAndRemoved();
  void stepsOfAnEarlierResultAreMadeAgain();
  void anEndedJobIsCopiedAsACommand();
  void spaceIsNotFreedWhileTransfersWait();
  void anExportBringsTheTransferBack();
  void whatIsNoSoundFillsNoSlot();
  void aModelThatIsGoneStaysNamed();
  void aLabelStandsForTheStyle();

 private:
  TransferPage& page() { return window_->transfer(); }
  template <class Widget>
  Widget& child(const char* name) {
    auto* found = page().findChild<Widget*>(name);
    if (!found) qFatal("no %s", name);
    return *found;
  }
  /// As a click does it: this row alone.
  void choose(QListWidget& list, int row) {
    list.setCurrentRow(-1);
    list.clearSelection();
    list.setCurrentRow(row);
  }
  std::string make(const std::string& style, std::int64_t seed);
  void drop(QWidget& on, const QString& file);
  std::vector<db::TransferRow> rows() { return workspace_->open_catalog()->transfers().all(); }
  QString path(const QString& name) const { return folder_.path() + "/" + name; }

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::string run_;
  std::unique_ptr<MainWindow> window_;
};

std::string TestTransferHistory::make(const std::string& style, std::int64_t seed) {
  TransferRequest request;
  request.workspace = workspace_->folder(), request.run = run_, request.device = "cpu";
  request.content = path("tone.wav").toStdString(), request.style = style;
  request.options = {{"steps", std::int64_t{3}}, {"seed", seed}};
  const auto result = transfer(request, {}, {});
  return result.outcome == Outcome::done ? result.output.string() : "failed: " + result.message;
}

void TestTransferHistory::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 3, 1.0);
  run_ = train_tiny_run(*workspace_);
  QVERIFY2(!run_.starts_with("failed"), run_.c_str());
  testing::write_tone(path("tone.wav"), 330, 1.2, 5);
  for (const std::int64_t seed : {1, 2, 3}) {
    const std::string made = make("5", seed);
    QVERIFY2(!made.starts_with("failed"), made.c_str());
  }
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(wait_for([&] { return window_->page() == "library"; }));
  window_->show_page("transfer");
  QVERIFY(wait_for([&] { return child<QListWidget>("transfer_history").count() == 3; }));
}

void TestTransferHistory::drop(QWidget& on, const QString& file) {
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(file)});
  QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&on, &enter);
  if (!enter.isAccepted()) return;
  QDropEvent dropped(QPointF(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&on, &dropped);
}

void TestTransferHistory::resultsAreFoundKeptAndRemoved() {
  auto& list = child<QListWidget>("transfer_history");
  auto& search = child<QLineEdit>("search_transfers");
  QTest::keyClicks(&search, "\"seed\":2 tone");
  QVERIFY(wait_for([&] { return list.count() == 1; }));
  search.clear();
  QVERIFY(wait_for([&] { return list.count() == 3; }));
  auto& keep = child<QToolButton>("keep_transfer");
  QVERIFY(!keep.isEnabled());
  choose(list, 1);
  QTest::mouseClick(&keep, Qt::LeftButton);
  QVERIFY(wait_for([&] { return rows()[1].kept; }));
  QVERIFY(!rows()[0].kept && !rows()[2].kept);
  const QString number = QString::number(rows()[1].id.value);
  QVERIFY(wait_for([&] { return window_->bench().last_command() == QStringList{"transfers", "--keep", number}; }));
  QVERIFY(wait_for([&] { return list.count() == 3 && list.item(1)->data(Qt::AccessibleTextRole).toString().contains("kept"); }));
  QVERIFY(keep.isChecked() && list.currentRow() == 1);
  QTest::mouseClick(&keep, Qt::LeftButton);
  QVERIFY(wait_for([&] { return !rows()[1].kept; }));
  QTest::mouseClick(&child<QToolButton>("copy_earlier"), Qt::LeftButton);
  QVERIFY(wait_for([&] { return QGuiApplication::clipboard()->text().contains("transfer --like"); }));
  // Removed after a question only, with its folder.
  const fs::path gone = workspace_->folder() / rows()[2].folder;
  choose(list, 2);
  set_confirm_answer(0);
  QTest::keyClick(&list, Qt::Key_Delete);
  QVERIFY(last_question().contains("tone") && fs::exists(gone));
  set_confirm_answer(1);
  QTest::keyClick(&list, Qt::Key_Delete);
  QVERIFY(wait_for([&] { return list.count() == 2 && !fs::exists(gone); }));
  QCOMPARE(rows().size(), std::size_t{2});
  set_confirm_answer(-1);
}

void TestTransferHistory::stepsOfAnEarlierResultAreMadeAgain() {
  auto& list = child<QListWidget>("transfer_history");
  auto& models = child<QComboBox>("transfer_run");
  QVERIFY(wait_for([&] { return models.findText("Texture (no training)") >= 0; }));
  models.setCurrentIndex(models.findText("Texture (no training)"));  // the form's model is another one
  choose(list, 0);
  QVERIFY(wait_for([&] { return page().result() && !page().stage().job(); }));
  QVERIFY(!page().stage().step_bar().isVisible());
  QTest::mouseClick(&child<QToolButton>("again_transfer"), Qt::LeftButton);
  QVERIFY(wait_for([&] { return !page().queue().jobs().empty(); }));
  TransferJob& job = *page().queue().jobs().back();
  QVERIFY(wait_for([&] { return job.ended(); }, 60000));
  QVERIFY2(job.state() == TransferJob::State::done, job.outcome().message.c_str());
  QCOMPARE(job.pictures().size(), std::size_t{3});
  QCOMPARE(load_file(job.result()->path)->buffer.channels, load_file(QString::fromStdString((workspace_->folder() / rows()[1].folder / rows()[1].audio).string()))->buffer.channels);
  const PictureAxis& axis = job.pictures()[0].picture->axis;
  QVERIFY(axis.kind == PictureKind::mel && axis.n_fft == 512 && axis.bands == 48);  // as the model hears
  QVERIFY(page().stage().step_bar().isVisible());
  page().stage().step_bar().choose(1);
  QVERIFY(child<QToolButton>("branch_step").isVisible());  // this job's model can, whatever the form says
  QTest::mouseClick(&child<QToolButton>("keep_step"), Qt::LeftButton);
  QVERIFY(wait_for([&] { return rows().front().kept; }));
  QVERIFY(wait_for([&] { return window_->bench().last_command().contains("--keep-step"); }));
}

void TestTransferHistory::anEndedJobIsCopiedAsACommand() {
  auto& list = child<QTreeWidget>("transfer_queue");
  list.setCurrentItem(list.topLevelItem(0));
  auto* copy = page().findChild<QAction*>("copy_job");
  QVERIFY(copy && copy->isEnabled());
  copy->trigger();
  const QString words = QGuiApplication::clipboard()->text();
  QVERIFY2(words.contains(" transfer --run ") && words.contains("--seed 3"), qPrintable(words));
}

void TestTransferHistory::spaceIsNotFreedWhileTransfersWait() {
  TransferRequest request = page().queue().jobs().back()->request();
  request.options["steps"] = std::int64_t{4000};
  TransferJob& job = page().queue().add(request, nullptr, nullptr);
  const auto before = rows().size();
  DiskDialog dialog(window_->bench(), window_.get());
  dialog.show();
  QVERIFY(wait_for([&] { return !dialog.running() && !dialog.items().empty(); }));
  const auto found = dialog.findChild<QTreeWidget*>("disk_parts")->findItems("Transfers not marked as kept", Qt::MatchExactly);
  QCOMPARE(found.size(), 1);
  found.first()->setCheckState(0, Qt::Checked);
  set_confirm_answer(1);
  auto* free = dialog.findChild<QPushButton*>("free_ticked");
  QTest::mouseClick(free, Qt::LeftButton);
  QVERIFY2(last_error().contains("1 transfer is not done yet"), qPrintable(last_error()));
  QCOMPARE(rows().size(), before);
  job.cancel();
  QVERIFY(wait_for([&] { return job.ended(); }));
  QTest::mouseClick(free, Qt::LeftButton);
  QVERIFY(wait_for([&] { return rows().size() == 1; }));
  QVERIFY(rows().front().kept && fs::exists(workspace_->folder() / rows().front().folder));
  set_confirm_answer(-1);
}

void TestTransferHistory::anExportBringsTheTransferBack() {
  auto& list = child<QListWidget>("transfer_history");
  window_->show_page("library");
  window_->show_page("transfer");
  QVERIFY(wait_for([&] { return list.count() == 1; }));
  choose(list, 0);
  QVERIFY(wait_for([&] { return page().result() && !page().stage().job(); }));
  QString place;
  auto* timer = new QTimer(this);
  timer->setInterval(30);
  connect(timer, &QTimer::timeout, this, [timer, &place] {
    auto* dialog = qobject_cast<ExportDialog*>(QApplication::activeModalWidget());
    if (!dialog) return;
    timer->deleteLater();
    place = dialog->folder();
    dialog->accept();
  });
  timer->start();
  QTest::mouseClick(&child<QPushButton>("export_transfer"), Qt::LeftButton);
  QVERIFY(wait_for([&] { return QFile::exists(place + "/record.json"); }));
  QVERIFY(wait_for([&] { return window_->bench().tasks().empty(); }));
  for (auto* box : window_->findChildren<QMessageBox*>()) box->close();
  QVERIFY(!QFile::exists(place + "/figures.csv"));  // the content is no truth
  QVERIFY(window_->bench().last_command().contains("--no-truth"));
  QCOMPARE(read_transfer_record((place + "/result.wav").toStdString()).kept_step, 2);
  page().form().clear();
  window_->show_page("library");
  drop(*window_, place + "/result.wav");
  QVERIFY(wait_for([&] { return window_->page() == "transfer" && page().content().choice().path.endsWith("tone.wav") && page().run().toStdString() == run_; }));
  // The whole of it is a comparison still, from the page too.
  page().form().clear();
  drop(page(), place + "/comparison.png");
  QVERIFY(wait_for([&] { return page().form().ready(); }));
}

void TestTransferHistory::whatIsNoSoundFillsNoSlot() {
  page().form().clear();
  QImage(20, 20, QImage::Format_RGB32).save(path("plain.png"));
  drop(page(), path("plain.png"));
  QVERIFY(wait_for([&] { return last_error().contains("plain.png"); }));
  QVERIFY(page().content().choice().empty() && page().style_slot().choice().empty());
  drop(page().content(), path("plain.png"));  // nor on a slot itself
  QVERIFY(page().content().choice().empty());
  QFile pairs(path("pairs.csv"));
  QVERIFY(pairs.open(QIODevice::WriteOnly) && pairs.write("harp,0,piano,0\n") > 0);
  pairs.close();
  drop(page(), pairs.fileName());
  QVERIFY(wait_for([&] { return window_->page() == "pairs"; }));
  window_->show_page("transfer");
}

void TestTransferHistory::aModelThatIsGoneStaysNamed() {
  page().choose_run(QString::fromStdString(run_));
  page().content().set_choice({0, path("tone.wav"), "tone", {}});
  page().style_slot().set_choice({5, {}, "clip 5", {}});
  auto& models = child<QComboBox>("transfer_run");
  QVERIFY(wait_for([&] { return page().form().ready() && page().run().toStdString() == run_; }));
  QTest::qWait(300);  // what was asked for before has been answered
  page().form().model().form().set_values({{"guidance", 2.5}});
  fs::rename(workspace_->runs() / run_, folder_.path().toStdString() + "/away");
  page().form().refresh();
  QVERIFY(wait_for([&] { return models.currentText().contains("not here any more"); }));
  QVERIFY(!page().form().ready() && !child<QPushButton>("start_transfer").isEnabled());
  QCOMPARE(page().form().request().run, run_);
  QCOMPARE(std::get<double>(page().form().request().options.at("guidance")), 2.5);
  // A run that no transfer can be made with changes nothing.
  page().choose_run("20200101T000000Z-melgan-1");
  QTest::qWait(300);
  QCOMPARE(page().form().request().run, run_);
  fs::rename(folder_.path().toStdString() + "/away", workspace_->runs() / run_);
  page().form().refresh();
  QVERIFY(wait_for([&] { return page().form().ready(); }));
  QVERIFY(!models.currentText().contains("not here"));
  QCOMPARE(std::get<double>(page().form().request().options.at("guidance")), 2.5);
}

void TestTransferHistory::aLabelStandsForTheStyle() {
  TrainingRequest training;
  training.workspace = workspace_->folder(), training.family = "disentangled", training.preset = "tiny", training.device = "cpu";
  training.overrides = {{"steps", std::int64_t{8}}, {"batch", std::int64_t{4}}, {"filters", std::int64_t{2}}, {"auditions", std::int64_t{1}}};
  const std::string run = train_to_the_end(training);
  QVERIFY2(!run.starts_with("failed"), run.c_str());
  page().choose_run(QString::fromStdString(run));
  QVERIFY(wait_for([&] { return page().run().toStdString() == run && page().form().ready(); }));
  QTest::qWait(300);  // the settings of the chosen model have come
  page().style_slot().clear();
  QVERIFY(!page().form().ready());
  page().form().model().form().set_values({{"style_by", std::string("label")}, {"label", std::string("harp")}});
  QVERIFY(wait_for([&] { return page().form().ready(); }));
  QTest::mouseClick(&child<QPushButton>("start_transfer"), Qt::LeftButton);
  TransferJob& job = *page().queue().jobs().back();
  QVERIFY(wait_for([&] { return job.ended(); }, 60000));
  QVERIFY2(job.state() == TransferJob::State::done, job.outcome().message.c_str());
  QVERIFY(job.request().style.empty() && job.title().endsWith("harp"));
  QVERIFY(window_->bench().last_command().contains("label"));
  for (const StepPicture& step : job.pictures()) QVERIFY(step.picture->axis.kind == PictureKind::linear);
}

int main(int argc, char** argv) { return testing::run<TestTransferHistory>(argc, argv); }
#include "tst_transfer_history.moc"
