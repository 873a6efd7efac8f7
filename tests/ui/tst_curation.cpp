// timeout: 180
#include <QDialogButtonBox>
#include <QMenu>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QToolButton>
#include <QTreeWidget>

#include "audio/reader.h"
#include "core/session/library_session.h"
#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/recording_store.h"
#include "tests/support/ui_harness.h"
#include "ui/library/clip_export_dialog.h"
#include "ui/library/clip_panel.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/fetch_dialog.h"
#include "ui/library/library_page.h"
#include "ui/library/recording_dialog.h"
#include "ui/library/recut_tools.h"
#include "ui/library/tidy/check_dialog.h"
#include "ui/library/tidy/disk_dialog.h"
#include "ui/library/tidy/duplicates_dialog.h"
#include "ui/main_window.h"
#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/spectrogram_view.h"

using namespace luthier;
using namespace luthier::ui;

/// Keeping a library in order, by hand: cuts, duplicates, missing files, the disk, rights, sorting, files dragged out.
class TestCuration : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase();
  void aDraggedRangeTrimsTheClipAndUndoBringsItBack();
  void aRangeOfTheRecordingBecomesANewClip();
  void severalKeysSortTheTable();
  void columnsAreChosenAndRemembered();
  void chosenClipsAreListedAlone();
  void partsOfARecordingAreDraggedOutAsFilesOfTheirOwn();
  void sourceAndRightsAreChangedForAllRecordings();
  void theSameSoundTwiceIsShownAndExcluded();
  void aMissingFileIsFoundAgainByItsContent();
  void spaceIsFreedAfterAQuestion();
  void chosenClipsAreExported();
  void aListOfLinksIsLookedAtBeforeItIsFetched();

 private:
  LibraryPage& library() { return window_->library(); }
  ClipTableModel& clips() { return library().model(); }
  SpectrogramScene& scene() { return library().view().scene(); }
  template <class Button>
  Button* button(QWidget* parent, const char* name) {
    return parent->findChild<Button*>(name);
  }
  db::ClipView in_catalog(qint64 id) { return *workspace_->open_catalog()->clips().view(db::ClipId{id}); }
  QString last_command() { return window_->bench().last_command().join(' '); }
  void choose(int row);
  void drag(double from, double to);
  void undo() { QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier); }

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

void TestCuration::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 4, 1.0);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(testing::wait_for([&] { return window_->page() == "library" && clips().rowCount() == 12; }));
}

void TestCuration::cleanupTestCase() { window_.reset(); }

void TestCuration::choose(int row) {
  const QModelIndex index = clips().index(row, 0);
  library().table().scrollTo(index);
  QTest::mouseClick(library().table().viewport(), Qt::LeftButton, {}, library().table().visualRect(index).center());
  const qint64 id = clips().id_at(row);
  QVERIFY(testing::wait_for([&] {
    const auto sounds = library().view().sounds();
    return clips().view_at(row) && library().panel().clip() == id && sounds.size() == 1 && sounds.front()->clip == id;
  }));
  QVERIFY(testing::wait_for([&] { return scene().lane_area(0).isValid() && canvas_settled(library().view().canvas()); }));
}

void TestCuration::drag(double from, double to) {
  QWidget* canvas = library().view().canvas();
  const int y = static_cast<int>(scene().lane_area(0).center().y());
  const auto point = [&](double seconds) { return QPoint(static_cast<int>(std::lround(scene().x_of(seconds))), y); };
  QTest::mousePress(canvas, Qt::LeftButton, {}, point(from));
  QTest::mouseMove(canvas, point((from + to) / 2));
  QTest::mouseMove(canvas, point(to));
  QTest::mouseRelease(canvas, Qt::LeftButton, {}, point(to));
  QVERIFY(testing::wait_for([&] {
    const auto selection = scene().selection();
    return canvas_settled(canvas) && selection && std::abs(selection->first - from) < 0.01 && std::abs(selection->second - to) < 0.01;
  }));
}

void TestCuration::aDraggedRangeTrimsTheClipAndUndoBringsItBack() {
  choose(0);
  const qint64 id = clips().id_at(0);
  const auto before = in_catalog(id);
  auto* trim = button<QToolButton>(window_.get(), "trim_clip");
  QVERIFY(trim && trim->isVisible() && !trim->isEnabled());
  drag(0.2, 0.6);
  QVERIFY(testing::wait_for([&] { return trim->isEnabled(); }));
  QTest::mouseClick(trim, Qt::LeftButton);
  QVERIFY(testing::wait_for([&] { return in_catalog(id).clip.frame_count < before.clip.frame_count; }));
  QVERIFY2(last_command().startsWith(QStringLiteral("cut %1 --from 0.").arg(id)), qPrintable(last_command()));
  QVERIFY(std::abs(window_->bench().last_command().at(3).toDouble() - 0.2) < 0.01 && std::abs(window_->bench().last_command().at(5).toDouble() - 0.6) < 0.01);
  const auto after = in_catalog(id);
  QVERIFY2(std::abs(after.clip.seconds - 0.4) < 0.01, qPrintable(QString::number(after.clip.seconds)));
  QVERIFY(std::abs(static_cast<double>(after.clip.start_frame) / after.sample_rate - 0.2) < 0.01);
  QVERIFY(testing::wait_for([&] { return std::abs(scene().duration() - after.clip.seconds) < 1e-6; }));  // the picture follows
  QVERIFY(!trim->isEnabled());
  QVERIFY(testing::wait_for([&] { return window_->bench().tasks().empty(); }));
  undo();
  QVERIFY(testing::wait_for([&] { return in_catalog(id).clip.sha256 == before.clip.sha256; }));
  QCOMPARE(in_catalog(id).phrase, before.phrase);
  QVERIFY(testing::wait_for([&] { return std::abs(scene().duration() - 1.0) < 1e-6; }));
}

void TestCuration::aRangeOfTheRecordingBecomesANewClip() {
  choose(1);
  drag(0.1, 0.5);
  QTest::keyClick(&library().table(), Qt::Key_N);
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 13; }));
  const qint64 made = clips().id_at(12);
  QVERIFY(std::abs(in_catalog(made).clip.seconds - 0.4) < 0.01);
  QVERIFY2(last_command().startsWith("cut 2 --from 0.") && last_command().endsWith(" --new"), qPrintable(last_command()));
  QCOMPARE(in_catalog(made).label, std::string("harp"));
  QVERIFY(testing::wait_for([&] { return library().panel().clip() == made && std::abs(scene().duration() - 0.4) < 0.01; }));  // it is chosen and shown
  // The whole recording shows where it lies, and there it can grow.
  auto* whole = button<QToolButton>(window_.get(), "whole_recording");
  QVERIFY(testing::wait_for([&] { return whole->isEnabled(); }));
  QTest::keyClick(&library().table(), Qt::Key_W);
  QVERIFY(testing::wait_for([&] { return std::abs(scene().duration() - 1.0) < 1e-6 && scene().selection(); }));
  QVERIFY(std::abs(scene().selection()->first - 0.1) < 0.01);
  QVERIFY(testing::wait_for([&] { return canvas_settled(library().view().canvas()); }));
  drag(0.05, 0.9);
  QTest::keyClick(&library().table(), Qt::Key_T);
  QVERIFY(testing::wait_for([&] { return std::abs(in_catalog(made).clip.seconds - 0.85) < 0.01; }));
  QVERIFY(testing::wait_for([&] { return window_->bench().tasks().empty(); }));
  QTest::keyClick(&library().table(), Qt::Key_W);
  undo();
  QVERIFY(testing::wait_for([&] { return std::abs(in_catalog(made).clip.seconds - 0.4) < 0.01; }));
  undo();
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 12; }));
}

void TestCuration::severalKeysSortTheTable() {
  auto* header = library().table().horizontalHeader();
  const auto click = [&](int column, Qt::KeyboardModifiers modifiers = {}) {
    const QPoint at(header->sectionViewportPosition(column) + header->sectionSize(column) / 2, header->height() / 2);
    QTest::mouseClick(header->viewport(), Qt::LeftButton, modifiers, at);
  };
  using Keys = std::vector<ClipTableModel::SortKey>;
  click(ClipTableModel::label);
  QCOMPARE(clips().sort_keys(), (Keys{{ClipTableModel::label, Qt::AscendingOrder}}));
  click(ClipTableModel::label);
  QCOMPARE(clips().sort_keys(), (Keys{{ClipTableModel::label, Qt::DescendingOrder}}));
  click(ClipTableModel::name, Qt::ShiftModifier);
  click(ClipTableModel::name, Qt::ShiftModifier);
  QCOMPARE(clips().sort_keys(), (Keys{{ClipTableModel::label, Qt::DescendingOrder}, {ClipTableModel::name, Qt::DescendingOrder}}));
  QVERIFY(testing::wait_for([&] { return !clips().loading() && clips().view_at(0) && clips().view_at(0)->name == "violin-003.wav"; }));
  QVERIFY(clips().headerData(ClipTableModel::name, Qt::Horizontal, Qt::DisplayRole).toString().contains('2'));
  QCOMPARE(header->sortIndicatorSection(), static_cast<int>(ClipTableModel::label));
  QCOMPARE(QSettings().value("library/sort").toStringList().size(), 2);
  clips().set_sort({{ClipTableModel::label, Qt::DescendingOrder}, {ClipTableModel::name, Qt::AscendingOrder}});
  QVERIFY(testing::wait_for([&] { return !clips().loading() && clips().view_at(0) && clips().view_at(0)->name == "violin-000.wav"; }));
  clips().set_sort({});
  QVERIFY(testing::wait_for([&] { return !clips().loading() && clips().view_at(0) && clips().view_at(0)->name == "harp-000.wav"; }));
}

void TestCuration::columnsAreChosenAndRemembered() {
  auto* columns = button<QToolButton>(window_.get(), "columns");
  QVERIFY(columns && columns->menu());
  Q_EMIT columns->menu()->aboutToShow();
  QAction* rights = nullptr;
  for (QAction* action : columns->menu()->actions())
    if (action->text() == "Rights") rights = action;
  QVERIFY(rights && rights->isCheckable() && !rights->isChecked());
  QVERIFY(library().table().isColumnHidden(ClipTableModel::rights));
  rights->trigger();
  QVERIFY(!library().table().isColumnHidden(ClipTableModel::rights));
  QVERIFY(!QSettings().value(QStringLiteral("library/columns-%1").arg(ClipTableModel::column_count)).toByteArray().isEmpty());
  rights->trigger();
}

void TestCuration::chosenClipsAreListedAlone() {
  const std::vector<db::ClipId> wanted{{3}, {7}, {8}};
  window_->bench().choose_clips(wanted);
  QVERIFY(testing::wait_for([&] { return library().selection() == wanted; }));
  QCOMPARE(clips().rowCount(), 12);
  window_->bench().choose_clips(wanted, "Chosen on the map: 3 clips");
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 3 && library().selection() == wanted; }));
  auto* back = button<QToolButton>(window_.get(), "restriction");
  QVERIFY(back->isVisible() && back->text().contains("3 clips"));
  library().search_field().setText("inst:harp");
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 1; }));  // the search goes on among them
  library().search_field().clear();
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 3; }));
  QTest::mouseClick(back, Qt::LeftButton);
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 12; }));
  QVERIFY(!back->isVisible());
}

void TestCuration::partsOfARecordingAreDraggedOutAsFilesOfTheirOwn() {
  const auto catalog = workspace_->open_catalog();
  const auto part = cut_new_clip(*workspace_, *catalog, {2}, 2205, 4410);
  window_->bench().note_catalog_change();
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 13 && clips().view_at(12) && clips().view_at(1); }));
  const std::unique_ptr<QMimeData> data(clips().mimeData({clips().index(12, 0), clips().index(1, 0)}));
  QCOMPARE(data->urls().size(), 2);
  const auto files = data->urls();
  const auto sound = audio::read_audio(files[0].toLocalFile().toStdString());
  QCOMPARE(sound.length(), std::size_t{4410});
  QCOMPARE(sound.channels[0], audio::read_audio(workspace_->resolve(in_catalog(2).path), 2205, 4410).channels[0]);
  QVERIFY(files[0].toLocalFile().contains("harp-001_0.10s"));
  QCOMPARE(files[1].toLocalFile().toStdString(), workspace_->resolve(in_catalog(2).path).string());
  Q_UNUSED(part);
  catalog->journal().undo();
  window_->bench().note_catalog_change();
  QVERIFY(testing::wait_for([&] { return clips().rowCount() == 12; }));
}

void TestCuration::sourceAndRightsAreChangedForAllRecordings() {
  show_recording_dialog(window_->bench(), {{1}, {2}}, window_.get());
  QVERIFY(testing::wait_for([&] { return window_->findChild<RecordingDialog*>() != nullptr; }));
  auto* dialog = window_->findChild<RecordingDialog*>();
  auto* source = dialog->findChild<QLineEdit*>("source");
  auto* rights = dialog->findChild<QLineEdit*>("rights");
  QVERIFY(source->text().isEmpty() && source->placeholderText().contains("several"));
  QTest::keyClicks(rights, "CC BY 4.0");
  dialog->accept();
  QVERIFY(testing::wait_for([&] { return in_catalog(2).rights == "CC BY 4.0"; }));
  QCOMPARE(in_catalog(1).rights, std::string("CC BY 4.0"));
  QCOMPARE(last_command(), QStringLiteral("note --rights CC BY 4.0 recording:1,2"));
  QVERIFY(in_catalog(3).rights.empty());
  QVERIFY(!in_catalog(1).source.empty());  // a field that was not touched stays
  QVERIFY(testing::wait_for([&] { return clips().index(1, ClipTableModel::rights).data().toString() == "CC BY 4.0"; }));
  QVERIFY(testing::show_active(*window_));
  undo();
  QVERIFY(testing::wait_for([&] { return in_catalog(2).rights.empty(); }));
}

void TestCuration::theSameSoundTwiceIsShownAndExcluded() {
  const qint64 copy = cut_new_clip(*workspace_, *workspace_->open_catalog(), {1}, 0, in_catalog(1).clip.frame_count).value;  // the same frames again
  DuplicatesDialog dialog(window_->bench(), window_.get());
  dialog.show();
  QVERIFY(testing::wait_for([&] { return dialog.loaded() && dialog.extra() == 1; }));
  auto* tree = dialog.findChild<QTreeWidget*>();
  QCOMPARE(tree->topLevelItemCount(), 1);
  QCOMPARE(tree->topLevelItem(0)->childCount(), 1);
  QTest::mouseClick(button<QPushButton>(&dialog, "exclude_extra"), Qt::LeftButton);
  QVERIFY(testing::wait_for([&] { return dialog.extra() == 0 && in_catalog(copy).clip.excluded; }));
  const auto says = [&dialog](const QString& words) {
    const auto labels = dialog.findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) { return label->text().contains(words); });
  };
  QVERIFY(says("All extra ones are excluded already."));
  set_confirm_answer(1);
  QTest::mouseClick(button<QPushButton>(&dialog, "remove_extra"), Qt::LeftButton);  // what is excluded goes, too
  QVERIFY(testing::wait_for([&] { return tree->topLevelItemCount() == 0 && !workspace_->open_catalog()->clips().view({copy}); }));
  QVERIFY(says("No sound occurs twice.") && !button<QPushButton>(&dialog, "remove_extra")->isEnabled());
  QCOMPARE(window_->bench().last_command(), (QStringList{"remove", "dup:extra"}));
  window_->bench().undo();
  QVERIFY(testing::wait_for([&] { return tree->topLevelItemCount() == 1 && dialog.extra() == 0; }));
  window_->bench().undo();
  QVERIFY(testing::wait_for([&] { return dialog.extra() == 1; }));
  QTest::mouseClick(button<QPushButton>(&dialog, "remove_extra"), Qt::LeftButton);
  QVERIFY(testing::wait_for([&] { return tree->topLevelItemCount() == 0 && clips().rowCount() == 12; }));
  set_confirm_answer(-1);
}

void TestCuration::aMissingFileIsFoundAgainByItsContent() {
  const auto file = workspace_->resolve(in_catalog(5).path);
  const QString elsewhere = folder_.path() + "/elsewhere";
  QDir().mkpath(elsewhere);
  QVERIFY(QFile::rename(QString::fromStdString(file.string()), elsewhere + "/other name.wav"));
  CheckDialog dialog(window_->bench(), window_.get());
  dialog.show();
  QVERIFY(testing::wait_for([&] { return !dialog.running() && !dialog.result().sound(); }));
  auto* list = dialog.findChild<QListWidget*>();
  QVERIFY(list->item(0)->text().contains("is missing"));
  QVERIFY2(list->item(0)->text().contains("Find missing files") && !list->item(0)->text().contains("luthierctl"), qPrintable(list->item(0)->text()));
  QVERIFY(testing::wait_for([&] { return clips().view_at(4) && clips().view_at(4)->missing; }));
  dialog.find_in({elsewhere});
  QVERIFY(testing::wait_for([&] { return !dialog.running() && dialog.result().sound(); }));
  QVERIFY(!in_catalog(5).missing);
  QVERIFY(QString::fromStdString(in_catalog(5).path).endsWith("other name.wav"));
  QVERIFY(testing::wait_for([&] { return clips().view_at(4) && !clips().view_at(4)->missing; }));
}

void TestCuration::spaceIsFreedAfterAQuestion() {
  QDir().mkpath(QString::fromStdString((workspace_->features() / "mel").string()));
  QFile cached(QString::fromStdString((workspace_->features() / "mel" / "x.features").string()));
  QVERIFY(cached.open(QIODevice::WriteOnly) && cached.write(QByteArray(123'000, 'x')) == 123'000);
  cached.close();
  DiskDialog dialog(window_->bench(), window_.get());
  dialog.show();
  QVERIFY(testing::wait_for([&] { return !dialog.running() && !dialog.items().empty(); }));
  auto* tree = dialog.findChild<QTreeWidget*>("disk_parts");
  auto* free = button<QPushButton>(&dialog, "free_ticked");
  QVERIFY(!free->isEnabled());
  const auto found = tree->findItems("Cache of features", Qt::MatchExactly);
  QCOMPARE(found.size(), 1);
  found.first()->setCheckState(0, Qt::Checked);
  QVERIFY2(free->isEnabled() && free->text().contains("123"), qPrintable(free->text()));
  set_confirm_answer(0);
  QTest::mouseClick(free, Qt::LeftButton);
  QVERIFY(last_question().contains("Cache of features") && cached.exists());
  set_confirm_answer(1);
  QTest::mouseClick(free, Qt::LeftButton);
  QVERIFY(testing::wait_for([&] { return !cached.exists(); }));
  QVERIFY(testing::wait_for([&] { return tree->findItems("Cache of features", Qt::MatchExactly).isEmpty(); }));
  set_confirm_answer(-1);
}

void TestCuration::chosenClipsAreExported() {
  window_->bench().choose_clips({{1}, {2}});
  QVERIFY(testing::wait_for([&] { return library().selection().size() == 2; }));
  library().export_clips();
  auto* dialog = window_->findChild<ClipExportDialog*>();
  QVERIFY(dialog);
  const QString taken = folder_.path();
  dialog->set_folder(taken);
  auto* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
  QVERIFY(!ok->isEnabled());  // something lies there
  const QString target = folder_.path() + "/exported";
  dialog->set_folder(target);
  dialog->set_kind(ClipExportDialog::Kind::shards);
  QTest::mouseClick(ok, Qt::LeftButton);
  QVERIFY(testing::wait_for([&] { return QFile::exists(target + "/record.json") && window_->bench().tasks().empty(); }));
  QVERIFY(QFileInfo(target + "/shard-000000.tar").size() > 2 * 44100);
  QVERIFY(testing::show_active(*window_));
}

void TestCuration::aListOfLinksIsLookedAtBeforeItIsFetched() {
  FetchDialog dialog(window_->bench(), window_.get());
  dialog.show();
  const QString list = folder_.path() + "/list.csv";
  QFile file(list);
  QVERIFY(file.open(QIODevice::WriteOnly) && file.write("piano,Nocturne\n") > 0);
  file.close();
  dialog.set_list(list);
  const auto says = [&](const QString& part) {
    for (QLabel* label : dialog.findChildren<QLabel*>())
      if (label->text().contains(part)) return true;
    return false;
  };
  QVERIFY(testing::wait_for([&] { return says("line 1"); }));
  QVERIFY(!dialog.ready());
}

int main(int argc, char** argv) { return testing::run<TestCuration>(argc, argv); }
#include "tst_curation.moc"
