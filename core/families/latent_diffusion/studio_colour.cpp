#include "core/families/latent_diffusion/studio_colour.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace luthier::studio {
namespace {

constexpr std::int64_t kHeard = 1024, kNeighbour = 3, kEnough = 64;
constexpr double kFamiliar = 1.5, kStrange = 2.5;  ///< times the median distance among the heard
constexpr double kSoundingDb = 35, kAudibleDb = 65, kFadeDb = 20;
constexpr std::int64_t kSmoothBands = 10;  ///< on either side

double decibels(double deviation) { return deviation * 20 / std::log(10.0); }

}  // namespace

StyleMemoryImpl::StyleMemoryImpl(std::int64_t embedding) { heard = register_buffer("heard", torch::zeros({kHeard, embedding})); }

void StyleMemoryImpl::keep(const torch::Tensor& vectors) {
  torch::NoGradGuard guard;
  const auto newest = vectors.detach().to(heard.options()).narrow(0, std::max<std::int64_t>(0, vectors.size(0) - kHeard), std::min(kHeard, vectors.size(0)));
  usual_ = -1;
  heard.copy_(torch::cat({heard.narrow(0, newest.size(0), kHeard - newest.size(0)), newest}));
}

double StyleMemoryImpl::strangeness(const torch::Tensor& vector) const {
  torch::NoGradGuard guard;
  const auto known = heard.index({heard.abs().sum(1) > 0});
  if (known.size(0) < kEnough) return 0;
  // The nearest of a vector that was heard itself is that vector.
  const auto nearest = [](const torch::Tensor& distances, std::int64_t k) { return std::get<0>(distances.kthvalue(k, 1)); };
  if (usual_ < 0) usual_ = nearest(torch::cdist(known, known), kNeighbour + 1).median().item<double>();
  const double own = nearest(torch::cdist(vector.to(known.options()), known), kNeighbour).item<double>();
  if (usual_ <= 0) return 0;
  return std::clamp((own / usual_ - kFamiliar) / (kStrange - kFamiliar), 0.0, 1.0);
}

torch::Tensor sounding_frames(const torch::Tensor& features, double deviation) {
  const auto level = torch::logsumexp(2 * deviation * features, 2, true) / 2;
  return (level > level.max() - kSoundingDb / decibels(1)).to(torch::kFloat);
}

torch::Tensor colour_of(const torch::Tensor& features, const torch::Tensor& sounding, double deviation) {
  const auto power = (torch::exp(2 * deviation * features) * sounding).sum(1, true) / sounding.sum();
  return torch::log(power + 1e-12) / (2 * deviation);
}

torch::Tensor smoothed_colour(const torch::Tensor& colour) {
  const auto mean = [](const torch::Tensor& x) { return torch::avg_pool1d(x, {2 * kSmoothBands + 1}, {1}, {kSmoothBands}, false, /*count_include_pad=*/false); };
  return mean(mean(colour));
}

torch::Tensor coloured(const torch::Tensor& features, const torch::Tensor& colour, double deviation) {
  const auto below = (features.max() - features) * decibels(deviation);
  return features + colour * ((kAudibleDb + kFadeDb - below) / kFadeDb).clamp(0, 1);
}

}  // namespace luthier::studio
