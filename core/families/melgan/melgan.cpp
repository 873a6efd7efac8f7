#include <ATen/ATen.h>

#include <cmath>
#include <cstdlib>

#include "core/families/melgan/melgan_trainer.h"
#include "core/families/melgan/public_weights.h"

namespace luthier {
namespace {

using melgan::Settings;

/// Windows long enough that a seam is rare and short enough that memory stays bounded.
constexpr std::int64_t kWindow = 512, kOverlap = 32;
constexpr double kLoudest = 0.3;  ///< log10 magnitude; of checkpoints that do not say it: clips at a peak of 0.95 and the middle of the levels

class MelGanTransfer : public FamilyTransfer {
 public:
  MelGanTransfer(const Checkpoint& checkpoint, const Settings& settings, torch::Device device)
      : spec_(settings.sound.spec()), device_(device), generator_(melgan::generator_options(settings)) {
    load_module(checkpoint.tensors, checkpoint.weights_prefix("generator"), *generator_);
    generator_->to(device);
    generator_->eval();
    if (const auto said = checkpoint.record.find("loudest"); said != checkpoint.record.end()) loudest_ = std::strtod(said->second.c_str(), nullptr);
    if (!std::isfinite(loudest_) || std::abs(loudest_) > 5) throw CheckpointError("The checkpoint's 'loudest' is no level of log10 magnitudes; it is damaged.");
  }
  RepresentationSpec representation() const override { return spec_; }
  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor&, const Config&, const StepObserver&, std::stop_token) override {
    require_shape("spectrogram", content, spec_.bands);
    return content;  // a vocoder leaves the spectrogram as it is; decode() is its work
  }
  std::vector<float> decode(const torch::Tensor& features, const Config&, std::stop_token stop) override {
    require_shape("spectrogram", features, spec_.bands);
    const auto decoded = [&](const torch::Tensor& at_level) {
      return decode_in_windows(at_level, spec_, kWindow, kOverlap, stop,
                               [&](const torch::Tensor& part, std::int64_t) { return generator_->forward(part.to(device_)); });
    };
    return spec_.kind == "log10_mel" ? decode_at_level(features, loudest_, decoded) : decoded(features);
  }

 private:
  RepresentationSpec spec_;
  torch::Device device_;
  nn::MelGanGenerator generator_;
  double loudest_ = kLoudest;
};

class MelGan : public Family {
 public:
  FamilyInfo info() const override {
    return {"melgan", "MelGAN", "A convolutional vocoder: turns mel spectrograms into sound many times faster than it plays.", Role::vocoder, false};
  }
  Schema schema() const override { return schema_of<Settings>(); }
  std::vector<PresetInfo> presets() const override {
    using Int = std::int64_t;
    return {{"report", "As published: 80 bands (set bands to 128 for TraVelGAN), hinge and feature matching.",
             {{"validate_every", Int{1000}}, {"preview_every", Int{1000}}, {"checkpoint_every", Int{10000}}}},
            {"studio", "128 bands at 16 kHz with a mel distance beside the critics and averaged weights.",
             {{"rate", Int{16000}}, {"bands", Int{128}}, {"frames", Int{48}}, {"mel_weight", 45.0}, {"learning_rate", 2e-4}, {"beta1", 0.8},
              {"beta2", 0.99}, {"critic_start", 0.05}, {"steps", Int{60000}}, {"hold", 0.5}, {"ema_decay", 0.999}, {"validate_every", Int{1000}},
              {"preview_every", Int{5000}}, {"checkpoint_every", Int{10000}}}},
            {"quick", "The studio training, small: about a quarter of an hour on one core.",
             {{"rate", Int{16000}}, {"bands", Int{128}}, {"frames", Int{32}}, {"filters", Int{12}}, {"critic_filters", Int{4}}, {"mel_weight", 45.0},
              {"batch", Int{4}}, {"learning_rate", 5e-4}, {"beta1", 0.8}, {"beta2", 0.99}, {"critic_start", 0.5}, {"steps", Int{2000}}, {"hold", 0.5},
              {"ema_decay", 0.995}, {"validate_every", Int{250}}, {"preview_every", Int{1000}}, {"checkpoint_every", Int{100000}}}},
            {"tiny", "Under a minute on two cores; for a first look and for tests.",
             {{"rate", Int{16000}}, {"n_fft", Int{512}}, {"hop", Int{128}}, {"bands", Int{40}}, {"frames", Int{32}}, {"ratios", std::string("8,4,4")},
              {"filters", Int{8}}, {"residual_layers", Int{2}}, {"critic_filters", Int{4}}, {"mel_weight", 45.0}, {"quietest", 1.0}, {"batch", Int{4}}, {"learning_rate", 2e-3},
              {"beta1", 0.8}, {"beta2", 0.99}, {"steps", Int{90}}, {"validate_every", Int{45}}, {"preview_every", Int{90}}, {"checkpoint_every", Int{100000}}}}};
  }
  Schema transfer_schema() const override { return {}; }
  RepresentationSpec representation(const Config& config) const override { return read(config).sound.waveform(); }
  DataNeeds needs(const Config& config) const override {
    const auto settings = read(config);
    DataNeeds needs;
    needs.minimum_labels = 1;
    needs.minimum_clips_per_label = 1;
    needs.minimum_seconds = static_cast<double>(settings.sound.frames * settings.sound.hop) / static_cast<double>(settings.sound.rate);
    return needs;
  }
  std::vector<ModuleCount> modules(const Config& config) const override {
    const auto settings = read(config);
    return {{"generator", nn::count_parameters(*nn::MelGanGenerator(melgan::generator_options(settings)))},
            {"critic", nn::count_parameters(*nn::MelGanCritic(melgan::critic_options(settings)))}};
  }
  std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const override {
    return std::make_unique<melgan::MelGanTrainer>(inputs, read(inputs.config));
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    require_family(checkpoint, "melgan");
    return std::make_unique<MelGanTransfer>(checkpoint, read(config_from_text(schema(), checkpoint.at("config"))), device);
  }

 private:
  static Settings read(const Config& config) { return settings_from<Settings>(config); }
};

}  // namespace

const Family& melgan_family() {
  static const MelGan family;
  return family;
}

namespace melgan {

namespace {
constexpr const char* kFirstOfCritic = "model.disc_0.model.layer_0.1.weight_v";
}

bool is_public_critic(const TensorMap& state) { return state.count(kFirstOfCritic) > 0; }

nn::MelGanCritic critic_of(const TensorMap& state, const std::string& prefix, const std::string& file) {
  const auto first = state.find(prefix + kFirstOfCritic);
  if (first == state.end() || first->second.dim() != 3 || first->second.size(0) < 4 || first->second.size(0) > 1024 || first->second.size(0) % 4 != 0)
    throw CheckpointError("The file '" + file + "' has no critic; take latest.safetensors of a MelGAN run, or a published netD.pt.");
  nn::MelGanCriticOptions options;
  options.filters = first->second.size(0);
  nn::MelGanCritic critic(options);
  load_module(state, prefix, *critic);
  return critic;
}

bool is_public_generator(const TensorMap& state) { return state.count("model.1.weight_v") && state.count("model.1.weight_g"); }

Checkpoint checkpoint_from_public(const TensorMap& state) {
  const auto find = [&](const std::string& name) {
    const auto found = state.find(name);
    if (found == state.end())
      throw CheckpointError("The weights have no tensor '" + name + "', so they are no MelGAN generator; choose a file such as multi_speaker.pt or netG.pt.");
    return found->second;
  };
  const auto first = find("model.1.weight_v");
  if (first.dim() != 3) throw CheckpointError("The tensor 'model.1.weight_v' of the weights has the wrong number of axes.");
  Settings settings;
  settings.sound.bands = first.size(1);
  std::int64_t width = first.size(0);
  settings.filters = width;
  std::string ratios;
  std::int64_t index = 3, hop = 1;
  // Levels are told from the end by their transposed convolution, whose kernel is twice its ratio.
  while (state.count("model." + std::to_string(index) + ".weight_v")) {
    const auto up = find("model." + std::to_string(index) + ".weight_v");
    if (up.dim() != 3 || up.size(0) != width || up.size(1) * 2 != width) break;
    const auto ratio = up.size(2) / 2;
    ratios += (ratios.empty() ? "" : ",") + std::to_string(ratio);
    hop *= ratio;
    width /= 2;
    std::int64_t layers = 0;
    while (state.count("model." + std::to_string(index + 1 + layers) + ".shortcut.weight_v")) ++layers;
    settings.residual_layers = layers;
    index += layers + 2;
  }
  settings.filters = width;
  settings.ratios = ratios;
  settings.sound.hop = hop;
  Checkpoint checkpoint;
  Config config;
  Family const& family = melgan_family();
  const Schema schema = family.schema();
  config = complete(schema, {{"bands", settings.sound.bands}, {"filters", settings.filters}, {"ratios", settings.ratios},
                             {"hop", settings.sound.hop}, {"residual_layers", settings.residual_layers}});
  nn::MelGanGenerator generator(generator_options(settings_from<Settings>(config)));
  load_module(state, "", *generator);  // says what does not fit
  checkpoint.record = {{"family", "melgan"}, {"config", canonical_text(config)}, {"representation", settings.sound.spec().canonical_text()},
                       {"labels", "[]"}, {"step", "0"}, {"source", "published weights"}};
  for (const auto& [name, tensor] : state) checkpoint.tensors["model.generator." + name] = tensor;
  return checkpoint;
}

}  // namespace melgan
}  // namespace luthier
