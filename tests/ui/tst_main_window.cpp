// timeout: 180
#include <QAbstractButton>
#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTableView>
#include <QToolButton>

#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/compare_page.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/import_dialog.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/pairs/pair_table_model.h"
#include "ui/pairs/pairs_page.h"
#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/training/training_page.h"
#include "ui/transfer/sound_slot.h"
#include "ui/transfer/transfer_page.h"

using namespace luthier;
using namespace luthier::ui;

/// The window as a user meets it: real clicks and keys in a real window.
class TestMainWindow : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase();
  void theFirstPageOffersWhatToDo();
  void aWorkspaceOpensWithItsClipsAndAPicture();
  void keysLabelTheClipAndGoOn();
  void typingFindsClipsAndEscapeShowsAll();
  void spacePlaysButNotInTheSearchField();
  void importedFilesAppearAndBrokenOnesAreLeftOut();
  void pairsAreMadeListedAndHeard();
  void keysFillTheSlotsOfTheTransfer();
  void soundsAreComparedSideBySide();
  void removedClipsComeBackByUndo();
  void aFolderThatIsNoWorkspaceIsRefusedInOneSentence();
  void everyPageDraws();
  void bothThemesAreDrawn();

 private:
  LibraryPage& library() { return window_->library(); }
  ClipTableModel& clips() { return library().model(); }
  void choose(int row);
  QString label_of(int row);
  QString label_in_catalog(qint64 id);

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

void TestMainWindow::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 4, 1.0);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
}

void TestMainWindow::cleanupTestCase() { window_.reset(); }

void TestMainWindow::choose(int row) {
  const QModelIndex index = clips().index(row, 0);
  library().table().scrollTo(index);
  QTest::mouseClick(library().table().viewport(), Qt::LeftButton, {}, library().table().visualRect(index).center());
  QVERIFY(testing::wait_for([&] { return clips().view_at(row) != nullptr; }));
}

QString TestMainWindow::label_of(int row) {
  clips().view_at(row);
  return clips().index(row, ClipTableModel::label).data().toString();
}

QString TestMainWindow::label_in_catalog(qint64 id) {
  const auto view = workspace_->open_catalog()->clips().view(db::ClipId{id});
  return view ? QString::fromStdString(view->label) : QStringLiteral("gone");
}

void TestMainWindow::theFirstPageOffersWhatToDo() {
  QCOMPARE(window_->page(), QStringLiteral("start"));
  for (const char* name : {"demo_button", "make_button", "open_button"}) {
    auto* button = window_->findChild<QPushButton*>(name);
    QVERIFY2(button && button->isVisible() && button->isEnabled(), name);
  }
  QVERIFY(!window_->findChild<QWidget*>("navigation_bar")->isVisible());
}

void TestMainWindow::aWorkspaceOpensWithItsClipsAndAPicture() {
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(testing::wait_for([&] { return window_->page() == "library" && clips().rowCount() == 12; }));
  QVERIFY(testing::wait_for([&] { return label_of(0) == "harp"; }));
  auto& view = library().view();
  QVERIFY(testing::wait_for([&] { return view.scene().lanes().size() == 2 && view.scene().lanes()[1].picture; }));
  QVERIFY(testing::wait_for([&] { return canvas_settled(view.canvas()); }));
  QTest::qWait(100);
  const QRect area(view.canvas()->mapTo(window_.get(), QPoint(0, 0)), view.canvas()->size());
  const double busy = testing::busy_share(window_->grab(area).toImage());
  QVERIFY2(busy > 0.1, qPrintable(QString::number(busy)));
  QVERIFY(window_->windowTitle().contains("workspace"));
}

void TestMainWindow::keysLabelTheClipAndGoOn() {
  choose(0);
  const qint64 id = clips().id_at(0);
  QCOMPARE(label_in_catalog(id), QStringLiteral("harp"));
  QTest::keyClick(&library().table(), Qt::Key_3);  // labels got their keys in order of arrival: harp 1, piano 2, violin 3
  QVERIFY(testing::wait_for([&] { return label_in_catalog(id) == "violin"; }));
  QVERIFY(testing::wait_for([&] { return label_of(0) == "violin"; }));
  QCOMPARE(library().table().currentIndex().row(), 1);
  QTest::keyClick(window_.get(), Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
  const QString command = QGuiApplication::clipboard()->text();
  QVERIFY2(command.startsWith("luthierctl --workspace ") && command.endsWith(" label violin " + QString::number(id)), qPrintable(command));
  QVERIFY(testing::wait_for([&] { return window_->bench().player().playing(); }));  // and the next one plays
  QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(testing::wait_for([&] { return label_in_catalog(id) == "harp" && label_of(0) == "harp"; }));
  QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  QVERIFY(testing::wait_for([&] { return label_in_catalog(id) == "violin"; }));
  QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(testing::wait_for([&] { return label_in_catalog(id) == "harp"; }));
  window_->bench().player().stop();
}

void TestMainWindow::typingFindsClipsAndEscapeShowsAll() {
  QTest::keyClick(window_.get(), Qt::Key_F, Qt::ControlModifier);
  QLineEdit& search = library().search_field();
  QTRY_VERIFY_WITH_TIMEOUT(search.hasFocus(), 20000);
  QTest::keyClicks(&search, "inst:piano");
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 4; }));
  QTest::keyClicks(&search, " dur:>x");
  QVERIFY(testing::wait_for([&] { return search.property("wrong").toBool(); }));
  QCOMPARE(clips().rowCount(), 4);
  QTest::keyClick(&search, Qt::Key_Escape);
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 12; }));
  QVERIFY(!search.property("wrong").toBool());
}

void TestMainWindow::spacePlaysButNotInTheSearchField() {
  choose(2);
  auto& player = window_->bench().player();
  QVERIFY(testing::wait_for([&] { return player.ready() && player.current(); }));
  QTest::keyClick(&library().table(), Qt::Key_Space);
  QVERIFY(testing::wait_for([&] { return player.playing(); }));
  QTest::keyClick(&library().table(), Qt::Key_Space);
  QVERIFY(testing::wait_for([&] { return !player.playing(); }));
  library().focus_search();
  QTest::keyClick(&library().search_field(), Qt::Key_Space);
  QTest::qWait(50);
  QVERIFY(!player.playing());
  library().search_field().clear();
  library().focus_table();
}

void TestMainWindow::importedFilesAppearAndBrokenOnesAreLeftOut() {
  const QString more = folder_.path() + "/more";
  QDir().mkpath(more);
  testing::write_tone(more + "/new-one.wav", 330, 0.6);
  QFile broken(more + "/broken.wav");
  QVERIFY(broken.open(QIODevice::WriteOnly));
  broken.write("this is no sound");
  broken.close();
  ImportRequest request;
  request.paths = {more.toStdString()};
  request.label = "oboe";
  request.cutting.clip_seconds = 0;
  start_import(window_->bench(), window_.get(), request);
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 13; }));
  QVERIFY(testing::wait_for([&] { return window_->bench().tasks().empty(); }));
  auto catalog = workspace_->open_catalog();
  QCOMPARE(catalog->clips().count("inst:oboe"), 1);
  for (QWidget* box : QApplication::topLevelWidgets()) {
    if (box != window_.get() && box->isVisible()) box->close();  // the list of what was left out
  }
  QVERIFY(testing::show_active(*window_));  // without a window manager the keyboard does not come back by itself
}

void TestMainWindow::pairsAreMadeListedAndHeard() {
  window_->show_page("pairs");
  QCOMPARE(window_->page(), QStringLiteral("pairs"));
  PairsPage& page = window_->pairs();
  page.generate("by phrase", 0, 42, true);
  QVERIFY(testing::wait_for([&] { return page.sets().count() == 1 && page.model().rowCount() > 0; }));
  QVERIFY(testing::wait_for([&] { return page.model().view_at(0) != nullptr; }));
  QVERIFY(page.model().view_at(0)->target.has_value());
  const qint64 wanted = page.model().view_at(0)->target->clip.id.value;  // the row may be read anew at any time
  auto* table = page.findChild<QTableView*>("pair_table");
  const QModelIndex target = page.model().index(0, PairTableModel::target);
  QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(target).center());
  auto& player = window_->bench().player();
  QVERIFY(testing::wait_for([&] { return player.playing() && player.current(); }));
  QCOMPARE(player.current()->clip, wanted);
  QCOMPARE(player.deck().size(), std::size_t{3});
  player.stop();

  const QString csv = folder_.path() + "/pairs.csv";
  page.export_file(csv);
  QVERIFY(testing::wait_for([&] { return QFile::exists(csv) && window_->bench().tasks().empty(); }));
  page.generate("at random", 50, 42, false);
  QVERIFY(testing::wait_for([&] { return page.sets().count() == 2 && page.model().rowCount() == 50; }));
  QFile wrong(csv);
  QVERIFY(wrong.open(QIODevice::WriteOnly));
  wrong.write("violin,0,banjo,7\n");
  wrong.close();
  page.import_file(csv, "wrong");
  QVERIFY(testing::wait_for([&] { return last_error().contains("banjo"); }));
  QCOMPARE(page.sets().count(), 2);
}

void TestMainWindow::keysFillTheSlotsOfTheTransfer() {
  window_->show_page("library");
  choose(1);
  QTest::keyClick(&library().table(), Qt::Key_C);
  choose(9);
  QTest::keyClick(&library().table(), Qt::Key_S);
  TransferPage& page = window_->transfer();
  QVERIFY(testing::wait_for([&] { return page.content().sound() && page.style_slot().sound(); }));
  QCOMPARE(page.content().choice().clip, clips().id_at(1));
  QCOMPARE(page.style_slot().choice().clip, clips().id_at(9));
  window_->show_page("transfer");
  QVERIFY(testing::wait_for([&] { return page.view().scene().lanes().size() == 3 && page.view().scene().lanes()[1].picture; }));
  auto* start = page.findChild<QPushButton*>("start_transfer");
  QVERIFY(start && start->isVisible());
  // A file that is no sound says so in the slot, and the transfer waits.
  page.content().set_choice({0, folder_.path() + "/more/broken.wav", "broken.wav", {}});
  QTest::qWait(200);
  QVERIFY(!page.content().sound());
  QVERIFY(!start->isEnabled());
}

void TestMainWindow::soundsAreComparedSideBySide() {
  window_->show_page("library");
  choose(0);
  QTest::keyClick(&library().table(), Qt::Key_V);
  choose(4);
  QTest::keyClick(&library().table(), Qt::Key_V);
  window_->show_page("compare");
  ComparePage& page = window_->compare();
  QCOMPARE(page.count(), 2);
  QVERIFY(testing::wait_for([&] { return page.view().sounds().size() == 2 && page.view().complete(); }));
  page.view().play(0);
  auto& player = window_->bench().player();
  QVERIFY(testing::wait_for([&] { return player.playing(); }));
  QTest::keyClick(window_.get(), Qt::Key_2, Qt::AltModifier);
  QVERIFY(testing::wait_for([&] { return player.selected() == 1; }));
  QVERIFY(player.playing());
  player.stop();
}

void TestMainWindow::removedClipsComeBackByUndo() {
  window_->show_page("library");
  const int before = clips().rowCount();
  choose(3);
  set_confirm_answer(0);
  QTest::keyClick(&library().table(), Qt::Key_Delete);
  QVERIFY(testing::wait_for([&] { return last_question().contains("1 clip"); }));  // the disk is looked at first
  QVERIFY2(last_question().contains("No clip uses 1 file"), qPrintable(last_question()));
  QTest::qWait(100);
  QCOMPARE(clips().rowCount(), before);
  set_confirm_answer(1);
  QTest::keyClick(&library().table(), Qt::Key_Delete);
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == before - 1; }));
  QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == before; }));
  set_confirm_answer(-1);
}

void TestMainWindow::aFolderThatIsNoWorkspaceIsRefusedInOneSentence() {
  window_->open_workspace(folder_.path() + "/more");
  QVERIFY(testing::wait_for([&] { return last_error().contains("more"); }));
  QVERIFY(window_->bench().has_workspace());  // the open one stays
  QCOMPARE(clips().rowCount(), 13);
}

void TestMainWindow::everyPageDraws() {
  for (const QString& name : window_->page_names()) {
    window_->show_page(name);
    QTest::qWait(150);
    QVERIFY2(testing::busy_share(window_->grab().toImage()) > 0.02, qPrintable(name));
  }
}

void TestMainWindow::bothThemesAreDrawn() {
  window_->show_page("library");
  QTest::qWait(100);
  const QColor dark = window_->grab().toImage().pixelColor(4, 700);
  apply_theme(*qApp, "light");
  QTest::qWait(200);
  const QColor light = window_->grab().toImage().pixelColor(4, 700);
  QVERIFY2(light.lightness() > dark.lightness() + 100, qPrintable(light.name() + " " + dark.name()));
  apply_theme(*qApp, "dark");
}

int main(int argc, char** argv) { return testing::run<TestMainWindow>(argc, argv); }
#include "tst_main_window.moc"
