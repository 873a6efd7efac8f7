// timeout: 180
#include <QAction>
#include <QFile>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>

#include "core/session/pair_session.h"
#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "tests/support/ui_harness.h"
#include "ui/main_window.h"
#include "ui/pairs/pair_maker.h"
#include "ui/pairs/pair_table_model.h"
#include "ui/pairs/pairs_page.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// The page of the pairs: sets, rows, and the pair that is put together by hand.
class TestPairs : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanup();
  void cleanupTestCase() { window_.reset(); }
  void theSetsAreReadWhenThePageIsSeen();
  void whatWasLeftOutIsSaid();
  void severalPairsGoTogetherAndTheRowStays();
  void aSetIsRenamed();
  void anExportHasTheTargets();
  void aPairAcrossTheSplitIsToldAndNotAdded();
  void contentAndStyleAreSwappedAndPinned();
  void namesAreShownAsTheyAre();
  void aReasonGoesIntoTheCommand();

 private:
  PairsPage& page() { return window_->pairs(); }
  PairMaker& maker() { return page().maker(); }
  QString command() const { return window_->bench().last_command().join(' '); }
  void shown(int pairs) {
    QVERIFY(wait_for([&] { return page().model().rowCount() == pairs && (pairs == 0 || page().model().view_at(0)); }));
  }
  /// Clip `k` (from 0) of a label.
  qint64 clip(const char* label, std::size_t k) { return workspace_->open_catalog()->clips().ids(std::string("inst:") + label)[k].value; }

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
  QString said_;
};

void TestPairs::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 4, 0.5);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  connect(&window_->bench(), &Workbench::said, this, [this](const QString& words) { said_ = words; });
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(wait_for([&] { return window_->page() == "library"; }));
}

void TestPairs::cleanup() {
  const auto catalog = workspace_->open_catalog();
  catalog->clips().set_split(catalog->clips().ids(), db::Split::none);
  maker().clear();
}

void TestPairs::theSetsAreReadWhenThePageIsSeen() {
  generate_pairs(*workspace_, 6, 1, "six");
  window_->bench().note_catalog_change();
  QTest::qWait(300);
  QCOMPARE(page().sets().count(), 0);  // nobody looks
  auto* hint = page().sets().findChild<QLabel*>("empty_hint");
  QVERIFY(hint && !hint->isHidden());
  window_->show_page("pairs");
  QVERIFY(wait_for([&] { return page().sets().count() == 1; }));
  QVERIFY(hint->isHidden());
  shown(6);
  generate_pairs(*workspace_, 7, 1, "seven");
  window_->bench().note_catalog_change();
  QVERIFY(wait_for([&] { return page().sets().count() == 2; }));
  QCOMPARE(page().sets().currentRow(), 1);  // the same one is still chosen
}

void TestPairs::whatWasLeftOutIsSaid() {
  workspace_->open_catalog()->clips().set_split({db::ClipId{clip("harp", 0)}, db::ClipId{clip("harp", 1)}}, db::Split::test);
  page().generate("guarded", 5, 1, false);
  QVERIFY(wait_for([&] { return said_.contains("guarded"); }));
  QVERIFY2(said_.contains("2 clips kept for validation or test"), qPrintable(said_));
}

void TestPairs::severalPairsGoTogetherAndTheRowStays() {
  page().generate("many", 9, 2, false);
  shown(9);
  QTableView& table = page().table();
  table.setCurrentIndex(page().model().index(3, 1));
  table.selectionModel()->select(page().model().index(4, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
  table.selectionModel()->select(page().model().index(6, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
  table.setFocus();
  QTest::keyClick(&table, Qt::Key_Delete);
  shown(6);
  QCOMPARE(command(), QString("pairs remove --set many 4-5 7"));
  QCOMPARE(table.currentIndex().row(), 3);
  window_->bench().undo();
  shown(9);
  QCOMPARE(table.currentIndex().row(), 3);
  table.setCurrentIndex(page().model().index(8, 1));
  page().remove_pairs();
  shown(8);
  QCOMPARE(table.currentIndex().row(), 7);
}

void TestPairs::aSetIsRenamed() {
  page().rename_set("renamed");
  QVERIFY(wait_for([&] { return page().sets().currentItem()->text().startsWith("renamed"); }));
  QCOMPARE(command(), QString("pairs rename renamed --set many"));
  page().rename_set("six");
  QVERIFY(wait_for([] { return last_error().contains("'six' already"); }));
  window_->bench().undo();
  QVERIFY(wait_for([&] { return page().sets().currentItem()->text().startsWith("many"); }));
}

void TestPairs::anExportHasTheTargets() {
  page().generate("by phrase", 0, 1, true);
  QVERIFY(wait_for([&] { return page().sets().currentItem()->text().startsWith("by phrase"); }));
  const QString csv = folder_.path() + "/targets.csv";
  page().export_file(csv);
  QVERIFY(wait_for([&] { return command().contains("pairs export"); }));
  QVERIFY2(command().endsWith("--set by phrase --targets"), qPrintable(command()));
  QFile file(csv);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(file.readLine().count(','), 5);
  page().import_file(csv, "again");
  QVERIFY(wait_for([&] { return page().sets().currentItem()->text().startsWith("again"); }));
  QVERIFY(command().startsWith("pairs import") && command().endsWith("--name again"));
  set_confirm_answer(1);
  page().sets().setFocus();
  QTest::keyClick(&page().sets(), Qt::Key_Delete);
  set_confirm_answer(-1);
  QCOMPARE(command(), QString("pairs remove --set again"));
  QVERIFY(wait_for([&] { return workspace_->open_catalog()->journal().next_undo()->title == "remove the pair set again"; }));
}

void TestPairs::aPairAcrossTheSplitIsToldAndNotAdded() {
  const qint64 content = clip("harp", 0), style = clip("piano", 1), other = clip("piano", 2);
  workspace_->open_catalog()->clips().set_split({db::ClipId{style}}, db::Split::test);
  auto* add = page().findChild<QPushButton*>("add_pair");
  auto* why = page().findChild<QLabel*>("pair_reason");
  maker().set_choice(PairMaker::content, {content, {}, "c", {}});
  maker().set_choice(PairMaker::style, {style, {}, "s", {}});
  QVERIFY(wait_for([&] { return why->text().contains("kept for test"); }));
  QVERIFY(!add->isEnabled());
  QCOMPARE(why->property("role").toString(), QString("error"));
  maker().set_choice(PairMaker::style, {content, {}, "c", {}});
  QVERIFY(wait_for([&] { return why->text().contains("the same clip"); }));
  QVERIFY(!add->isEnabled());
  maker().set_choice(PairMaker::style, {other, {}, "o", {}});
  QVERIFY(wait_for([&] { return add->isEnabled() && maker().choice(PairMaker::style).label == "piano"; }));
  maker().add();
  QVERIFY(wait_for([&] { return page().sets().currentItem()->text().startsWith("by hand"); }));
  QVERIFY2(page().sets().currentItem()->text().endsWith("\n1 pair, manual"), qPrintable(page().sets().currentItem()->text()));
  shown(1);
  const QModelIndex split = page().model().index(0, PairTableModel::split);
  QCOMPARE(split.data().toString(), QString());
  workspace_->open_catalog()->clips().set_split({db::ClipId{other}}, db::Split::validation);
  window_->bench().note_catalog_change();
  QVERIFY(wait_for([&] { return split.data().toString() == QString::fromUtf8("– / validation"); }));
  QVERIFY(split.data(Qt::ToolTipRole).toString().contains("kept for validation") && split.data(Qt::ForegroundRole).isValid());
}

void TestPairs::contentAndStyleAreSwappedAndPinned() {
  const qint64 harp = clip("harp", 0), piano = clip("piano", 1), violin = clip("violin", 2);
  maker().set_choice(PairMaker::content, {harp, {}, "h", "harp"});
  maker().set_choice(PairMaker::style, {piano, {}, "p", "piano"});
  maker().set_choice(PairMaker::target, {clip("piano", 0), {}, "t", "piano"});
  QTest::mouseClick(page().findChild<QToolButton*>("swap_pair"), Qt::LeftButton);
  QCOMPARE(maker().choice(PairMaker::content).clip, piano);
  QCOMPARE(maker().choice(PairMaker::style).clip, harp);
  QVERIFY(maker().choice(PairMaker::target).empty());
  maker().set_pinned(PairMaker::style, true);
  window_->bench().set_slot(false, {violin, {}, "v", "violin"});
  window_->bench().set_slot(true, {violin, {}, "v", "violin"});
  QCOMPARE(maker().choice(PairMaker::style).clip, harp);
  QCOMPARE(maker().choice(PairMaker::content).clip, violin);
  maker().suggest();
  QVERIFY(wait_for([&] { return !maker().suggestions().actions().isEmpty(); }));
  maker().suggestions().close();
  maker().suggestions().actions().first()->trigger();
  QCOMPARE(maker().choice(PairMaker::style).clip, harp);
  QCOMPARE(maker().choice(PairMaker::target).clip, clip("harp", 2));
  QMenu menu;  // what stood in the slot before comes back from here
  maker().fill_slot_menu(PairMaker::content, menu);
  QAction* earlier = menu.actions().at(3);
  QVERIFY2(earlier->text().contains("piano"), qPrintable(earlier->text()));
  earlier->trigger();
  QCOMPARE(maker().choice(PairMaker::content).clip, piano);
}

void TestPairs::namesAreShownAsTheyAre() {
  maker().set_choice(PairMaker::content, {clip("harp", 1), {}, "x & <b>y", {}});
  QCOMPARE(page().findChild<QPushButton*>("pair_content")->text(), QString("Content: x && <b>y"));  // drawn with one '&'
  QCOMPARE(page().findChild<QLabel*>("pair_reason")->textFormat(), Qt::PlainText);
}

void TestPairs::aReasonGoesIntoTheCommand() {
  maker().set_choice(PairMaker::content, {clip("harp", 1), {}, "h", "harp"});
  maker().suggest();
  QVERIFY(wait_for([&] { return !maker().suggestions().actions().isEmpty() && maker().suggestions().actions().first()->text().contains("instead of harp"); }));
  maker().suggestions().close();
  maker().suggestions().actions().first()->trigger();
  maker().add();
  QVERIFY2(command().contains("--reason same phrase,") && command().endsWith("instead of harp"), qPrintable(command()));
  shown(2);
  QCOMPARE(page().table().currentIndex().row(), 1);  // the new one is shown
}

int main(int argc, char** argv) { return luthier::ui::testing::run<TestPairs>(argc, argv); }
#include "tst_pairs.moc"
