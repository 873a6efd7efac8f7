// timeout: 90
#include <QFile>
#include <QImage>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QToolButton>
#include <cmath>

#include "core/session/carried_record.h"
#include "core/session/text_file.h"
#include "core/session/transfer_session.h"
#include "tests/support/ui_harness.h"
#include "ui/common/sound_player.h"
#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/colour_map.h"
#include "ui/spectrogram/picture_service.h"
#include "ui/spectrogram/spectrogram_view.h"

using namespace luthier;
using namespace luthier::ui;

namespace {

SoundPtr tone(double hz, const QString& key, double seconds = 1.2) {
  const int rate = 22050;
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(0.3 * std::sin(2 * M_PI * hz * static_cast<double>(i) / rate));
  return make_sound(key, key, audio::AudioBuffer(rate, std::move(samples)));
}

}  // namespace

/// What the row above a spectrogram offers: hop, harmonics, keyboard cursor, the model's view, and saving.
class TestSpectrogramTools : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() {
    settings_.set_picture({});
    view_ = std::make_unique<SpectrogramView>(player_, pictures_, settings_);
    view_->resize(900, 420);
    QVERIFY(testing::show_active(*view_));
    view_->set_sources({{"a", tone(440, "a"), nullptr, {}, false}, {"b", tone(880, "b"), nullptr, {}, false}});
    QVERIFY(testing::wait_for([&] { return view_->complete(); }));
    QTest::qWait(100);
  }
  void cleanup() {
    player_.clear();
    view_.reset();
  }

  void theHopIsTheOneAskedFor() {
    settings_.set_picture({PictureKind::mel, 2048, 128, 256});
    QVERIFY(testing::wait_for([&] { return std::abs(view_->scene().lanes()[0].picture->seconds_per_frame - 256.0 / 22050) < 1e-9; }));
    const PicturePtr cqt = make_picture(*tone(440, "c"), {PictureKind::cqt, 2048, 128, 100});
    QVERIFY(std::abs(cqt->seconds_per_frame - 128.0 / 22050) < 1e-9);  // octaves need a multiple of 64
  }

  void harmonicsAreMarkedAtMultiplesOfTheFrequency() {
    settings_.set_picture({PictureKind::linear, 2048, 128, 0});
    QVERIFY(testing::wait_for([&] { return view_->scene().lanes()[0].picture->axis.kind == PictureKind::linear; }));
    const SpectrogramScene& scene = view_->scene();
    const QRectF area = scene.lane_area(0);
    const PictureAxis axis = scene.lanes()[0].picture->axis;
    auto y_of = [&](double hz) { return area.bottom() - axis.position(hz) / axis.bands * area.height(); };
    auto brightness = [&](double hz, double aside) {
      QTest::mouseMove(view_->canvas(), QPointF(area.center().x() - 1, y_of(1500)).toPoint());
      QTest::mouseMove(view_->canvas(), QPointF(area.center().x(), y_of(1500)).toPoint());
      QTest::qWait(120);
      const QImage image = view_->canvas()->grab().toImage();
      const qreal ratio = image.devicePixelRatio();
      int brightest = 0;
      for (int dy = -2; dy <= 2; ++dy) brightest = std::max(brightest, image.pixelColor((QPointF(area.center().x() + aside, y_of(hz) + dy) * ratio).toPoint()).lightness());
      return brightest;
    };
    const int before = brightness(4500, 30);
    settings_.set_harmonics(true);
    QVERIFY(view_->scene().harmonics());
    const int third = brightness(4500, 30), between = brightness(5200, 30);
    QVERIFY2(third > before + 60 && third > between + 60, qPrintable(QString("%1 %2 %3").arg(before).arg(third).arg(between)));
    settings_.set_harmonics(false);
  }

  void theKeyboardMovesTheCursorAndItsPlaceIsSpoken() {
    view_->canvas()->setFocus();
    QTest::keyClick(view_->canvas(), Qt::Key_Right, Qt::ControlModifier);
    const QString first = view_->canvas()->accessibleDescription();
    QVERIFY2(first.contains("Hz") && first.contains("dB"), qPrintable(first));
    QTest::keyClick(view_->canvas(), Qt::Key_Right, Qt::ControlModifier | Qt::ShiftModifier);
    QTest::keyClick(view_->canvas(), Qt::Key_Up);
    QVERIFY(view_->canvas()->accessibleDescription() != first);
    QSignalSpy seeks(&view_->scene(), &SpectrogramScene::seek_requested);
    QTest::keyClick(view_->canvas(), Qt::Key_Return);
    QCOMPARE(seeks.count(), 1);
    QVERIFY(seeks[0][1].toDouble() > 0.6);
  }

  void whatIsShownIsSavedWithItsRecord_data() {
    QTest::addColumn<QString>("ending");
    for (const char* ending : {"png", "svg", "pdf"}) QTest::newRow(ending) << ending;
  }

  void whatIsShownIsSavedWithItsRecord() {
    QFETCH(QString, ending);
    QTemporaryDir folder;
    const QString file = folder.path() + "/picture." + ending;
    QSignalSpy saved(view_.get(), &SpectrogramView::saved);
    view_->save(file);
    QVERIFY(testing::wait_for([&] { return saved.count() == 1; }));
    const std::string bytes = read_text(file.toStdString());
    if (ending == "png") {
      const QImage image(file);
      QVERIFY(image.width() >= 1800 && testing::busy_share(image) > 0.1);
      QVERIFY(image.text("Comment").contains("\"spectrogram_view\""));
    } else if (ending == "svg") {
      QVERIFY(QSvgRenderer(QByteArray::fromStdString(bytes)).isValid());
      QVERIFY(bytes.find("spectrogram_view") != std::string::npos && bytes.find(">1k</text>") != std::string::npos);
    } else {
      QVERIFY(bytes.starts_with("%PDF-") && bytes.find("record.json") != std::string::npos);
    }
  }

  void theNumbersHaveNamedColumnsAndOnlyWhatIsVisible() {
    QTemporaryDir folder;
    const QString file = folder.path() + "/numbers.csv";
    view_->scene().show_time(0.3, 0.6);
    QSignalSpy saved(view_.get(), &SpectrogramView::saved);
    view_->save(file);
    QVERIFY(testing::wait_for([&] { return saved.count() == 1; }));
    QCOMPARE(saved[0][0].toStringList(), QStringList{file});  // both sounds have the same bands
    const QStringList lines = QString::fromStdString(read_text(file.toStdString())).split('\n', Qt::SkipEmptyParts);
    const QStringList head = lines[0].split(',');
    QCOMPARE(head[0], QStringLiteral("sound"));
    QCOMPARE(head[1], QStringLiteral("time_s"));
    QCOMPARE(head.size(), 2 + 128);
    QVERIFY(head[2].startsWith("dB_at_") && head[2].endsWith("_Hz"));
    for (int i = 1; i < lines.size(); ++i) {
      const QStringList cells = lines[i].split(',');
      QCOMPARE(cells.size(), head.size());
      QVERIFY(cells[1].toDouble() >= 0.299 && cells[1].toDouble() <= 0.601);
    }
    QVERIFY(lines[1].startsWith("a,") && lines.back().startsWith("b,"));
    const QJsonObject record = QJsonDocument::fromJson(QByteArray::fromStdString(carried_record(file.toStdString()))).object();
    QCOMPARE(record["kind"].toString(), QStringLiteral("spectrogram_view"));
    QCOMPARE(record["table"].toString(), QStringLiteral("numbers.csv"));
    QVERIFY(std::abs(record["begin_s"].toDouble() - 0.3) < 0.001);
  }

  void theVisibleBandIsInTheRecord() {
    QTemporaryDir folder;
    const QString file = folder.path() + "/band.png";
    view_->scene().fit();
    view_->scene().zoom_band(4, 1.0 / 3);
    QSignalSpy saved(view_.get(), &SpectrogramView::saved);
    view_->save(file);
    QVERIFY(testing::wait_for([&] { return saved.count() == 1; }));
    const QJsonObject record = QJsonDocument::fromJson(QImage(file).text("Comment").toUtf8()).object();
    QCOMPARE(record["band_low"].toDouble(), 0.25);
    QCOMPARE(record["band_high"].toDouble(), 0.5);
    view_->scene().fit();
  }

  void anEmptyViewHasNothingToSave() {
    view_->set_sources({});
    QSignalSpy failed(view_.get(), &SpectrogramView::failed);
    view_->save("/nowhere/x.png");
    QCOMPARE(failed.count(), 1);
    QVERIFY(last_error().contains("no picture"));
  }

  void theModelsViewIsSeenAndHeard() {
    if (shipped_models().empty()) QSKIP("no weights are shipped with this build");
    view_->play(1);
    QVERIFY(testing::wait_for([&] { return player_.playing(); }));
    view_->tools().set_sight(Sight::representation);
    QVERIFY(testing::wait_for([&] { return view_->complete(); }, 30000));
    const Lane& lane = view_->scene().lanes()[1];
    QVERIFY(lane.title.contains("shipped weights"));
    QVERIFY(lane.picture && lane.picture->axis.sample_rate != 22050);  // the model's own rate and bands
    QVERIFY(testing::wait_for([&] { return player_.current() && player_.current()->key.startsWith("inverted:"); }));
    QCOMPARE(view_->heard(), 1);
    QCOMPARE(view_->sounds()[1]->key, QStringLiteral("b"));  // pages still know their own sounds
    view_->tools().set_sight(Sight::inverted);
    QVERIFY(testing::wait_for([&] { return view_->complete() && view_->scene().lanes()[1].title.contains("inverted"); }));
    view_->tools().set_sight(Sight::sound);
    QVERIFY(testing::wait_for([&] { return player_.current() && player_.current()->key == "b"; }));
    QCOMPARE(view_->heard(), 1);
  }

  void theHighContrastGreyIsSteepInTheMiddle() {
    QVERIFY(colour_map_names().contains("contrast"));
    const auto light = [](double at) { return colour_at("contrast", at).lightness(); };
    QVERIFY(light(0) == 255 && light(1) == 0);
    QVERIFY(light(0.4) - light(0.6) > 100);
  }

 private:
  SoundPlayer player_;
  PictureService pictures_;
  SpectrogramSettings settings_;
  std::unique_ptr<SpectrogramView> view_;
};

int main(int argc, char** argv) { return testing::run<TestSpectrogramTools>(argc, argv); }
#include "tst_spectrogram_tools.moc"
