#pragma once
#include "core/families/latent_diffusion/report_diffusion.h"
#include "core/families/latent_diffusion/report_networks.h"

namespace luthier::report {

/// picture [1, 128, frame] in [0, 1], the whole sound, as far as sampled.
using PictureObserver = std::function<void(int step, int total, const torch::Tensor& picture)>;

/// Re-draws `content` under the style of `style` (both [1, 128, frame], any number of frames): the content's latent is noised
/// to the start level and denoised by DDIM. Long sounds are windows of 128 frames, 32 of them shared with the next; all
/// windows are denoised together, noise and cross-fades lie on the sound's own time line, so that seams agree. The style is the
/// loudest window of the style sound. Returns [1, 128, frame] on CPU. Throws Cancelled. No gradients; networks in eval().
torch::Tensor transfer(Networks& networks, const NoiseSchedule& schedule, const torch::Tensor& content, const torch::Tensor& style,
                       const ReportTransferSettings& options, const PictureObserver& observer, std::stop_token stop);

}  // namespace luthier::report
