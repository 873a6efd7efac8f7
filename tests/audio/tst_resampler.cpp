#include <QtTest>

#include "audio/loudness.h"
#include "audio/resampler.h"
#include "tests/support/audio_signals.h"

using namespace luthier::audio;

class TestResampler : public QObject {
  Q_OBJECT

 private slots:
  void aSineStaysThatSine_data() {
    QTest::addColumn<int>("from");
    QTest::addColumn<int>("to");
    for (const auto& [from, to] :
         {std::pair{48000, 16000}, {44100, 22050}, {22050, 48000}, {8000, 44100}, {96000, 22050}})
      QTest::addRow("%d to %d", from, to) << from << to;
  }
  void aSineStaysThatSine() {
    QFETCH(int, from);
    QFETCH(int, to);
    const std::vector<float> in = sine(997, from, static_cast<std::size_t>(from));
    for (const auto quality : {ResampleQuality::high, ResampleQuality::very_high}) {
      const std::vector<float> out = resample(in, from, to, quality);
      const std::vector<float> wanted = sine(997, to, static_cast<std::size_t>(to));
      QCOMPARE(out.size(), wanted.size());
      double largest = 0.0;
      for (std::size_t i = out.size() / 10; i < out.size() * 9 / 10; ++i)
        largest = std::max(largest, std::abs(static_cast<double>(out[i]) - wanted[i]));
      QVERIFY2(largest < 2e-6, qPrintable(QString::number(largest)));
    }
  }
  void whatLiesAboveTheNewNyquistGoes() {
    const std::vector<float> out = resample(sine(15000, 48000, 48000), 48000, 16000);
    QVERIFY(rms(std::span(out).subspan(1600, 12800)) < 1e-5);
  }
  void lengthIsRoundedUpAsLibrosaDoes() {
    QCOMPARE(resample(noise(1000), 44100, 22050).size(), std::size_t{500});
    QCOMPARE(resample(noise(1001), 44100, 22050).size(), std::size_t{501});
    QCOMPARE(resample(noise(48000), 48000, 22050).size(), std::size_t{22050});
    QCOMPARE(resample(noise(1), 48000, 16000).size(), std::size_t{1});
    QVERIFY(resample(std::vector<float>{}, 48000, 16000).empty());
  }
  void aStreamGivesWhatTheWholeGives() {
    const std::vector<float> left = noise(30000, 1), right = noise(30000, 2);
    const std::vector<float> wanted_left = resample(left, 22050, 48000),
                             wanted_right = resample(right, 22050, 48000);
    StreamResampler stream(22050, 48000, 2);
    for (int pass = 0; pass < 2; ++pass) {  // usable afresh after finish
      std::vector<float> out;
      for (std::size_t start = 0, step = 1; start < left.size(); start += step, step = step * 3 % 4001 + 1) {
        std::vector<float> piece;
        for (std::size_t i = start; i < std::min(left.size(), start + step); ++i) {
          piece.push_back(left[i]);
          piece.push_back(right[i]);
        }
        stream.process(piece, out);
      }
      stream.finish(out);
      QVERIFY(std::abs(static_cast<double>(out.size() / 2) - static_cast<double>(wanted_left.size())) <= 1);
      for (std::size_t i = 0; i + 1 < wanted_left.size(); ++i) {
        QVERIFY(std::abs(out[2 * i] - wanted_left[i]) < 1e-5f);
        QVERIFY(std::abs(out[2 * i + 1] - wanted_right[i]) < 1e-5f);
      }
    }
  }
  void rightRateIsLeftAlone() {
    const AudioBuffer sound(22050, noise(500));
    QVERIFY(resample(sound, 22050).channels == sound.channels);
  }
  void nonsenseRatesAreRefused() {
    QVERIFY_EXCEPTION_THROWN(resample(noise(10), 0, 16000), AudioError);
    QVERIFY_EXCEPTION_THROWN(resample(noise(10), 16000, 1e9), AudioError);
    QVERIFY_EXCEPTION_THROWN(StreamResampler(16000, -5, 1), AudioError);
  }
};

QTEST_GUILESS_MAIN(TestResampler)
#include "tst_resampler.moc"
