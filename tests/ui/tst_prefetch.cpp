#include <QTableView>

#include "db/clip_store.h"
#include "tests/support/ui_harness.h"
#include "ui/library/clip_panel.h"
#include "ui/library/clip_prefetch.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/spectrogram/spectrogram_view.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

namespace {

/// What is in memory comes within the call.
bool in_memory(Workbench& bench, const db::ClipView& clip) {
  bool seen = false;
  QObject context;
  bench.sounds().clip(
      bench.workspace(), clip, &context,
      [&](const SoundPtr& sound) {
        bench.pictures().request(
            sound, bench.spectrograms().picture(), &context, [&](const PicturePtr&) { seen = true; }, {});
      },
      {});
  return seen;
}

}  // namespace

/// The clips beside the chosen one are made ready, and never in its way.
class TestPrefetch : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void threeOnEachSideAreReady();
  void goingOnIsInstantaneous();
  void theChosenClipComesFirst();
  void whatIsNoLongerAskedForIsGivenUp();

 private:
  LibraryPage& library() { return window_->library(); }
  ClipPanel& panel() { return *library().findChild<ClipPanel*>(); }
  bool ready(int row);

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

void TestPrefetch::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 4, 0.5);  // 12 clips
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(wait_for([&] { return library().model().rowCount() == 12 && library().model().view_at(11) != nullptr; }));
  QVERIFY(wait_for([&] { return panel().clip() != 0 && panel().prefetch().done() && library().view().complete(); }));
}

bool TestPrefetch::ready(int row) {
  const db::ClipView* view = library().model().view_at(row);
  return view && in_memory(window_->bench(), *view);
}

void TestPrefetch::threeOnEachSideAreReady() {
  for (int row = 1; row <= 3; ++row) QVERIFY2(ready(row), qPrintable(QString::number(row)));  // the first row was chosen
  QVERIFY(!ready(4));
  library().table().setCurrentIndex(library().model().index(7, 0));
  QVERIFY(wait_for([&] { return panel().clip() == library().model().id_at(7) && library().view().complete() && panel().prefetch().done(); }));
  for (int row = 4; row <= 10; ++row) QVERIFY2(ready(row), qPrintable(QString::number(row)));
  QVERIFY(!ready(11));
}

void TestPrefetch::goingOnIsInstantaneous() {
  for (const int row : {8, 9, 10}) {
    library().table().setCurrentIndex(library().model().index(row, 0));
    // Within the same call, with nothing to wait for.
    QCOMPARE(panel().clip(), library().model().id_at(row));
    QCOMPARE(library().view().sounds().front()->clip, library().model().id_at(row));
    QVERIFY2(library().view().complete(), qPrintable(QString::number(row)));
  }
}

void TestPrefetch::theChosenClipComesFirst() {
  const Workspace other = testing::make_workspace(folder_.path() + "/other", 1, 0.5);
  Workbench bench;
  bench.open(QString::fromStdString(other.folder().string()), false);
  QVERIFY(wait_for([&] { return bench.has_workspace(); }));
  const auto catalog = other.open_catalog();
  const auto clips = catalog->clips().views(catalog->clips().ids());
  bool idle = false;
  int asked = 0;
  ClipPrefetch prefetch(bench, [&] { return ++asked, idle; }, nullptr);
  prefetch.prepare(clips);
  QVERIFY(wait_for([&] { return asked > 5; }));
  QVERIFY(!prefetch.done());
  idle = true;
  QVERIFY(wait_for([&] { return prefetch.done(); }));
  for (const auto& clip : clips) QVERIFY(in_memory(bench, clip));
}

void TestPrefetch::whatIsNoLongerAskedForIsGivenUp() {
  const db::ClipView* last = library().model().view_at(0);
  QVERIFY(last);
  int asked = 0;
  ClipPrefetch prefetch(window_->bench(), [&] { return ++asked, false; }, nullptr);
  prefetch.prepare({*last});
  QVERIFY(wait_for([&] { return asked > 1; }));
  prefetch.stop();
  QVERIFY(prefetch.done());
  const int before = asked;
  QTest::qWait(150);
  QCOMPARE(asked, before);
}

int main(int argc, char** argv) { return testing::run<TestPrefetch>(argc, argv); }
#include "tst_prefetch.moc"
