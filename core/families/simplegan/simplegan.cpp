#include <ATen/ATen.h>

#include "core/families/simplegan/simplegan_trainer.h"
#include "core/signal/frame_windows.h"

namespace luthier {
namespace {

using simplegan::Generator;
using simplegan::Settings;

/// Sliders over the latent: the seed chooses a place, the axes move it.
struct GenerationOptions {
  std::int64_t seed = 1, pictures = 1;
  double temperature = 1;
  double axis_1 = 0, axis_2 = 0, axis_3 = 0, axis_4 = 0, axis_5 = 0, axis_6 = 0, axis_7 = 0, axis_8 = 0;

  template <class V>
  void describe(V& v) {
    v.group("Generation");
    v.number("seed", seed, 0, 2147483647, "", "Which spectrogram is made.");
    v.number("pictures", pictures, 1, 64, "", "Spectrograms in a row, each from its own noise, cross-faded.");
    v.number("temperature", temperature, 0, 3, "", "Size of the noise; 0 gives the mean spectrogram.");
    v.group("Latent");
    const char* help = "Moves the noise along one of the directions that change the result most.";
    v.number("axis_1", axis_1, -6, 6, "", help);
    v.number("axis_2", axis_2, -6, 6, "", help);
    v.number("axis_3", axis_3, -6, 6, "", help);
    v.number("axis_4", axis_4, -6, 6, "", help);
    v.number("axis_5", axis_5, -6, 6, "", help);
    v.number("axis_6", axis_6, -6, 6, "", help);
    v.number("axis_7", axis_7, -6, 6, "", help);
    v.number("axis_8", axis_8, -6, 6, "", help);
  }
  torch::Tensor shift(const torch::Tensor& axes) const {
    const double places[] = {axis_1, axis_2, axis_3, axis_4, axis_5, axis_6, axis_7, axis_8};
    auto sum = at::zeros({1, axes.size(1)});
    for (std::int64_t i = 0; i < axes.size(0); ++i) sum += places[i] * axes[i];
    return sum;
  }
};

class SimpleGanTransfer : public FamilyTransfer {
 public:
  SimpleGanTransfer(const Checkpoint& checkpoint, const Settings& settings, torch::Device device)
      : settings_(settings), device_(device), generator_(settings) {
    load_module(checkpoint.tensors, checkpoint.weights_prefix("generator"), *generator_);
    axes_ = generator_->axes();
    generator_->to(device);
    generator_->eval();
  }
  RepresentationSpec representation() const override { return settings_.sound.spec("mel_db"); }
  torch::Tensor transform(const torch::Tensor&, const torch::Tensor&, const Config& options, const StepObserver& observer,
                          std::stop_token stop) override {
    at::NoGradGuard guard;
    const auto chosen = settings_from<GenerationOptions>(options);
    const auto shift = chosen.shift(axes_);
    FrameWindows windows;
    windows.window = settings_.sound.frames;
    windows.overlap = settings_.sound.frames / 4;
    const auto frames = windows.window + (chosen.pictures - 1) * (windows.window - windows.overlap);
    auto shown = at::full({1, settings_.sound.bands, frames}, -1.0);
    // Only the number of windows matters: the generator looks at noise, not at the (empty) sound underneath.
    return windows.run(shown.clone(), [&](const torch::Tensor&, std::int64_t index, std::int64_t count) {
      if (stop.stop_requested()) throw Cancelled();
      Rng rng(static_cast<std::uint64_t>(chosen.seed), static_cast<std::uint64_t>(index));
      const auto noise = chosen.temperature * rng.normal({1, settings_.latent}) + shift;
      const auto made = generator_->forward(noise.to(device_)).to(at::kCPU);
      shown.narrow(-1, index * (windows.window - windows.overlap), windows.window).copy_(made[0]);
      if (observer) observer({static_cast<int>(index) + 1, static_cast<int>(count), shown});
      return made;
    });
  }

 private:
  Settings settings_;
  torch::Device device_;
  Generator generator_;
  torch::Tensor axes_;  ///< [axis, latent]
};

class SimpleGan : public Family {
 public:
  FamilyInfo info() const override {
    return {"simplegan", "SimpleGAN", "Two small fully connected networks that make spectrograms out of noise: a first lesson.", Role::generator, false};
  }
  Schema schema() const override { return schema_of<Settings>(); }
  std::vector<PresetInfo> presets() const override {
    using Int = std::int64_t;
    return {{"report", "The well-known first example, at spectrogram size.",
             {{"grid", Int{128}}, {"validate_every", Int{500}}, {"preview_every", Int{1000}}, {"checkpoint_every", Int{5000}}}},
            {"studio", "Shorter pictures, wider layers, a critic that sees through noise, averaged weights.",
             {{"rate", Int{16000}}, {"hop", Int{256}}, {"frames", Int{64}}, {"hidden", Int{512}}, {"critic_hidden", Int{256}}, {"slope", 0.2},
              {"beta1", 0.5}, {"critic_noise", 0.1}, {"batch", Int{64}}, {"ema_decay", 0.999}, {"validate_every", Int{500}},
              {"preview_every", Int{2000}}, {"checkpoint_every", Int{10000}}}},
            {"quick", "The studio training, small: a few minutes on one core.",
             {{"rate", Int{16000}}, {"hop", Int{256}}, {"frames", Int{64}}, {"critic_hidden", Int{128}}, {"slope", 0.2}, {"beta1", 0.5},
              {"critic_noise", 0.1}, {"steps", Int{8000}}, {"ema_decay", 0.995}, {"validate_every", Int{500}}, {"preview_every", Int{2000}},
              {"checkpoint_every", Int{100000}}}},
            {"tiny", "Seconds on two cores; for a first look and for tests.",
             {{"rate", Int{16000}}, {"n_fft", Int{1024}}, {"hop", Int{256}}, {"bands", Int{64}}, {"frames", Int{32}}, {"latent", Int{16}},
              {"hidden", Int{64}}, {"critic_hidden", Int{32}}, {"slope", 0.2}, {"beta1", 0.5}, {"critic_noise", 0.2}, {"batch", Int{8}},
              {"learning_rate", 1e-3}, {"steps", Int{400}}, {"validate_every", Int{100}}, {"preview_every", Int{400}}, {"checkpoint_every", Int{100000}}}}};
  }
  Schema transfer_schema() const override { return schema_of<GenerationOptions>(); }
  RepresentationSpec representation(const Config& config) const override { return read(config).sound.spec("mel_db"); }
  DataNeeds needs(const Config& config) const override {
    DataNeeds needs;
    needs.minimum_labels = 1;
    needs.minimum_clips_per_label = 1;
    needs.minimum_seconds = read(config).sound.seconds();
    return needs;
  }
  std::vector<ModuleCount> modules(const Config& config) const override {
    const auto settings = read(config);
    return {{"generator", nn::count_parameters(*Generator(settings))}, {"critic", nn::count_parameters(*simplegan::Critic(settings))}};
  }
  std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const override {
    return std::make_unique<simplegan::SimpleGanTrainer>(inputs, read(inputs.config));
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    require_family(checkpoint, "simplegan");
    return std::make_unique<SimpleGanTransfer>(checkpoint, read(config_from_text(schema(), checkpoint.at("config"))), device);
  }

 private:
  static Settings read(const Config& config) { return settings_from<Settings>(config); }
};

}  // namespace

const Family& simplegan_family() {
  static const SimpleGan family;
  return family;
}

}  // namespace luthier
