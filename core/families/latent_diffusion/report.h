#pragma once
#include <memory>
#include <vector>

#include "core/families/family.h"
#include "core/families/latent_diffusion/report_settings.h"

/// The report system behind the family's face; torch networks stay out of this header.
namespace luthier {

/// "mel_image": 22,050 Hz, n_fft 2048, hop 512, 128 bands; features [1, 128, frame] in [0, 1].
RepresentationSpec report_representation();
/// spectrogram_encoder, spectrogram_decoder, style_encoder, unet; 9,881,537 together at the published width.
std::vector<ModuleCount> report_modules(const ReportSettings& settings);
/// Phases: "features" (only where a stand-in feature network must be trained), "autoencoder", "diffusion".
/// Throws ConfigError where the clips do not fit, and for a weight file that cannot be used.
std::unique_ptr<Trainer> make_report_trainer(const TrainingInputs& inputs, const ReportSettings& settings);
/// Throws CheckpointError where weights are missing. Options: ReportTransferSettings.
std::unique_ptr<FamilyTransfer> make_report_transfer(const Checkpoint& checkpoint, const ReportSettings& settings, torch::Device device);

}  // namespace luthier
