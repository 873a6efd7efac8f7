#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/families/texture/sound_optimiser.h"
#include "core/nn/conv.h"

namespace luthier::texture {
namespace {

constexpr std::int64_t kBands = 64, kLeastFrames = 16;  ///< frames that the last map still sees after its poolings
constexpr double kWindowSeconds = 0.025, kHopSeconds = 0.010, kLowest = 125, kHighest = 7500, kOffset = 0.01;
constexpr double kPublishedWindow = 400;  ///< samples; a magnitude grows with the window

double mel(double hertz) { return 1127 * std::log1p(hertz / 700); }

/// [band, bin]: triangles linear in mel, not normalised, nothing at 0 Hz.
torch::Tensor mel_bank(std::int64_t n_fft, double rate) {
  auto bank = torch::zeros({kBands, n_fft / 2 + 1});
  auto values = bank.accessor<float, 2>();
  const double first = mel(kLowest), width = (mel(kHighest) - first) / (kBands + 1);
  for (std::int64_t bin = 1; bin <= n_fft / 2; ++bin) {
    const double at = mel(static_cast<double>(bin) * rate / static_cast<double>(n_fft));
    for (std::int64_t band = 0; band < kBands; ++band)
      values[band][bin] = static_cast<float>(std::max(0.0, 1 - std::abs(at - first - static_cast<double>(band + 1) * width) / width));
  }
  return bank;
}

class VggishSound : public Features {
 public:
  VggishSound(const Settings& s, VggishFeatures network, torch::Device device)
      : window_length_(std::lround(kWindowSeconds * static_cast<double>(s.rate))), hop_(std::lround(kHopSeconds * static_cast<double>(s.rate))),
        network_(std::move(network)) {
    while (n_fft_ < window_length_) n_fft_ *= 2;
    bank_ = mel_bank(n_fft_, static_cast<double>(s.rate)).to(device);
    window_ = torch::hann_window(window_length_).to(device);
    nn::require_gradients(*network_, false);
  }
  std::vector<torch::Tensor> operator()(const torch::Tensor& samples) override {
    const auto spectrum = torch::stft(samples.squeeze(1), n_fft_, hop_, window_length_, window_, /*center=*/false, "reflect", false, true, /*return_complex=*/true);
    // |X| has no gradient at 0; the small constant gives it one.
    const auto magnitude = (torch::view_as_real(spectrum).square().sum(-1) + 1e-8).sqrt() * (kPublishedWindow / static_cast<double>(window_length_));
    auto maps = network_->maps((torch::matmul(bank_, magnitude) + kOffset).log().transpose(1, 2).unsqueeze(1));
    for (auto& map : maps) map = map.flatten(2);
    return maps;
  }
  std::size_t count() const override { return 6; }
  std::vector<std::size_t> content_maps() const override { return {3}; }
  std::vector<std::size_t> style_maps() const override { return {0, 1, 2, 3}; }
  std::int64_t shortest() const override { return n_fft_ + kLeastFrames * hop_; }

 private:
  std::int64_t window_length_, hop_, n_fft_ = 256;
  VggishFeatures network_;
  torch::Tensor bank_, window_;
};

}  // namespace

std::unique_ptr<Features> vggish_features(const Settings& settings, VggishFeatures network, torch::Device device) {
  return std::make_unique<VggishSound>(settings, std::move(network), device);
}

}  // namespace luthier::texture
