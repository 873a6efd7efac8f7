#include <QtTest>
#include <cmath>
#include <random>

#include "audio/analysis/band_extension.h"
#include "audio/analysis/stft.h"
#include "audio/resampler.h"

using namespace luthier::audio;

namespace {

constexpr int kRate = 44100;

/// Noise that swells and fades, and rises by `treble_db` dB an octave above 5 kHz.
std::vector<float> noise(int seed, double treble_db, double seconds = 3) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::normal_distribution<float> normal(0, 0.1f);
  std::vector<float> x(static_cast<std::size_t>(seconds * kRate));
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = normal(random) * static_cast<float>(0.55 + 0.45 * std::sin(2 * M_PI * 1.5 * static_cast<double>(i) / kRate));
  auto spectrum = stft(x);
  for (int t = 0; t < spectrum.frames; ++t)
    for (int k = 0; k < spectrum.bins; ++k)
      if (const double hz = k * static_cast<double>(kRate) / 2048; hz > 5000)
        spectrum.frame(t)[k] *= static_cast<float>(std::pow(10.0, treble_db * std::log2(hz / 5000) / 20));
  return istft(spectrum, {}, x.size());
}

std::vector<float> low_passed(const std::vector<float>& x) {
  auto low = resample(resample(x, kRate, 16000), 16000, kRate);
  low.resize(x.size());
  return low;
}

/// Level of a band in dB.
double band_level(const std::vector<float>& x, double from, double to) {
  const auto spectrum = stft(x);
  double sum = 0;
  for (int t = 0; t < spectrum.frames; ++t)
    for (int k = 0; k < spectrum.bins; ++k)
      if (const double hz = k * static_cast<double>(kRate) / 2048; hz >= from && hz < to) sum += std::norm(spectrum.frame(t)[k]);
  return 10 * std::log10(sum + 1e-20);
}

}  // namespace

class TestBandExtension : public QObject {
  Q_OBJECT
 private slots:
  void trebleStandsWhereTheExamplesStands_data();
  void trebleStandsWhereTheExamplesStands();
  void soundWithoutRoomAboveStaysAsItIs();
  void silenceAndSnippetsStayAsTheyAre();
  void whatLiesBelowTheEdgeIsKept();
  void badNumbersAreRefused();
};

void TestBandExtension::trebleStandsWhereTheExamplesStands_data() {
  QTest::addColumn<double>("treble");
  QTest::newRow("bright") << 0.0;
  QTest::newRow("middling") << -10.0;
  QTest::newRow("dull") << -24.0;
}

void TestBandExtension::trebleStandsWhereTheExamplesStands() {
  QFETCH(double, treble);
  const auto truth = noise(1, treble), example = noise(2, treble);
  const auto dull = low_passed(truth);
  QVERIFY(band_level(dull, 9000, 18000) < band_level(truth, 9000, 18000) - 15);
  const auto result = extend_band(dull, kRate, AudioBuffer(kRate, example));
  QCOMPARE(result.size(), dull.size());
  for (const auto& [from, to] : {std::pair{8500.0, 11000.0}, {11000.0, 15000.0}, {15000.0, 20000.0}}) {
    const double error = band_level(result, from, to) - band_level(truth, from, to);
    QVERIFY2(std::abs(error) < 2, qPrintable(QString("%1-%2 Hz: %3 dB off").arg(from).arg(to).arg(error)));
  }
}

void TestBandExtension::soundWithoutRoomAboveStaysAsItIs() {
  const auto x = resample(noise(1, 0), kRate, 16000);
  QVERIFY(extend_band(x, 16000, AudioBuffer(kRate, noise(2, 0))) == x);
  const auto y = noise(1, 0);
  QVERIFY(extend_band(y, kRate, AudioBuffer(16000, x)) == y);  // the example says nothing above 8 kHz
}

void TestBandExtension::silenceAndSnippetsStayAsTheyAre() {
  const std::vector<float> silence(kRate, 0.0f), snippet(100, 0.5f), none;
  const AudioBuffer example(kRate, noise(2, 0));
  QVERIFY(extend_band(silence, kRate, example) == silence);
  QVERIFY(extend_band(snippet, kRate, example) == snippet);
  QVERIFY(extend_band(none, kRate, example) == none);
  const auto x = low_passed(noise(1, 0));
  QVERIFY(extend_band(x, kRate, AudioBuffer(kRate, silence)) == x);
  QVERIFY(extend_band(x, kRate, AudioBuffer(kRate, snippet)) == x);
}

void TestBandExtension::whatLiesBelowTheEdgeIsKept() {
  const auto x = low_passed(noise(1, 0));
  const auto result = extend_band(x, kRate, AudioBuffer(kRate, noise(2, 0)));
  std::vector<float> difference(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) difference[i] = result[i] - x[i];
  QVERIFY(band_level(difference, 0, 7000) < band_level(x, 0, 7000) - 60);
}

void TestBandExtension::badNumbersAreRefused() {
  const AudioBuffer example(kRate, noise(2, 0));
  QVERIFY_THROWS_EXCEPTION(AudioError, extend_band(noise(1, 0), 0, example));
  QVERIFY_THROWS_EXCEPTION(AudioError, extend_band(noise(1, 0), kRate, example, {.edge = -1}));
}

QTEST_GUILESS_MAIN(TestBandExtension)
#include "tst_band_extension.moc"
