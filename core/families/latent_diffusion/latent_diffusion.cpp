#include "core/families/latent_diffusion/report.h"
#include "core/families/latent_diffusion/report_settings.h"
#include "core/families/latent_diffusion/studio.h"

namespace luthier {
namespace {

/// Which of the two systems, and the settings of both: each system reads its own.
struct LatentDiffusionSettings {
  std::string system = "studio";
  StudioSettings studio;
  ReportSettings report;

  template <class V>
  void describe(V& v) {
    v.group("System");
    v.choice("system", system, {"studio", "report"}, "studio: the recommended system; report: the published one, for comparison.");
    studio.describe(v);
    report.describe(v);
  }
};

/// Fills in the number of steps that the system works best with where none was asked for.
class DefaultSteps : public FamilyTransfer {
 public:
  DefaultSteps(std::unique_ptr<FamilyTransfer> inner, std::int64_t steps) : inner_(std::move(inner)), steps_(steps) {}
  RepresentationSpec representation() const override { return inner_->representation(); }
  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor& style, const Config& options,
                          const StepObserver& observer, std::stop_token stop) override {
    Config filled = options;
    auto& steps = filled["steps"];
    if (std::get<std::int64_t>(steps) == 0) steps = steps_;
    return inner_->transform(content, style, filled, observer, stop);
  }

 private:
  std::unique_ptr<FamilyTransfer> inner_;
  std::int64_t steps_;
};

Config with_system(Config config, const char* system) {
  config["system"] = std::string(system);
  return config;
}

class LatentDiffusion : public Family {
 public:
  FamilyInfo info() const override {
    return {"latent_diffusion", "Latent diffusion", "Plays the content's notes with the style clip's instrument, by denoising in a latent space.",
            Role::translator, false};
  }
  Schema schema() const override { return schema_of<LatentDiffusionSettings>(); }
  std::vector<PresetInfo> presets() const override {
    return {{"studio", "The recommended system at full size; hours on a CPU, minutes on a large GPU.", with_system(studio_preset(), "studio")},
            {"quick", "The recommended system, small: something to hear in about three minutes on two cores.", with_system(studio_quick_preset(), "studio")},
            {"tiny", "The recommended system, tiny: under a minute on two cores, for tests and first looks.", with_system(studio_tiny_preset(), "studio")},
            {"report", "The published system as its authors built it, its known defects mended.", with_system(report_preset(), "report")},
            {"report_quick", "The published system in about three minutes on two cores.", with_system(report_quick_preset(), "report")},
            {"report_tiny", "The published system, tiny: under a minute on two cores.", with_system(report_tiny_preset(), "report")}};
  }
  Schema transfer_schema() const override { return schema_of<StudioTransferSettings>(); }
  RepresentationSpec representation(const Config& config) const override {
    const auto settings = read(config);
    if (settings.system == "studio") return studio_training_representation(settings.studio);
    RepresentationSpec spec;  // its initialisers are the report system's figures
    spec.kind = "mel_image";
    return spec;
  }
  DataNeeds needs(const Config& config) const override {
    const auto settings = read(config);
    DataNeeds needs;
    needs.minimum_seconds = settings.system == "studio" ? 0.5 : 1.0;
    needs.pair_set = settings.system == "report" && settings.report.pairing == "random";
    return needs;
  }
  std::vector<ModuleCount> modules(const Config& config) const override {
    const auto settings = read(config);
    return settings.system == "studio" ? studio_modules(settings.studio) : report_modules(settings.report);
  }
  std::shared_ptr<ClipSet> make_clips(const Config& config, const ProgressSink& progress, std::stop_token stop) const override {
    const auto settings = read(config);
    return settings.system == "studio" ? make_studio_clips(settings.studio, progress, stop) : nullptr;
  }
  std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const override {
    const auto settings = read(inputs.config);
    if (settings.system == "studio") return make_studio_trainer(inputs, settings.studio);
    return make_report_trainer(inputs, settings.report);
  }
  std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const override {
    if (checkpoint.at("family") != info().id)
      throw CheckpointError("The checkpoint is of family '" + checkpoint.at("family") + "', not of latent_diffusion; choose one of its runs.");
    const auto settings = read(config_from_text(schema(), checkpoint.at("config")));
    if (settings.system == "studio")
      return std::make_unique<DefaultSteps>(make_studio_transfer(checkpoint, settings.studio, device), 1);
    return std::make_unique<DefaultSteps>(make_report_transfer(checkpoint, settings.report, device), 50);
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
