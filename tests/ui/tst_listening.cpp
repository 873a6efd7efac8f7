// timeout: 240
#include <QComboBox>
#include <QHeaderView>
#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTimer>
#include <QToolButton>

#include "db/clip_store.h"
#include "tests/support/ui_harness.h"
#include "ui/library/clip_actions.h"
#include "ui/library/clip_panel.h"
#include "ui/library/clip_pick_dialog.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/label_bar.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/spectrogram/spectrogram_view.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// What sounds when clips are looked through, and what keys, the search and the menu of a clip do meanwhile.
class TestListening : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase() { window_.reset(); }
  void aClickAndTheArrowsPlay();
  void aListThatIsReadAnewIsSilent();
  void homeAndEndGoThroughTheTable();
  void theLoopButtonRepeatsTheSelection();
  void arrowsMoveInTheSoundWhereverTheyAreFree();
  void keysChangeScaleAndSight();
  void oneLabelAloneEndsWhatWasShownBefore();
  void splitAndPhraseAreSetFromTheMenu();
  void aLabelIsRenamedFromItsName();
  void notesThatDifferAreNotReplacedByASlip();
  void manyLabelsTakeAsManyRowsAsTheyNeed();
  void anotherOutputGoesOnWhereTheOneBeforeWas();
  void theChoiceOfAClipIsSilentWhereTheLibraryIs();
  void aClipThatCannotBeReadLeavesNoOtherInThePlayer();

 private:
  LibraryPage& library() { return window_->library(); }
  ClipTableModel& clips() { return library().model(); }
  SoundPlayer& player() { return window_->bench().player(); }
  QString last_command() { return window_->bench().last_command().join(' '); }
  db::ClipView in_catalog(qint64 id) { return *workspace_->open_catalog()->clips().view(db::ClipId{id}); }
  bool heard(int row) {
    return wait_for([&] { return player().playing() && player().current() && player().current()->clip == clips().id_at(row); });
  }
  void click(int row);

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

void TestListening::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 4, 1.0);
  QSettings().remove("library/play_on_select");  // as for somebody who has set nothing
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(wait_for([&] { return window_->page() == "library" && clips().rowCount() == 12 && clips().view_at(11); }));
  QVERIFY(wait_for([&] { return player().ready() && library().view().complete() && player().current(); }));
  QVERIFY(!player().playing());
}

void TestListening::click(int row) {
  const QModelIndex index = clips().index(row, 0);
  library().table().scrollTo(index);
  QTest::mouseClick(library().table().viewport(), Qt::LeftButton, {}, library().table().visualRect(index).center());
}

void TestListening::aClickAndTheArrowsPlay() {
  click(2);
  QVERIFY(heard(2));
  QTest::keyClick(&library().table(), Qt::Key_Down);
  QVERIFY(heard(3));
  player().stop();
  click(3);  // it is chosen already, and is heard again
  QVERIFY(heard(3));
  const QModelIndex index = clips().index(3, 0);
  QTest::mouseDClick(library().table().viewport(), Qt::LeftButton, {}, library().table().visualRect(index).center());
  QVERIFY(player().playing());  // the second click of a double-click does not end what the first began
  player().stop();
}

void TestListening::aListThatIsReadAnewIsSilent() {
  QSignalSpy loaded(&clips(), &ClipTableModel::loaded);
  clips().set_sort({{ClipTableModel::label, Qt::DescendingOrder}});
  QVERIFY(wait_for([&] { return loaded.count() >= 1; }));
  library().search_field().setText("inst:violin");
  QVERIFY(wait_for([&] { return clips().rowCount() == 4; }));
  library().search_field().clear();
  QVERIFY(wait_for([&] { return clips().rowCount() == 12; }));
  clips().set_sort({});
  window_->bench().note_catalog_change();
  const int before = static_cast<int>(loaded.count());
  QVERIFY(wait_for([&] { return loaded.count() > before; }));
  QTest::qWait(300);
  QVERIFY(!player().playing());
}

void TestListening::homeAndEndGoThroughTheTable() {
  click(4);
  QTest::keyClick(&library().table(), Qt::Key_End);
  QCOMPARE(library().table().currentIndex().row(), 11);
  QVERIFY(heard(11));
  QTest::keyClick(&library().table(), Qt::Key_Home);
  QCOMPARE(library().table().currentIndex().row(), 0);
  QCOMPARE(library().selection().size(), std::size_t{1});
  QVERIFY(heard(0));
  player().stop();
}

void TestListening::theLoopButtonRepeatsTheSelection() {
  click(5);
  QVERIFY(heard(5));
  player().stop();
  auto* loop = window_->findChild<QToolButton*>("loop_button");
  QVERIFY(loop && loop->isEnabled());
  library().view().scene().set_selection(std::make_pair(0.25, 0.5));
  QTest::mouseClick(loop, Qt::LeftButton);
  QCOMPARE(player().loop(), std::optional(std::make_pair(0.25, 0.5)));
  QTest::mouseClick(loop, Qt::LeftButton);
  QVERIFY(!player().loop() && !loop->isChecked());
  library().view().scene().set_selection(std::nullopt);
  QTest::mouseClick(loop, Qt::LeftButton);
  QCOMPARE(player().loop(), std::optional(std::make_pair(0.0, player().length())));
  QVERIFY(loop->isChecked());
  QTest::keyClick(window_.get(), Qt::Key_L);
  QVERIFY(!player().loop());
}

void TestListening::arrowsMoveInTheSoundWhereverTheyAreFree() {
  auto* button = window_->findChild<QToolButton*>("loop_button");
  button->setFocus(Qt::TabFocusReason);
  player().stop();
  const auto at = [&](double seconds) { return wait_for([&] { return std::abs(player().position() - seconds) < 0.02; }); };
  QVERIFY(at(0));
  QTest::keyClick(button, Qt::Key_Right);
  QVERIFY(at(0.5));
  QVERIFY(button->hasFocus());
  QTest::keyClick(button, Qt::Key_End);
  QVERIFY(at(1));
  QTest::keyClick(button, Qt::Key_Left);
  QVERIFY(at(0.5));
  QTest::keyClick(button, Qt::Key_Home);
  QVERIFY(at(0));
  QLineEdit& search = library().search_field();
  search.setFocus();
  QTest::keyClicks(&search, "harp");
  QTest::keyClick(&search, Qt::Key_Left);
  QCOMPARE(search.cursorPosition(), 3);
  QVERIFY(at(0));
  search.clear();
  QVERIFY(wait_for([&] { return clips().rowCount() == 12; }));
  library().focus_table();
}

void TestListening::keysChangeScaleAndSight() {
  auto& settings = window_->bench().spectrograms();
  const PictureKind before = settings.picture().kind;
  QVERIFY(before == PictureKind::mel);
  QTest::keyClick(&library().table(), Qt::Key_G);
  QVERIFY(settings.picture().kind == PictureKind::cqt);
  QTest::keyClick(&library().table(), Qt::Key_G);
  QVERIFY(settings.picture().kind == PictureKind::linear);
  QTest::keyClick(&library().table(), Qt::Key_G);
  QVERIFY(settings.picture().kind == PictureKind::mel);
  QTest::keyClick(&library().table(), Qt::Key_E);
  QVERIFY(library().view().tools().sight() == Sight::representation);
  QTest::keyClick(&library().table(), Qt::Key_E);
  QVERIFY(library().view().tools().sight() == Sight::sound);
}

void TestListening::oneLabelAloneEndsWhatWasShownBefore() {
  QComboBox* show = nullptr;
  for (QComboBox* box : library().findChildren<QComboBox*>()) show = box->accessibleName() == "Show" ? box : show;
  QVERIFY(show && show->count() == 5);
  show->setCurrentIndex(show->findText("harp", Qt::MatchStartsWith));
  Q_EMIT show->activated(show->currentIndex());
  QVERIFY(wait_for([&] { return clips().rowCount() == 4 && clips().query() == "inst:\"harp\""; }));
  Q_EMIT library().findChild<LabelBar*>()->show_only("inst:\"violin\"");
  QVERIFY(wait_for([&] { return clips().rowCount() == 4 && clips().query() == "inst:\"violin\""; }));
  QCOMPARE(show->currentIndex(), 0);
  window_->bench().choose_clips({{1}, {2}}, "Chosen on the map: 2 clips");
  QVERIFY(wait_for([&] { return clips().rowCount() == 2; }));
  QCOMPARE(show->count(), 5);
  QCOMPARE(show->currentIndex(), 0);
  QTest::mouseClick(library().findChild<QToolButton*>("restriction"), Qt::LeftButton);
  QVERIFY(wait_for([&] { return clips().rowCount() == 12; }));
}

void TestListening::splitAndPhraseAreSetFromTheMenu() {
  window_->bench().choose_clips({{1}, {6}});
  QVERIFY(wait_for([&] { return library().selection().size() == 2; }));
  QMenu menu;
  library().findChild<ClipActions*>()->fill_menu(menu, [] {});
  const auto in = [&](const QString& title, const QString& entry) {
    for (QMenu* part : menu.findChildren<QMenu*>()) {
      if (part->title() != title) continue;
      for (QAction* action : part->actions())
        if (action->text() == entry) return action;
    }
    return static_cast<QAction*>(nullptr);
  };
  QAction* validation = in("Split", "Validation");
  QVERIFY(validation);
  QVERIFY(in("Split", "None: left to the training")->isChecked());
  validation->trigger();
  QVERIFY(wait_for([&] { return in_catalog(1).clip.split == db::Split::validation && in_catalog(6).clip.split == db::Split::validation; }));
  QCOMPARE(last_command(), QStringLiteral("split validation 1 6"));
  window_->bench().undo();
  QVERIFY(wait_for([&] { return in_catalog(6).clip.split == db::Split::none; }));
  const std::string before = in_catalog(6).phrase;
  QVERIFY(before != "a new tune");
  library().findChild<ClipActions*>()->set_phrase("a new tune");
  QVERIFY(wait_for([&] { return in_catalog(1).phrase == "a new tune" && in_catalog(6).phrase == "a new tune"; }));
  QCOMPARE(last_command(), QStringLiteral("phrase a new tune 1 6"));
  QAction* none = in("Phrase", "No phrase");
  QVERIFY(none);
  none->trigger();
  QVERIFY(wait_for([&] { return in_catalog(6).phrase.empty(); }));
  QCOMPARE(last_command(), QStringLiteral("phrase none 1 6"));
  window_->bench().undo();
  window_->bench().undo();
  QVERIFY(wait_for([&] { return in_catalog(6).phrase == before; }));
}

void TestListening::aLabelIsRenamedFromItsName() {
  const db::LabelRow* harp = library().findChild<LabelBar*>()->label_of_key(1);
  QVERIFY(harp && harp->name == "harp");
  QString offered;
  QTimer timer;
  connect(&timer, &QTimer::timeout, this, [&] {
    auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
    if (!dialog) return;
    timer.stop();
    offered = dialog->textValue();
    dialog->setTextValue("lyre, small");
    dialog->accept();
  });
  timer.start(20);
  Q_EMIT library().findChild<LabelBar*>()->rename_requested(harp->id.value);
  QVERIFY(wait_for([&] { return in_catalog(1).label == "lyre, small"; }));
  QCOMPARE(offered, QStringLiteral("harp"));
  QCOMPARE(last_command(), QStringLiteral("label harp --rename lyre, small"));
  window_->bench().undo();
  QVERIFY(wait_for([&] { return in_catalog(1).label == "harp"; }));
}

void TestListening::notesThatDifferAreNotReplacedByASlip() {
  window_->bench().edit("a note", [](db::Catalog& catalog) { catalog.clips().set_notes({db::ClipId{1}}, "remark"); });
  QVERIFY(wait_for([&] { return in_catalog(1).clip.notes == "remark"; }));
  const auto row_of = [&](qint64 id) {
    for (int row = 0; row < clips().rowCount(); ++row)
      if (clips().id_at(row) == id) return row;
    return -1;
  };
  const auto note = [&](qint64 with, const QString& typed) {
    click(row_of(with));
    if (with != 1) library().table().selectionModel()->select(clips().index(row_of(1), 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    QString offered;
    QTimer timer;
    connect(&timer, &QTimer::timeout, this, [&] {
      auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
      if (!dialog) return;
      timer.stop();
      offered = dialog->textValue();
      if (!typed.isNull()) dialog->setTextValue(typed);
      dialog->accept();
    });
    timer.start(20);
    library().actions().edit_notes();
    return offered;
  };
  QVERIFY(wait_for([&] { return clips().view_at(row_of(1)) && clips().view_at(row_of(1))->clip.notes == "remark"; }));
  QCOMPARE(note(1, {}), QStringLiteral("remark"));
  QCOMPARE(note(2, {}), QString());  // they differ
  QCOMPARE(in_catalog(1).clip.notes, std::string("remark"));
  note(2, "both");
  QVERIFY(wait_for([&] { return in_catalog(1).clip.notes == "both" && in_catalog(2).clip.notes == "both"; }));
  window_->bench().undo();
  window_->bench().undo();
  QVERIFY(wait_for([&] { return in_catalog(1).clip.notes.empty(); }));
}

void TestListening::manyLabelsTakeAsManyRowsAsTheyNeed() {
  LabelBar bar;
  std::vector<db::LabelRow> labels(20);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i].id = {static_cast<std::int64_t>(i) + 1}, labels[i].name = "Rock & roll " + std::to_string(i);
  bar.set_labels(labels);
  const auto height_at = [&](int width) {
    bar.resize(width, 40);
    bar.show();
    QTest::qWait(50);
    return bar.minimumSizeHint().height();
  };
  const int wide = height_at(1200), narrow = height_at(500);
  QVERIFY2(wide < 130, qPrintable(QString::number(wide)));  // not a row for each
  QVERIFY(narrow > wide && narrow < 20 * 28);
  QVERIFY(height_at(1200) == wide);  // and back
  bool found = false;
  for (const QToolButton* chip : bar.findChildren<QToolButton*>()) found = found || chip->text().contains("Rock && roll");
  QVERIFY(found);
}

void TestListening::anotherOutputGoesOnWhereTheOneBeforeWas() {
  QVERIFY(testing::show_active(*window_));
  click(7);
  QVERIFY(heard(7));
  player().set_loop(std::make_pair(0.2, 0.9));
  player().seek(0.6);
  QVERIFY(wait_for([&] { return player().position() > 0.6; }));
  QSignalSpy opened(&player(), &SoundPlayer::device_changed);
  QElapsedTimer clock;
  clock.start();
  player().set_device(-1);
  QVERIFY(clock.elapsed() < 100);  // the window does not wait for it
  QVERIFY(player().position() > 0.5);
  QVERIFY(wait_for([&] { return opened.count() == 1 && player().playing(); }));
  QCOMPARE(player().loop(), std::optional(std::make_pair(0.2, 0.9)));
  player().pause();
  QVERIFY(wait_for([&] { return !player().playing(); }));
  player().seek(0.4);
  QVERIFY(wait_for([&] { return std::abs(player().position() - 0.4) < 0.02; }));
  player().set_device(-1);
  player().set_device(-1);  // an impatient hand
  QVERIFY(wait_for([&] { return opened.count() >= 2 && player().ready(); }));
  QTest::qWait(200);
  QVERIFY(!player().playing());
  QVERIFY2(std::abs(player().position() - 0.4) < 0.05, qPrintable(QString::number(player().position())));
  // The list of outputs can be asked for anew, wherever there is none too.
  QComboBox* outputs = nullptr;
  for (QComboBox* box : window_->findChildren<QComboBox*>()) outputs = box->accessibleName() == "Sound output" ? box : outputs;
  QVERIFY(wait_for([&] { return outputs->isEnabled() && outputs->findText("Look again") > 0; }));
  const int before = static_cast<int>(opened.count());
  outputs->setCurrentIndex(outputs->findText("Look again"));
  Q_EMIT outputs->activated(outputs->currentIndex());
  QVERIFY(wait_for([&] { return opened.count() > before && outputs->findText("Look again") > 0; }));
  QVERIFY(outputs->currentText() != "Look again");
  player().set_loop(std::nullopt);
  player().stop();
}

void TestListening::theChoiceOfAClipIsSilentWhereTheLibraryIs() {
  const auto chosen = [&](bool plays) {
    QSettings().setValue("library/play_on_select", plays);
    ClipPickDialog dialog(window_->bench(), window_.get());
    dialog.open();
    auto* table = dialog.findChild<ClipTable*>();
    if (!wait_for([&] { return table->model()->rowCount() == 12 && static_cast<ClipTableModel*>(table->model())->view_at(9); })) return -1;
    table->setFocus();
    table->selectRow(plays ? 8 : 9);
    const qint64 id = static_cast<ClipTableModel*>(table->model())->id_at(plays ? 8 : 9);
    if (!wait_for([&] { return player().current() && player().current()->clip == id; })) return -2;
    if (plays && !wait_for([&] { return player().playing(); })) return -3;
    QTest::qWait(150);
    const bool heard = player().playing();
    player().stop();
    return heard ? 1 : 0;
  };
  QCOMPARE(chosen(true), 1);
  QCOMPARE(chosen(false), 0);
  QSettings().setValue("library/play_on_select", true);
  QVERIFY(testing::show_active(*window_));
}

void TestListening::aClipThatCannotBeReadLeavesNoOtherInThePlayer() {
  click(0);
  QVERIFY(heard(0));
  const qint64 id = clips().id_at(10);
  QVERIFY(QFile::remove(QString::fromStdString(workspace_->resolve(in_catalog(id).path).string())));
  window_->bench().sounds().clear();  // it was made ready ahead
  QSignalSpy said(&window_->bench(), &Workbench::said);
  click(10);
  QVERIFY(wait_for([&] { return player().deck().empty(); }));
  QVERIFY(!player().playing());
  QVERIFY(library().panel().clip() == id);
  said.clear();
  QTest::keyClick(&library().table(), Qt::Key_Space);
  QCOMPARE(said.count(), 1);
  QVERIFY2(said.first().first().toString().size() > 10, qPrintable(said.first().first().toString()));
  QVERIFY(!player().playing());
  click(1);
  QVERIFY(heard(1));
  player().stop();
}

int main(int argc, char** argv) { return testing::run<TestListening>(argc, argv); }
#include "tst_listening.moc"
