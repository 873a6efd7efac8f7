#include <ATen/ATen.h>

#include <algorithm>

#include "core/families/guidediff/guidediff_trainer.h"

namespace luthier {
namespace {

using guidediff::Settings;

struct DecodingOptions {
  std::int64_t steps = 6, seed = 1;
  double temperature = 1;

  template <class V>
  void describe(V& v) {
    v.group("Decoding");
    v.number("steps", steps, 1, 250, "steps", "Sampling steps.");
    v.number("temperature", temperature, 0, 2, "", "Deviation of the noise; below 1 is calmer.");
    v.number("seed", seed, 0, 2147483647, "", "Start of the noise.");
  }
};

/// Windows long enough that a seam is rare and short enough that memory stays bounded.
constexpr std::int64_t kWindow = 512, kOverlap = 32;

class GuideDiffTransfer : public FamilyTransfer {
 public:
  GuideDiffTransfer(const Checkpoint& checkpoint, const Settings& settings, torch::Device device)
      : settings_(settings), spec_(settings.sound.spec()), device_(device), decoder_(settings) {
    load_module(checkpoint.tensors, checkpoint.weights_prefix("decoder"), *decoder_);
    decoder_->to(device);
    decoder_->eval();
  }
  RepresentationSpec representation() const override { return spec_; }
  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor&, const Config&, const StepObserver&, std::stop_token) override {
    require_shape("spectrogram", content, spec_.bands);
    return content;  // a vocoder leaves the spectrogram as it is; decode() is its work
  }
  std::vector<float> decode(const torch::Tensor& features, const Config& options, std::stop_token stop) override {
    const auto chosen = settings_from<DecodingOptions>(options);
    const auto window = std::max<std::int64_t>(8, std::min(kWindow, features.defined() && features.dim() == 3 ? features.size(2) : kWindow));
    return decode_in_windows(features, spec_, window, window > 2 * kOverlap ? kOverlap : 0, stop, [&](const torch::Tensor& part, std::int64_t index) {
      Rng rng(static_cast<std::uint64_t>(chosen.seed), static_cast<std::uint64_t>(index));
      const auto noise = chosen.temperature * rng.normal({1, part.size(2) * settings_.sound.hop});
      return guidediff::sample(*decoder_, part.to(device_), noise.to(device_), chosen.steps, [&] { return !stop.stop_requested(); }).unsqueeze(1);
    });
  }

 private:
  Settings settings_;
  RepresentationSpec spec_;
  torch::Device device_;
  guidediff::Decoder decoder_;
};

class GuideDiff : public Family {
 public:
  FamilyInfo info() const override {
    return {"guidediff", "GuideDiff", "A diffusion vocoder: noise becomes sound in a few steps, guided by the spectrogram.", Role::vocoder, false};
  }
  Schema schema() const override { return schema_of<Settings>(); }
  std::vector<PresetInfo> presets() const override {
    using Int = std::int64_t;
    return {{"report", "For MelGAN's spectrogram (80 bands, 22,050 Hz), plain diffusion loss.",
             {{"kind", std::string("log10_mel")}, {"rate", Int{22050}}, {"n_fft", Int{1024}}, {"bands", Int{80}}, {"spectral_loss", 0.0}, {"steps", Int{200000}},
              {"validate_every", Int{1000}}, {"preview_every", Int{5000}}, {"checkpoint_every", Int{10000}}}},
            {"studio", "For the spectrogram of the studio models (192 bands, 16 kHz), with a mel distance beside the diffusion loss.",
             {{"ema_decay", 0.999}, {"validate_every", Int{1000}}, {"preview_every", Int{5000}}, {"checkpoint_every", Int{10000}}}},
            {"quick", "The studio training, small: about a quarter of an hour on one core.",
             {{"width", Int{192}}, {"blocks", Int{6}}, {"frames", Int{24}}, {"batch", Int{8}}, {"warmup", Int{100}}, {"learning_rate", 1e-3},
              {"spectral_loss", 0.5}, {"steps", Int{2500}}, {"ema_decay", 0.995}, {"validate_every", Int{250}}, {"preview_every", Int{1000}},
              {"checkpoint_every", Int{100000}}}},
            {"tiny", "Under a minute on two cores; for a first look and for tests.",
             {{"n_fft", Int{512}}, {"hop", Int{128}}, {"bands", Int{40}}, {"frames", Int{32}}, {"width", Int{64}}, {"blocks", Int{3}}, {"embedding", Int{32}},
              {"patch", Int{32}}, {"warmup", Int{10}}, {"batch", Int{4}}, {"learning_rate", 3e-3}, {"spectral_loss", 0.5}, {"steps", Int{200}}, {"validate_every", Int{100}},
              {"preview_every", Int{200}}, {"checkpoint_every", Int{100000}}}}};
  }
  Schema transfer_schema() const override { return schema_of<DecodingOptions>(); }
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
    return {{"decoder", nn::count_parameters(*guidediff::Decoder(read(config)))}};
  }
  std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const override {
    return std::make_unique<guidediff::GuideDiffTrainer>(inputs, read(inputs.config));
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    require_family(checkpoint, "guidediff");
    return std::make_unique<GuideDiffTransfer>(checkpoint, read(config_from_text(schema(), checkpoint.at("config"))), device);
  }

 private:
  static Settings read(const Config& config) { return settings_from<Settings>(config); }
};

}  // namespace

const Family& guidediff_family() {
  static const GuideDiff family;
  return family;
}

}  // namespace luthier
