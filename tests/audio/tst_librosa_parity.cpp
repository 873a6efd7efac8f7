// labels: golden
#include <QtTest>
#include <fstream>

#include "audio/analysis/cqt.h"
#include "audio/analysis/griffin_lim.h"
#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/mel_inversion.h"
#include "audio/analysis/spectrogram_image.h"
#include "audio/resampler.h"
#include "audio/trim.h"
#include "tests/support/golden.h"

using namespace luthier::audio;

class TestLibrosaParity : public QObject {
  Q_OBJECT

  const std::vector<float> signal_ = golden_signal();

  static double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    if (a.size() != b.size()) return 1e30;
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
      largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
    return largest;
  }
  static double largest_value(const std::vector<float>& a) {
    return largest_difference(a, std::vector<float>(a.size()));
  }
  static Spectrogram golden_picture(const char* name, int bands) {
    Spectrogram picture;
    picture.values = golden<float>(name);
    picture.bands = bands;
    picture.frames = static_cast<int>(picture.values.size()) / bands;
    return picture;
  }
  static void compare_bank(const MelOptions& options, const char* name) {
    const MelFilterbank bank(options);
    const std::vector<float> wanted = golden<float>(name);
    std::size_t at = 0;
    for (const MelFilterbank::Row& row : bank.rows()) {
      QCOMPARE(row.first, static_cast<int>(wanted[at]));
      QCOMPARE(row.count, static_cast<int>(wanted[at + 1]));
      at += 2;
      for (int i = 0; i < row.count; ++i, ++at)
        QVERIFY(std::abs(bank.weights()[row.offset + static_cast<std::size_t>(i)] - wanted[at]) < 1e-6f);
    }
    QCOMPARE(at, wanted.size());
  }
  Spectrogram mel_db() const {
    return power_to_db(mel_spectrogram(signal_, StftOptions{}, MelFilterbank(MelOptions{})));
  }

 private slots:
  void melFilterbanksAgree() {
    compare_bank({}, "audio/bank_22050_2048_128.f32");
    compare_bank({.sample_rate = 16000, .n_fft = 1024, .bands = 80, .f_min = 50, .f_max = 7600},
                 "audio/bank_16000_1024_80.f32");
    compare_bank({.n_fft = 1024, .bands = 40, .scale = MelScale::htk, .area_normalised = false},
                 "audio/bank_htk.f32");
  }

  void melDecibelsAgree() {
    const Spectrogram db = mel_db();
    const std::vector<float> wanted = golden<float>("audio/mel_db.f32");
    QCOMPARE(db.bands, 128);
    QCOMPARE(db.frames, 65);
    double above = 0.0;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i] > -70.0f)
        above = std::max(above, std::abs(static_cast<double>(db.values[i]) - wanted[i]));
    qInfo("largest difference above -70 dB: %.2e dB, anywhere: %.2e dB", above,
          largest_difference(db.values, wanted));
    QVERIFY(above < 1e-2);
    QVERIFY(largest_difference(db.values, wanted) < 0.1);
  }

  void greyPicturesAgreeWithinOneLevel() {
    const GreyImage image = to_image(mel_db());
    const std::vector<std::uint8_t> wanted = golden<std::uint8_t>("audio/image.u8");
    QCOMPARE(image.width, 65);
    QCOMPARE(image.height, 128);
    int different = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      QVERIFY(std::abs(image.pixels[i] - wanted[i]) <= 1);
      different += image.pixels[i] != wanted[i];
    }
    QVERIFY(different < 10);
  }

  void amplitudeDecibelsAgree() {
    const Spectrogram db =
        amplitude_to_db(magnitude(stft(signal_, {.n_fft = 512, .hop = 1024})), {.top_db = 60});
    QVERIFY(largest_difference(db.values, golden<float>("audio/amplitude_db.f32")) < 1e-2);
  }

  void spectraAgree() {
    const auto compare = [&](const StftOptions& options, const char* name, std::vector<int> frames) {
      const Spectrum spectrum = stft(signal_, options);
      if (frames.back() < 0) frames.back() = spectrum.frames - 1;
      std::vector<float> values;
      for (const int t : frames)
        for (int k = 0; k < spectrum.bins; ++k) {
          values.push_back(spectrum.frame(t)[k].real());
          values.push_back(spectrum.frame(t)[k].imag());
        }
      const std::vector<float> wanted = golden<float>(name);
      QVERIFY(largest_difference(values, wanted) < 1e-6 * largest_value(wanted));
    };
    compare({.n_fft = 1024, .hop = 256, .win_length = 800, .pad = PadMode::reflect}, "audio/stft_reflect.f32",
            {0, 1, 60, 127, 128});
    compare({.n_fft = 1000, .hop = 300}, "audio/stft_zero.f32", {0, 50, -1});
  }

  void melInversionFitsAtLeastAsWell() {
    const MelFilterbank bank(MelOptions{});
    const Spectrogram mel = golden_picture("audio/nnls_mel.f32", 128);
    const Spectrogram wanted = golden_picture("audio/nnls_linear.f32", 1025);
    const auto residual = [&](const Spectrogram& linear) {
      const Spectrogram back = bank.apply(linear);
      double sum = 0.0;
      for (std::size_t i = 0; i < back.values.size(); ++i) sum += std::pow(back.values[i] - mel.values[i], 2);
      return std::sqrt(sum);
    };
    const auto distance = [&](const Spectrogram& linear) {
      double sum = 0.0, total = 0.0;
      for (std::size_t i = 0; i < linear.values.size(); ++i) {
        sum += std::pow(linear.values[i] - wanted.values[i], 2);
        total += std::pow(wanted.values[i], 2);
      }
      return std::sqrt(sum / total);
    };
    const Spectrogram exact = mel_to_linear(mel, bank);
    const Spectrogram fast = mel_to_linear_fast(mel, bank);
    qInfo("residual: librosa %.3e, ours %.3e, fast %.3e; distance from librosa: ours %.3f, fast %.3f",
          residual(wanted), residual(exact), residual(fast), distance(exact), distance(fast));
    QVERIFY(residual(exact) <= residual(wanted));
    QVERIFY(distance(exact) < 0.1);
    QVERIFY(distance(fast) < 0.2);
  }

  void griffinLimFromZeroPhaseAgrees() {
    const StftOptions options{.n_fft = 1024, .hop = 256};
    const Spectrum spectrum = stft(signal_, options);
    Spectrum ones = spectrum;
    std::fill(ones.values.begin(), ones.values.end(), 1.0f);
    for (const auto& [iterations, tolerance] : {std::pair{1, 1e-4}, {8, 2e-2}}) {
      const std::vector<float> sound =
          griffin_lim(magnitude(spectrum),
                      {.stft = options, .iterations = iterations, .phase = &ones, .length = signal_.size()});
      const std::vector<float> wanted =
          golden<float>("audio/griffin_lim_" + std::to_string(iterations) + ".f32");
      const std::vector<float> part(sound.begin() + 4000, sound.begin() + 9000);
      qInfo("%d iterations: %.2e of the peak", iterations,
            largest_difference(part, wanted) / largest_value(wanted));
      QVERIFY(largest_difference(part, wanted) < tolerance * largest_value(wanted));
    }
  }

  void constantQTransformsAgree() {
    const auto compare = [&](const CqtOptions& options, const char* name, int step) {
      const ConstantQ transform = cqt(signal_, options);
      std::vector<float> values;
      for (int bin = 0; bin < transform.bins; ++bin)
        for (int t = 0; t < transform.frames; t += step) {
          const auto z = transform.values[static_cast<std::size_t>(bin * transform.frames + t)];
          values.push_back(z.real());
          values.push_back(z.imag());
        }
      const std::vector<float> wanted = golden<float>(name);
      qInfo("%s: %.2e of the peak", name, largest_difference(values, wanted) / largest_value(wanted));
      QVERIFY(largest_difference(values, wanted) < 1e-3 * largest_value(wanted));
    };
    compare({}, "audio/cqt.f32", 3);
    // Low bins only: the rate is halved before the first octave.
    compare({.hop = 512, .f_min = 110.0, .bins = 30, .bins_per_octave = 24}, "audio/cqt_low.f32", 4);
    QCOMPARE(cqt(signal_, {}).frames, CqtOptions{}.frame_count(signal_.size()));
    QVERIFY_EXCEPTION_THROWN(cqt(signal_, {.bins = 120}), AudioError);
    QVERIFY_EXCEPTION_THROWN(cqt({}, {}), AudioError);
  }

  void resamplingAgrees() {
    const std::vector<float> sound = resample(signal_, 22050, 16000);
    const std::vector<float> part(sound.begin() + 10000, sound.begin() + 13000);
    QVERIFY(largest_difference(part, golden<float>("audio/resampled_16000.f32")) < 1e-6);
  }

  void trimmingAgreesToTheSample() {
    std::ifstream in(std::string(GOLDEN_DIR) + "/audio/trim.txt");
    int cases = 0;
    double top_db = 0;
    std::string begin;
    std::size_t end = 0;
    SampleRange wanted;
    while (in >> top_db >> begin >> end >> wanted.begin >> wanted.end) {
      ++cases;
      if (begin == "stereo") {
        AudioBuffer sound(22050, 2, signal_.size());
        for (std::size_t i = 0; i < signal_.size(); ++i) {
          if (i < 12000) sound.channels[0][i] = signal_[i];
          if (i > 20000) sound.channels[1][i] = signal_[i];
        }
        QVERIFY(sounding_range(sound, {.top_db = top_db}) == wanted);
      } else {
        const std::size_t first = std::stoul(begin);
        QVERIFY(sounding_range(std::span(signal_).subspan(first, end - first), {.top_db = top_db}) == wanted);
      }
    }
    QCOMPARE(cases, 14);
  }
};

QTEST_GUILESS_MAIN(TestLibrosaParity)
#include "tst_librosa_parity.moc"
