#include "core/families/latent_diffusion/studio.h"

namespace luthier {
namespace {

/// Which of the two systems, and the settings of both: each system reads its own.
struct LatentDiffusionSettings {
  std::string system = "studio";
  StudioSettings studio;

  template <class V>
  void describe(V& v) {
    v.group("System");
    v.choice("system", system, {"studio"}, "studio: the recommended system.");
    studio.describe(v);
  }
};

class LatentDiffusion : public Family {
 public:
  FamilyInfo info() const override {
    return {"latent_diffusion", "Latent diffusion", "Turns the content's notes into the style clip's instrument by denoising in a latent space.",
            Role::translator, false};
  }
  Schema schema() const override { return schema_of<LatentDiffusionSettings>(); }
  std::vector<PresetInfo> presets() const override {
    return {{"studio", "Full size; hours on a CPU, minutes on a large GPU.", studio_preset()},
            {"quick", "Something to look at and hear in about three minutes on two cores.", studio_quick_preset()},
            {"tiny", "Under a minute on two cores; for a first look and for tests.", studio_tiny_preset()}};
  }
  Schema transfer_schema() const override { return schema_of<StudioTransferSettings>(); }
  RepresentationSpec representation(const Config& config) const override {
    return studio_training_representation(read(config).studio);
  }
  DataNeeds needs(const Config&) const override {
    DataNeeds needs;
    needs.minimum_seconds = 0.5;
    return needs;
  }
  std::vector<ModuleCount> modules(const Config& config) const override { return studio_modules(read(config).studio); }
  std::shared_ptr<ClipSet> make_clips(const Config& config, const ProgressSink& progress, std::stop_token stop) const override {
    return make_studio_clips(read(config).studio, progress, stop);
  }
  std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const override {
    return make_studio_trainer(inputs, read(inputs.config).studio);
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    const Config config = config_from_text(schema(), checkpoint.at("config"));
    return make_studio_transfer(checkpoint, read(config).studio, device);
  }

 private:
  static LatentDiffusionSettings read(const Config& config) { return settings_from<LatentDiffusionSettings>(config); }
};

}  // namespace

const Family& latent_diffusion_family() {
  static const LatentDiffusion family;
  return family;
}

}  // namespace luthier
