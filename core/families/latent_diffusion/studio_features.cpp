#include "core/families/latent_diffusion/studio_features.h"

#include <torch/torch.h>

namespace luthier::studio {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{4} << 30;

}  // namespace

CropFeatures::CropFeatures(const SoundStore& store, const MelFrontEnd& front_end, std::int64_t clips, std::int64_t hop, std::int64_t half,
                           std::int64_t bands, torch::Device device)
    : store_(store), front_end_(front_end), hop_(hop), half_(half) {
  std::int64_t bytes = 0;
  for (std::int64_t clip = 0; clip < clips; ++clip) bytes += frames_of(clip) * bands * 2;
  kept_ = device.is_cpu() && bytes <= kMostBytes;
  if (kept_) features_.resize(static_cast<std::size_t>(clips));
}

const torch::Tensor& CropFeatures::whole(std::int64_t clip) const {
  auto& features = features_[static_cast<std::size_t>(clip)];
  if (!features.defined()) features = front_end_(store_.crop({clip}, {-half_}, front_end_.span(frames_of(clip))))[0].to(torch::kHalf);
  return features;
}

torch::Tensor CropFeatures::crop(const std::vector<std::int64_t>& clip, const std::vector<std::int64_t>& start, std::int64_t frames) const {
  torch::NoGradGuard guard;
  bool ready = kept_;
  for (std::size_t i = 0; ready && i < clip.size(); ++i) {
    const std::int64_t first = start[i] + half_;
    ready = first >= 0 && first % hop_ == 0 && first / hop_ + frames <= frames_of(clip[i]);
  }
  if (!ready) return front_end_(store_.crop(clip, start, front_end_.span(frames)));
  std::vector<torch::Tensor> rows;
  for (std::size_t i = 0; i < clip.size(); ++i) rows.push_back(whole(clip[i]).narrow(0, (start[i] + half_) / hop_, frames));
  return torch::stack(rows).to(torch::kFloat);
}

}  // namespace luthier::studio
