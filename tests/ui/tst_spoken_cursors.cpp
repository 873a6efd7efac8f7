// timeout: 180
#include <QAccessible>
#include <QPushButton>
#include <QSet>

#include "tests/support/ui_harness.h"
#include "ui/common/workbench.h"
#include "ui/map/map_canvas.h"
#include "ui/map/map_view.h"
#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/training/loss_plot.h"
#include "ui/training/qcustomplot_header.h"
#include "ui/training/run_record.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// A cursor that is moved by keys is heard: where it is and what is there.
class TestSpokenCursors : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void ofTheSpectrogramAndTheWaveform();
  void ofTheLossPlot();
  void ofTheMap();

 private:
  /// What a screen reader reads off the drawing: value and description say the same. (That it is told of the change cannot be seen
  /// here: Qt tells nobody where no assistive program runs.)
  static QString heard(QWidget* drawing) {
    QAccessibleInterface* reader = QAccessible::queryAccessibleInterface(drawing);
    return reader->text(QAccessible::Value) == reader->text(QAccessible::Description) ? reader->text(QAccessible::Value) : QStringLiteral("two things at once");
  }
  static QString after(QWidget* drawing, int key, Qt::KeyboardModifiers modifiers = {}) {
    QTest::keyClick(drawing, static_cast<Qt::Key>(key), modifiers);
    return heard(drawing);
  }
  QTemporaryDir folder_;
};

void TestSpokenCursors::ofTheSpectrogramAndTheWaveform() {
  Workbench bench;
  SpectrogramView view(bench.player(), bench.pictures(), bench.spectrograms());
  view.resize(700, 400);
  QVERIFY(testing::show_active(view));
  std::vector<float> samples(44100);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(0.5 * std::sin(2 * M_PI * 440 * static_cast<double>(i) / 22050));
  const SoundPtr sound = make_sound("tone", "tone", audio::AudioBuffer(22050, samples));
  view.set_sources({{"wave", sound, nullptr, {}, true}, {"tone", sound, nullptr, {}, false}});
  QVERIFY(wait_for([&] { return view.complete() && canvas_settled(view.canvas()) && !view.scene().lane_area(1).isEmpty(); }));
  QWidget* canvas = view.canvas();
  QAccessibleInterface* reader = QAccessible::queryAccessibleInterface(canvas);
  QCOMPARE(reader->role(), QAccessible::Canvas);
  QCOMPARE(reader->text(QAccessible::Name), QStringLiteral("Spectrogram"));
  canvas->setFocus();
  const QString first = after(canvas, Qt::Key_Right, Qt::ControlModifier);
  for (const char* part : {" s", " Hz", " dB", "1.000"}) QVERIFY2(first.contains(part), qPrintable(first));
  const QString later = after(canvas, Qt::Key_Right, Qt::ControlModifier);
  QVERIFY2(later != first && later.startsWith("1.0"), qPrintable(later));
  // Down to the tone, where it is loudest and has a name; then up over the edge into the waveform.
  QString at_tone;
  for (int i = 0; i < 120 && !at_tone.contains("A4"); ++i) at_tone = after(canvas, Qt::Key_Down);
  QVERIFY2(at_tone.contains("A4"), qPrintable(at_tone));
  QString wave;
  for (int i = 0; i < 200 && !wave.contains("peak"); ++i) wave = after(canvas, Qt::Key_Up);
  QVERIFY2(wave.contains("peak −6.0 dBFS"), qPrintable(wave));
  QVERIFY(!wave.contains("Hz"));
  QString back;
  for (int i = 0; i < 200 && !back.contains("Hz"); ++i) back = after(canvas, Qt::Key_Down);
  QVERIFY2(back.contains("Hz"), qPrintable(back));
  QTest::keyClick(canvas, Qt::Key_Return);
  QVERIFY(wait_for([&] { return std::abs(bench.player().position() - 1.0) < 0.1; }));
}

void TestSpokenCursors::ofTheLossPlot() {
  LossPlot plot;
  plot.resize(600, 300);
  QVERIFY(testing::show_active(plot));
  luthier::ui::RunRecord record;
  RunStarted started;
  started.phases = {{"all", 20}};
  started.total_steps = 20;
  record.apply({"run", started});
  for (std::int64_t step = 1; step <= 20; ++step) {
    StepDone done;
    done.step = step, done.total_steps = 20;
    done.losses = {{"loss", 10.0 / static_cast<double>(step)}};
    record.apply({"run", done});
  }
  plot.show_run(record);
  QWidget* drawing = plot.plot();
  QCOMPARE(QAccessible::queryAccessibleInterface(drawing)->role(), QAccessible::Chart);
  QVERIFY(drawing->accessibleDescription().contains("step 20"));
  drawing->setFocus();
  QVERIFY(after(drawing, Qt::Key_Home).contains("step 1 "));
  const QString words = after(drawing, Qt::Key_Right);
  QVERIFY2(words.contains("step 2 ") && words.contains("loss: 5"), qPrintable(words));
  QVERIFY(after(drawing, Qt::Key_End).contains("step 20"));
}

void TestSpokenCursors::ofTheMap() {
  const Workspace workspace = testing::make_workspace(folder_.path(), 4, 1.0);
  Workbench bench;
  MapView map(bench);
  map.resize(900, 500);
  QVERIFY(testing::show_active(map));
  bench.open(QString::fromStdString(workspace.folder().string()), false);
  QVERIFY(wait_for([&] { return bench.has_workspace(); }));
  QTest::mouseClick(map.findChild<QPushButton*>("make_map"), Qt::LeftButton);
  QVERIFY(wait_for([&] { return map.canvas().dots().size() == 12; }));
  QVERIFY(wait_for([&] { return bench.tasks().empty(); }));
  QWidget* drawing = &map.canvas();
  QCOMPARE(QAccessible::queryAccessibleInterface(drawing)->role(), QAccessible::Canvas);
  drawing->setFocus();
  QSet<QString> names;
  for (const int key : {Qt::Key_Right, Qt::Key_Right, Qt::Key_Left, Qt::Key_Up, Qt::Key_Down}) {
    const qint64 before = map.canvas().marked();
    const QString words = after(drawing, key);
    if (map.canvas().marked() == before) continue;  // no dot lies that way
    QVERIFY(wait_for([&] { return heard(drawing) != words; }));
    QVERIFY2(heard(drawing).contains(".wav") && heard(drawing).contains(" · "), qPrintable(heard(drawing)));
    names.insert(heard(drawing));
  }
  QVERIFY(names.size() >= 2);
  bench.player().stop();
}

int main(int argc, char** argv) { return testing::run<TestSpokenCursors>(argc, argv); }
#include "tst_spoken_cursors.moc"
