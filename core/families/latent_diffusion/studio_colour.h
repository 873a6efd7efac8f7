#pragma once
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

namespace luthier::studio {

/// The style vectors that training heard last, so that a transfer can tell a style it knows from a strange one. One thread.
class StyleMemoryImpl : public torch::nn::Module {
 public:
  explicit StyleMemoryImpl(std::int64_t embedding);
  /// vectors [batch, embedding]; the oldest give way.
  void keep(const torch::Tensor& vectors);
  /// How strange `vector` [1, embedding] is, 0..1: its distance to its third nearest among the heard over the median of their own such
  /// distances (after Sun et al., "Out-of-distribution detection with deep nearest neighbors", ICML 2022); 0 up to 1.5 times that, 1 from
  /// 2.5 times on, and 0 where too little was heard to tell.
  double strangeness(const torch::Tensor& vector) const;

  torch::Tensor heard;  ///< buffer [1024, embedding], the newest last; a row of zeros: none yet

 private:
  mutable double usual_ = -1;  ///< the median distance; < 0: not known yet
};
TORCH_MODULE(StyleMemory);

/// Colour is the long-term spectrum of what sounds. Features are normalised log mel [1, frame, band], a colour is [1, 1, band] in the same
/// unit; `deviation`: nepers (of amplitude) in one unit. Pure functions; any thread.

/// 1 for the frames within 35 dB of the loudest, else 0: [1, frame, 1].
torch::Tensor sounding_frames(const torch::Tensor& features, double deviation);
/// Level of each band's mean power over the `sounding` frames.
torch::Tensor colour_of(const torch::Tensor& features, const torch::Tensor& sounding, double deviation);
/// Without the detail that belongs to notes rather than to an instrument: two moving means over 21 bands.
torch::Tensor smoothed_colour(const torch::Tensor& colour);
/// With `colour` added, except where there is next to nothing: wholly within 65 dB of the loudest cell, not at all from 85 dB on.
torch::Tensor coloured(const torch::Tensor& features, const torch::Tensor& colour, double deviation);

}  // namespace luthier::studio
