#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTableView>

#include "core/session/run_record.h"
#include "core/session/run_title.h"
#include "tests/support/ui_harness.h"
#include "ui/main_window.h"
#include "ui/training/run_head.h"
#include "ui/training/run_table_model.h"
#include "ui/training/training_page.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// Runs are given titles in their table.
class TestRunNames : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void keyAndFieldRenameTheRun();
  void aRefreshDoesNotTouchTheOpenField();
  void aDoubleClickOpensTheFieldAndEscapeKeepsTheTitle();
  void anEmptyFieldShowsTheIdAgain();
  void undoGivesTheTitleBackAndRedoTakesIt();

 private:
  QTableView& table() { return *window_->training().findChild<QTableView*>("run_table"); }
  QLineEdit* field() { return table().viewport()->findChild<QLineEdit*>(); }
  QString shown() { return table().model()->index(0, RunTableModel::name).data().toString(); }
  std::string kept() { return name_of(id_.toStdString(), run_titles(*workspace_)); }

  QTemporaryDir folder_;
  const QString id_ = "20260101T000000Z-cyclegan-1";
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

void TestRunNames::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 1, 0.5);
  luthier::RunRecord record;
  record.status.id = id_.toStdString(), record.status.family = "cyclegan", record.status.preset = "tiny", record.status.status = "done";
  std::filesystem::create_directories(workspace_->runs() / record.status.id);
  save_run_record(workspace_->runs() / record.status.id, record);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(wait_for([&] { return window_->bench().has_workspace(); }));
  window_->show_page("train");
  QVERIFY(wait_for([&] { return table().model()->rowCount() == 1; }));
  QCOMPARE(shown(), id_);
}

void TestRunNames::keyAndFieldRenameTheRun() {
  table().setFocus();
  table().setCurrentIndex(table().model()->index(0, RunTableModel::state));
  QTest::keyClick(&table(), Qt::Key_F2);
  QVERIFY(field());
  QTest::keyClicks(field(), "harps 1");  // letters and digits are text here, not keys of the window
  QTest::keyClick(field(), Qt::Key_Return);
  QVERIFY(wait_for([&] { return shown() == "harps 1" && !field(); }));
  QVERIFY(wait_for([&] { return kept() == "harps 1"; }));
  QCOMPARE(window_->bench().last_command(), (QStringList{"runs", "--rename", id_, "harps 1"}));
  const auto says = [&] {
    for (const auto* label : window_->training().findChild<RunHead*>()->findChildren<QLabel*>()) {
      if (label->text() == "harps 1") return true;
    }
    return false;
  };
  QVERIFY(wait_for(says));
}

void TestRunNames::aRefreshDoesNotTouchTheOpenField() {
  QTest::keyClick(&table(), Qt::Key_F2);
  QVERIFY(field());
  field()->setText("harps 2");
  QSignalSpy refreshed(qobject_cast<RunTableModel*>(table().model()), &RunTableModel::refreshed);
  QVERIFY(wait_for([&] { return refreshed.count() > 1; }));
  QVERIFY(field());
  QCOMPARE(field()->text(), QStringLiteral("harps 2"));
  QTest::keyClick(field(), Qt::Key_Return);
  QVERIFY(wait_for([&] { return kept() == "harps 2" && !field(); }));
}

void TestRunNames::aDoubleClickOpensTheFieldAndEscapeKeepsTheTitle() {
  const QPoint at = table().visualRect(table().model()->index(0, RunTableModel::name)).center();
  QTest::mouseClick(table().viewport(), Qt::LeftButton, {}, at);
  QTest::mouseDClick(table().viewport(), Qt::LeftButton, {}, at);
  QVERIFY(wait_for([&] { return field() != nullptr; }));
  QTest::keyClicks(field(), "other");
  QTest::keyClick(field(), Qt::Key_Escape);
  QVERIFY(wait_for([&] { return field() == nullptr; }));
  QCOMPARE(shown(), QStringLiteral("harps 2"));
}

void TestRunNames::anEmptyFieldShowsTheIdAgain() {
  QTest::keyClick(&table(), Qt::Key_F2);
  QVERIFY(field());
  field()->clear();
  QTest::keyClick(field(), Qt::Key_Return);
  QVERIFY(wait_for([&] { return shown() == id_ && kept() == id_.toStdString(); }));
}

void TestRunNames::undoGivesTheTitleBackAndRedoTakesIt() {
  window_->bench().undo();
  QVERIFY(wait_for([&] { return shown() == "harps 2" && kept() == "harps 2"; }));
  window_->bench().undo();
  QVERIFY(wait_for([&] { return shown() == "harps 1" && kept() == "harps 1"; }));
  window_->bench().redo();
  QVERIFY(wait_for([&] { return shown() == "harps 2" && kept() == "harps 2"; }));
}

int main(int argc, char** argv) { return testing::run<TestRunNames>(argc, argv); }
#include "tst_run_names.moc"
