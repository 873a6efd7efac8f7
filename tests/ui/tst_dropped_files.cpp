// timeout: 300
#include <QApplication>
#include <QDropEvent>
#include <QMimeData>
#include <QSignalSpy>
#include <QTimer>
#include <fstream>

#include "core/session/clip_sound.h"
#include "core/session/compare_session.h"
#include "core/session/evaluation_files.h"
#include "core/session/html_report.h"
#include "core/session/sample_session.h"
#include "core/session/weights_session.h"
#include "db/clip_store.h"
#include "tests/support/core_tiny_run.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/compare_page.h"
#include "ui/evaluate/evaluate_page.h"
#include "ui/generate/latent_dialog.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/import_dialog.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/training/loss_plot.h"
#include "ui/training/run_record.h"
#include "ui/training/training_page.h"
#include "ui/transfer/transfer_page.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// Files of every kind, whole and broken, dropped on the window: each goes where it belongs or says in a sentence why not.
class TestDroppedFiles : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase() { window_.reset(); }
  void brokenOnesNeedNoWorkspace();
  void aWorkspaceIsOpened();
  void weightsAreInstalled();
  void tablesAreShown();
  void aReportBringsItsSoundsBack();
  void aReportOfTablesOpensTheirPage();
  void aGeneratedSoundBringsItsSlidersBack();
  void aLossPlotOpensItsRun();
  void aFolderOfSoundsIsImported();
  void aWorkspaceIsShownBeforeItsFilesAreAskedAbout();
  void brokenOnesSayWhy_data();
  void brokenOnesSayWhy();

 private:
  void drop(const QString& file);
  QString path(const QString& name) const { return folder_.path() + "/" + name; }
  void write(const QString& name, const std::string& bytes) const { std::ofstream(path(name).toStdString(), std::ios::binary) << bytes; }
  std::string train_tiny(const std::string& family);
  /// The next modal window of this kind is closed; returns whether one came.
  template <class Dialog>
  std::shared_ptr<bool> close_next();

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
};

void TestDroppedFiles::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 3, 1.5);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
}

void TestDroppedFiles::drop(const QString& file) {
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(file)});
  const QPoint at(200, 200);
  QDragEnterEvent entered(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(window_.get(), &entered);
  QVERIFY(entered.isAccepted());
  QDropEvent dropped(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(window_.get(), &dropped);
}

std::string TestDroppedFiles::train_tiny(const std::string& family) {
  TrainingRequest request;
  request.workspace = workspace_->folder();
  request.family = family;
  request.preset = "tiny";
  request.device = "cpu";
  request.overrides = {{"steps", std::int64_t{2}}};
  return train_to_the_end(request);
}

template <class Dialog>
std::shared_ptr<bool> TestDroppedFiles::close_next() {
  auto came = std::make_shared<bool>(false);
  auto* timer = new QTimer(this);
  timer->setInterval(20);
  connect(timer, &QTimer::timeout, this, [timer, came] {
    for (QWidget* one : QApplication::topLevelWidgets()) {
      auto* dialog = qobject_cast<Dialog*>(one);
      if (!dialog || !dialog->isVisible()) continue;
      *came = true;
      timer->deleteLater();
      return dialog->reject();
    }
  });
  timer->start();
  return came;
}

void TestDroppedFiles::brokenOnesNeedNoWorkspace() {
  write("nothing.wav", "");
  set_confirm_answer(0);
  drop(path("nothing.wav"));
  QVERIFY(wait_for([&] { return last_error().contains("nothing.wav") && last_error().contains("0 bytes"); }));
  QVERIFY2(!last_question().contains("workspace"), qPrintable(last_question()));  // nobody is asked where to put nothing
  set_confirm_answer(-1);
}

void TestDroppedFiles::aWorkspaceIsOpened() {
  drop(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(wait_for([&] { return window_->bench().has_workspace() && window_->library().model().rowCount() == 9; }));
  QCOMPARE(window_->page(), QStringLiteral("library"));
}

void TestDroppedFiles::weightsAreInstalled() {
  const std::string run = train_tiny("cyclegan");
  export_weights(workspace_->folder(), run, path("given.safetensors").toStdString());
  drop(path("given.safetensors"));
  QVERIFY(wait_for([&] { return window_->page() == "transfer" && window_->transfer().run().contains("imported"); }));
}

void TestDroppedFiles::tablesAreShown() {
  EvaluationTable table;
  table.protocol = "t1";
  table.record = {{"phrases", "3"}};
  for (const auto& [name, value] : {std::pair{"copy content", 20.0}, {"ours", 5.0}, {"true target", 0.0}}) {
    EvaluationRow row;
    row.name = name;
    row.figures["lsd"] = {value, value, value};
    table.rows.push_back(row);
  }
  write_evaluation(path("evaluation.json").toStdString(), table);
  write_evaluation(path("tables.html").toStdString(), table);
  window_->show_page("library");
  drop(path("evaluation.json"));
  QVERIFY(wait_for([&] { return window_->page() == "evaluate" && window_->evaluate().file() == path("evaluation.json"); }));
}

void TestDroppedFiles::aReportOfTablesOpensTheirPage() {
  window_->show_page("library");
  drop(path("tables.html"));
  QVERIFY(wait_for([&] { return window_->page() == "evaluate"; }));
}

void TestDroppedFiles::aReportBringsItsSoundsBack() {
  const auto catalog = workspace_->open_catalog();
  ReportRequest report;
  report.file = path("report.html").toStdString();
  for (const int number : {0, 3}) {
    const auto view = catalog->clips().views({catalog->clips().ids()[static_cast<std::size_t>(number)]}).front();
    report.comparison.sounds.push_back({view.name, read_clip(*workspace_, view)});
    report.comparison.record["sound." + std::to_string(report.comparison.sounds.size())] = "clip " + std::to_string(view.clip.id.value);
  }
  write_report(report);
  window_->show_page("library");
  drop(path("report.html"));
  QVERIFY(wait_for([&] { return window_->page() == "compare" && window_->compare().view().sounds().size() == 2; }));
}

void TestDroppedFiles::aGeneratedSoundBringsItsSlidersBack() {
  SampleRequest request;
  request.workspace = workspace_->folder();
  request.run = train_tiny("simplegan");
  request.device = "cpu";
  request.latent = {1.5};
  request.output = path("made.wav").toStdString();
  const SampleResult made = sample(request, [](double, const std::string&) {}, {});
  QVERIFY2(made.outcome == Outcome::done, made.message.c_str());
  drop(path("made.wav"));
  LatentDialog* dialog = nullptr;
  QVERIFY(wait_for([&] { return (dialog = window_->findChild<LatentDialog*>()) && !dialog->sliders().empty(); }));
  QVERIFY2(wait_for([&] { return dialog->command().contains("axis_1=1.5") || dialog->command().contains("axis-1 1.5") || dialog->command().contains("1.5"); }), qPrintable(dialog->command()));
  dialog->close();
}

void TestDroppedFiles::aLossPlotOpensItsRun() {
  const QString run = QString::fromStdString(train_tiny("cyclegan"));
  luthier::ui::RunRecord record;
  record.id = run;
  record.apply({run.toStdString(), StepDone{1, 2, "all", {{"loss", 0.5}}, 1e-3, 1, 1}});
  LossPlot plot;
  plot.resize(500, 300);
  plot.show_run(record);
  for (const char* name : {"losses.csv", "losses.svg", "losses.png"}) {
    plot.saver(path(name))();
    window_->show_page("library");
    window_->training().show_run({});
    drop(path(name));
    QVERIFY2(wait_for([&] { return window_->page() == "train" && window_->training().shown() == run; }), name);
  }
  write("foreign.json", R"({"kind": "loss_plot", "run": "20200101T000000Z-cyclegan-1"})");
  drop(path("foreign.json"));
  QVERIFY(wait_for([&] { return last_error().contains("20200101T000000Z-cyclegan-1"); }));
}

void TestDroppedFiles::aFolderOfSoundsIsImported() {
  const auto came = close_next<ImportDialog>();
  drop(path("sounds"));
  QVERIFY(wait_for([&] { return *came; }));
}

void TestDroppedFiles::aWorkspaceIsShownBeforeItsFilesAreAskedAbout() {
  window_->take_when_open({path("sounds/harp"), path("sounds/piano")});
  QString page_then;
  QTimer poll;
  poll.setInterval(20);
  connect(&poll, &QTimer::timeout, this, [&] {
    for (QWidget* one : QApplication::topLevelWidgets()) {
      auto* dialog = qobject_cast<ImportDialog*>(one);
      if (!dialog || !dialog->isVisible()) continue;
      page_then = window_->page();
      poll.stop();
      return dialog->reject();
    }
  });
  poll.start();
  QVERIFY(window_->open_workspace(QString::fromStdString(workspace_->folder().string())));
  QVERIFY(wait_for([&] { return !page_then.isEmpty(); }));
  QVERIFY2(page_then != "start", qPrintable(page_then));
}

void TestDroppedFiles::brokenOnesSayWhy_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QString>("words");
  std::ifstream whole(path("given.safetensors").toStdString(), std::ios::binary);
  const std::string weights{std::istreambuf_iterator<char>(whole), {}};
  write("empty.wav", "");
  write("noise.wav", std::string(4000, 'x'));
  write("cut.safetensors", weights.substr(0, weights.size() / 2));
  write("short.safetensors", "abc");
  write("empty.safetensors", "");
  write("empty.json", "");
  write("cut.json", R"({"kind": "transfer", "opt)");
  write("foreign.json", R"({"a": [1, 2, 3]})");
  write("list.json", "[1, 2]");
  write("foreign.html", "<html><body>hello</body></html>");
  write("foreign.svg", "<svg/>");
  write("foreign.png", "no picture");
  write("empty.csv", "");
  write("notes.txt", "buy strings");
  write("unfinished.json", R"({"kind": "transfer"})");
  write("strange.json", R"({"kind": "recipe"})");
  write("gone_run.json", R"({"kind": "sample", "run": "20200101T000000Z-simplegan-1"})");
  write("wrong_types.json", R"({"kind": "comparison", "sounds": [3, null, {"title": 5}], "figures": 7})");
  QDir().mkpath(path("quiet folder"));
  write("quiet folder/notes.txt", "no sound");
  QDir().mkpath(path("void"));
  for (const char* name : {"empty.wav", "noise.wav", "cut.safetensors", "short.safetensors", "empty.safetensors", "empty.json", "cut.json", "foreign.json", "list.json", "foreign.html",
                           "foreign.svg", "foreign.png", "empty.csv", "notes.txt", "unfinished.json", "quiet folder", "void", "not there.wav"})
    QTest::newRow(name) << name << name;
  QTest::newRow("strange.json") << "strange.json" << "recipe";
  QTest::newRow("gone_run.json") << "gone_run.json" << "20200101T000000Z-simplegan-1";
  QTest::newRow("wrong_types.json") << "wrong_types.json" << "wrong_types.json";
}

void TestDroppedFiles::brokenOnesSayWhy() {
  QFETCH(QString, name);
  QFETCH(QString, words);
  show_error(nullptr, "nothing said yet");  // errors are quiet in tests
  drop(path(name));
  QVERIFY2(wait_for([&] { return last_error().contains(words); }, 20000), qPrintable(last_error()));
  QVERIFY2(!last_error().contains('\n') && last_error().size() < 400, qPrintable(last_error()));
  QVERIFY(!QApplication::activeModalWidget());
  QVERIFY(window_->bench().has_workspace());
  qInfo("%s", qPrintable(last_error()));
}

int main(int argc, char** argv) { return testing::run<TestDroppedFiles>(argc, argv); }
#include "tst_dropped_files.moc"
