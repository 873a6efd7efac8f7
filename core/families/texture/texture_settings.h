#pragma once
#include <cstdint>
#include <string>

namespace luthier::texture {

/// What is compared; chosen before the sound is known.
struct Settings {
  std::string features = "random", statistics = "gram";
  std::int64_t rate = 22050, n_fft = 1024, hop = 256, filters = 1024, kernel = 11;
  double seconds = 4.5;
  std::string content_maps, style_maps;

  template <class V>
  void describe(V& v) {
    v.group("Features");
    v.choice("features", features, {"random", "critic", "vggish"},
             "A wide random convolution over the logarithmic spectrum, the critic of a MelGAN, or VGGish's convolutions.");
    v.choice("statistics", statistics, {"gram", "activations"}, "Style as correlations over time, or as the activations themselves (both sounds are then heard at once).");
    v.number("rate", rate, 8000, 48000, "Hz", "Sample rate.");
    v.number("n_fft", n_fft, 128, 8192, "samples", "Length of the analysis window (features = random).");
    v.number("hop", hop, 16, 4096, "samples", "From one analysis frame to the next (features = random).");
    v.number("filters", filters, 8, 8192, "filters", "Random filters (features = random).");
    v.number("kernel", kernel, 1, 63, "frames", "Length of a random filter (features = random).");
    v.number("seconds", seconds, 0.2, 60, "s", "Longer sounds are optimised in overlapped windows of this length.");
    v.text("content_maps", content_maps, "Layers in which content is compared, counted from 1, as in 1,2,3; empty: the features' own choice.");
    v.text("style_maps", style_maps, "Layers in which style is compared; empty: the features' own choice.");
  }
};

/// What an optimisation can be asked for.
struct Options {
  std::int64_t steps = 100, seed = 1;
  std::string weights, start = "content";
  double content_weight = 1, style_weight = 100, activation_weight = 10;

  template <class V>
  void describe(V& v) {
    v.group("Transfer");
    v.number("steps", steps, 1, 10000, "steps", "Steps of L-BFGS.");
    v.number("content_weight", content_weight, 0, 1e6, "", "Weight of sounding like the content at each moment.");
    v.number("style_weight", style_weight, 0, 1e6, "", "Weight of sounding like the style on the whole (statistics = gram).");
    v.number("activation_weight", activation_weight, 0, 1e6, "", "Weight of the style's activations (statistics = activations); 10 was tried first.");
    v.choice("start", start, {"content", "noise"}, "What the optimisation starts from.");
    v.text("weights", weights, "A MelGAN run, its checkpoint or a published netD.pt (features = critic), or VGGish's file (features = vggish).");
    v.number("seed", seed, 0, 2147483647, "", "Start of the noise and of the random filters.");
  }
};

}  // namespace luthier::texture
