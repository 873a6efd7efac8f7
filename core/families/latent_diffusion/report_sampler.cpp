#include "core/families/latent_diffusion/report_sampler.h"

#include <torch/torch.h>

#include <algorithm>
#include <memory>

#include "core/config/branches.h"
#include "core/families/family.h"

namespace luthier::report {
namespace {

constexpr std::int64_t kHop = 96;          ///< frames from one window to the next; a multiple of kLatentStride
constexpr std::int64_t kChunk = 16;        ///< windows in one call of a network, for memory and for answering a stop

/// Cuts a sound into windows and lays windows together again.
class Windows {
 public:
  explicit Windows(std::int64_t frames) : frames_(frames), count_(frames <= kPicture ? 1 : 1 + (frames - kPicture + kHop - 1) / kHop) {}
  std::int64_t count() const { return count_; }
  std::int64_t length() const { return kPicture + (count_ - 1) * kHop; }

  /// [1, 128, frame] -> [window, 1, 128, 128], filled up with silence.
  torch::Tensor split(const torch::Tensor& picture) const {
    const auto padded = torch::constant_pad_nd(picture, {0, length() - frames_});
    std::vector<torch::Tensor> parts;
    for (std::int64_t i = 0; i < count_; ++i) parts.push_back(padded.narrow(2, i * kHop, kPicture));
    return torch::stack(parts);
  }
  /// [1, channel, bin, cell] on the time line of the latent -> [window, channel, bin, 16].
  torch::Tensor split_latent(const torch::Tensor& line) const {
    std::vector<torch::Tensor> parts;
    for (std::int64_t i = 0; i < count_; ++i) parts.push_back(line.narrow(3, i * kHop / kLatentStride, kPicture / kLatentStride));
    return torch::cat(parts);
  }
  /// [window, 1, 128, 128] -> [1, 128, frame], cross-faded linearly.
  torch::Tensor join(const torch::Tensor& windows) const {
    const std::int64_t shared = kPicture - kHop;
    auto sum = torch::zeros({1, kPicture, length()}), weight = torch::zeros({1, 1, length()});
    for (std::int64_t i = 0; i < count_; ++i) {
      auto fade = torch::ones({kPicture});
      if (i > 0) fade.narrow(0, 0, shared).copy_(torch::arange(1, shared + 1) / static_cast<double>(shared + 1));
      if (i + 1 < count_) fade.narrow(0, kHop, shared).copy_(torch::arange(shared, 0, -1) / static_cast<double>(shared + 1));
      sum.narrow(2, i * kHop, kPicture).add_(windows[i] * fade);
      weight.narrow(2, i * kHop, kPicture).add_(fade);
    }
    return (sum / weight).narrow(2, 0, frames_).contiguous();
  }

 private:
  std::int64_t frames_, count_;
};

/// A network over many windows, a few at a time.
torch::Tensor in_chunks(const torch::Tensor& windows, const std::stop_token& stop, const std::function<torch::Tensor(const torch::Tensor&)>& network) {
  std::vector<torch::Tensor> parts;
  for (const auto& part : windows.split(kChunk)) {
    if (stop.stop_requested()) throw Cancelled();
    parts.push_back(network(part));
  }
  return torch::cat(parts);
}

/// The 128 frames with the most sound in them, [1, 1, 128, 128].
torch::Tensor loudest_window(const torch::Tensor& style) {
  const Windows windows(style.size(2));
  const auto parts = windows.split(style);
  return parts.narrow(0, parts.mean({1, 2, 3}).argmax().item<std::int64_t>(), 1);
}

}  // namespace

torch::Tensor transfer(Networks& networks, const NoiseSchedule& schedule, const torch::Tensor& content, const torch::Tensor& style,
                       const ReportTransferSettings& options, const PictureObserver& observer, std::stop_token stop) {
  torch::NoGradGuard guard;
  const auto device = networks.unet->parameters().front().device();
  const Windows windows(content.size(2));
  const auto maps = networks.style_encoder->forward(loudest_window(style).to(device));
  const auto latent = in_chunks(windows.split(content), stop, [&](const torch::Tensor& x) { return networks.encoder->forward(x.to(device)); });

  auto rng = std::make_unique<Rng>(static_cast<std::uint64_t>(options.seed), 0);
  const auto fresh = [&] {
    return windows.split_latent(rng->normal({1, latent.size(1), latent.size(2), windows.length() / kLatentStride}).to(device));
  };
  const auto predict = [&](const torch::Tensor& noisy, std::int64_t level) {
    return in_chunks(noisy, stop, [&](const torch::Tensor& x) {
      const std::int64_t n = x.size(0);
      const StyleMaps spread{maps.s5.expand({n, -1, -1, -1}), maps.s6.expand({n, -1, -1, -1})};
      return networks.unet->forward(x, torch::full({n}, level, torch::dtype(torch::kLong).device(device)), spread);
    });
  };
  const auto decode = [&](const torch::Tensor& z) {
    return windows.join(in_chunks(z, stop, [&](const torch::Tensor& x) { return networks.decoder->forward(x).to(torch::kCPU); }));
  };
  const std::int64_t start = start_level(schedule.size(), options.strength);
  if (start < 0) return content.clone();
  const auto levels = torch::full({1}, start, torch::dtype(torch::kLong).device(device));
  const auto noisy = add_noise(schedule, latent, levels, fresh());
  const auto show = [&](int step, int total, const torch::Tensor& clean) {
    if (observer) observer(step, total, decode(clean));
  };
  const auto branches = parse_branches(options.branches, schema_of<ReportTransferSettings>());
  const std::int64_t count = std::min(options.steps, start + 1);
  if (!branches.empty() && branches.back().step >= count)
    throw ConfigError("There is nothing to branch into after step " + std::to_string(branches.back().step) + ": the transfer has " + std::to_string(count) + " steps.");
  auto now = options;
  const auto turn = [&](int step) -> DdimTurn {
    const auto found = std::find_if(branches.begin(), branches.end(), [&](const Branch& branch) { return branch.step == step; });
    if (found == branches.end()) return {{}, now.eta};
    ConfigReader reader(found->changes);
    now.describe(reader);
    if (!found->changes.count("seed")) return {{}, now.eta};
    rng = std::make_unique<Rng>(static_cast<std::uint64_t>(now.seed), static_cast<std::uint64_t>(step) << 32);
    return {fresh(), now.eta};
  };
  return decode(ddim_sample(schedule, noisy, {start, options.steps, options.eta, turn}, predict, fresh, show, stop));
}

}  // namespace luthier::report
