#include "core/families/pix2pix/pix2pix_trainer.h"

namespace luthier {
namespace {

using pix2pix::Networks;
using pix2pix::Settings;

class Pix2Pix : public Family {
 public:
  FamilyInfo info() const override {
    return {"pix2pix", "Pix2Pix", "Translates spectrograms from one group of labels to another, learned from clips that play the same phrases.",
            Role::translator, true};
  }
  Schema schema() const override { return schema_of<Settings>(); }
  std::vector<PresetInfo> presets() const override {
    using Int = std::int64_t;
    return {{"report", "U-Net with seven levels each way, patch critic, absolute error times 100, as in the paper.",
             {{"grid", Int{128}}, {"validate_every", Int{500}}, {"preview_every", Int{0}}, {"checkpoint_every", Int{5000}}}},
            {"studio", "A shallower U-Net that changes its input; the critic joins when the absolute error has settled.",
             {{"rate", Int{16000}}, {"hop", Int{256}}, {"frames", Int{128}}, {"filters", Int{48}}, {"depth", Int{5}}, {"dropout", 0.0},
              {"residual_output", true}, {"critic_filters", Int{48}}, {"critic_start", 0.5}, {"adversarial", 0.5}, {"steps", Int{20000}},
              {"learning_rate", 5e-4}, {"hold", 0.3}, {"ema_decay", 0.999}, {"validate_every", Int{500}}, {"preview_every", Int{2000}},
              {"checkpoint_every", Int{10000}}}},
            {"quick", "The studio training, small: about a quarter of an hour on one core.",
             {{"rate", Int{16000}}, {"hop", Int{256}}, {"frames", Int{64}}, {"filters", Int{24}}, {"depth", Int{5}}, {"dropout", 0.0},
              {"residual_output", true}, {"critic_filters", Int{16}}, {"critic_start", 0.5}, {"adversarial", 0.5}, {"batch", Int{8}}, {"steps", Int{2500}},
              {"learning_rate", 1e-3}, {"critic_rate", 4e-4}, {"hold", 0.3}, {"ema_decay", 0.995}, {"validate_every", Int{250}},
              {"preview_every", Int{1000}}, {"checkpoint_every", Int{100000}}}},
            {"tiny", "Under a minute on two cores; for a first look and for tests.",
             {{"rate", Int{16000}}, {"n_fft", Int{1024}}, {"hop", Int{256}}, {"bands", Int{64}}, {"frames", Int{64}}, {"filters", Int{12}},
              {"depth", Int{4}}, {"dropout", 0.0}, {"residual_output", true}, {"critic_filters", Int{12}}, {"batch", Int{4}}, {"learning_rate", 1e-3},
              {"steps", Int{200}}, {"validate_every", Int{100}}, {"preview_every", Int{200}}, {"checkpoint_every", Int{100000}}}}};
  }
  Schema transfer_schema() const override { return schema_of<TranslationOptions>(); }
  RepresentationSpec representation(const Config& config) const override { return read(config).sound.spec("mel_db"); }
  DataNeeds needs(const Config& config) const override {
    DataNeeds needs;
    needs.minimum_clips_per_label = 1;
    needs.minimum_seconds = read(config).sound.seconds();
    needs.phrases = true;
    return needs;
  }
  std::vector<ModuleCount> modules(const Config& config) const override {
    const Networks networks(read(config), torch::kCPU);
    return {{"generator", nn::count_parameters(*networks.generator)}, {"critic", nn::count_parameters(*networks.critic)}};
  }
  std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const override {
    const auto settings = read(inputs.config);
    check_unet(settings.sound, settings.depth, settings.training.batch);
    return std::make_unique<pix2pix::Pix2PixTrainer>(inputs, settings);
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    require_family(checkpoint, "pix2pix");
    const auto settings = read(config_from_text(schema(), checkpoint.at("config")));
    auto networks = std::make_shared<Networks>(settings, device);
    load_module(checkpoint.tensors, checkpoint.weights_prefix("generator"), *networks->generator);
    networks->train(false);
    WindowedTranslator::Parts parts;
    parts.spec = settings.sound.spec("mel_db");
    parts.window = settings.sound.frames;
    parts.both_ways = false;
    parts.statistics = constant_of(checkpoint, "statistics");
    const auto said = [&](const char* key) {
      const auto found = checkpoint.record.find(key);
      return found == checkpoint.record.end() ? "" : found->second;
    };
    parts.source = said("source_labels"), parts.target = said("target_labels");
    parts.pass = [networks, device](const torch::Tensor& part, int) { return networks->translate(part.to(device)); };
    return std::make_unique<WindowedTranslator>(std::move(parts));
  }

 private:
  static Settings read(const Config& config) { return settings_from<Settings>(config); }
};

}  // namespace

const Family& pix2pix_family() {
  static const Pix2Pix family;
  return family;
}

}  // namespace luthier
