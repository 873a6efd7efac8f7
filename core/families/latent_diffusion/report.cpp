#include "core/families/latent_diffusion/report.h"

#include <torch/torch.h>

#include <sstream>

#include "core/families/latent_diffusion/report_sampler.h"
#include "core/families/latent_diffusion/report_trainer.h"

namespace luthier {
namespace {

class ReportTransfer : public FamilyTransfer {
 public:
  ReportTransfer(const Checkpoint& checkpoint, const ReportSettings& settings, torch::Device device)
      : networks_(settings, device), schedule_(report::linear_schedule(settings.timesteps, settings.beta_start, settings.beta_end)) {
    if (const auto phase = checkpoint.record.find("phase"); phase != checkpoint.record.end() && phase->second != "diffusion")
      throw CheckpointError("This run stopped in its phase '" + phase->second + "', before its diffusion was trained; go on with it (--resume) and transfer then.");
    const auto load = [&](const std::string& name, torch::nn::Module& module) {
      load_module(checkpoint.tensors, checkpoint.weights_prefix(name), module);
    };
    load("encoder", *networks_.encoder);
    load("decoder", *networks_.decoder);
    load("style_encoder", *networks_.style_encoder);
    load("unet", *networks_.unet);
    networks_.eval();
  }

  RepresentationSpec representation() const override { return report_representation(); }

  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor& style, const Config& options, const StepObserver& observer,
                          std::stop_token stop) override {
    check_shape("content", content);
    check_shape("style", style);
    const auto show = [&](int step, int total, const torch::Tensor& picture) {
      if (observer) observer({step, total, picture});
    };
    return report::transfer(networks_, schedule_, content, style, settings_from<ReportTransferSettings>(options),
                            observer ? report::PictureObserver(show) : report::PictureObserver(), stop);
  }

 private:
  static void check_shape(const char* name, const torch::Tensor& features) {
    if (features.dim() == 3 && features.size(0) == 1 && features.size(1) == report::kPicture && features.size(2) >= 1) return;
    std::ostringstream shape;
    shape << features.sizes();
    throw ConfigError(std::string("The ") + name + " has shape " + shape.str() + " where [channel 1, band 128, frame] is needed.");
  }

  report::Networks networks_;
  report::NoiseSchedule schedule_;
};

}  // namespace

RepresentationSpec report_representation() {
  RepresentationSpec spec;
  spec.kind = "mel_image";
  spec.sample_rate = 22050;
  spec.n_fft = 2048;
  spec.hop = 512;
  spec.bands = 128;
  return spec;
}

std::vector<ModuleCount> report_modules(const ReportSettings& settings) {
  const report::Networks networks(settings, torch::kCPU);
  return {{"spectrogram_encoder", report::parameter_count(*networks.encoder)},
          {"spectrogram_decoder", report::parameter_count(*networks.decoder)},
          {"style_encoder", report::parameter_count(*networks.style_encoder)},
          {"unet", report::parameter_count(*networks.unet)}};
}

std::unique_ptr<Trainer> make_report_trainer(const TrainingInputs& inputs, const ReportSettings& settings) {
  return std::make_unique<report::ReportTrainer>(inputs, settings);
}

std::unique_ptr<FamilyTransfer> make_report_transfer(const Checkpoint& checkpoint, const ReportSettings& settings, torch::Device device) {
  return std::make_unique<ReportTransfer>(checkpoint, settings, device);
}

Config report_preset() {
  return {{"validate_every", std::int64_t{50}}, {"preview_every", std::int64_t{1000}}, {"checkpoint_every", std::int64_t{5000}}};
}

Config report_quick_preset() {
  return {{"report_width", std::int64_t{32}}, {"report_batch", std::int64_t{16}}, {"report_ae_steps", std::int64_t{300}},
          {"diffusion_steps", std::int64_t{300}}, {"stand_in_steps", std::int64_t{60}}, {"stand_in_width", std::int64_t{16}},
          {"ae_learning_rate", 2e-3}, {"diffusion_learning_rate", 1e-3}, {"ae_patience", std::int64_t{100}},
          {"diffusion_patience", std::int64_t{100}}, {"validate_every", std::int64_t{50}}, {"preview_every", std::int64_t{150}},
          {"checkpoint_every", std::int64_t{100000}}};
}

Config report_tiny_preset() {
  Config config = report_quick_preset();
  for (const auto& [name, value] : Config{{"report_width", std::int64_t{16}}, {"report_batch", std::int64_t{8}}, {"report_ae_steps", std::int64_t{100}},
                                          {"diffusion_steps", std::int64_t{100}}, {"stand_in_steps", std::int64_t{30}},
                                          {"stand_in_width", std::int64_t{8}}, {"validate_every", std::int64_t{25}}, {"preview_every", std::int64_t{50}}})
    config[name] = value;
  return config;
}

}  // namespace luthier
