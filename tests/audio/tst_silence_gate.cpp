#include <QtTest>
#include <cmath>

#include "audio/silence_gate.h"

using namespace luthier::audio;

namespace {

constexpr int kRate = 16000;

/// A tone from 0 to 1 s and from 4 to 5 s, nothing between.
std::vector<float> guide() {
  std::vector<float> x(5 * kRate, 0.0f);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (const double t = static_cast<double>(i) / kRate; t < 1 || t >= 4) x[i] = static_cast<float>(0.3 * std::sin(2 * M_PI * 440 * t));
  return x;
}

float loudest(const std::vector<float>& x, double from, double to) {
  float peak = 0;
  for (auto i = static_cast<std::size_t>(from * kRate); i < static_cast<std::size_t>(to * kRate) && i < x.size(); ++i) peak = std::max(peak, std::abs(x[i]));
  return peak;
}

}  // namespace

class TestSilenceGate : public QObject {
  Q_OBJECT
 private slots:
  void noiseIsTakenOutOfLongSilenceOnly();
  void aGuideWithoutSilenceChangesNothing();
  void emptyAndSilentGuidesChangeNothing();
  void aLongerResultFollowsTheEnd();
};

void TestSilenceGate::noiseIsTakenOutOfLongSilenceOnly() {
  std::vector<float> x(5 * kRate, 0.1f);
  follow_silence(x, guide(), kRate);
  QCOMPARE(loudest(x, 0, 1.55), 0.1f);
  QVERIFY(std::all_of(x.begin(), x.begin() + 24800, [](float v) { return v == 0.1f; }));  // what rings on may ring
  QCOMPARE(loudest(x, 2.1, 3.95), 0.0f);
  QVERIFY(std::all_of(x.begin() + 4 * kRate, x.end(), [](float v) { return v == 0.1f; }));  // the attack is whole
  for (std::size_t i = 1; i < x.size(); ++i) QVERIFY(std::abs(x[i] - x[i - 1]) < 0.1f / 100);  // no click
}

void TestSilenceGate::aGuideWithoutSilenceChangesNothing() {
  std::vector<float> x(kRate, 0.1f), tone(kRate);
  for (std::size_t i = 0; i < tone.size(); ++i) tone[i] = static_cast<float>(std::sin(0.1 * static_cast<double>(i)));
  const auto before = x;
  follow_silence(x, tone, kRate);
  QVERIFY(x == before);
}

void TestSilenceGate::emptyAndSilentGuidesChangeNothing() {
  std::vector<float> x(kRate, 0.1f);
  const auto before = x;
  follow_silence(x, {}, kRate);
  follow_silence(x, std::vector<float>(kRate, 0.0f), kRate);
  follow_silence(x, guide(), 0);
  QVERIFY(x == before);
  std::vector<float> none;
  follow_silence(none, guide(), kRate);
  QVERIFY(none.empty());
}

void TestSilenceGate::aLongerResultFollowsTheEnd() {
  auto sound = guide();
  sound.resize(4 * kRate);  // ends in silence
  std::vector<float> x(6 * kRate, 0.1f);
  follow_silence(x, sound, kRate);
  QCOMPARE(loudest(x, 2.1, 6), 0.0f);
}

QTEST_GUILESS_MAIN(TestSilenceGate)
#include "tst_silence_gate.moc"
