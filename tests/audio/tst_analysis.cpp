#include <QtTest>
#include <numbers>
#include <thread>

#include "audio/analysis/griffin_lim.h"
#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/mel_inversion.h"
#include "audio/analysis/spectrogram_image.h"
#include "audio/audio_buffer.h"
#include "audio/random.h"
#include "tests/support/audio_signals.h"

using namespace luthier::audio;

class TestAnalysis : public QObject {
  Q_OBJECT

  static double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    if (a.size() != b.size()) return 1e30;
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
      largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
    return largest;
  }

 private slots:
  void theInverseGivesTheSoundBack_data() {
    QTest::addColumn<int>("n_fft");
    QTest::addColumn<int>("hop");
    QTest::addColumn<bool>("reflect");
    QTest::newRow("quarter hop, zero") << 2048 << 512 << false;
    QTest::newRow("eighth hop, reflect") << 2048 << 256 << true;
    QTest::newRow("half hop") << 512 << 256 << false;
    QTest::newRow("odd sizes") << 1001 << 237 << true;
  }
  void theInverseGivesTheSoundBack() {
    QFETCH(int, n_fft);
    QFETCH(int, hop);
    QFETCH(bool, reflect);
    const StftOptions options{.n_fft = n_fft, .hop = hop, .pad = reflect ? PadMode::reflect : PadMode::zero};
    const std::vector<float> sound = noise(9 * static_cast<std::size_t>(hop) + 3 * 1024);
    const Spectrum spectrum = stft(sound, options);
    QCOMPARE(spectrum.frames, options.frame_count(sound.size()));
    std::vector<float> back = istft(spectrum, options, sound.size());
    std::vector<float> wanted = sound;
    // After the last frame's centre only one window's falling half is left, down to nothing.
    const std::size_t sure = static_cast<std::size_t>(spectrum.frames - 1) * static_cast<std::size_t>(hop);
    back.resize(sure);
    wanted.resize(sure);
    QVERIFY2(largest_difference(back, wanted) < 1e-5,
             qPrintable(QString::number(largest_difference(back, wanted))));
  }

  void energyIsThatOfParseval() {
    const StftOptions options{.n_fft = 1024, .hop = 1024, .window = WindowKind::rectangle, .center = false};
    const std::vector<float> sound = noise(8 * 1024);
    const Spectrum spectrum = stft(sound, options);
    double time = 0.0, frequency = 0.0;
    for (const float x : sound) time += static_cast<double>(x) * x;
    for (int t = 0; t < spectrum.frames; ++t)
      for (int k = 0; k < spectrum.bins; ++k)
        frequency += std::norm(spectrum.frame(t)[k]) * (k == 0 || k == spectrum.bins - 1 ? 1.0 : 2.0) / 1024;
    QVERIFY(std::abs(time - frequency) < 1e-5 * time);
  }

  void constantAndFastestSignalsFillTheEndBins() {
    const StftOptions options{.n_fft = 64, .hop = 16, .window = WindowKind::rectangle, .center = false};
    std::vector<float> constant(64, 0.5f), fastest(64);
    for (std::size_t i = 0; i < 64; ++i) fastest[i] = i % 2 ? -0.5f : 0.5f;
    const Spectrum low = stft(constant, options), high = stft(fastest, options);
    for (int k = 0; k < 33; ++k) {
      QVERIFY(std::abs(low.frame(0)[k] - std::complex<float>(k == 0 ? 32.0f : 0.0f)) < 1e-5f);
      QVERIFY(std::abs(high.frame(0)[k] - std::complex<float>(k == 32 ? 32.0f : 0.0f)) < 1e-5f);
    }
  }

  void aSineInTheMiddleOfABinHasTheWindowsWeight() {
    const StftOptions options{.n_fft = 1024, .hop = 256, .center = false};
    const Spectrogram picture = magnitude(stft(sine(100.0 * 16000 / 1024, 16000, 4096), options));
    for (int t = 0; t < picture.frames; ++t) {
      QVERIFY(std::abs(picture.at(100, t) - 0.5f * 512 / 2) < 0.01f);
      QVERIFY(std::abs(picture.at(99, t) - 0.5f * 512 / 4) < 0.01f);
      QVERIFY(picture.at(103, t) < 0.01f);
    }
    QVERIFY(std::abs(magnitude(stft(sine(1562.5, 16000, 4096), options), 2.0f).at(100, 3) - 128.0f * 128.0f) <
            3.0f);
    QVERIFY(std::abs(magnitude(stft(sine(1562.5, 16000, 4096), options), 3.0f).at(100, 3) /
                         std::pow(128.0f, 3.0f) -
                     1.0f) < 1e-3f);
  }

  void windowsArePeriodic() {
    const std::vector<float> hann = make_window(WindowKind::hann, 8);
    QCOMPARE(hann[0], 0.0f);
    QCOMPARE(hann[4], 1.0f);
    QVERIFY(std::abs(hann[1] - hann[7]) < 1e-7f);
    QVERIFY(std::abs(hann[2] - 0.5f) < 1e-7f);
  }

  void transformsRunOnSeveralThreadsAtOnce() {
    const std::vector<float> sound = noise(20000);
    const Spectrum wanted = stft(sound);
    std::vector<Spectrum> results(4);
    std::vector<std::thread> threads;
    for (Spectrum& result : results)
      threads.emplace_back([&] {
        for (int i = 0; i < 5; ++i) {
          stft(sound, {.n_fft = 256 + 2 * i, .hop = 100});
          result = stft(sound);
        }
      });
    for (std::thread& thread : threads) thread.join();
    for (const Spectrum& result : results) QVERIFY(result.values == wanted.values);
  }

  void griffinLimFindsASoundOfThosePictures() {
    const StftOptions options{.n_fft = 1024, .hop = 256};
    std::vector<float> sound = sine(440, 16000, 16000);
    for (std::size_t i = 0; i < sound.size(); ++i)
      sound[i] *= std::exp(-3.0f * static_cast<float>(i % 4000) / 4000.0f);
    const Spectrogram wanted = magnitude(stft(sound, options));
    GriffinLimOptions how{.stft = options, .iterations = 60, .length = sound.size()};
    const std::vector<float> first = griffin_lim(wanted, how);
    QCOMPARE(first.size(), sound.size());
    QVERIFY2(spectral_convergence(first, wanted, options) < 0.08,
             qPrintable(QString::number(spectral_convergence(first, wanted, options))));
    QVERIFY(griffin_lim(wanted, how) == first);
    how.seed = 1;
    QVERIFY(griffin_lim(wanted, how) != first);
    // The true phase is a fixed point.
    const Spectrum truth = stft(sound, options);
    how.phase = &truth;
    how.iterations = 3;
    QVERIFY(largest_difference(griffin_lim(wanted, how), sound) < 1e-4);
  }

  void griffinLimStopsWhenAsked() {
    const StftOptions options{.n_fft = 512, .hop = 128};
    int asked = 0;
    griffin_lim(magnitude(stft(noise(5000), options)),
                {.stft = options, .iterations = 32, .keep_going = [&](int) { return ++asked < 4; }});
    QCOMPARE(asked, 4);
  }

  void fastMelInversionKeepsTheStartsFineStructure() {
    const MelFilterbank bank({.sample_rate = 16000, .n_fft = 1024, .bands = 64});
    const StftOptions options{.n_fft = 1024, .hop = 256, .pad = PadMode::reflect};
    const std::vector<float> sound = sine(1000, 16000, 8000);
    const Spectrogram truth = magnitude(stft(sound, options));
    Spectrogram mel = bank.apply(truth);
    for (float& x : mel.values) x *= 2.0f;  // the wanted sound: the same notes, louder
    const Spectrogram start = guided_start(truth, mel, bank);
    const Spectrogram guided = mel_to_linear_fast(mel, bank, {.iterations = 30, .start = &start});
    const Spectrogram blind = mel_to_linear_fast(mel, bank);
    double off_guided = 0.0, off_blind = 0.0, total = 0.0;
    for (std::size_t i = 0; i < truth.values.size(); ++i) {
      off_guided += std::pow(guided.values[i] - 2.0f * truth.values[i], 2);
      off_blind += std::pow(blind.values[i] - 2.0f * truth.values[i], 2);
      total += std::pow(2.0f * truth.values[i], 2);
    }
    QVERIFY2(std::sqrt(off_guided / total) < 0.02,
             qPrintable(QString::number(std::sqrt(off_guided / total))));
    QVERIFY(off_guided < 0.1 * off_blind);
    for (const Spectrogram* linear : {&guided, &blind}) {
      const Spectrogram back = bank.apply(*linear);
      double off = 0.0, all = 0.0;
      for (std::size_t i = 0; i < back.values.size(); ++i) {
        off += std::pow(back.values[i] - mel.values[i], 2);
        all += std::pow(mel.values[i], 2);
      }
      QVERIFY2(std::sqrt(off / all) < 0.05, qPrintable(QString::number(std::sqrt(off / all))));
    }
  }

  void narrowBandsDoNotBlowUpTheInversion() {
    // 192 bands over 1024 points at 16 kHz: some bands lie between two bins.
    const MelFilterbank bank({.sample_rate = 16000, .n_fft = 1024, .bands = 192});
    const Spectrogram truth = magnitude(stft(noise(8000), {.n_fft = 1024, .hop = 256}));
    const Spectrogram mel = bank.apply(truth);
    for (const Spectrogram& linear : {mel_to_linear(mel, bank), mel_to_linear_fast(mel, bank)})
      for (const float x : linear.values) QVERIFY(x >= 0.0f && x < 1000.0f);
  }

  void picturesComeBackWithinHalfALevel() {
    Spectrogram db(4, 50);
    for (std::size_t i = 0; i < db.values.size(); ++i) db.values[i] = -80.0f + 0.4f * static_cast<float>(i);
    const GreyImage image = to_image(db);
    QCOMPARE(int{image.pixels.front()}, 0);
    QCOMPARE(int{image.pixels.back()}, 254);
    QVERIFY(largest_difference(from_image(image).values, db.values) <= 0.5 * 80 / 255 + 1e-4);
    Spectrogram beyond(1, 2);
    beyond.values = {-500.0f, 500.0f};
    QVERIFY((to_image(beyond).pixels == std::vector<std::uint8_t>{0, 255}));
  }

  void decibelsComeBack() {
    Spectrogram power(1, 4);
    power.values = {1e-6f, 0.5f, 4.0f, 100.0f};
    const Spectrogram db = power_to_db(power, {.reference_is_max = false, .top_db = 0});
    QVERIFY(std::abs(db.values[3] - 20.0f) < 1e-5f);
    const Spectrogram back = db_to_power(db);
    for (std::size_t i = 0; i < 4; ++i) QVERIFY(std::abs(back.values[i] / power.values[i] - 1.0f) < 1e-5f);
    QVERIFY(std::abs(db_to_amplitude(db).values[3] - 10.0f) < 1e-4f);
  }

  void melScalesAreTheirOwnInverse() {
    for (const MelScale scale : {MelScale::slaney, MelScale::htk})
      for (const double hz : {0.0, 440.0, 1000.0, 7999.0})
        QVERIFY(std::abs(mel_to_hz(hz_to_mel(hz, scale), scale) - hz) < 1e-9 * (1 + hz));
    QVERIFY(std::abs(hz_to_mel(1000.0) - 15.0) < 1e-12);
    QVERIFY(std::abs(hz_to_mel(1000.0, MelScale::htk) - 999.9855) < 1e-3);
  }

  void nonsenseIsRefusedInASentence() {
    QVERIFY_EXCEPTION_THROWN(stft({}, {}), AudioError);
    QVERIFY_EXCEPTION_THROWN(stft(noise(100), {.pad = PadMode::reflect}), AudioError);
    QVERIFY_EXCEPTION_THROWN(stft(noise(100), {.hop = 0}), AudioError);
    QVERIFY_EXCEPTION_THROWN(stft(noise(100), {.n_fft = 64, .win_length = 65}), AudioError);
    QVERIFY_EXCEPTION_THROWN(MelFilterbank({.f_min = 9000, .f_max = 100}), AudioError);
    QVERIFY_EXCEPTION_THROWN(MelFilterbank(MelOptions{}).apply(Spectrogram(5, 5)), AudioError);
    QVERIFY_EXCEPTION_THROWN(griffin_lim(Spectrogram(5, 5), {}), AudioError);
    QVERIFY_EXCEPTION_THROWN(istft(Spectrum{}, {}), AudioError);
  }

  void randomNumbersArePinned() {
    Random random(42);
    const std::uint64_t first = random.next(), second = random.next();
    QCOMPARE(first, std::uint64_t{1546998764402558742u});
    QCOMPARE(second, std::uint64_t{6990951692964543102u});
    int counts[6] = {};
    for (int i = 0; i < 6000; ++i) ++counts[random.integer(-2, 3) + 2];
    for (const int count : counts) QVERIFY(count > 850 && count < 1150);
  }
};

QTEST_GUILESS_MAIN(TestAnalysis)
#include "tst_analysis.moc"
