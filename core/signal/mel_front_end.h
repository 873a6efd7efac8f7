#pragma once
#include <torch/types.h>

#include "core/signal/representation.h"

namespace luthier {

/// The "log_mel" representation on a tensor device, for batches of crops: the same numbers as Representation::analyse gives
/// (a test holds them together), without leaving the device.
class MelFrontEnd {
 public:
  MelFrontEnd(const RepresentationSpec& spec, torch::Device device);
  /// Samples that `frames` analysis frames span without padding: (frames - 1) * hop + n_fft.
  const torch::Tensor& filterbank() const { return filterbank_; }  ///< [bin, band] float, on the device
  std::int64_t span(std::int64_t frames) const;
  /// [batch, sample] float32, span(frames) long, already scaled to RMS 1 -> [batch, frame, band] ln(|X| mel + 1e-4).
  torch::Tensor operator()(const torch::Tensor& samples) const;
  /// [batch, sample] with reflection at both ends: 1 + sample / hop frames, as the whole clip is analysed.
  torch::Tensor whole(const torch::Tensor& samples) const;
  const RepresentationSpec& spec() const { return spec_; }

 private:
  RepresentationSpec spec_;
  torch::Tensor window_;      ///< [n_fft] periodic Hann
  torch::Tensor filterbank_;  ///< [bin, band]
};

}  // namespace luthier
