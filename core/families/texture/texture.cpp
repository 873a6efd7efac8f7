#include <ATen/ATen.h>

#include <algorithm>
#include <sstream>

#include "core/families/melgan/public_weights.h"
#include "core/families/texture/sound_optimiser.h"
#include "core/families/translation.h"
#include "core/nn/weights/torch_archive.h"
#include "core/signal/frame_windows.h"

namespace luthier {
namespace {

using texture::Options;
using texture::Settings;

constexpr double kLoudness = 0.1;  ///< RMS at which sounds are compared
constexpr std::int64_t kShown = 50;  ///< estimates of one transfer, however long it is: each is a picture of the whole sound

/// The critic of a MelGAN run's checkpoint, or a published one. Checkpoints of generators alone have none.
nn::MelGanCritic critic_from(const std::string& path, torch::Device device) {
  if (path.empty())
    throw ConfigError("With features 'critic' a MelGAN's critic is needed: set 'weights' to a MelGAN run, one of its checkpoints or a published netD.pt, or take features 'random'.");
  nn::MelGanCritic critic = nullptr;
  if (!path.ends_with(".safetensors")) {
    critic = melgan::critic_of(read_torch_archive(path), "", path);
  } else {
    const auto checkpoint = load_checkpoint(path);
    require_family(checkpoint, "melgan");
    critic = melgan::critic_of(checkpoint.tensors, "model.critic.", path);
  }
  critic->to(device);
  critic->eval();
  return critic;
}

VggishFeatures vggish_from(const std::string& path, torch::Device device) {
  if (path.empty())
    throw ConfigError("With features 'vggish' its published weights are needed: take them in with luthierctl import-weights, or set 'weights' to the file.");
  VggishFeatures network;
  load_vggish(path, *network);
  network->to(device);
  network->eval();
  return network;
}

std::unique_ptr<texture::Features> features_for(const Settings& settings, const Options& options, torch::Device device) {
  if (settings.features == "critic") return texture::critic_features(critic_from(options.weights, device));
  if (settings.features == "vggish") return texture::vggish_features(settings, vggish_from(options.weights, device), device);
  return texture::random_features(settings, static_cast<std::uint64_t>(options.seed), device);
}

class TextureTransfer : public FamilyTransfer {
 public:
  TextureTransfer(const Settings& settings, torch::Device device) : settings_(settings), device_(device) {}

  RepresentationSpec representation() const override {
    RepresentationSpec spec;
    spec.kind = "waveform";
    spec.sample_rate = static_cast<int>(settings_.rate);
    return spec;
  }

  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor& style, const Config& config, const StepObserver& observer,
                          std::stop_token stop) override {
    const auto options = settings_from<Options>(config);
    if (settings_.statistics == "activations" && options.style_weight != Options().style_weight)
      throw ConfigError("With statistics 'activations' the style's weight is 'activation_weight'; set that one and leave 'style_weight' as it is.");
    const auto features = features_for(settings_, options, device_);
    check("content", content);
    check("style", style);
    FrameWindows windows;
    windows.window = std::max(features->shortest(), std::min(content.size(2), static_cast<std::int64_t>(settings_.seconds * static_cast<double>(settings_.rate))));
    windows.overlap = windows.window / 8;
    // ln(1 + |X|) is no matter of kind alone: every sound is compared at one loudness and gets its own back.
    const double gain = kLoudness / std::max(1e-6, loudness(content));
    const auto sound = content.to(at::kFloat) * gain;
    const auto example = prepared_style(style, std::max(windows.window, features->shortest()));
    auto shown = content.to(at::kFloat).clone();
    return windows.run(sound, [&](const torch::Tensor& part, std::int64_t index, std::int64_t count) {
      const auto at = count == 1 ? 0 : std::min(index * (windows.window - windows.overlap), shown.size(-1) - windows.window);
      texture::SoundWatch watch;
      watch.keep_going = [&] { return !stop.stop_requested(); };
      const auto total = count * options.steps, every = std::max<std::int64_t>(1, total / kShown);
      if (observer) watch.shown = [&](std::int64_t step, const torch::Tensor& estimate) {
        const auto now = index * options.steps + step;
        if (now % every != 0 && now != total) return;
        const auto length = std::min(windows.window, shown.size(-1) - at);
        shown.narrow(-1, at, length).copy_(estimate.narrow(-1, 0, length).to(at::kCPU) / gain);
        observer({static_cast<int>(now), static_cast<int>(total), shown});
      };
      if (stop.stop_requested()) throw Cancelled();
      return texture::optimise(*features, settings_, options, part[0].to(device_), example, static_cast<std::uint64_t>(index), watch).unsqueeze(0);
    }) / gain;
  }

 private:
  static void check(const char* name, const torch::Tensor& sound) {
    if (sound.defined() && sound.dim() == 3 && sound.size(0) == 1 && sound.size(1) == 1 && sound.size(2) >= 1) return;
    std::ostringstream shape;
    if (sound.defined()) shape << sound.sizes();
    else shape << "none";
    throw ConfigError(std::string("The ") + name + " has shape " + shape.str() + " where [channel 1, bin 1, sample] is needed.");
  }

  static double loudness(const torch::Tensor& x) { return x.to(at::kFloat).square().mean().sqrt().item<double>(); }

  /// As long as a few windows at most.
  torch::Tensor prepared_style(const torch::Tensor& style, std::int64_t at_least) const {
    const auto length = std::clamp<std::int64_t>(style.size(2), at_least, 4 * at_least);
    const auto sound = mirrored_to(style.to(at::kFloat), length);
    return (sound * (kLoudness / std::max(1e-6, loudness(sound)))).to(device_);
  }

  Settings settings_;
  torch::Device device_;
};

class Texture : public Family {
 public:
  FamilyInfo info() const override {
    return {"texture", "Texture", "Changes the content's samples themselves until they sound like the style; needs no training.", Role::optimiser, false};
  }
  Schema schema() const override { return schema_of<Settings>(); }
  std::vector<PresetInfo> presets() const override {
    using Int = std::int64_t;
    return {{"studio", "Random filters and their correlations over time.", {}},
            {"report", "Activations of a MelGAN critic, as first tried.", {{"features", std::string("critic")}, {"statistics", std::string("activations")}}},
            {"tiny", "Few filters and short windows, for a first look and for tests.", {{"filters", Int{64}}, {"n_fft", Int{512}}, {"hop", Int{128}}, {"seconds", 1.0}}}};
  }
  Schema transfer_schema() const override { return schema_of<Options>(); }
  RepresentationSpec representation(const Config& config) const override {
    return TextureTransfer(settings_from<Settings>(config), torch::kCPU).representation();
  }
  DataNeeds needs(const Config&) const override {
    DataNeeds needs;
    needs.minimum_labels = 0;
    needs.minimum_clips_per_label = 0;
    return needs;
  }
  std::vector<ModuleCount> modules(const Config&) const override { return {}; }
  std::unique_ptr<Trainer> make_training(const TrainingInputs&) const override {
    throw ConfigError("The family 'texture' optimises the sound itself and needs no training: use it in a transfer.");
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    require_family(checkpoint, "texture");
    const auto text = checkpoint.record.find("config");
    const auto config = text == checkpoint.record.end() ? complete(schema(), {}) : config_from_text(schema(), text->second);
    return std::make_unique<TextureTransfer>(settings_from<Settings>(config), device);
  }
};

}  // namespace

const Family& texture_family() {
  static const Texture family;
  return family;
}

}  // namespace luthier
