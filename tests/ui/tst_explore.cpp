// timeout: 180
#include <QFile>
#include <QImage>
#include <QJsonObject>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QTabWidget>
#include <QTableWidget>
#include <algorithm>
#include <random>

#include "db/clip_store.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/compare_page.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/map/explore_page.h"
#include "ui/map/labels_view.h"
#include "ui/map/map_canvas.h"
#include "ui/map/map_view.h"
#include "ui/map/wall_view.h"
#include "ui/transfer/sound_slot.h"
#include "ui/transfer/transfer_page.h"
#include "ui/window/file_content.h"

using namespace luthier;
using namespace luthier::ui;

/// The library seen from above: the map, the figures of the labels, the wall of spectrograms.
class TestExplore : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase();
  void theMapIsMadeInTheBackgroundAndKept();
  void aClickPlaysAndShowsNeighbours();
  void aLassoChoosesClipsInTheLibrary();
  void keysLabelWhatTheLassoHolds();
  void keysOfTheLibraryWorkOnTheMap();
  void arrowsGoFromDotToDot();
  void keysChooseWithoutAPointer();
  void thePictureCarriesItsRecord();
  void aHundredThousandDotsAreDrawnQuickly();
  void labelsHaveFiguresAndAWall();
  void measuresComeWhenAskedFor();

 private:
  MapView& map() { return window_->explore().map(); }
  MapCanvas& canvas() { return map().canvas(); }
  std::string label_of(qint64 id) { return workspace_->open_catalog()->clips().view(db::ClipId{id})->label; }

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

void TestExplore::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 8, 1.1);
  QSettings().setValue("library/play_on_select", true);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(testing::wait_for([&] { return window_->page() == "library" && window_->library().model().rowCount() == 24; }));
  QTest::keyClick(window_.get(), Qt::Key_6, Qt::ControlModifier);
  QCOMPARE(window_->page(), QStringLiteral("explore"));
}

void TestExplore::cleanupTestCase() { window_.reset(); }

void TestExplore::theMapIsMadeInTheBackgroundAndKept() {
  QVERIFY(canvas().dots().empty());
  QTest::mouseClick(map().findChild<QPushButton*>("make_map"), Qt::LeftButton);
  QVERIFY(testing::wait_for([&] { return canvas().dots().size() == 24; }, 30000));
  QVERIFY(testing::wait_for([&] { return window_->bench().tasks().empty(); }));
  QVERIFY(testing::busy_share(canvas().grab().toImage()) > 0.001);
  QSet<qint64> labels;
  for (const MapDot& dot : canvas().dots()) labels.insert(dot.label);
  QCOMPARE(labels.size(), 3);
  // Another window on this workspace finds it made.
  MapView other(window_->bench());
  other.resize(600, 400);
  other.show();
  QVERIFY(testing::wait_for([&] { return other.canvas().dots().size() == 24; }));
}

void TestExplore::aClickPlaysAndShowsNeighbours() {
  const MapDot dot = canvas().dots()[5];
  QTest::mouseClick(&canvas(), Qt::LeftButton, {}, canvas().place_of(dot.clip).toPoint());
  QVERIFY(canvas().marked() != 0);
  const qint64 heard = canvas().marked();
  auto& player = window_->bench().player();
  QVERIFY(testing::wait_for([&] { return player.current() && player.current()->clip == heard && player.playing(); }));
  auto* near = map().findChild<QListWidget*>("neighbours");
  QVERIFY(testing::wait_for([&] { return near->count() == 12; }));
  int same = 0;
  for (int i = 0; i < 3; ++i) same += label_of(near->item(i)->data(Qt::UserRole).toLongLong()) == label_of(heard);
  QVERIFY(same >= 2);  // an instrument sounds like itself
  const qint64 other = near->item(0)->data(Qt::UserRole).toLongLong();
  QTest::mouseClick(near->viewport(), Qt::LeftButton, {}, near->visualItemRect(near->item(0)).center());
  QVERIFY(testing::wait_for([&] { return player.current() && player.current()->clip == other; }));
  QCOMPARE(canvas().marked(), heard);
  player.stop();
}

void TestExplore::aLassoChoosesClipsInTheLibrary() {
  const QSize size = canvas().size();
  const QList<QPoint> corners{{2, 2}, {size.width() / 2, 2}, {size.width() / 2, size.height() - 3}, {2, size.height() - 3}, {2, 2}};
  QTest::mousePress(&canvas(), Qt::LeftButton, {}, corners.first());
  for (const QPoint& corner : corners) QTest::mouseMove(&canvas(), corner);
  QTest::mouseRelease(&canvas(), Qt::LeftButton, {}, corners.last());
  std::vector<qint64> expected;
  for (const MapDot& dot : canvas().dots())
    if (canvas().place_of(dot.clip).x() < size.width() / 2.0) expected.push_back(dot.clip);
  QVERIFY(!expected.empty());
  QCOMPARE(canvas().selection(), expected);
  QCOMPARE(window_->library().selection().size(), expected.size());
  QTest::mouseClick(map().findChild<QPushButton*>("show_in_library"), Qt::LeftButton);
  QCOMPARE(window_->page(), QStringLiteral("library"));
  QVERIFY(testing::wait_for([&] { return window_->library().model().rowCount() == static_cast<int>(expected.size()); }));
  window_->show_page("explore");
}

void TestExplore::keysLabelWhatTheLassoHolds() {
  const auto chosen = canvas().selection();
  const auto before = workspace_->open_catalog()->clips().count("inst:piano");
  canvas().setFocus();
  QTest::keyClick(&canvas(), Qt::Key_2);
  QVERIFY(testing::wait_for([&] {
    for (const qint64 id : chosen)
      if (label_of(id) != "piano") return false;
    return true;
  }));
  QVERIFY(testing::wait_for([&] {
    for (const MapDot& dot : canvas().dots())
      if (std::find(chosen.begin(), chosen.end(), dot.clip) != chosen.end() && label_of(dot.clip) != "piano") return false;
    return !canvas().dots().empty();
  }));
  QCOMPARE(canvas().selection(), chosen);
  QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(testing::wait_for([&] { return workspace_->open_catalog()->clips().count("inst:piano") == before; }));
  QTest::keyClick(&canvas(), Qt::Key_Escape);
  QVERIFY(canvas().selection().empty());
}

void TestExplore::keysOfTheLibraryWorkOnTheMap() {
  const qint64 clip = canvas().dots()[5].clip;
  map().go_to(clip);
  canvas().setFocus();
  QVERIFY(testing::wait_for([&] { return map().current() && map().current()->clip.id.value == clip; }));
  window_->bench().player().stop();
  QTest::keyClick(&canvas(), Qt::Key_X);
  QVERIFY(testing::wait_for([&] { return workspace_->open_catalog()->clips().view(db::ClipId{clip})->clip.excluded; }));
  QCOMPARE(window_->bench().last_command().join(' '), QStringLiteral("exclude %1").arg(clip));
  QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
  const auto placed = [&] { return std::any_of(canvas().dots().begin(), canvas().dots().end(), [clip](const MapDot& dot) { return dot.clip == clip; }); };
  QVERIFY(testing::wait_for([&] { return !workspace_->open_catalog()->clips().view(db::ClipId{clip})->clip.excluded && canvas().dots().size() == 24 && placed(); }));
  QTest::qWait(300);  // the list of dots may be read once more
  map().go_to(clip);
  const int compared = window_->compare().count();
  QTest::keyClick(&canvas(), Qt::Key_V);
  QCOMPARE(window_->compare().count(), compared + 1);
  QTest::keyClick(&canvas(), Qt::Key_C);
  QCOMPARE(window_->transfer().content().choice().clip, clip);
  set_confirm_answer(0);
  QTest::keyClick(&canvas(), Qt::Key_Delete);
  QVERIFY(testing::wait_for([&] { return last_question().contains("Remove 1 clip"); }));
  set_confirm_answer(-1);
  // Where clips do not play by themselves, the second click does it.
  QSettings().setValue("library/play_on_select", false);
  auto& player = window_->bench().player();
  const qint64 other = canvas().dots()[9].clip;
  map().go_to(other);
  QVERIFY(testing::wait_for([&] { return player.current() && player.current()->clip == other; }));
  QTest::qWait(150);
  QVERIFY(!player.playing());
  map().go_to(other);
  QVERIFY(testing::wait_for([&] { return player.playing(); }));
  player.stop();
  QSettings().setValue("library/play_on_select", true);
}

void TestExplore::arrowsGoFromDotToDot() {
  canvas().setFocus();
  const qint64 before = canvas().marked();
  const double x = canvas().place_of(before).x();
  const bool left = x > canvas().width() / 2.0;
  QTest::keyClick(&canvas(), left ? Qt::Key_Left : Qt::Key_Right);
  QVERIFY(canvas().marked() != before);
  QVERIFY((canvas().place_of(canvas().marked()).x() < x) == left);
  QTest::keyClick(&canvas(), Qt::Key_Plus);
  QVERIFY(canvas().place_of(before).x() != x);
  QTest::keyClick(&canvas(), Qt::Key_Home);
  QCOMPARE(canvas().place_of(before).x(), x);
  window_->bench().player().stop();
}

void TestExplore::keysChooseWithoutAPointer() {
  canvas().setFocus();
  QTest::keyClick(&canvas(), Qt::Key_Escape);
  const qint64 middle = canvas().marked();
  QVERIFY(middle != 0);
  QTest::keyClick(&canvas(), Qt::Key_Return, Qt::ControlModifier);
  QCOMPARE(canvas().selection(), std::vector<qint64>{middle});
  QTest::keyClick(&canvas(), Qt::Key_Return, Qt::ControlModifier);
  QVERIFY(canvas().selection().empty());
  // The ring takes the nearest first and never loses one while it grows.
  std::size_t before = 0;
  for (int i = 0; i < 30 && canvas().selection().size() < canvas().dots().size(); ++i) {
    QTest::keyClick(&canvas(), Qt::Key_PageUp);
    const auto& chosen = canvas().selection();
    QVERIFY(std::find(chosen.begin(), chosen.end(), middle) != chosen.end());
    QVERIFY(chosen.size() >= before);
    before = chosen.size();
  }
  QCOMPARE(before, canvas().dots().size());
  for (int i = 0; i < 60 && !canvas().selection().empty(); ++i) QTest::keyClick(&canvas(), Qt::Key_PageDown);
  QVERIFY(canvas().selection().empty());
  const bool left = canvas().place_of(middle).x() > canvas().width() / 2.0;
  QTest::keyClick(&canvas(), left ? Qt::Key_Left : Qt::Key_Right, Qt::ShiftModifier);
  QCOMPARE(canvas().selection().size(), std::size_t{2});
  QTest::keyClick(&canvas(), Qt::Key_Escape);
  QVERIFY(canvas().selection().empty());
}

void TestExplore::thePictureCarriesItsRecord() {
  for (const char* name : {"/map.png", "/map.svg", "/map.pdf"}) {
    const QString file = folder_.path() + name;
    map().save(file);
    QVERIFY(testing::wait_for([&] { return QFile::exists(file) && window_->bench().tasks().empty(); }));
    QCOMPARE(look_into(file).record_kind(), QStringLiteral("map"));
  }
  const QJsonObject record = look_into(folder_.path() + "/map.png").record;
  QCOMPARE(record["clips"].toInt(), 24);
  QVERIFY(record["command"].toString().endsWith(" map"));
  const QImage image(folder_.path() + "/map.png");
  QCOMPARE(image.size(), canvas().size() * 2);
  QVERIFY(testing::busy_share(image) > 0.001);
}

void TestExplore::aHundredThousandDotsAreDrawnQuickly() {
  MapCanvas large;
  large.resize(900, 600);
  std::mt19937 random(1);
  std::uniform_real_distribution<float> place(0, 1);
  std::vector<MapDot> dots;
  for (qint64 i = 1; i <= 100'000; ++i) dots.push_back({i, place(random), place(random), i % 7});
  large.set_dots(std::move(dots), false);
  large.show();
  QVERIFY(QTest::qWaitForWindowExposed(&large));
  QElapsedTimer timer;
  timer.start();
  large.zoom(1.2, {450, 300});
  large.grab();
  const auto ms = timer.elapsed();
  qInfo("100,000 dots drawn in %lld ms", static_cast<long long>(ms));
  QVERIFY(ms < 500);  // some ten times what an idle machine needs
  QVERIFY(testing::busy_share(large.grab().toImage()) > 0.3);
}

void TestExplore::labelsHaveFiguresAndAWall() {
  window_->explore().tabs().setCurrentIndex(1);
  LabelsView& labels = window_->explore().labels();
  QVERIFY(testing::wait_for([&] { return labels.table().rowCount() == 3; }));
  QCOMPARE(labels.table().item(0, 0)->text(), QStringLiteral("harp"));
  QCOMPARE(labels.table().item(0, 1)->text(), QStringLiteral("8"));
  QVERIFY(testing::wait_for([&] { return labels.wall().clips().rowCount() == 8 && labels.wall().pictures_in_sight() == 8; }));
  labels.table().selectRow(2);
  QVERIFY(testing::wait_for([&] { return label_of(labels.wall().clips().id_at(2)) == "violin" && labels.wall().pictures_in_sight() == 8; }));
  WallView& wall = labels.wall();
  QVERIFY(testing::busy_share(wall.grab().toImage()) > 0.05);
  const QModelIndex third = wall.clips().index(2, 0);
  QTest::mouseClick(wall.viewport(), Qt::LeftButton, {}, wall.visualRect(third).center());
  auto& player = window_->bench().player();
  QVERIFY(testing::wait_for([&] { return player.playing() && player.current() && player.current()->clip == wall.clips().id_at(2); }));
  player.stop();
  QTest::keyClick(&wall, Qt::Key_1);
  const qint64 id = wall.chosen().front().value;
  QVERIFY(testing::wait_for([&] { return label_of(id) == "harp"; }));
  QVERIFY(testing::wait_for([&] { return wall.clips().rowCount() == 7; }));
  QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(testing::wait_for([&] { return wall.clips().rowCount() == 8; }));
}

void TestExplore::measuresComeWhenAskedFor() {
  LabelsView& labels = window_->explore().labels();
  const int before = labels.table().columnCount();
  labels.analyse();
  QVERIFY(testing::wait_for([&] { return labels.table().columnCount() > before; }, 30000));
  QVERIFY(labels.table().item(0, before)->text().contains(QString::fromUtf8("±")));
}

int main(int argc, char** argv) { return testing::run<TestExplore>(argc, argv); }
#include "tst_explore.moc"
