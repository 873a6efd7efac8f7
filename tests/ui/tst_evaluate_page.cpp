// timeout: 120
#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QFile>
#include <QGuiApplication>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QTableWidget>
#include <QToolButton>

#include "core/session/evaluation_files.h"
#include "core/session/text_file.h"
#include "core/session/transfer_session.h"
#include "tests/support/ui_harness.h"
#include "ui/evaluate/direction_matrix.h"
#include "ui/evaluate/evaluate_form.h"
#include "ui/evaluate/evaluate_page.h"
#include "ui/evaluate/evaluation_model.h"

using namespace luthier;
using namespace luthier::ui;

namespace {

EvaluationTable example() {
  EvaluationTable table;
  table.protocol = "t1";
  table.record = {{"phrases", "3"}};
  EvaluationRow copy;
  copy.name = "copy content";
  copy.figures["lsd"] = {20, 19, 21};
  EvaluationRow ours;
  ours.name = "ours";
  ours.parameters = 2000000;
  ours.figures["lsd"] = {5, 4.5, 5.5};
  ours.directions = {{"piano", "violin", 3, {{"lsd", 4}}}, {"violin", "piano", 3, {{"lsd", 7}}}, {"harp", "piano", 3, {{"lsd", 5}}}};
  EvaluationRow truth;
  truth.name = "true target";
  truth.figures["lsd"] = {0, 0, 0};
  table.rows = {copy, ours, truth};
  return table;
}

}  // namespace

/// Tables of the protocol: shown, read from files, saved, and measured with a cancel that answers at once.
class TestEvaluatePage : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    Workspace::create((folder_.path() + "/workspace").toStdString());
    bench_ = std::make_unique<Workbench>();
    page_ = std::make_unique<EvaluatePage>(*bench_);
    bench_->open(folder_.path() + "/workspace", false);
    QVERIFY(testing::wait_for([&] { return bench_->has_workspace(); }));
    page_->resize(1180, 660);
    QVERIFY(testing::show_active(*page_));
    write_evaluation((folder_.path() + "/own.json").toStdString(), example());
  }

  void theShippedTableIsThereFirst() {
    if (shipped_models().empty()) QSKIP("no weights are shipped with this build");
    QVERIFY(testing::wait_for([&] { return page_->model().rowCount() > 4; }));
    QVERIFY(page_->file().endsWith("evaluation.json"));
    QVERIFY(page_->findChild<QComboBox*>("evaluation_table_choice")->count() >= 4);  // t1 … t3x
    QVERIFY(testing::busy_share(page_->grab().toImage()) > 0.05);
  }

  void aFileIsShownWithItsBestAndItsWorstDirection() {
    page_->open(folder_.path() + "/own.json");
    QVERIFY(testing::wait_for([&] { return page_->file().endsWith("own.json"); }));
    EvaluationModel& model = page_->model();
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("LSD, dB ↓"));
    QCOMPARE(model.headerData(1, Qt::Vertical, Qt::DisplayRole).toString(), QStringLiteral("ours"));
    const QModelIndex cell = model.index(1, 1);
    QCOMPARE(cell.data().toString(), QStringLiteral("5.00"));
    QCOMPARE(cell.data(EvaluationModel::interval_role).toString(), QStringLiteral("4.50 … 5.50"));
    QVERIFY(cell.data(EvaluationModel::best_role).toBool());
    QVERIFY(!model.index(2, 1).data(EvaluationModel::best_role).toBool());  // the truth is no competitor
    QVERIFY(cell.data(Qt::ToolTipRole).toString().contains("−75.0 % against copying the content"));
    QCOMPARE(page_->directions().summary(), QStringLiteral("Best: piano to violin 4.00; worst: violin to piano 7.00."));
    auto* matrix = page_->findChild<QTableWidget*>("directions");
    QCOMPARE(matrix->rowCount(), 3);
    QCOMPARE(matrix->columnCount(), 2);
    QVERIFY(!matrix->item(0, 0));  // nobody goes from piano to piano
  }

  void aFileThatHoldsNoTableIsRefusedAndTheShownOneStays() {
    write_text((folder_.path() + "/wrong.json").toStdString(), "{\"a\": 1}");
    page_->open(folder_.path() + "/wrong.json");
    QVERIFY(testing::wait_for([&] { return last_error().contains("wrong.json"); }));
    QVERIFY(page_->file().endsWith("own.json"));
    QCOMPARE(page_->model().rowCount(), 3);
  }

  void theShownTableIsSaved() {
    const QString file = folder_.path() + "/table.csv";
    page_->save(file);
    QVERIFY(testing::wait_for([&] { return QFile::exists(file) && bench_->tasks().empty(); }));
    QVERIFY(read_text(file.toStdString()).starts_with("row,content,target,cases"));
  }

  void theFormSaysItsCommandAndRefusesWrongSteps() {
    EvaluateForm& form = page_->form();
    const QString command = form.command();
    QVERIFY2(command.startsWith("luthierctl --workspace ") && command.contains(" evaluate --protocol t1 --phrases 2 ") && command.contains("--no-judges") && command.endsWith("--save"), qPrintable(command));
    auto* steps = page_->findChild<QLineEdit*>("evaluated_steps");
    auto* start = page_->findChild<QPushButton*>("start_evaluation");
    QVERIFY(start->isEnabled());
    steps->setText("1 four");
    QVERIFY(!start->isEnabled());
    QVERIFY(form.command().isEmpty());
    QGuiApplication::clipboard()->setText("before");
    for (QToolButton* button : form.findChildren<QToolButton*>()) {
      if (button->accessibleName() == "Copy as command") button->click();
    }
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("before"));
    QVERIFY2(last_error().contains("four"), qPrintable(last_error()));
    steps->setText("1, 4");
    QCOMPARE(form.request().steps, (std::vector<int>{1, 4}));
    steps->setText("1");
    QVERIFY(start->isEnabled());
  }

  void severalModelsProtocolAndDeviceAreTaken() {
    if (shipped_models().empty()) QSKIP("no weights are shipped with this build");
    EvaluateForm& form = page_->form();
    auto* also = form.findChild<QToolButton*>("evaluated_also");
    form.refresh();
    QVERIFY(testing::wait_for([&] { return !also->menu()->actions().isEmpty(); }));
    QVERIFY(form.request().runs.empty());
    also->menu()->actions().front()->setChecked(true);  // the shipped weights are chosen already: once is enough
    QVERIFY(form.request().runs.empty());
    QAction* more = also->menu()->addAction("another run");
    more->setCheckable(true);
    more->setData("run-1");
    more->setChecked(true);
    QCOMPARE(form.request().runs, (std::vector<std::string>{shipped_models().front().string(), "run-1"}));
    auto* protocol = form.findChildren<QComboBox*>().at(1);
    protocol->setCurrentIndex(protocol->findData("t1w"));
    auto* device = form.findChild<QComboBox*>("evaluated_device");
    QCOMPARE(form.request().device, std::string("auto"));
    device->setCurrentIndex(device->findData("cpu"));
    QCOMPARE(form.request().device, std::string("cpu"));
    QCOMPARE(form.request().protocol.protocol, std::string("t1w"));
    QVERIFY2(form.command().contains("--protocol t1w") && form.command().contains("--run run-1"), qPrintable(form.command()));
    also->menu()->removeAction(more);
    protocol->setCurrentIndex(0);
  }

  void whatIsDroppedIsLookedIntoFirst() {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(folder_.path() + "/report.html")});
    QStringList files;
    connect(page_.get(), &EvaluatePage::files_dropped, this, [&files](const QStringList& paths) { files = paths; });
    const QString error = last_error();
    QDragEnterEvent entered(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(page_.get(), &entered);
    QVERIFY(entered.isAccepted());
    QDropEvent dropped(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(page_.get(), &dropped);
    QCOMPARE(files, QStringList{folder_.path() + "/report.html"});
    QCOMPARE(last_error(), error);
  }

  void aMeasuringIsCancelledWithinASecond() {
    if (shipped_models().empty()) QSKIP("no weights are shipped with this build");
    EvaluateForm& form = page_->form();
    QTest::mouseClick(page_->findChild<QPushButton*>("start_evaluation"), Qt::LeftButton);
    QVERIFY(form.running());
    QTest::qWait(1500);
    if (!form.running()) QSKIP("the soundfonts of the protocol are missing");
    QElapsedTimer clock;
    clock.start();
    QTest::mouseClick(page_->findChild<QPushButton*>("cancel_evaluation"), Qt::LeftButton);
    QVERIFY(testing::wait_for([&] { return !form.running(); }, 20000));
    qInfo("cancelled in %lld ms", static_cast<long long>(clock.elapsed()));
    QVERIFY(page_->findChild<QPushButton*>("start_evaluation")->isVisible());
    QVERIFY(bench_->tasks().empty());
  }

 private:
  QTemporaryDir folder_;
  std::unique_ptr<Workbench> bench_;
  std::unique_ptr<EvaluatePage> page_;
};

int main(int argc, char** argv) { return testing::run<TestEvaluatePage>(argc, argv); }
#include "tst_evaluate_page.moc"
