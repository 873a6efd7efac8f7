#include "core/families/cyclegan/cycle_trainer.h"

namespace luthier {
namespace {

using cyclegan::Networks;
using cyclegan::Settings;

class CycleGan : public Family {
 public:
  FamilyInfo info() const override {
    return {"cyclegan", "CycleGAN", "Translates spectrograms between two groups of labels, learned from unpaired clips by way of there and back.",
            Role::translator, false};
  }
  Schema schema() const override { return schema_of<Settings>(); }
  std::vector<PresetInfo> presets() const override { return {report(), report_unet(), studio(), quick(), quick_unet(), tiny()}; }
  Schema transfer_schema() const override { return schema_of<TranslationOptions>(); }
  RepresentationSpec representation(const Config& config) const override { return read(config).sound.spec("mel_db"); }
  DataNeeds needs(const Config& config) const override {
    DataNeeds needs;
    needs.minimum_clips_per_label = 1;
    needs.minimum_seconds = read(config).sound.seconds();
    return needs;
  }
  std::vector<ModuleCount> modules(const Config& config) const override {
    const Networks networks(read(config), torch::kCPU);
    return {{"generator_to_source", nn::count_parameters(*networks.generators[0])},
            {"generator_to_target", nn::count_parameters(*networks.generators[1])},
            {"critic_source", nn::count_parameters(*networks.critics[0])},
            {"critic_target", nn::count_parameters(*networks.critics[1])}};
  }
  std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const override {
    const auto settings = read(inputs.config);
    check(settings);
    return std::make_unique<cyclegan::CycleTrainer>(inputs, settings);
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    require_family(checkpoint, "cyclegan");
    const auto settings = read(config_from_text(schema(), checkpoint.at("config")));
    auto networks = std::make_shared<Networks>(settings, device);
    const char* names[2] = {"generator_to_source", "generator_to_target"};
    for (const int domain : {0, 1}) load_module(checkpoint.tensors, checkpoint.weights_prefix(names[domain]), *networks->generators[domain]);
    networks->train(false);
    auto parts = two_way_parts(checkpoint, settings.sound, "mel_db");
    parts.pass = [networks, device](const torch::Tensor& part, int to) { return networks->translate(part.to(device), to); };
    return std::make_unique<WindowedTranslator>(std::move(parts));
  }

 private:
  static Settings read(const Config& config) { return settings_from<Settings>(config); }
  using Int = std::int64_t;

  /// Sizes that no layer can take, said before clips are read into batches.
  static void check(const Settings& s) {
    if (s.generator == "unet") return check_unet(s.sound, s.depth, s.training.batch);
    if (s.sound.bands % 4 != 0 || s.sound.frames % 4 != 0)
      throw ConfigError("The residual generator halves twice, so bands and frames must be multiples of 4, not " + std::to_string(s.sound.bands) + " and " +
                        std::to_string(s.sound.frames) + ".");
  }

  static PresetInfo report() {
    return {"report", "As its author built it: 128 mels, 6 s, nine residual blocks, one crop a step.",
            {{"grid", Int{128}}, {"validate_every", Int{900}}, {"preview_every", Int{0}}, {"checkpoint_every", Int{9000}}}};
  }
  static PresetInfo report_unet() {
    auto preset = report();
    preset.name = "report_unet";
    preset.help = "The report's training with Pix2Pix's networks inside, which its author wished to try.";
    preset.overrides["generator"] = std::string("unet");
    preset.overrides["critic"] = std::string("batch");
    preset.overrides["batch"] = Int{4};
    preset.overrides["steps"] = Int{45000};
    return preset;
  }
  static PresetInfo studio() {
    return {"studio", "A smaller generator that changes its input instead of redrawing it, steadier critics, averaged weights.",
            {{"rate", Int{16000}}, {"hop", Int{256}}, {"frames", Int{128}}, {"filters", Int{40}}, {"residual_blocks", Int{6}},
             {"critic_filters", Int{48}}, {"spectral_critic", true}, {"residual_output", true}, {"batch", Int{4}}, {"pool", Int{50}},
             {"critic_rate", 4e-4}, {"identity", 2.0}, {"steps", Int{40000}}, {"ema_decay", 0.999}, {"validate_every", Int{500}},
             {"preview_every", Int{2000}}, {"checkpoint_every", Int{10000}}}};
  }
  static PresetInfo quick() {
    return {"quick", "The studio training, small: about a quarter of an hour on one core.",
            {{"rate", Int{16000}}, {"hop", Int{256}}, {"frames", Int{64}}, {"filters", Int{16}}, {"residual_blocks", Int{4}},
             {"critic_filters", Int{16}}, {"spectral_critic", true}, {"residual_output", true}, {"batch", Int{2}}, {"pool", Int{50}},
             {"learning_rate", 4e-4}, {"critic_rate", 4e-4}, {"identity", 2.0}, {"steps", Int{1500}}, {"ema_decay", 0.995},
             {"validate_every", Int{150}}, {"preview_every", Int{500}}, {"checkpoint_every", Int{100000}}}};
  }
  static PresetInfo quick_unet() {
    auto preset = quick();
    preset.name = "quick_unet";
    preset.help = "The same with Pix2Pix's networks inside.";
    preset.overrides["generator"] = std::string("unet");
    preset.overrides["critic"] = std::string("batch");
    preset.overrides["depth"] = Int{5};
    preset.overrides["batch"] = Int{4};
    return preset;
  }
  static PresetInfo tiny() {
    return {"tiny", "Under a minute on two cores; for a first look and for tests.",
            {{"rate", Int{16000}}, {"n_fft", Int{1024}}, {"hop", Int{256}}, {"bands", Int{64}}, {"frames", Int{64}}, {"filters", Int{12}},
             {"residual_blocks", Int{2}}, {"critic_filters", Int{12}}, {"residual_output", true}, {"batch", Int{2}}, {"pool", Int{8}},
             {"learning_rate", 5e-4}, {"critic_rate", 5e-4}, {"identity", 2.0}, {"steps", Int{200}}, {"validate_every", Int{100}},
             {"preview_every", Int{200}}, {"checkpoint_every", Int{100000}}}};
  }
};

}  // namespace

const Family& cyclegan_family() {
  static const CycleGan family;
  return family;
}

}  // namespace luthier
