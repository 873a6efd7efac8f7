#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QTableWidget>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/session/carried_record.h"
#include "core/session/family_catalog.h"
#include "db/label_store.h"
#include "tests/support/ui_harness.h"
#include "ui/common/workbench.h"
#include "ui/form/config_form.h"
#include "ui/training/data_dialog.h"
#include "ui/training/loss_plot.h"
#include "ui/training/new_run_form.h"
#include "ui/training/phase_marks.h"
#include "ui/training/plot_cursor.h"
#include "ui/training/plot_curve.h"
#include "ui/training/qcustomplot_header.h"
#include "ui/training/run_record.h"
#include "ui/training/sampled_graph.h"
#include "ui/training/settings_timeline.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

namespace {

/// Two phases of five steps with the figures that the family `disentangled` tells.
luthier::ui::RunRecord record_of_two_phases() {
  luthier::ui::RunRecord record;
  RunStarted started;
  started.phases = {{"reconstruction", 5}, {"contrast", 5}};
  started.total_steps = 10;
  record.apply({"run", started});
  for (std::int64_t step = 1; step <= 10; ++step) {
    StepDone done;
    done.step = step, done.total_steps = 10, done.learning_rate = 1e-3 / static_cast<double>(step);
    done.losses = {{"loss", 10.0 - static_cast<double>(step)}, {"weight_reconstruction", step <= 5 ? 10.0 : 8.0}, {"weight_contrast", step <= 5 ? 0.0 : 0.5}};
    record.apply({"run", done});
  }
  record.apply({"run", ValidationDone{10, "contrast", {{"error", 0.5}}, true}});
  return record;
}

QStringList texts_in(QCustomPlot& plot) {
  QStringList texts;
  for (int i = 0; i < plot.itemCount(); ++i) {
    if (auto* text = qobject_cast<QCPItemText*>(plot.item(i))) texts << text->text();
  }
  return texts;
}

}  // namespace

class TestTrainingPlots : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void smoothingStartsAnewWithAPhase();
  void theRightAxisShowsTheLearningRateOrTheWeights();
  void phasesAreMarkedWithTheirWeights();
  void valuesAreReadUnderTheCursor();
  void theLastPointIsNotCutByTheEdge();
  void manyPointsAreDrawnByFew();
  void whatIsDrawnIsSaved();
  void theFormDrawsWhatItsSettingsPlan();
  void theClipsAreMeasuredByLabel();
};

void TestTrainingPlots::smoothingStartsAnewWithAPhase() {
  Smoothing smoothing(0.5);
  QCOMPARE(smoothing.next(4), 4.0);
  QCOMPARE(smoothing.next(2), 3.0);
  QCOMPARE(smoothing.next(std::nan("")), 3.0);
  smoothing.start_anew();
  QCOMPARE(smoothing.next(10), 10.0);
  QVERIFY(phase_between({5}, 5, 6) && !phase_between({5}, 4, 5) && !phase_between({}, 1, 2));
  QCOMPARE(curve_kind("learning_rate"), CurveKind::learning_rate);
  QCOMPARE(curve_kind("weight_contrast"), CurveKind::weight);
  QCOMPARE(curve_kind("loss"), CurveKind::loss);
}

void TestTrainingPlots::theRightAxisShowsTheLearningRateOrTheWeights() {
  LossPlot plot;
  plot.resize(600, 300);
  plot.show();
  plot.show_run(record_of_two_phases());
  QCOMPARE(plot.point_count(), 11);  // ten steps and the gap between two phases
  QVERIFY(!plot.plot()->yAxis2->visible());
  plot.set_right(LossPlot::Right::learning_rate);
  QVERIFY(plot.plot()->yAxis2->visible());
  QVERIFY(plot.plot()->yAxis2->range().upper >= 1e-3 && plot.plot()->yAxis2->range().upper < 2e-3);
  plot.set_right(LossPlot::Right::weights);
  QVERIFY(plot.plot()->yAxis2->range().upper >= 10);
  QVERIFY(plot.plot()->yAxis->range().upper < 11);  // the losses keep their own axis
  plot.set_right(LossPlot::Right::none);
  QVERIFY(!plot.plot()->yAxis2->visible());
}

void TestTrainingPlots::theLastPointIsNotCutByTheEdge() {
  LossPlot plot;
  plot.resize(600, 300);
  plot.show();
  for (int again = 0; again < 3; ++again) plot.show_run(record_of_two_phases());  // the room does not grow
  const QCPRange steps = plot.plot()->xAxis->range();
  QCOMPARE(steps.lower, 1.0);
  QVERIFY2(steps.upper > 10.1 && steps.upper < 10.3, qPrintable(QString::number(steps.upper)));
}

void TestTrainingPlots::phasesAreMarkedWithTheirWeights() {
  QCustomPlot plot;
  PhaseMarks marks(plot);
  const auto record = record_of_two_phases();
  marks.show(record, false);
  QCOMPARE(texts_in(plot), (QStringList{"reconstruction", "contrast"}));
  QCOMPARE(marks.starts(), std::vector<double>{5});
  marks.show(record, true);
  QCOMPARE(texts_in(plot), (QStringList{"reconstruction\nreconstruction 10", "contrast\nreconstruction 8\ncontrast 0.5"}));
  luthier::ui::RunRecord one;
  marks.show(one, true);
  QVERIFY(texts_in(plot).isEmpty() && marks.starts().empty());
}

void TestTrainingPlots::valuesAreReadUnderTheCursor() {
  LossPlot plot;
  plot.resize(600, 300);
  QVERIFY(testing::show_active(plot));
  plot.show_run(record_of_two_phases());
  QVERIFY(plot.cursor().reading().isEmpty());
  const auto* axis = plot.plot()->xAxis;
  const QPoint at(static_cast<int>(std::lround(axis->coordToPixel(4))), plot.plot()->axisRect()->center().y());
  QVERIFY(wait_for([&] {
    QTest::mouseMove(plot.plot(), at - QPoint(1, 0));
    QTest::mouseMove(plot.plot(), at);
    return plot.cursor().reading().contains("loss: 6");
  }));
  QVERIFY2(plot.cursor().reading().contains("error: 0.5"), qPrintable(plot.cursor().reading()));  // the validation nearest to it
  plot.plot()->setFocus();
  QTest::keyClick(plot.plot(), Qt::Key_Right);
  QVERIFY2(plot.cursor().reading().contains("loss: 5"), qPrintable(plot.cursor().reading()));
  QTest::keyClick(plot.plot(), Qt::Key_Right);  // over the gap between the phases
  QVERIFY2(plot.cursor().reading().contains("loss: 4"), qPrintable(plot.cursor().reading()));
  QTest::keyClick(plot.plot(), Qt::Key_End);
  QVERIFY2(plot.cursor().reading().contains("step 10") && plot.cursor().reading().contains("loss: 0"), qPrintable(plot.cursor().reading()));
  QTest::keyClick(plot.plot(), Qt::Key_Home);
  QVERIFY2(plot.cursor().reading().contains("step 1 ") && plot.cursor().reading().contains("loss: 9"), qPrintable(plot.cursor().reading()));
}

/// The points that a graph draws.
class CountedGraph : public SampledGraph {
 public:
  using SampledGraph::SampledGraph;
  QVector<QCPGraphData> drawn() const {
    QVector<QCPGraphData> lines;
    getOptimizedLineData(&lines, data()->findBegin(keyAxis()->range().lower), data()->findEnd(keyAxis()->range().upper));
    return lines;
  }
};

void TestTrainingPlots::manyPointsAreDrawnByFew() {
  QCustomPlot plot;
  plot.resize(500, 300);
  auto* graph = new CountedGraph(plot.xAxis, plot.yAxis);
  const auto fill = [&](int count, double peak) {
    for (int i = 0; i < count; ++i) graph->data()->add({static_cast<double>(i), i == 70'001 ? peak : i == 40'000 ? std::nan("") : (i % 10) / 10.0});
  };
  fill(100'000, 9);
  plot.xAxis->setRange(0, 99'999);
  plot.yAxis->setRange(-20, 20);
  plot.replot(QCustomPlot::rpImmediateRefresh);
  const auto range_of = [](const QVector<QCPGraphData>& points) {
    double low = 0, high = 0;
    for (const auto& point : points)
      if (std::isfinite(point.value)) low = std::min(low, point.value), high = std::max(high, point.value);
    return std::pair(low, high);
  };
  auto points = graph->drawn();
  const int columns = plot.axisRect()->width();
  QVERIFY2(points.size() > columns && points.size() <= 2 * columns + 5, qPrintable(QString::number(points.size())));
  QCOMPARE(range_of(points), std::pair(0.0, 9.0));
  QCOMPARE(std::count_if(points.begin(), points.end(), [](const auto& point) { return std::isnan(point.value); }), 1);
  QVERIFY(std::is_sorted(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.key < b.key; }));
  const auto high = std::find_if(points.begin(), points.end(), [](const auto& point) { return point.value == 9; });
  QVERIFY(std::abs(high->key - 70'001) < 300);
  // More is added, a part is looked at, and it begins anew.
  graph->data()->add({100'000.0, -7.0});
  plot.xAxis->setRange(0, 100'000);
  QCOMPARE(range_of(graph->drawn()), std::pair(-7.0, 9.0));
  plot.xAxis->setRange(70'000, 70'020);
  QVERIFY(graph->drawn().size() <= 24);
  graph->clear_points();
  fill(100'000, -12);
  plot.xAxis->setRange(0, 99'999);
  QCOMPARE(range_of(graph->drawn()).first, -12.0);
}

void TestTrainingPlots::whatIsDrawnIsSaved() {
  QTemporaryDir folder;
  LossPlot plot;
  plot.resize(600, 300);
  QVERIFY(testing::show_active(plot));
  plot.show_run(record_of_two_phases());
  for (const char* ending : {"png", "svg", "pdf", "csv"}) plot.saver(folder.filePath(QStringLiteral("plot.") + ending))();
  const QImage image(folder.filePath("plot.png"));
  QVERIFY(image.width() >= 1000 && image.text("Comment").contains("loss_plot"));
  QVERIFY2(testing::busy_share(image) > 0.005, qPrintable(QString::number(testing::busy_share(image))));
  QFile vectors(folder.filePath("plot.svg"));
  QVERIFY(vectors.open(QIODevice::ReadOnly));
  QVERIFY(vectors.readAll().contains("<path"));
  QVERIFY(QFileInfo(folder.filePath("plot.pdf")).size() > 1000);
  QFile numbers(folder.filePath("plot.csv"));
  QVERIFY(numbers.open(QIODevice::ReadOnly));
  const QList<QByteArray> lines = numbers.readAll().trimmed().split('\n');
  QCOMPARE(lines.first(), QByteArray("run,figure,step (optimiser steps),value (no unit)"));
  QVERIFY(lines.contains("run,loss,4,6"));
  QVERIFY(lines.last().contains("error,10,0.5"));
  QVERIFY_EXCEPTION_THROWN(plot.saver(folder.filePath("plot.gif"))(), std::exception);
  const auto record = QJsonDocument::fromJson(QByteArray::fromStdString(carried_record(folder.filePath("plot.csv").toStdString()))).object();
  QCOMPARE(record.value("kind").toString(), QStringLiteral("loss_plot"));
  QCOMPARE(record.value("run").toString(), QStringLiteral("run"));
  plot.saver(folder.filePath("plot.csv"))();  // the record is its own: written anew
  QFile other(folder.filePath("notes.json"));
  QVERIFY(other.open(QIODevice::WriteOnly) && other.write("{}") == 2);
  other.close();
  QVERIFY_EXCEPTION_THROWN(plot.saver(folder.filePath("notes.csv"))(), SessionError);
  QVERIFY(!QFileInfo::exists(folder.filePath("notes.csv")));
  // What is written is what was drawn when it was asked for, on whatever thread.
  const auto write = plot.saver(folder.filePath("later.csv"));
  plot.clear();
  std::thread(write).join();
  QFile later(folder.filePath("later.csv"));
  QVERIFY(later.open(QIODevice::ReadOnly));
  QCOMPARE(later.readAll().trimmed().split('\n'), lines);
}

void TestTrainingPlots::theFormDrawsWhatItsSettingsPlan() {
  Workbench bench;
  NewRunForm form(bench);
  form.resize(350, 640);
  form.show();
  form.choose("disentangled", "report");
  QVERIFY(form.timeline().isVisible());
  QCOMPARE(form.timeline().timeline().phases.size(), std::size_t{4});
  const auto points = [&] { return form.timeline().timeline().curves.front().points; };
  QCOMPARE(points().front(), (std::pair<double, double>{0, 10}));
  form.form().set_values({{"reconstruction_1", 6.0}});
  QCOMPARE(points().front(), (std::pair<double, double>{0, 6}));
  form.form().set_values({{"phase_1_end", 0.9}});  // contradicts phase 2: the last plan stays
  QCOMPARE(points().front(), (std::pair<double, double>{0, 6}));
  QVERIFY(testing::busy_share(form.timeline().grab().toImage()) > 0.02);
  form.choose("simplegan", "tiny");
  QVERIFY(!form.timeline().isVisible());
}

void TestTrainingPlots::theClipsAreMeasuredByLabel() {
  QTemporaryDir folder;
  const Workspace workspace = testing::make_workspace(folder.path(), 3);
  Workbench bench;
  bench.open(QString::fromStdString(workspace.folder().string()), false);
  QVERIFY(wait_for([&] { return bench.has_workspace(); }));
  const db::LabelId harp = workspace.open_catalog()->labels().labels().front().id;
  set_label_colors({{harp.value, "#123456"}});
  auto* dialog = new DataDialog(bench);
  dialog->show();
  QVERIFY(wait_for([&] { return dialog->ready(); }, 20000));
  QCOMPARE(dialog->table().columnCount(), 3);
  QCOMPARE(dialog->table().rowCount(), static_cast<int>(sound_measures().size()));
  QCOMPARE(dialog->table().horizontalHeaderItem(0)->text(), QStringLiteral("harp (3)"));
  QVERIFY(dialog->table().item(0, 0)->text().startsWith("1.00"));  // seconds
  dialog->table().setCurrentCell(3, 0);
  QTest::qWait(50);
  QVERIFY(testing::busy_share(dialog->grab().toImage()) > 0.02);
  QCOMPARE(dialog->findChild<QCustomPlot*>()->plottable(0)->pen().color(), QColor("#123456"));  // the label's own
  set_label_colors({});
  const QString table = folder.path() + "/table.csv", picture = folder.path() + "/picture.png";
  dialog->save_table(table);
  dialog->save_picture(picture);
  std::ifstream file(table.toStdString());
  std::string head, first;
  std::getline(file, head);
  std::getline(file, first);
  QVERIFY2(head.starts_with("label,clips,") && head.find("centroid_mean (Hz)") != std::string::npos, head.c_str());
  QVERIFY2(first.starts_with("harp,3,"), first.c_str());
  QVERIFY(!QImage(picture).isNull());
  QVERIFY_THROWS_EXCEPTION(std::exception, dialog->save_table(table));  // never overwritten
  dialog->close();
  QVERIFY(wait_for([&] { return bench.tasks().empty(); }));
}

int main(int argc, char** argv) { return testing::run<TestTrainingPlots>(argc, argv); }
#include "tst_training_plots.moc"
