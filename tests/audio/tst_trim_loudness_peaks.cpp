#include <QtTest>

#include "audio/loudness.h"
#include "audio/peaks.h"
#include "audio/trim.h"
#include "tests/support/audio_signals.h"

using namespace luthier::audio;

class TestTrimLoudnessPeaks : public QObject {
  Q_OBJECT

 private slots:
  void chunksAreThoseOfSystemA() {
    const auto chunks = chunk_ranges(150'000, 66'150);
    QCOMPARE(chunks.size(), std::size_t{3});
    QCOMPARE(chunks[2].begin, std::size_t{132'300});
    const AudioBuffer sound(22050, std::vector<float>(150'000, 0.5f));
    const AudioBuffer last = slice(sound, chunks[2]);
    QCOMPARE(last.length(), std::size_t{66'150});
    QCOMPARE(last.channels[0][17'699], 0.5f);
    QCOMPARE(last.channels[0][17'700], 0.0f);
    QCOMPARE(chunk_ranges(50'000'000, 66'150, 0, 1800 * 22050).size(), std::size_t{600});
    QVERIFY(chunk_ranges(0, 100).empty());
    QCOMPARE(chunk_ranges(100, 100).size(), std::size_t{1});
    QCOMPARE(chunk_ranges(100, 60, 20).size(), std::size_t{5});
  }
  void trimmingKeepsTheSound() {
    std::vector<float> samples(20'000);
    const std::vector<float> tone = sine(440, 22050, 8000);
    std::copy(tone.begin(), tone.end(), samples.begin() + 6000);
    const AudioBuffer sound(22050, samples);
    const SampleRange range = sounding_range(sound);
    QVERIFY(range.begin <= 6000 && range.begin > 4000);
    QVERIFY(range.end >= 14'000 && range.end < 16'000);
    QCOMPARE(trim(sound).length(), range.length());
    QVERIFY(sounding_range(std::vector<float>{}).empty());
    QVERIFY((sounding_range(std::vector<float>(3000)) == SampleRange{0, 3000}));
  }
  void levelsAreWhatTheyAreByDefinition() {
    const std::vector<float> tone = sine(1000, 48000, 48000, 0.5);
    QVERIFY(std::abs(rms(tone) - 0.5 / std::sqrt(2.0)) < 1e-4);
    QVERIFY(std::abs(peak(tone) - 0.5) < 1e-4);
    QVERIFY(std::abs(to_dbfs(0.1) + 20.0) < 1e-9);
    QCOMPARE(to_dbfs(0.0), -200.0);
    QVERIFY(std::abs(from_dbfs(-6.0) - 0.501187) < 1e-5);
    QCOMPARE(rms(std::vector<float>{}), 0.0);
  }
  void loudnessIsThatOfEbu() {
#ifndef LUTHIER_HAS_EBUR128
    QSKIP("built without libebur128");
#endif
    // EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS; in one channel 3 dB less.
    AudioBuffer sound(48000, 2, 0);
    sound.channels[0] = sound.channels[1] = sine(1000, 48000, 48000 * 5, from_dbfs(-23.0));
    QVERIFY(std::abs(*loudness_lufs(sound) + 23.0) < 0.1);
    sound.channels.pop_back();
    QVERIFY(std::abs(*loudness_lufs(sound) + 26.0) < 0.1);
    QVERIFY(!loudness_lufs(AudioBuffer(48000, std::vector<float>(48000))));
    QVERIFY(!loudness_lufs(AudioBuffer(48000, std::vector<float>(100, 0.5f))));
  }
  void normalisingReachesItsAimButNotBeyondThePeak() {
    AudioBuffer sound(48000, sine(440, 48000, 48000, 0.1));
    normalise_rms(sound, 0.2);
    QVERIFY(std::abs(rms(sound) - 0.2) < 1e-4);
    normalise_rms(sound, 10.0, 0.9);
    QVERIFY(std::abs(peak(sound) - 0.9) < 1e-4);
    normalise_peak(sound, 0.5);
    QVERIFY(std::abs(peak(sound) - 0.5) < 1e-5);
    AudioBuffer silence(48000, std::vector<float>(100));
    normalise_rms(silence, 0.2);
    QCOMPARE(peak(silence), 0.0);
  }

  void columnsHoldEveryExtreme_data() {
    QTest::addColumn<double>("begin");
    QTest::addColumn<double>("end");
    QTest::addColumn<int>("width");
    QTest::newRow("everything") << 0.0 << 100'003.0 << 300;
    QTest::newRow("a part") << 12'345.6 << 67'890.1 << 211;
    QTest::newRow("close") << 500.0 << 900.0 << 300;
    QTest::newRow("closer than a sample") << 500.0 << 520.0 << 300;
    QTest::newRow("beyond the ends") << -5000.0 << 130'000.0 << 100;
  }
  void columnsHoldEveryExtreme() {
    QFETCH(double, begin);
    QFETCH(double, end);
    QFETCH(int, width);
    const std::vector<float> samples = noise(100'003);
    const PeakPyramid peaks{samples};
    const std::vector<MinMax> columns = peaks.columns(samples, begin, end, width);
    QCOMPARE(static_cast<int>(columns.size()), width);
    const double step = (end - begin) / width;
    for (int i = 0; i < width; ++i) {
      const double from = begin + i * step, to = from + step;
      const MinMax& column = columns[static_cast<std::size_t>(i)];
      if (to <= 0 || from >= 100'003) {
        QCOMPARE(column.max, 0.0f);
        continue;
      }
      for (auto k = static_cast<std::size_t>(std::max(0.0, std::ceil(from))); k < std::min(to, 100'003.0);
           ++k)
        QVERIFY(samples[k] >= column.min && samples[k] <= column.max);
      // And not much more than its own samples: bins are at most as wide as a column.
      const auto wide_from = static_cast<std::size_t>(std::max(0.0, from - step - 1)),
                 wide_to = std::min<std::size_t>(samples.size(), static_cast<std::size_t>(to + step + 2));
      const auto [low, high] = std::minmax_element(samples.begin() + static_cast<std::ptrdiff_t>(wide_from),
                                                   samples.begin() + static_cast<std::ptrdiff_t>(wide_to));
      QVERIFY(column.min >= *low && column.max <= *high);
    }
  }
  void nothingGivesEmptyColumns() {
    QCOMPARE(PeakPyramid().columns({}, 0, 10, 5).size(), std::size_t{5});
    QVERIFY(PeakPyramid(noise(10)).columns(noise(10), 0, 10, 0).empty());
  }
  void tenMinutesDrawAtOnce() {
    const std::vector<float> samples(22050 * 600, 0.1f);
    const PeakPyramid peaks{samples};
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < 100; ++i) QCOMPARE(peaks.columns(samples, i, 22050.0 * 600, 1920)[7].max, 0.1f);
    QVERIFY2(timer.elapsed() < 500, qPrintable(QString::number(timer.elapsed())));
  }
};

QTEST_GUILESS_MAIN(TestTrimLoudnessPeaks)
#include "tst_trim_loudness_peaks.moc"
