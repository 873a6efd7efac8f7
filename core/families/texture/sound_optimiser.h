#pragma once
#include <torch/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "core/families/texture/texture_settings.h"
#include "core/nn/melgan.h"
#include "core/nn/vggish.h"

namespace luthier::texture {

/// Turns samples [1, 1, sample] into maps [1, channel, place] that are compared; differentiable.
class Features {
 public:
  virtual ~Features() = default;
  virtual std::vector<torch::Tensor> operator()(const torch::Tensor& samples) = 0;
  virtual std::size_t count() const = 0;                            ///< of the maps
  virtual std::vector<std::size_t> content_maps() const = 0;        ///< compared for content, unless the settings name others
  virtual std::vector<std::size_t> style_maps() const = 0;
  virtual std::int64_t shortest() const = 0;  ///< samples needed
};

/// ln(1 + |X|) with its bins as channels, then one random convolution over time and ReLU (Ulyanov and Lebedev 2016: even
/// untrained filters tell textures apart).
std::unique_ptr<Features> random_features(const Settings& settings, std::uint64_t seed, torch::Device device);
/// The seven maps of the first scale of a trained MelGAN critic: content is compared in all, style in the sixth.
std::unique_ptr<Features> critic_features(nn::MelGanCritic critic);
/// The six maps of VGGish over its own picture of the sound (64 mel bands from 125 to 7500 Hz, 25 ms every 10 ms): content is
/// compared in the fourth, style in the first four.
std::unique_ptr<Features> vggish_features(const Settings& settings, VggishFeatures network, torch::Device device);

/// Whom an optimisation tells and asks.
struct SoundWatch {
  std::function<void(std::int64_t step, const torch::Tensor& sound)> shown;  ///< after every step, [1, 1, sample]; may be empty
  std::function<bool()> keep_going;  ///< asked before every evaluation; false: Cancelled is thrown; may be empty
};

/// Changes a sound by L-BFGS until its features are near the content's at each place and near the style's on the whole.
/// content, style: [1, 1, sample] on the device. Returns [1, 1, sample of content]. Throws ConfigError where the settings name maps
/// that the features do not have.
torch::Tensor optimise(Features& features, const Settings& settings, const Options& options, const torch::Tensor& content, const torch::Tensor& style,
                       std::uint64_t window, const SoundWatch& watch);

}  // namespace luthier::texture
