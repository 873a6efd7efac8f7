#pragma once
#include <memory>
#include <vector>

#include "core/families/family.h"
#include "core/families/latent_diffusion/studio_settings.h"

/// The studio system behind the family's face; torch networks stay out of this header.
namespace luthier {

RepresentationSpec studio_training_representation(const StudioSettings& settings);  ///< "waveform": features are made on the device
RepresentationSpec studio_representation(const StudioSettings& settings);           ///< "log_mel": what a transfer takes and gives
std::vector<ModuleCount> studio_modules(const StudioSettings& settings);
std::unique_ptr<Trainer> make_studio_trainer(const TrainingInputs& inputs, const StudioSettings& settings);
std::unique_ptr<FamilyTransfer> make_studio_transfer(const Checkpoint& checkpoint, const StudioSettings& settings, torch::Device device);
std::shared_ptr<ClipSet> make_studio_clips(const StudioSettings& settings, const ProgressSink& progress, std::stop_token stop);
Config studio_preset();        ///< full size, from the workspace's clips
Config studio_quick_preset();  ///< about three minutes on two cores
Config studio_tiny_preset();   ///< under a minute on two cores

}  // namespace luthier
