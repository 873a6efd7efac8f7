#pragma once
#include <torch/types.h>

#include <cstdint>

#include "core/families/disentangled/disentangled_settings.h"

namespace luthier::disentangled {

/// Supervised contrast (Khosla et al. 2020, L_out; InfoNCE with all clips of a label as positives) of L2-normalised vectors
/// [batch, embedding]; a vector is never compared with itself, and one without a partner of its label is left out.
torch::Tensor contrast_loss(const torch::Tensor& style, const torch::Tensor& labels, double temperature);

/// Mean over pairs of classes of relu(distance - |a - b|)^2. classes [label, embedding]; 0 for a single one.
torch::Tensor margin_loss(const torch::Tensor& classes, double distance);

/// Hilbert-Schmidt independence criterion (Gretton et al. 2005) of two sets of vectors [batch, embedding], RBF kernels over
/// vectors centred on the batch, one width: the median distance among all 2 x batch vectors. tr(KHLH) / (batch - 1)^2, 0 when
/// independent.
torch::Tensor independence_loss(const torch::Tensor& style, const torch::Tensor& content);

/// log(labels) - entropy of softmax(logits), mean over the batch: 0 when the critic cannot tell the label at all.
torch::Tensor hiding_loss(const torch::Tensor& logits);

/// Mean style of each label in the batch: [labels, embedding]; `present` [labels] says which have a clip (others are 0).
struct ClassMeans {
  torch::Tensor styles, present;
};
ClassMeans class_means(const torch::Tensor& style, const torch::Tensor& labels, std::int64_t count);

/// Natural logarithm of magnitudes plus 1e-3 (of normalised spectra, whose deviation is 1): [.., 2, frame, bin] at axis `parts` ->
/// the same without that axis.
torch::Tensor log_magnitude(const torch::Tensor& sections, std::int64_t parts = 2);

/// The terms of reconstruction, each without its weight. All of normalised STFT sections [batch, section, 2, frame, bin].
struct ReconstructionTerms {
  torch::Tensor mse, magnitude, phase, section_steps, frame_steps, bin_steps, levels;
  torch::Tensor weighted(const Settings& settings) const;
};
ReconstructionTerms reconstruction_terms(const torch::Tensor& made, const torch::Tensor& truth);

/// Squared distance of each section's STFT from the STFT of its own sound, as a share of its power: 0 for a spectrum that some
/// sound has. `spectra` not normalised, [batch, section, 2, frame, bin].
torch::Tensor consistency_loss(const torch::Tensor& spectra, std::int64_t n_fft, std::int64_t hop);

}  // namespace luthier::disentangled
