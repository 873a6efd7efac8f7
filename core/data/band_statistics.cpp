#include "core/data/band_statistics.h"

#include <ATen/ATen.h>

#include <cmath>
#include <sstream>

#include "core/data/npz_file.h"

namespace luthier {
namespace {

constexpr double kLeastDeviation = 1e-5;  ///< of the part's largest

torch::Tensor clamped(const torch::Tensor& deviation) {
  return deviation.clamp_min(std::max(1e-12, kLeastDeviation * deviation.max().item<double>()));
}

constexpr const char* kAnalysis = "analysis";  ///< an array of our own beside the original's

/// Rate in Hz, hop and window in samples.
torch::Tensor analysis_of(const RepresentationSpec& spec) {
  return at::tensor({static_cast<float>(spec.sample_rate), static_cast<float>(spec.hop), static_cast<float>(spec.n_fft)});
}

std::string analysis_text(const torch::Tensor& analysis) {
  const auto number = [&](std::int64_t i) { return std::to_string(std::lround(analysis[i].item<double>())); };
  return number(0) + " Hz with a hop of " + number(1) + " and a window of " + number(2) + " samples";
}

std::string shape_text(const torch::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.sizes();
  return text.str();
}

}  // namespace

torch::Tensor BandStatistics::guarded(std::int64_t stft_bins) const {
  return at::cat({clamped(deviation.narrow(1, 0, stft_bins)), clamped(deviation.narrow(1, stft_bins, deviation.size(1) - stft_bins))}, 1);
}

void BandStatisticsBuilder::add(const torch::Tensor& features) {
  if (features.dim() != 3 || features.size(0) != 2 || features.size(2) < 2 || (means_.defined() && means_.size(1) != features.size(1)))
    throw ConfigError("Statistics need features of the axes [2, bin, 2 frames or more], all with the same bins, not " + shape_text(features) + ".");
  const auto values = features.to(at::kDouble);
  const auto mean = values.mean(2), variance = values.var(2, /*unbiased=*/true);
  means_ = means_.defined() ? means_ + mean : mean;
  variances_ = variances_.defined() ? variances_ + variance : variance;
  ++clips_;
}

void BandStatisticsBuilder::add(const BandStatisticsBuilder& other) {
  if (other.clips_ == 0) return;
  means_ = means_.defined() ? means_ + other.means_ : other.means_;
  variances_ = variances_.defined() ? variances_ + other.variances_ : other.variances_;
  clips_ += other.clips_;
}

BandStatistics BandStatisticsBuilder::result() const {
  if (clips_ == 0) throw ConfigError("There is no clip to take statistics from.");
  const auto count = static_cast<double>(clips_);
  return {(means_ / count).to(at::kFloat), (variances_ / count).sqrt().to(at::kFloat), clips_};
}

void write_statistics(const std::filesystem::path& path, const BandStatistics& s, const RepresentationSpec& spec) {
  const std::int64_t bins = spec.n_fft / 2 + 1, bands = spec.bands;
  write_npz(path, {{"stft_mean", s.mean.narrow(1, 0, bins)}, {"stft_std", s.deviation.narrow(1, 0, bins)},
                   {"cqt_mean", s.mean.narrow(1, bins, bands)}, {"cqt_std", s.deviation.narrow(1, bins, bands)},
                   {kAnalysis, analysis_of(spec)}});
}

BandStatistics read_statistics(const std::filesystem::path& path, const RepresentationSpec& spec) {
  const auto arrays = read_npz(path);
  const auto get = [&](const std::string& name, std::int64_t bins) {
    const auto found = arrays.find(name);
    if (found == arrays.end())
      throw NpzError("'" + path.string() + "' holds no array '" + name + "'; statistics have stft_mean, stft_std, cqt_mean and cqt_std.");
    const auto& array = found->second;
    if (array.dim() != 2 || array.size(0) != 2 || array.size(1) != bins)
      throw NpzError("The statistics in '" + path.string() + "' are of another representation: '" + name + "' has the shape " + shape_text(array) +
                     " where [2, " + std::to_string(bins) + "] is needed; take them with the same n_fft and constant-Q bins.");
    if (!at::isfinite(array).all().item<bool>() || (name.ends_with("_std") && (array < 0).any().item<bool>()))
      throw NpzError("The array '" + name + "' in '" + path.string() + "' holds values that are no statistics.");
    return array;
  };
  if (const auto taken = arrays.find(kAnalysis); taken != arrays.end()) {
    const auto wanted = analysis_of(spec);
    if (taken->second.sizes() != wanted.sizes() || !at::isfinite(taken->second).all().item<bool>())
      throw NpzError("The array '" + std::string(kAnalysis) + "' in '" + path.string() + "' is no record of rate, hop and window.");
    if (!at::equal(taken->second, wanted))
      throw NpzError("The statistics in '" + path.string() + "' are of another representation: they were taken at " + analysis_text(taken->second) +
                     ", where " + analysis_text(wanted) + " are needed.");
  }
  const std::int64_t bins = spec.n_fft / 2 + 1;
  return {at::cat({get("stft_mean", bins), get("cqt_mean", spec.bands)}, 1), at::cat({get("stft_std", bins), get("cqt_std", spec.bands)}, 1), 0};
}

}  // namespace luthier
