#include <QImage>
#include <QPainter>
#include <QProcess>
#include <QSignalSpy>
#include <QWheelEvent>
#include <cmath>

#include "tests/support/ui_harness.h"
#include "ui/common/sound_player.h"
#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/colour_map.h"
#include "ui/spectrogram/gl_probe.h"
#include "ui/spectrogram/imgui_canvas.h"
#include "ui/spectrogram/picture_service.h"
#include "ui/spectrogram/raster_canvas.h"
#include "ui/spectrogram/scene_recording.h"
#include "ui/spectrogram/scene_rulers.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/spectrogram/wheel_preset.h"

using namespace luthier;
using namespace luthier::ui;

namespace {

SoundPtr tone(double hz, double seconds, const QString& key) {
  const int rate = 22050;
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(0.5 * std::sin(2 * M_PI * hz * static_cast<double>(i) / rate));
  return make_sound(key, key, audio::AudioBuffer(rate, std::move(samples)));
}

void turn_wheel(QWidget* widget, QPointF at, int notches, Qt::KeyboardModifiers modifiers) {
  QWheelEvent event(at, widget->mapToGlobal(at), {}, QPoint(0, 120 * notches), Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
  QCoreApplication::sendEvent(widget, &event);
}

bool settle(QWidget* canvas) {
  return QTest::qWaitFor([&] { return canvas_settled(canvas); }, 20000);
}

}  // namespace

/// Pictures of sounds, and the canvas that shows them, in a real window.
class TestSpectrogram : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theLoudestBandIsTheTonesOwn_data();
  void theLoudestBandIsTheTonesOwn();
  void axesGoBothWays_data();
  void axesGoBothWays();
  void notesAreNamed();
  void rulersKeepTheirDistance();
  void coloursRiseFromQuietToLoud();
  void theSceneZoomsAroundThePointerAndStaysInside();
  void aPictureIsDrawnInAWindow_data();
  void aPictureIsDrawnInAWindow();
  void clickWheelAndDragReachTheScene_data();
  void clickWheelAndDragReachTheScene();
  void silenceIsDark_data();
  void silenceIsDark();
  void theWheelZoomsWhereThatIsChosen();
  void theViewAnalysesAndFollowsThePlayer();
  void offscreenFallsBackToPainting();
  void onlyPaintingIsUsedOffscreen();
};

void TestSpectrogram::theLoudestBandIsTheTonesOwn_data() {
  QTest::addColumn<int>("kind");
  QTest::newRow("linear") << static_cast<int>(PictureKind::linear);
  QTest::newRow("mel") << static_cast<int>(PictureKind::mel);
  QTest::newRow("cqt") << static_cast<int>(PictureKind::cqt);
}

void TestSpectrogram::theLoudestBandIsTheTonesOwn() {
  QFETCH(int, kind);
  const SoundPtr sound = tone(880, 1.0, "a5");
  const PicturePtr picture = make_picture(*sound, {static_cast<PictureKind>(kind), 2048, 128});
  QVERIFY(picture->frames > 50);
  QVERIFY(std::abs(picture->seconds() - 1.0) < 0.1);
  const int frame = picture->frames / 2;
  int loudest = 0;
  for (int band = 0; band < picture->axis.bands; ++band) {
    if (picture->at(band, frame) > picture->at(loudest, frame)) loudest = band;
  }
  QVERIFY(std::abs(picture->at(loudest, frame)) < 3.0f);  // 0 dB is the loudest point
  QVERIFY2(std::abs(12 * std::log2(picture->axis.hz(loudest + 0.5) / 880)) < 0.8,
           qPrintable(QString::number(picture->axis.hz(loudest + 0.5))));
}

void TestSpectrogram::silenceIsDark_data() { theLoudestBandIsTheTonesOwn_data(); }

/// Nothing is no louder than nothing: a reference to the loudest point would show it as full scale.
void TestSpectrogram::silenceIsDark() {
  QFETCH(int, kind);
  const SoundPtr quiet = make_sound("none", "none", audio::AudioBuffer(22050, std::vector<float>(22050)));
  const PicturePtr picture = make_picture(*quiet, {static_cast<PictureKind>(kind), 2048, 128});
  QVERIFY(picture->frames > 10);
  QVERIFY(std::all_of(picture->levels.begin(), picture->levels.end(), [](std::uint8_t level) { return level == 0; }));
  const PicturePtr of_levels = picture_from_decibels("x", std::vector<float>(64 * 10, -80.0f), 64, 10, 1.0, 16000);
  QVERIFY(std::all_of(of_levels->levels.begin(), of_levels->levels.end(), [](std::uint8_t level) { return level == 0; }));
}

void TestSpectrogram::axesGoBothWays_data() { theLoudestBandIsTheTonesOwn_data(); }

void TestSpectrogram::axesGoBothWays() {
  QFETCH(int, kind);
  PictureAxis axis{static_cast<PictureKind>(kind), 128, 22050, 2048};
  for (double hz : {60.0, 440.0, 999.0, 1001.0, 4000.0}) QVERIFY(std::abs(axis.hz(axis.position(hz)) - hz) < 1e-6 * hz + 1e-6);
}

void TestSpectrogram::notesAreNamed() {
  QCOMPARE(note_text(440), QStringLiteral("A4"));
  QCOMPARE(note_text(261.6256), QStringLiteral("C4"));
  QCOMPARE(note_text(466.16 * std::exp2(12 / 1200.0)), QStringLiteral("A♯4 +12 ct"));
  QVERIFY(note_text(3).isEmpty());
}

void TestSpectrogram::rulersKeepTheirDistance() {
  for (PictureKind kind : {PictureKind::linear, PictureKind::mel, PictureKind::cqt}) {
    PictureAxis axis{kind, kind == PictureKind::linear ? 1025 : 128, 22050, 2048};
    for (double height : {60.0, 200.0, 900.0}) {
      const auto ticks = frequency_ticks(axis, 0, axis.bands, height, 22);
      QVERIFY(!ticks.empty());
      for (std::size_t i = 1; i < ticks.size(); ++i) {
        const double gap = (axis.position(ticks[i].value) - axis.position(ticks[i - 1].value)) / axis.bands * height;
        QVERIFY2(gap > 14, qPrintable(QString("%1 to %2: %3 px").arg(ticks[i - 1].text, ticks[i].text).arg(gap)));
      }
    }
  }
  QCOMPARE(even_ticks(0, 3, 8).size(), std::size_t{7});
}

void TestSpectrogram::coloursRiseFromQuietToLoud() {
  for (const QString& name : {QStringLiteral("magma"), QStringLiteral("viridis"), QStringLiteral("grey")}) {
    double last = -1;
    for (int i = 0; i <= 10; ++i) {
      const QColor c = colour_at(name, i / 10.0);
      const double light = 0.2126 * c.redF() + 0.7152 * c.greenF() + 0.0722 * c.blueF();
      QVERIFY2(light > last, qPrintable(name));
      last = light;
    }
  }
}

void TestSpectrogram::theSceneZoomsAroundThePointerAndStaysInside() {
  SpectrogramScene scene;
  scene.set_lanes({{"a", tone(440, 4, "a4"), nullptr, {}, true}}, false);
  QCOMPARE(scene.visible_time(), std::make_pair(0.0, 4.0));
  scene.zoom_time(2, 1.0);
  QCOMPARE(scene.visible_time(), std::make_pair(0.5, 2.5));
  scene.show_time(-3, -1);
  QCOMPARE(scene.visible_time(), std::make_pair(0.0, 2.0));
  scene.zoom_time(1e9, 1.0);
  QVERIFY(scene.visible_time().second - scene.visible_time().first >= 0.0099);
  scene.zoom_band(4, 0.25);
  QVERIFY(scene.visible_band().first >= 0 && scene.visible_band().second <= 1);
  scene.show_time(0, 1);
  scene.set_playhead(2.0, true);  // follows: the playhead stands in the middle
  QCOMPARE(scene.visible_time(), std::make_pair(1.5, 2.5));
  scene.fit();
  QCOMPARE(scene.visible_time(), std::make_pair(0.0, 4.0));
}

void TestSpectrogram::aPictureIsDrawnInAWindow_data() {
  QTest::addColumn<bool>("gl");
  QTest::newRow("painter") << false;
  if (gl_works()) QTest::newRow("imgui") << true;
}

void TestSpectrogram::aPictureIsDrawnInAWindow() {
  QFETCH(bool, gl);
  const SoundPtr sound = tone(1000, 1, "tone");
  const PicturePtr picture = make_picture(*sound, {PictureKind::mel, 2048, 128});
  SpectrogramScene scene;
  QWidget window;
  window.resize(600, 400);
  QWidget* canvas = gl ? static_cast<QWidget*>(new ImGuiCanvas(scene, &window)) : new RasterCanvas(scene, &window);
  canvas->setGeometry(0, 0, 600, 400);
  QVERIFY(testing::show_active(window));
  scene.set_lanes({{"wave", sound, nullptr, {}, true}, {"tone", sound, picture, {}, false}}, false);
  QTest::qWait(150);
  QVERIFY(settle(canvas));
  const QImage image = window.grab().toImage();
  const QRectF area = scene.lane_area(1);
  QVERIFY(area.height() > 150);
  // The tone's own row is bright, the top of the picture dark.
  const double at = picture->axis.position(1000) / picture->axis.bands;
  const qreal ratio = image.devicePixelRatio();
  const QColor bright = image.pixelColor(((QPointF(area.center().x(), area.bottom() - at * area.height())) * ratio).toPoint());
  const QColor dark = image.pixelColor(((QPointF(area.center().x(), area.top() + area.height() * 0.3)) * ratio).toPoint());
  QVERIFY2(bright.lightness() > dark.lightness() + 60, qPrintable(bright.name() + " " + dark.name()));
  // Rulers are drawn at the left.
  QVERIFY(testing::busy_share(image.copy(QRect(0, static_cast<int>(area.top() * ratio), static_cast<int>(50 * ratio), static_cast<int>(area.height() * ratio)))) > 0.01);
}

void TestSpectrogram::clickWheelAndDragReachTheScene_data() { aPictureIsDrawnInAWindow_data(); }

void TestSpectrogram::clickWheelAndDragReachTheScene() {
  QFETCH(bool, gl);
  const SoundPtr sound = tone(1000, 2, "tone");
  SpectrogramScene scene;
  QWidget window;
  window.resize(600, 300);
  QWidget* canvas = gl ? static_cast<QWidget*>(new ImGuiCanvas(scene, &window)) : new RasterCanvas(scene, &window);
  canvas->setGeometry(0, 0, 600, 300);
  QVERIFY(testing::show_active(window));
  scene.set_lanes({{"tone", sound, make_picture(*sound, {}), {}, false}}, false);
  QTest::qWait(100);
  QVERIFY(settle(canvas));
  QSignalSpy seeks(&scene, &SpectrogramScene::seek_requested);
  const QRectF area = scene.lane_area(0);
  const QPoint middle = area.center().toPoint();
  // The display's own pointer stands elsewhere and may say so at any time, so the pointer is moved until it is noticed.
  QVERIFY(testing::wait_for([&] {
    QTest::mouseMove(canvas, middle - QPoint(5, 0));
    QTest::mouseMove(canvas, middle);
    return settle(canvas) && scene.readout().contains("Hz") && scene.readout().contains("dB");
  }));
  QTest::mouseClick(canvas, Qt::LeftButton, {}, middle);
  QTRY_COMPARE_WITH_TIMEOUT(seeks.count(), 1, 20000);
  QCOMPARE(seeks.first().at(0).toInt(), 0);
  QVERIFY(std::abs(seeks.first().at(1).toDouble() - 1.0) < 0.02);

  turn_wheel(canvas, middle, 3, Qt::ControlModifier);
  QTRY_VERIFY_WITH_TIMEOUT(scene.visible_time().second - scene.visible_time().first < 1.1, 20000);
  QVERIFY(settle(canvas));
  const auto before = scene.visible_time();
  turn_wheel(canvas, middle, -1, Qt::NoModifier);
  QTRY_VERIFY_WITH_TIMEOUT(scene.visible_time().first > before.first, 20000);
  scene.fit();

  QSignalSpy selections(&scene, &SpectrogramScene::selection_changed);
  QTest::mousePress(canvas, Qt::LeftButton, {}, middle);
  for (int x = 5; x <= 100; x += 5) QTest::mouseMove(canvas, middle + QPoint(x, 0));
  QTest::mouseRelease(canvas, Qt::LeftButton, {}, middle + QPoint(100, 0));
  QTRY_COMPARE_WITH_TIMEOUT(selections.count(), 1, 20000);
  QVERIFY(scene.selection().has_value());
  QVERIFY(std::abs(scene.selection()->first - 1.0) < 0.05);
  QVERIFY(scene.selection()->second > 1.3);
}

void TestSpectrogram::theWheelZoomsWhereThatIsChosen() {
  SpectrogramScene scene;
  scene.set_lanes({{"a", tone(440, 4, "a4"), nullptr, {}, true}}, false);
  QImage image(400, 200, QImage::Format_RGB32);
  QPainter painter(&image);
  QtScenePainter paint(painter);
  scene.draw(paint, QSizeF(400, 200));
  const auto turn = [&scene](Qt::KeyboardModifiers modifiers) {
    SceneInput now;
    now.mouse = scene.lane_area(0).center();
    now.inside = true;
    now.modifiers = modifiers;
    now.wheel_y = 1;
    scene.input(now);
    return scene.visible_time();
  };
  const auto length = [](std::pair<double, double> time) { return time.second - time.first; };
  set_wheel_zooms(true);
  const auto zoomed = turn(Qt::NoModifier);
  QVERIFY(std::abs(length(zoomed) - 3.2) < 1e-6);
  const auto scrolled = turn(Qt::ControlModifier);
  QVERIFY(std::abs(length(scrolled) - 3.2) < 1e-6 && scrolled.first < zoomed.first);
  set_wheel_zooms(false);
  const auto again = turn(Qt::ControlModifier);
  QVERIFY(length(again) < 3);
  QVERIFY(std::abs(length(turn(Qt::NoModifier)) - length(again)) < 1e-6);
}

void TestSpectrogram::theViewAnalysesAndFollowsThePlayer() {
  SoundPlayer player;
  PictureService pictures;
  SpectrogramSettings settings;
  SpectrogramView view(player, pictures, settings);
  view.resize(700, 400);
  QVERIFY(testing::show_active(view));
  const SoundPtr a = tone(440, 1.5, "a"), b = tone(660, 1.5, "b");
  view.set_sources({{"a", a, nullptr, {}, false}, {"b", b, nullptr, {}, false}});
  QVERIFY(testing::wait_for([&] { return view.scene().lanes()[0].picture && view.scene().lanes()[1].picture; }));
  QVERIFY(testing::wait_for([&] { return player.ready(); }));
  view.play(1);
  QVERIFY(testing::wait_for([&] { return player.playing() && player.position() > 0.1; }));
  QCOMPARE(player.selected(), std::size_t{1});
  QVERIFY(view.scene().lanes()[1].selected);
  player.select(0);
  QVERIFY(view.scene().lanes()[0].selected);
  player.pause();
  QVERIFY(testing::wait_for([&] { return !player.playing(); }));
  // Another scale: the old picture stays until the new one is there.
  settings.set_picture({PictureKind::linear, 1024, 128});
  QVERIFY(view.scene().lanes()[0].picture);
  QVERIFY(testing::wait_for([&] { return view.scene().lanes()[0].picture->axis.kind == PictureKind::linear; }));
}

void TestSpectrogram::offscreenFallsBackToPainting() {
  // The same program on Qt's "offscreen" platform, with and without a display: no OpenGL widget may be made, nothing crashes.
  for (bool display : {true, false}) {
    QProcess child;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("QT_QPA_PLATFORM", "offscreen");
    if (!display) environment.remove("DISPLAY");
    child.setProcessEnvironment(environment);
    child.start(QCoreApplication::applicationFilePath(), {"onlyPaintingIsUsedOffscreen"});
    QVERIFY(child.waitForFinished(30000));
    QCOMPARE(child.exitStatus(), QProcess::NormalExit);
    QCOMPARE(child.exitCode(), 0);
  }
}

void TestSpectrogram::onlyPaintingIsUsedOffscreen() {
  if (QGuiApplication::platformName() != "offscreen") QSKIP("looked at by the test above");
  QVERIFY(!gl_works());
  QVERIFY(!gl_description().isEmpty());
  SpectrogramScene scene;
  std::unique_ptr<QWidget> canvas(make_canvas(scene, nullptr));
  QVERIFY(qobject_cast<RasterCanvas*>(canvas.get()));
  const SoundPtr sound = tone(500, 1, "tone");
  scene.set_lanes({{"tone", sound, make_picture(*sound, {}), {}, false}}, false);
  canvas->resize(400, 200);
  canvas->show();
  QVERIFY(testing::busy_share(canvas->grab().toImage()) > 0.05);
}

int main(int argc, char** argv) { return testing::run<TestSpectrogram>(argc, argv); }
#include "tst_spectrogram.moc"
