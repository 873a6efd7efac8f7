#include <ATen/ATen.h>

#include "core/families/travelgan/travel_trainer.h"

namespace luthier {
namespace {

using travelgan::Networks;
using travelgan::Settings;

constexpr const char* kSees = "log10_mel_peak";  ///< levels are evened before the floor at -5, which would tell them

class TravelGan : public Family {
 public:
  FamilyInfo info() const override {
    return {"travelgan", "TraVelGAN", "Translates spectrograms between two groups of unpaired labels by keeping the vectors between clips in a learned space.",
            Role::translator, false};
  }
  Schema schema() const override { return schema_of<Settings>(); }
  std::vector<PresetInfo> presets() const override {
    using Int = std::int64_t;
    return {{"report", "As its authors set it up: 128 mels, 1.5 s, hinge loss, on mels rightly scaled for tanh.",
             {{"validate_every", Int{1000}}, {"preview_every", Int{1000}}, {"checkpoint_every", Int{10000}}}},
            {"studio", "A smaller net with an identity term, a narrower space of vectors and averaged weights.",
             {{"filters", Int{40}}, {"critic_filters", Int{48}}, {"siamese_filters", Int{32}}, {"latent", Int{128}}, {"identity", 5.0}, {"margin", 4.0},
              {"critic_rate", 4e-4}, {"steps", Int{40000}}, {"hold", 0.5}, {"ema_decay", 0.999}, {"validate_every", Int{500}}, {"preview_every", Int{2000}},
              {"checkpoint_every", Int{10000}}}},
            {"quick", "The studio training, small: about a quarter of an hour on one core.",
             {{"rate", Int{16000}}, {"frames", Int{64}}, {"filters", Int{16}}, {"critic_filters", Int{16}}, {"siamese_filters", Int{16}}, {"latent", Int{64}},
              {"identity", 5.0}, {"margin", 4.0}, {"batch", Int{4}}, {"learning_rate", 4e-4}, {"critic_rate", 4e-4}, {"steps", Int{2500}}, {"hold", 0.5},
              {"ema_decay", 0.995}, {"validate_every", Int{250}}, {"preview_every", Int{1000}}, {"checkpoint_every", Int{100000}}}},
            {"tiny", "Under a minute on two cores; for a first look and for tests.",
             {{"rate", Int{16000}}, {"bands", Int{64}}, {"frames", Int{64}}, {"filters", Int{12}}, {"levels", Int{4}}, {"critic_filters", Int{12}},
              {"siamese_filters", Int{8}}, {"latent", Int{32}}, {"margin", 2.0}, {"identity", 20.0}, {"batch", Int{4}}, {"learning_rate", 1e-3},
              {"critic_rate", 5e-4}, {"steps", Int{200}}, {"validate_every", Int{100}}, {"preview_every", Int{200}}, {"checkpoint_every", Int{100000}}}}};
  }
  Schema transfer_schema() const override { return schema_of<TranslationOptions>(); }
  RepresentationSpec representation(const Config& config) const override { return read(config).sound.spec(kSees); }
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
            {"critic_target", nn::count_parameters(*networks.critics[1])},
            {"siamese", nn::count_parameters(*networks.siamese)}};
  }
  std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const override {
    const auto settings = read(inputs.config);
    check(settings);
    return std::make_unique<travelgan::TravelTrainer>(inputs, settings);
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    require_family(checkpoint, "travelgan");
    const auto settings = read(config_from_text(schema(), checkpoint.at("config")));
    auto networks = std::make_shared<Networks>(settings, device);
    const char* names[2] = {"generator_to_source", "generator_to_target"};
    for (const int domain : {0, 1}) load_module(checkpoint.tensors, checkpoint.weights_prefix(names[domain]), *networks->generators[domain]);
    networks->train(false);
    auto parts = two_way_parts(checkpoint, settings.sound, kSees);
    parts.lowest = settings.lowest;
    parts.highest = settings.highest;
    parts.pass = [networks, settings, device](const torch::Tensor& part, int to) {
      return settings.unscaled(networks->generators[to]->forward(settings.scaled(part).to(device)));
    };
    return std::make_unique<WindowedTranslator>(std::move(parts));
  }

 private:
  static Settings read(const Config& config) { return settings_from<Settings>(config); }

  /// Sizes that no layer can take, said before clips are read into batches.
  static void check(const Settings& s) {
    if (s.training.batch < 2) throw ConfigError("TraVelGAN learns from the vectors between the clips of a batch; raise 'batch' to 2 at least.");
    const std::int64_t unit = std::int64_t{1} << s.levels;
    if (s.sound.bands % unit != 0 || s.sound.frames % unit != 0)
      throw ConfigError("With levels " + std::to_string(s.levels) + ", bands and frames must be multiples of " + std::to_string(unit) + ", not " +
                        std::to_string(s.sound.bands) + " and " + std::to_string(s.sound.frames) + ".");
    const std::int64_t patch = std::min(s.sound.bands, s.sound.frames) >> (s.layers + 1);
    if (patch < 4)
      throw ConfigError("With layers " + std::to_string(s.layers) + " the critics see too little: take fewer layers, or more bands and frames.");
  }
};

}  // namespace

const Family& travelgan_family() {
  static const TravelGan family;
  return family;
}

}  // namespace luthier
