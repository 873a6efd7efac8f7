#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <numbers>

#include "audio/analysis/mel_filterbank.h"
#include "core/signal/mel_front_end.h"
#include "core/signal/representation.h"

using namespace luthier;

namespace {

/// Decaying harmonic notes, one every 0.4 s: something like a plucked phrase.
audio::AudioBuffer notes(int rate, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(rate * seconds));
  const double pitches[] = {220.0, 277.2, 329.6, 440.0, 392.0};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    const int note = static_cast<int>(t / 0.4);
    const double since = t - note * 0.4;
    double value = 0;
    for (int h = 1; h <= 8; ++h) value += std::exp(-4 * since * h) / h * std::sin(2 * std::numbers::pi * pitches[note % 5] * h * since);
    samples[i] = static_cast<float>(0.2 * value);
  }
  return {rate, std::move(samples)};
}

RepresentationSpec studio() { return {"log_mel", 16000, 2048, 256, 192, false}; }

double mean_difference(const torch::Tensor& a, const torch::Tensor& b) { return (a - b).abs().mean().item<double>(); }

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  return ab / std::sqrt(aa * bb);
}

}  // namespace

class TestRepresentation : public QObject {
  Q_OBJECT
 private slots:
  void aSpecComesBackFromItsText();
  void damagedTextAndImpossibleSettingsAreRefused_data();
  void damagedTextAndImpossibleSettingsAreRefused();
  void anImageHasTheFramesAndLevelsOfTheSeedSystem();
  void logMelIsWhatTheFrontEndOnTensorsGives();
  void logMelDoesNotDependOnLoudness();
  void meldbStaysBetweenMinusOneAndOne();
  void log10MelHasOneFrameForEachHop();
  void longSoundsAreAnalysedAsInOnePiece();
  void inversionWithTheContentGivesTheContentBack_data();
  void inversionWithTheContentGivesTheContentBack();
  void inversionWithoutContentKeepsThePicture();
  void moreRoundsComeNearerToThePicture_data();
  void moreRoundsComeNearerToThePicture();
  void longSoundsAreInvertedWithoutASeam();
  void anInversionCanBeStopped();
  void waveformsPassUnchanged();
  void aWrongShapeIsNamedWithItsAxes();
  void anEmptySoundIsRefused();
};

void TestRepresentation::aSpecComesBackFromItsText() {
  const RepresentationSpec spec{"log10_mel", 22050, 1024, 256, 80, true};
  QVERIFY(RepresentationSpec::from_text(spec.canonical_text()) == spec);
  QVERIFY(spec.canonical_text() != studio().canonical_text());
}

void TestRepresentation::damagedTextAndImpossibleSettingsAreRefused_data() {
  QTest::addColumn<QString>("text");
  for (const char* text : {"", "nonsense", "kind=opera", "kind=log_mel hop=2x", "kind=log_mel colour=3", "kind=log_mel hop=0",
                           "kind=log_mel bands=9999", "kind=log_mel sample_rate=0", "kind=log_mel n_fft=99999999999999", "kind=log_mel n_fft=1025",
                           "kind=stft_cqt"})
    QTest::newRow(text) << text;
}

void TestRepresentation::damagedTextAndImpossibleSettingsAreRefused() {
  QFETCH(QString, text);
  QVERIFY_THROWS_EXCEPTION(ConfigError, make_representation(RepresentationSpec::from_text(text.toStdString())));
}

void TestRepresentation::anImageHasTheFramesAndLevelsOfTheSeedSystem() {
  const auto image = make_representation({"mel_image", 22050, 2048, 512, 128, false})->analyse(notes(22050, 3.0));
  QCOMPARE(image.sizes().vec(), (std::vector<std::int64_t>{1, 128, 130}));
  QCOMPARE(image.max().item<float>(), 1.0f);
  QVERIFY(image.min().item<float>() >= 0.0f);
  const auto levels = image * 255.0f;
  QVERIFY((levels - levels.round()).abs().max().item<float>() < 1e-4f);
}

void TestRepresentation::logMelIsWhatTheFrontEndOnTensorsGives() {
  const auto sound = notes(16000, 2.0);
  const auto features = make_representation(studio())->analyse(sound);
  auto samples = torch::tensor(sound.channels[0]);
  samples = samples / samples.pow(2).mean().sqrt();
  const auto other = MelFrontEnd(studio(), torch::kCPU).whole(samples.unsqueeze(0))[0].t();
  QCOMPARE(features[0].sizes().vec(), other.sizes().vec());
  // Beside partials of |X| = 1000, single precision leaves 1e-5 near the floor of 1e-4.
  QVERIFY((features[0] - other).abs().max().item<float>() < 0.05f);
  QVERIFY2(mean_difference(features[0], other) < 1e-3, qPrintable(QString::number(mean_difference(features[0], other))));
}

void TestRepresentation::logMelDoesNotDependOnLoudness() {
  auto sound = notes(44100, 1.0);
  const auto loud = make_representation(studio())->analyse(sound);
  for (float& x : sound.channels[0]) x *= 0.05f;
  const double difference = mean_difference(loud, make_representation(studio())->analyse(sound));
  QVERIFY2(difference < 2e-3, qPrintable(QString::number(difference)));
}

void TestRepresentation::meldbStaysBetweenMinusOneAndOne() {
  const auto representation = make_representation({"mel_db", 22050, 2048, 512, 128, false});
  const auto features = representation->analyse(notes(22050, 2.0));
  QCOMPARE(features.max().item<float>(), 1.0f);
  QVERIFY(features.min().item<float>() >= -1.0f);
  const auto picture = representation->picture(features);
  QCOMPARE(picture.max().item<float>(), 0.0f);
  QVERIFY(picture.min().item<float>() >= -80.0f);
}

void TestRepresentation::log10MelHasOneFrameForEachHop() {
  const auto features = make_representation({"log10_mel", 22050, 1024, 256, 80, false})->analyse({22050, std::vector<float>(256 * 40, 0.0f)});
  QCOMPARE(features.sizes().vec(), (std::vector<std::int64_t>{1, 80, 40}));
  QCOMPARE(features.max().item<float>(), -5.0f);
}

void TestRepresentation::longSoundsAreAnalysedAsInOnePiece() {
  const auto sound = notes(16000, 6.0);  // 6000 frames: more than one block
  const RepresentationSpec spec{"mel_db", 16000, 256, 16, 20, false};
  const auto features = make_representation(spec)->analyse(sound);
  const audio::MelFilterbank bank({.sample_rate = 16000, .n_fft = 256, .bands = 20});
  const auto whole = audio::power_to_db(audio::mel_spectrogram(sound.channels[0], {.n_fft = 256, .hop = 16}, bank));
  QCOMPARE(features.size(2), std::int64_t{whole.frames});
  for (int band = 0; band < 20; ++band)
    for (int frame : {0, 1, 4094, 4095, 4096, 4097, whole.frames - 1})
      QVERIFY(std::abs(features[0][band][frame].item<float>() - (whole.at(band, frame) / 40 + 1)) < 1e-4f);
}

void TestRepresentation::inversionWithTheContentGivesTheContentBack_data() {
  QTest::addColumn<QString>("kind");
  for (const char* kind : {"log_mel", "log10_mel", "mel_image", "mel_db"}) QTest::newRow(kind) << kind;
}

void TestRepresentation::inversionWithTheContentGivesTheContentBack() {
  QFETCH(QString, kind);
  const RepresentationSpec spec{kind.toStdString(), 16000, 1024, 256, 128, false};
  const auto sound = notes(16000, 2.013);
  const auto representation = make_representation(spec);
  const auto features = representation->analyse(sound);
  InversionHints hints;
  hints.content = &sound;
  hints.samples = static_cast<std::int64_t>(sound.length());
  const auto back = representation->invert(features, hints);
  QCOMPARE(back.length(), sound.length());
  QCOMPARE(back.sample_rate, 16000);
  const double similar = correlation(back.channels[0], sound.channels[0]);
  QVERIFY2(similar > 0.97, qPrintable(QString::number(similar)));
}

void TestRepresentation::inversionWithoutContentKeepsThePicture() {
  const auto representation = make_representation(studio());
  const auto features = representation->analyse(notes(16000, 2.0));
  const auto again = representation->analyse(representation->invert(features, {}));
  const auto frames = std::min(features.size(2), again.size(2));
  const double difference = mean_difference(features.narrow(2, 0, frames).clamp_min(-2), again.narrow(2, 0, frames).clamp_min(-2));
  QVERIFY2(difference < 0.2, qPrintable(QString::number(difference)));
}

void TestRepresentation::moreRoundsComeNearerToThePicture_data() {
  QTest::addColumn<QString>("kind");
  for (const char* kind : {"log_mel", "log10_mel", "log10_mel_peak", "mel_db", "mel_image"}) QTest::newRow(kind) << kind;
}

void TestRepresentation::moreRoundsComeNearerToThePicture() {
  QFETCH(QString, kind);
  const auto representation = make_representation({kind.toStdString(), 16000, 1024, 256, 80, false});
  auto sound = notes(16000, 2.0);
  for (float& sample : sound.channels[0]) sample *= 0.02f;  // quiet, so that no floor in absolute terms fits by chance
  const auto features = representation->analyse(sound);
  const auto picture = representation->picture(features);
  const auto error = [&](int rounds) {
    InversionHints hints;
    hints.iterations = rounds;
    return mean_difference(representation->picture(representation->analyse(representation->invert(features, hints))), picture);
  };
  const double few = error(6), many = error(32);
  QVERIFY2(many <= 1.02 * few, qPrintable(QStringLiteral("%1 dB after 32 rounds, %2 after 6").arg(many).arg(few)));
}

void TestRepresentation::longSoundsAreInvertedWithoutASeam() {
  const RepresentationSpec spec{"log_mel", 8000, 256, 16, 60, false};
  const auto sound = notes(8000, 9.0);  // 4500 frames: two blocks
  const auto representation = make_representation(spec);
  InversionHints hints;
  hints.content = &sound;
  hints.iterations = 8;
  hints.samples = static_cast<std::int64_t>(sound.length());
  const auto back = representation->invert(representation->analyse(sound), hints);
  QCOMPARE(back.length(), sound.length());
  const std::size_t seam = (4096 - 48) * 16;
  const std::vector<float> a(back.channels[0].begin() + seam - 400, back.channels[0].begin() + seam + 1200);
  const std::vector<float> b(sound.channels[0].begin() + seam - 400, sound.channels[0].begin() + seam + 1200);
  QVERIFY2(correlation(a, b) > 0.97, qPrintable(QString::number(correlation(a, b))));
}

void TestRepresentation::anInversionCanBeStopped() {
  const auto representation = make_representation(studio());
  const auto features = representation->analyse(notes(16000, 4.0));
  InversionHints hints;
  hints.iterations = 100000;
  int asked = 0;
  hints.keep_going = [&] { return ++asked < 5; };
  QElapsedTimer timer;
  timer.start();
  representation->invert(features, hints);
  QVERIFY(timer.elapsed() < 5000);
}

void TestRepresentation::waveformsPassUnchanged() {
  const auto sound = notes(16000, 0.5);
  const auto representation = make_representation({"waveform", 16000, 1024, 256, 64, false});
  const auto features = representation->analyse(sound);
  QCOMPARE(features.sizes().vec(), (std::vector<std::int64_t>{1, 1, 8000}));
  QCOMPARE(representation->invert(features, {}).channels[0], sound.channels[0]);
  const auto stored = (features * 32768.0f).round().to(torch::kShort);
  QVERIFY(std::abs(representation->invert(stored, {}).channels[0][700] - sound.channels[0][700]) < 1.0f / 32768);
  QCOMPARE(representation->picture(features).size(0), std::int64_t{64});
}

void TestRepresentation::aWrongShapeIsNamedWithItsAxes() {
  const auto representation = make_representation(studio());
  try {
    representation->invert(torch::zeros({1, 80, 10}), {});
    QFAIL("accepted");
  } catch (const ConfigError& error) {
    QVERIFY(std::string(error.what()).find("[1, 192, frame]") != std::string::npos);
  }
  auto broken = torch::zeros({1, 192, 10});
  broken[0][3][3] = std::nan("");
  QVERIFY_THROWS_EXCEPTION(ConfigError, representation->invert(broken, {}));
}

void TestRepresentation::anEmptySoundIsRefused() {
  QVERIFY_THROWS_EXCEPTION(ConfigError, make_representation(studio())->analyse({16000, std::vector<float>{}}));
}

QTEST_GUILESS_MAIN(TestRepresentation)
#include "tst_representation.moc"
