// timeout: 300
#include <QAction>
#include <QCheckBox>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>

#include "db/clip_store.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/compare_page.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/pairs/pair_maker.h"
#include "ui/pairs/pair_table_model.h"
#include "ui/pairs/pairs_page.h"
#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/training/run_controller.h"
#include "ui/training/training_page.h"
#include "ui/transfer/transfer_page.h"

using namespace luthier;
using namespace luthier::ui;

/// Keys, focus, the player, files and leaving, where several parts of the window meet.
class TestWindowWays : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase() { window_.reset(); }
  void keysWorkAfterAClickOnThePicture();
  void spaceAfterAClickPlaysAndAfterTabPresses();
  void deleteBelongsToWhatHasTheFocus();
  void aPageThatIsShownTakesThePlayer();
  void filesGoWhereTheyBelong();
  void aPairIsMadeByHandAndTakenBack();
  void aRunIsNotStoppedUnasked();

 private:
  LibraryPage& library() { return window_->library(); }
  ClipTableModel& clips() { return library().model(); }
  void choose(int row);
  QString label_in_catalog(qint64 id);

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

void TestWindowWays::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 4, 1.0);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  for (QAction* action : window_->findChildren<QAction*>()) {
    if (action->text().startsWith("Import")) QVERIFY(!action->isEnabled());  // there is nothing to import into
  }
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(testing::wait_for([&] { return window_->page() == "library" && clips().rowCount() == 12; }));
  for (const int row : {0, 4}) {
    choose(row);
    QTest::keyClick(&library().table(), Qt::Key_V);
  }
  QCOMPARE(window_->compare().count(), 2);
}

void TestWindowWays::choose(int row) {
  const QModelIndex index = clips().index(row, 0);
  library().table().scrollTo(index);
  QTest::mouseClick(library().table().viewport(), Qt::LeftButton, {}, library().table().visualRect(index).center());
  QVERIFY(testing::wait_for([&] { return clips().view_at(row) != nullptr; }));
}

QString TestWindowWays::label_in_catalog(qint64 id) {
  const auto view = workspace_->open_catalog()->clips().view(db::ClipId{id});
  return view ? QString::fromStdString(view->label) : QStringLiteral("gone");
}

void TestWindowWays::keysWorkAfterAClickOnThePicture() {
  window_->show_page("library");
  choose(1);
  const qint64 id = clips().id_at(1);
  auto& view = library().view();
  QVERIFY(testing::wait_for([&] { return view.sounds().size() == 1 && view.sounds()[0]->clip == id && canvas_settled(view.canvas()); }));
  QTest::mouseClick(view.canvas(), Qt::LeftButton, {}, view.canvas()->rect().center());
  QVERIFY(view.canvas()->hasFocus());
  auto& player = window_->bench().player();
  QTest::keyClick(view.canvas(), Qt::Key_End);
  QVERIFY(testing::wait_for([&] { return player.position() > 0.8; }));
  QTest::keyClick(view.canvas(), Qt::Key_Left);
  QVERIFY(testing::wait_for([&] { return player.position() < 0.7 && player.position() > 0.2; }));
  view.scene().set_selection(std::make_pair(0.2, 0.5));
  QTest::keyClick(view.canvas(), Qt::Key_Escape);
  QVERIFY(!view.scene().selection());
  QTest::keyClick(view.canvas(), Qt::Key_3);
  QVERIFY(testing::wait_for([&] { return label_in_catalog(id) == "violin"; }));
  QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(testing::wait_for([&] { return label_in_catalog(id) == "harp"; }));
  player.stop();
}

void TestWindowWays::spaceAfterAClickPlaysAndAfterTabPresses() {
  auto& player = window_->bench().player();
  QVERIFY(testing::wait_for([&] { return player.current() && !player.playing(); }));
  QCheckBox* box = nullptr;
  for (QCheckBox* one : library().findChildren<QCheckBox*>()) box = one->isVisible() ? one : box;
  QVERIFY(box);
  QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
  const bool checked = box->isChecked();
  box->setFocus(Qt::MouseFocusReason);
  QTest::keyClick(box, Qt::Key_Space);
  QVERIFY(testing::wait_for([&] { return player.playing(); }));
  QCOMPARE(box->isChecked(), checked);
  player.stop();
  library().table().setFocus();
  box->setFocus(Qt::TabFocusReason);
  QTest::keyClick(box, Qt::Key_Space);
  QCOMPARE(box->isChecked(), !checked);
  if (!checked) box->click();
}

void TestWindowWays::deleteBelongsToWhatHasTheFocus() {
  window_->show_page("transfer");
  auto* queue = window_->findChild<QWidget*>("transfer_queue");
  set_confirm_answer(0);
  const QString before = last_question();
  confirm(nullptr, "nothing", {}, {});
  queue->setFocus();
  QTest::keyClick(queue, Qt::Key_Delete);
  QTest::qWait(150);
  QCOMPARE(last_question(), QStringLiteral("nothing\n"));
  QVERIFY(before != last_question());
  set_confirm_answer(-1);
}

void TestWindowWays::aPageThatIsShownTakesThePlayer() {
  window_->show_page("library");
  choose(7);
  auto& player = window_->bench().player();
  QVERIFY(testing::wait_for([&] { return player.deck().size() == 1 && player.current()->clip == clips().id_at(7); }));
  window_->show_page("compare");
  QVERIFY(testing::wait_for([&] { return player.deck().size() == 2; }));
  QTest::keyClick(window_.get(), Qt::Key_2, Qt::AltModifier);
  QCOMPARE(player.current()->key, window_->compare().view().sounds()[1]->key);
  QTest::keyClick(window_.get(), Qt::Key_Left, Qt::AltModifier);
  QCOMPARE(window_->page(), QStringLiteral("library"));
  QVERIFY(testing::wait_for([&] { return player.deck().size() == 1; }));
}

void TestWindowWays::filesGoWhereTheyBelong() {
  window_->show_page("library");
  auto& view = library().view();
  QVERIFY(testing::wait_for([&] { return view.complete() && view.sounds().size() == 1; }));
  const qint64 clip = view.sounds()[0]->clip;
  for (const char* ending : {"png", "svg", "pdf"}) {
    view.scene().show_time(0.25, 0.5);
    const QString file = folder_.path() + "/view." + ending;
    QSignalSpy saved(&view, &SpectrogramView::saved);
    view.save(file);
    QVERIFY(saved.wait(20000));
    choose(clip == clips().id_at(2) ? 3 : 2);
    QVERIFY(testing::wait_for([&] { return view.sounds().size() == 1 && view.sounds()[0]->clip != clip; }));
    window_->show_page("train");
    window_->take_files({file});
    QVERIFY2(testing::wait_for([&] { return window_->page() == "library" && view.sounds()[0]->clip == clip; }), ending);
    QVERIFY2(testing::wait_for([&] { return std::abs(view.scene().visible_time().first - 0.25) < 0.01; }), ending);
    QVERIFY(std::abs(view.scene().visible_time().second - 0.5) < 0.01);
  }
  QFile record(folder_.path() + "/record.json");
  QVERIFY(record.open(QIODevice::WriteOnly));
  const auto name = [&](int row) { return QString::fromStdString(workspace_->open_catalog()->clips().view(db::ClipId{clips().id_at(row)})->name); };
  record.write(QString(R"({"kind":"comparison","sounds":[{"title":"%1"},{"title":"%2"},{"title":"gone"}],"sound.1":"clip %3","sound.2":"clip %4","figures":[{"against":"%2"}]})")
                   .arg(name(2), name(6)).arg(clips().id_at(2)).arg(clips().id_at(6)).toUtf8());
  record.close();
  window_->take_files({record.fileName()});
  QVERIFY(testing::wait_for([&] { return window_->page() == "compare" && window_->compare().view().sounds().size() == 2; }));
  QVERIFY(window_->compare().command().contains("--truth 2"));
  QVERIFY2(last_error().contains("gone"), qPrintable(last_error()));
  QFile pairs(folder_.path() + "/some.csv");
  QVERIFY(pairs.open(QIODevice::WriteOnly));
  pairs.write("violin,0,harp,1\n");
  pairs.close();
  const int sets = window_->pairs().sets().count();
  window_->take_files({pairs.fileName()});
  QVERIFY(testing::wait_for([&] { return window_->page() == "pairs" && window_->pairs().sets().count() == sets + 1; }));
}

void TestWindowWays::aPairIsMadeByHandAndTakenBack() {
  window_->show_page("library");
  choose(0);
  QTest::keyClick(&library().table(), Qt::Key_C);
  window_->show_page("pairs");
  PairMaker& maker = window_->pairs().maker();
  QCOMPARE(maker.choice(PairMaker::content).clip, clips().id_at(0));
  auto* add = window_->findChild<QPushButton*>("add_pair");
  auto* why = window_->findChild<QLabel*>("pair_reason");
  QVERIFY(!add->isEnabled());
  maker.suggest();
  QVERIFY(testing::wait_for([&] { return !maker.suggestions().actions().isEmpty(); }));
  maker.suggestions().close();
  QAction* first = maker.suggestions().actions().first();
  QVERIFY2(first->text().contains("same phrase"), qPrintable(first->text()));
  first->trigger();
  QVERIFY2(why->text().contains("instead of harp"), qPrintable(why->text()));
  QVERIFY(maker.choice(PairMaker::target).clip != 0);
  const int sets = window_->pairs().sets().count();
  QTest::mouseClick(add, Qt::LeftButton);
  auto& model = window_->pairs().model();
  QVERIFY(testing::wait_for([&] { return window_->pairs().sets().count() == sets + 1 && model.rowCount() == 1 && model.view_at(0); }));
  QCOMPARE(model.view_at(0)->content.clip.id.value, clips().id_at(0));
  QVERIFY(window_->bench().last_command().join(' ').startsWith("pairs add --set by hand --content"));
  window_->bench().undo();
  QVERIFY(testing::wait_for([&] { return window_->pairs().sets().count() == sets; }));
}

void TestWindowWays::aRunIsNotStoppedUnasked() {
  TrainingRequest request;
  request.workspace = workspace_->folder();
  request.family = "simplegan";
  request.preset = "tiny";
  request.device = "cpu";
  request.overrides = {{"steps", std::int64_t{1000000}}, {"validate_every", std::int64_t{1000000}}, {"preview_every", std::int64_t{1000000}}};
  RunController& run = window_->training().controller();
  run.start(request);
  QVERIFY(testing::wait_for([&] { return run.running() && !run.run().isEmpty(); }));
  set_confirm_answer(0);
  QAction* close = nullptr;
  for (QAction* action : window_->findChildren<QAction*>()) close = action->text() == "Close workspace" ? action : close;
  QVERIFY(close);
  close->trigger();
  QVERIFY2(last_question().contains("leave this workspace"), qPrintable(last_question()));
  QVERIFY(!window_->open_workspace(folder_.path() + "/other", true));
  QVERIFY(window_->bench().has_workspace() && run.running());
  run.discard();
  QVERIFY(testing::wait_for([&] { return !run.running(); }));
  set_confirm_answer(-1);
  QVERIFY(window_->open_workspace(QString::fromStdString(workspace_->folder().string())));
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 12; }));
}

int main(int argc, char** argv) { return testing::run<TestWindowWays>(argc, argv); }
#include "tst_window_ways.moc"
