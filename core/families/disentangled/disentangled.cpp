#include "core/families/disentangled/disentangled_trainer.h"
#include "core/families/disentangled/disentangled_transfer.h"
#include "core/families/planned.h"
#include "core/families/translation.h"

namespace luthier {
namespace {

using disentangled::Settings;

class Disentangled : public Family, public Planned {
 public:
  FamilyInfo info() const override {
    return {"disentangled", "Disentangled", "Takes style and content of complex spectra apart, and writes the content anew in another style, phase included.",
            Role::translator, false};
  }
  Schema schema() const override { return schema_of<Settings>(); }
  std::vector<PresetInfo> presets() const override { return {report(), report_cnn(), report_fixed(), studio(), quick(), tiny()}; }
  Schema transfer_schema() const override { return schema_of<disentangled::TransferSettings>(); }
  RepresentationSpec representation(const Config& config) const override { return read(config).spec(); }
  DataNeeds needs(const Config& config) const override {
    DataNeeds needs;
    needs.minimum_clips_per_label = 2;
    needs.minimum_seconds = read(config).window_seconds();
    return needs;
  }
  std::vector<ModuleCount> modules(const Config& config) const override {
    disentangled::Networks networks(read(config), /*labels=*/2, torch::kCPU);
    return {{networks.style_module().first, nn::count_parameters(*networks.style_module().second)},
            {"content_encoder", nn::count_parameters(*networks.content_encoder)},
            {"decoder", nn::count_parameters(*networks.decoder)},
            {"critic", nn::count_parameters(*networks.critic)}};
  }
  Timeline timeline(const Config& config) const override { return disentangled::curriculum_timeline(read(config)); }
  std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const override {
    return std::make_unique<disentangled::DisentangledTrainer>(inputs, read(inputs.config));
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    require_family(checkpoint, "disentangled");
    return disentangled::make_disentangled_transfer(checkpoint, read(config_from_text(schema(), checkpoint.at("config"))), device);
  }

 private:
  static Settings read(const Config& config) {
    const auto settings = settings_from<Settings>(config);
    check(settings);
    return settings;
  }
  using Int = std::int64_t;

  static PresetInfo report() {
    return {"report", "As its authors built it, with the linear decoder of their report and its known defects mended; needs a GPU.",
            {{"validate_every", Int{24}}, {"preview_every", Int{240}}, {"checkpoint_every", Int{240}}}};
  }
  static PresetInfo report_cnn() {
    auto preset = report();
    preset.name = "report_cnn";
    preset.help = "The published system with its first, convolutional decoder.";
    preset.overrides["decoder"] = std::string("cnn");
    preset.overrides["mse"] = 2.0;
    return preset;
  }
  static PresetInfo report_fixed() {
    auto preset = report();
    preset.name = "report_fixed";
    preset.help = "The published system without a curriculum.";
    preset.overrides["order"] = std::string("none");
    preset.overrides["independence_entering"] = 1.0;
    preset.overrides["critic"] = 1.0;
    return preset;
  }
  static PresetInfo studio() {
    return {"studio", "Sections of 0.1 s as levels and phases, styles from other clips, targets by other instruments where phrases are shared; two hours on one core.",
            with(short_sections(), {{"steps", Int{8000}}, {"validate_every", Int{200}}, {"preview_every", Int{1000}}, {"checkpoint_every", Int{2000}}})};
  }
  static PresetInfo quick() {
    return {"quick", "The studio system for about a quarter of an hour on one core.",
            with(short_sections(), {{"steps", Int{1000}}, {"validate_every", Int{100}}, {"preview_every", Int{500}}, {"checkpoint_every", Int{100000}}})};
  }
  /// What the published system lacks to reconstruct: see README.md.
  static Config short_sections() {
    return {{"window", Int{8}}, {"overlap", Int{2}}, {"sections", Int{20}}, {"even_level", true}, {"filters", Int{4}}, {"blocks", Int{4}}, {"embedding", Int{320}},
            {"layers", Int{2}}, {"feed_forward", Int{640}}, {"dropout", 0.0}, {"start_gain", 1.0}, {"content_matrix", true}, {"content_levels", true},
            {"content_in_place", true}, {"decoder", std::string("polar")}, {"style_by", std::string("both")}, {"style_from", std::string("other")}, {"paired", 0.5},
            {"levels", 1.0}, {"mse", 0.2}, {"magnitude", 0.2}, {"phase", 0.05}, {"frame_steps", 0.0}, {"section_steps", 0.0}, {"own_inputs", 0.5}, {"batch", Int{8}},
            {"learning_rate", 4e-4}, {"critic_rate", 5e-4}, {"beta1", 0.9}, {"clip_norm", 1.0}, {"plateau_patience", Int{8}}, {"mixed_precision", true}};
  }
  static Config with(Config config, const Config& more) {
    for (const auto& [name, value] : more) config[name] = value;
    return config;
  }
  static PresetInfo tiny() {
    return {"tiny", "Under a minute on two cores; for a first look and for tests.",
            {{"rate", Int{16000}}, {"n_fft", Int{512}}, {"hop", Int{128}}, {"cqt_bins", Int{60}}, {"window", Int{16}}, {"overlap", Int{4}},
             {"sections", Int{6}}, {"even_level", true}, {"filters", Int{4}}, {"blocks", Int{4}}, {"embedding", Int{64}}, {"layers", Int{2}},
             {"feed_forward", Int{128}}, {"dropout", 0.0}, {"style_by", std::string("both")}, {"phase", 0.05}, {"own_inputs", 0.25},
             {"steps", Int{120}}, {"batch", Int{8}}, {"learning_rate", 2e-3}, {"critic_rate", 2e-3}, {"beta1", 0.9}, {"clip_norm", 1.0},
             {"validate_every", Int{40}}, {"preview_every", Int{120}}, {"checkpoint_every", Int{100000}}}};
  }
};

}  // namespace

const Family& disentangled_family() {
  static const Disentangled family;
  return family;
}

}  // namespace luthier
