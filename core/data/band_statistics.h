#pragma once
#include <torch/types.h>

#include <filesystem>

#include "core/signal/representation.h"

namespace luthier {

/// Mean and deviation of each channel and bin of "stft_cqt" features, as the disentangled family normalises by them.
struct BandStatistics {
  torch::Tensor mean, deviation;  ///< [2, bin] float32, STFT bins then constant-Q bins
  std::int64_t clips = 0;         ///< they were taken from; 0: read from a file

  bool defined() const { return mean.defined(); }
  /// `deviation`, but never below 1e-5 of its part's largest: the imaginary part at 0 Hz and at half the rate is always 0, and
  /// dividing by that would turn rounding noise into signal.
  torch::Tensor guarded(std::int64_t stft_bins) const;
};

/// One pass over the clips of one label, or of all: mean is the average of the clips' means, deviation the root of the average
/// of their unbiased variances (so a clip counts as one, however long). Sums are kept in double precision.
class BandStatisticsBuilder {
 public:
  /// [2, bin, frame >= 2]. Throws ConfigError for other axes or another number of bins than before.
  void add(const torch::Tensor& features);
  /// The clips of another builder.
  void add(const BandStatisticsBuilder& other);
  std::int64_t clips() const { return clips_; }
  /// Throws ConfigError without a clip.
  BandStatistics result() const;

 private:
  torch::Tensor means_, variances_;  ///< sums, [2, bin] double
  std::int64_t clips_ = 0;
};

/// The original's file: arrays stft_mean, stft_std [2, n_fft / 2 + 1] and cqt_mean, cqt_std [2, bands]; and beside them "analysis" [3]:
/// rate in Hz, hop and window in samples. Throws NpzError.
void write_statistics(const std::filesystem::path& path, const BandStatistics& statistics, const RepresentationSpec& spec);
/// Throws NpzError, in one sentence, where an array is missing, does not fit the representation, was taken at another rate, hop or window (where the file says so), or holds a negative deviation.
BandStatistics read_statistics(const std::filesystem::path& path, const RepresentationSpec& spec);

}  // namespace luthier
