#pragma once
#include <span>
#include <vector>

#include "audio/analysis/spectrogram.h"
#include "audio/analysis/stft.h"

namespace luthier::audio {

enum class MelScale {
  slaney,  ///< linear below 1 kHz (200/3 Hz a mel), logarithmic above (step ln(6.4)/27); librosa's default
  htk      ///< 2595 log10(1 + f/700)
};

/// The initialisers are librosa's defaults.
struct MelOptions {
  int sample_rate = 22050;  ///< Hz
  int n_fft = 2048;
  int bands = 128;
  double f_min = 0.0;  ///< Hz
  double f_max = 0.0;  ///< Hz; 0: sample_rate / 2
  MelScale scale = MelScale::slaney;
  bool area_normalised = true;  ///< each triangle has the area of 2 / (f_high - f_low) (Slaney); else peak 1
};

double hz_to_mel(double hz, MelScale scale = MelScale::slaney);
double mel_to_hz(double mel, MelScale scale = MelScale::slaney);

/// Triangles over FFT bins, librosa.filters.mel to 1e-6. Immutable; any thread.
class MelFilterbank {
 public:
  /// Non-zero bins of one band: weights() [offset …] belong to the bins first … first + count - 1.
  struct Row {
    int first = 0;
    int count = 0;
    std::size_t offset = 0;
  };

  /// Throws AudioError naming the option that is out of range.
  explicit MelFilterbank(const MelOptions& options);
  const MelOptions& options() const { return options_; }
  int bands() const { return options_.bands; }
  int bins() const { return options_.n_fft / 2 + 1; }
  double center_hz(int band) const { return centers_[static_cast<std::size_t>(band)]; }
  const std::vector<Row>& rows() const { return rows_; }          ///< [band]
  const std::vector<float>& weights() const { return weights_; }  ///< the non-zero weights, band after band
  std::vector<float> dense() const;                               ///< [band][bin]

  /// [bin][frame] -> [band][frame]. Throws AudioError when the bins do not fit.
  Spectrogram apply(const Spectrogram& linear) const;

 private:
  MelOptions options_;
  std::vector<double> centers_;
  std::vector<Row> rows_;
  std::vector<float> weights_;
};

/// librosa.feature.melspectrogram: filterbank over |STFT|^power, [band][frame].
Spectrogram mel_spectrogram(std::span<const float> samples, const StftOptions& stft,
                            const MelFilterbank& filterbank, float power = 2.0f);

}  // namespace luthier::audio
