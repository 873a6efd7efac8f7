// timeout: 120
#include <sys/stat.h>
#include <unistd.h>

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>
#include <atomic>
#include <cstdlib>

#include "db/clip_store.h"
#include "tests/support/ui_harness.h"
#include "ui/common/read_only.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/start_page.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

namespace {

/// A job that runs until it is stopped, on the bench's own thread for it.
BackgroundTask* endless(Workbench& bench, const QString& title) {
  return bench.start_task(title, [](std::stop_token stop, const ProgressSink& sink) {
    while (!stop.stop_requested()) {
      sink({0.25, "one", -1});
      ::usleep(10'000);
    }
  });
}

/// While it lives, the workspace cannot be written: by its permissions, which the superuser heeds only under another real user.
class ReadOnlyFolder {
 public:
  explicit ReadOnlyFolder(const std::filesystem::path& folder) : folder_(folder.string()) {
    ::chmod(folder_.c_str(), 0555);
    if (::geteuid() == 0) changed_ = ::setreuid(65534, 0) == 0;
  }
  ~ReadOnlyFolder() {
    if (changed_ && ::setreuid(0, 0) != 0) ::abort();
    ::chmod(folder_.c_str(), 0755);
  }

 private:
  std::string folder_;
  bool changed_ = false;
};

}  // namespace

/// What the window knows of jobs that run and of a workspace that cannot be written, and that it says so.
class TestWindowState : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase() { window_.reset(); }
  void everyJobCanBeCancelled();
  void jobsAreNotStoppedUnasked();
  void aJobThatWasLeftSaysNothingInTheNextWorkspace();
  void theSoundOutputHasItsFigures();
  void aWorkspaceThatCannotBeWrittenSaysSo();
  void anErrorBeginsWithACapitalLetter();
  void theStartPageKeepsItsPlacesWhenTheHardwareIsFound();

 private:
  Workbench& bench() { return window_->bench(); }
  void open();

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

void TestWindowState::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 3, 1.0);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  open();
}

void TestWindowState::open() {
  QVERIFY(window_->open_workspace(QString::fromStdString(workspace_->folder().string())));
  QVERIFY(wait_for([&] { return window_->page() == "library" && window_->library().model().rowCount() == 9; }));
}

void TestWindowState::everyJobCanBeCancelled() {
  endless(bench(), "First");
  BackgroundTask* second = endless(bench(), "Second");
  auto* more = window_->findChild<QToolButton*>("more_jobs");
  auto* menu = window_->findChild<QMenu*>("jobs_menu");
  QVERIFY(more->isVisible());
  QCOMPARE(more->text(), QStringLiteral("+1 more"));
  QVERIFY(wait_for([&] { return second->fraction() > 0.2; }));
  Q_EMIT menu->aboutToShow();
  QCOMPARE(menu->actions().size(), 2);
  QVERIFY2(menu->actions()[1]->text().startsWith("Cancel Second: 25 %"), qPrintable(menu->actions()[1]->text()));
  menu->actions()[1]->trigger();
  QVERIFY(wait_for([&] { return bench().tasks().size() == 1; }));
  QCOMPARE(bench().tasks().front()->title(), QStringLiteral("First"));
  QVERIFY(!more->isVisible());
  QTest::mouseClick(window_->findChild<QToolButton*>("cancel_task"), Qt::LeftButton);
  QVERIFY(wait_for([&] { return bench().tasks().empty(); }));
}

void TestWindowState::jobsAreNotStoppedUnasked() {
  endless(bench(), "Importing");
  endless(bench(), "Evaluating");
  set_confirm_answer(0);
  QVERIFY(!window_->close());
  QVERIFY2(last_question().startsWith("2 jobs are not done yet (Importing, Evaluating). Stop and close?"), qPrintable(last_question()));
  QVERIFY(!window_->open_workspace(folder_.path() + "/other", true));
  QVERIFY2(last_question().contains("leave this workspace"), qPrintable(last_question()));
  QCOMPARE(bench().tasks().size(), std::size_t{2});
  for (BackgroundTask* task : bench().tasks()) task->cancel();
  QVERIFY(wait_for([&] { return bench().tasks().empty(); }));
  set_confirm_answer(-1);
}

void TestWindowState::aJobThatWasLeftSaysNothingInTheNextWorkspace() {
  BackgroundTask* task = endless(bench(), "Evaluating");
  QSignalSpy ended(task, &BackgroundTask::ended);
  int answers = 0;
  for (const auto answer : {&BackgroundTask::done, &BackgroundTask::cancelled}) connect(task, answer, this, [&answers] { ++answers; });
  connect(task, &BackgroundTask::failed, this, [&answers] { ++answers; });
  set_confirm_answer(1);
  QVERIFY(window_->open_workspace(folder_.path() + "/other", true));
  QVERIFY(wait_for([&] { return ended.count() == 1; }));
  set_confirm_answer(-1);
  QVERIFY(wait_for([&] { return bench().has_workspace() && bench().workspace().name() == "other"; }));
  QTest::qWait(100);
  QCOMPARE(answers, 0);
  QVERIFY(bench().tasks().empty());
  open();
}

void TestWindowState::theSoundOutputHasItsFigures() {
  QVERIFY(wait_for([&] { return bench().player().ready(); }));
  const auto* figures = window_->findChild<QLabel*>("sound_figures");
  QVERIFY(wait_for([&] { return figures->text().contains("dropouts: ") == bench().player().audible() && figures->text().contains(" ms · ") == bench().player().audible(); }));
}

void TestWindowState::aWorkspaceThatCannotBeWrittenSaysSo() {
  auto* mark = window_->findChild<QLabel*>("read_only");
  QVERIFY(!mark->isVisible());
  QVERIFY(read_only(bench()).isEmpty());
  {
    const ReadOnlyFolder locked(workspace_->folder());
    open();
    QVERIFY(wait_for([&] { return mark->isVisible(); }));
    QVERIFY2(read_only(bench()).contains("is read-only; change its permissions first"), qPrintable(read_only(bench())));
    QCOMPARE(mark->toolTip(), read_only(bench()));
    auto& model = window_->library().model();
    QVERIFY(wait_for([&] { return model.rowCount() == 9 && model.id_at(0) > 0; }));
    const qint64 id = model.id_at(0);
    const auto label = [&] { return workspace_->open_catalog()->clips().view(db::ClipId{id})->label; };
    const std::string before = label();
    QTest::mouseClick(window_->library().table().viewport(), Qt::LeftButton, {}, window_->library().table().visualRect(model.index(0, 0)).center());
    QVERIFY(wait_for([&] { return model.view_at(0) != nullptr; }));
    QString said;
    connect(&bench(), &Workbench::said, mark, [&said](const QString& text) { said = text; });
    show_error(nullptr, "nothing");
    QTest::keyClick(&window_->library().table(), before == "violin" ? Qt::Key_1 : Qt::Key_3);
    QCOMPARE(last_error(), read_only(bench()));
    QVERIFY2(said.isEmpty(), qPrintable(said));  // nobody is told that it was done
    QVERIFY(bench().last_command().isEmpty());
    for (const auto key : {Qt::Key_X, Qt::Key_Delete}) {
      show_error(nullptr, "nothing");
      QTest::keyClick(&window_->library().table(), key);
      QCOMPARE(last_error(), read_only(bench()));
      QVERIFY2(said.isEmpty(), qPrintable(said));
    }
    show_error(nullptr, "nothing");
    bench().undo();
    QCOMPARE(last_error(), read_only(bench()));
    QCOMPARE(label(), before);
    QVERIFY(!may_write(bench()));
  }
  open();
  QVERIFY(wait_for([&] { return !mark->isVisible() && read_only(bench()).isEmpty(); }));
  QString said;
  connect(&bench(), &Workbench::said, this, [&said](const QString& text) { said = text; });
  bench().note_command({"some", "command"});
  bench().edit("something", [](db::Catalog&) { throw std::runtime_error("the disk is full"); });
  bench().note_command({"the", "change"});
  QVERIFY(wait_for([&] { return said == "Not done: something"; }));  // what was said of it is taken back
  QCOMPARE(last_error(), QStringLiteral("The disk is full"));
  QVERIFY(bench().last_command().isEmpty());
}

void TestWindowState::anErrorBeginsWithACapitalLetter() {
  show_error(nullptr, "steps: 0 is too few");
  QCOMPARE(last_error(), QString("Steps: 0 is too few"));
  for (const char* name_first : {"learning_rate is 0", "a.wav is empty", "luthierctl is missing", "'a' is no label"}) {
    show_error(nullptr, name_first);
    QCOMPARE(last_error(), QString(name_first));
  }
}

void TestWindowState::theStartPageKeepsItsPlacesWhenTheHardwareIsFound() {
  StartPage page;
  page.resize(1100, 760);
  page.show();
  QVERIFY(QTest::qWaitForWindowExposed(&page));
  auto* hardware = page.findChild<QLabel*>("hardware");
  auto* demo = page.findChild<QPushButton*>("demo_button");
  const int before = demo->mapTo(&page, QPoint()).y();
  page.set_hardware("Found: 8 processor cores, 32.0 GB of memory, no graphics card for training (CUDA), so it runs on the processor, OpenGL 4.5 by llvmpipe. Sound: USB Audio.");
  const int after = demo->mapTo(&page, QPoint()).y();
  QVERIFY2(std::abs(after - before) <= 2, qPrintable(QStringLiteral("%1 after %2").arg(after).arg(before)));
  QVERIFY(hardware->height() >= hardware->heightForWidth(hardware->width()));
}

int main(int argc, char** argv) { return testing::run<TestWindowState>(argc, argv); }
#include "tst_window_state.moc"
