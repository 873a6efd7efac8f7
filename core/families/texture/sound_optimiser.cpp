#include "core/families/texture/sound_optimiser.h"

#include <torch/torch.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "core/families/family.h"
#include "core/run/rng.h"
#include "core/signal/frame_windows.h"

namespace luthier::texture {
namespace {

class RandomFeatures : public Features {
 public:
  RandomFeatures(const Settings& s, std::uint64_t seed, torch::Device device) : settings_(s) {
    Rng rng(seed, 17);
    const auto bins = s.n_fft / 2 + 1;
    const double deviation = std::sqrt(2.0) / std::sqrt(static_cast<double>(bins * s.kernel));
    filters_ = (rng.normal({s.filters, bins, s.kernel}) * deviation).to(device);
    window_ = torch::hann_window(s.n_fft).to(device);
  }
  std::vector<torch::Tensor> operator()(const torch::Tensor& samples) override {
    const auto& s = settings_;
    const auto spectrum = torch::stft(samples.squeeze(1), s.n_fft, s.hop, s.n_fft, window_, /*center=*/true, "reflect", false, true, /*return_complex=*/true);
    // |X| has no gradient at 0; the small constant gives it one.
    const auto loud = torch::log1p((torch::view_as_real(spectrum).square().sum(-1) + 1e-8).sqrt());
    return {torch::relu(torch::conv1d(loud, filters_))};
  }
  std::size_t count() const override { return 1; }
  std::vector<std::size_t> content_maps() const override { return {0}; }
  std::vector<std::size_t> style_maps() const override { return {0}; }
  std::int64_t shortest() const override { return settings_.n_fft + (settings_.kernel + 1) * settings_.hop; }

 private:
  Settings settings_;
  torch::Tensor filters_, window_;
};

class CriticFeatures : public Features {
 public:
  explicit CriticFeatures(nn::MelGanCritic critic) : critic_(std::move(critic)) { nn::require_gradients(*critic_, false); }
  std::vector<torch::Tensor> operator()(const torch::Tensor& samples) override { return critic_->first_scale(samples); }
  std::size_t count() const override { return 7; }
  std::vector<std::size_t> content_maps() const override { return {0, 1, 2, 3, 4, 5, 6}; }
  std::vector<std::size_t> style_maps() const override { return {5}; }
  std::int64_t shortest() const override { return 2048; }

 private:
  nn::MelGanCritic critic_;
};

/// [1, channel, place] -> [channel, channel], correlations over time.
torch::Tensor gram(const torch::Tensor& map) { return torch::matmul(map[0], map[0].t()) / static_cast<double>(map.size(2)); }

torch::Tensor relative_error(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).square().mean() / b.square().mean().clamp_min(1e-12);
}

/// "1,3" as indexes 0 and 2, or `otherwise` where nothing is named.
std::vector<std::size_t> named_maps(const char* setting, const std::string& text, std::size_t count, std::vector<std::size_t> otherwise) {
  std::vector<std::size_t> maps;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    std::size_t number = 0;
    part.erase(std::remove(part.begin(), part.end(), ' '), part.end());
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc() || end != part.data() + part.size() || number < 1 || number > count)
      throw ConfigError("Setting '" + std::string(setting) + "' cannot be '" + text + "': these features have the layers 1 to " + std::to_string(count) +
                        ", separated by commas.");
    maps.push_back(number - 1);
  }
  return maps.empty() ? otherwise : maps;
}

/// The constants that a sound is compared with.
struct Wanted {
  std::vector<torch::Tensor> content, style;
};

class Loss {
 public:
  Loss(Features& features, const Settings& settings, const Options& options, const torch::Tensor& content, const torch::Tensor& style)
      : features_(features), options_(options), by_gram_(settings.statistics == "gram"),
        content_maps_(named_maps("content_maps", settings.content_maps, features.count(), features.content_maps())),
        style_maps_(named_maps("style_maps", settings.style_maps, features.count(), features.style_maps())) {
    torch::NoGradGuard guard;
    const auto content_maps = features(content);
    // Activations are compared place by place, so the style must be as long as the content.
    const auto style_maps = features(by_gram_ ? style : mirrored_to(style[0], content.size(2)).unsqueeze(0));
    for (const auto i : content_maps_) wanted_.content.push_back(content_maps[i]);
    for (const auto i : style_maps_) wanted_.style.push_back(by_gram_ ? gram(style_maps[i]) : style_maps[i]);
  }

  torch::Tensor operator()(const torch::Tensor& sound) {
    const auto maps = features_(sound);
    auto loss = torch::zeros({}, sound.options());
    std::size_t at = 0;
    for (const auto i : content_maps_) loss = loss + options_.content_weight * error(maps[i], wanted_.content[at++]);
    at = 0;
    for (const auto i : style_maps_) {
      const auto mine = by_gram_ ? gram(maps[i]) : maps[i];
      loss = loss + (by_gram_ ? options_.style_weight : options_.activation_weight) * error(mine, wanted_.style[at++]);
    }
    return loss;
  }

 private:
  torch::Tensor error(const torch::Tensor& a, const torch::Tensor& b) const {
    return by_gram_ ? relative_error(a, b) : (a - b).square().mean();
  }
  Features& features_;
  const Options& options_;
  bool by_gram_;
  std::vector<std::size_t> content_maps_, style_maps_;
  Wanted wanted_;
};

}  // namespace

std::unique_ptr<Features> random_features(const Settings& settings, std::uint64_t seed, torch::Device device) {
  return std::make_unique<RandomFeatures>(settings, seed, device);
}

std::unique_ptr<Features> critic_features(nn::MelGanCritic critic) { return std::make_unique<CriticFeatures>(std::move(critic)); }

torch::Tensor optimise(Features& features, const Settings& settings, const Options& options, const torch::Tensor& content, const torch::Tensor& style,
                       std::uint64_t window, const SoundWatch& watch) {
  torch::AutoGradMode gradients(true);
  Loss loss(features, settings, options, content, style);
  auto start = content.clone();
  if (options.start == "noise") {
    Rng rng(static_cast<std::uint64_t>(options.seed), window);
    start = rng.normal(content.sizes()).to(content.device()) * (content.square().mean().sqrt() + 1e-4);
  }
  auto sound = start.detach().set_requires_grad(true);
  // One iteration a call: the optimiser keeps its curvature between calls, and each is a place to show and to stop.
  torch::optim::LBFGS optimiser({sound}, torch::optim::LBFGSOptions(1.0).max_iter(1).max_eval(8).history_size(20).line_search_fn("strong_wolfe"));
  for (std::int64_t step = 1; step <= options.steps; ++step) {
    optimiser.step([&] {
      if (watch.keep_going && !watch.keep_going()) throw Cancelled();
      optimiser.zero_grad();
      const auto value = loss(sound);
      value.backward();
      return value;
    });
    if (watch.shown) watch.shown(step, sound.detach());
  }
  return sound.detach();
}

}  // namespace luthier::texture
