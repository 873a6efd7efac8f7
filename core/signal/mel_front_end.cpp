#include "core/signal/mel_front_end.h"

#include <torch/torch.h>

#include "audio/analysis/mel_filterbank.h"

namespace luthier {

MelFrontEnd::MelFrontEnd(const RepresentationSpec& spec, torch::Device device) : spec_(spec) {
  audio::MelOptions options;
  options.sample_rate = spec.sample_rate;
  options.n_fft = spec.n_fft;
  options.bands = spec.bands;
  const audio::MelFilterbank bank(options);
  auto dense = bank.dense();
  filterbank_ = torch::from_blob(dense.data(), {bank.bands(), bank.bins()}, torch::kFloat).t().contiguous().clone().to(device);
  window_ = torch::hann_window(spec.n_fft, /*periodic=*/true).to(device);
}

std::int64_t MelFrontEnd::span(std::int64_t frames) const { return (frames - 1) * spec_.hop + spec_.n_fft; }

torch::Tensor MelFrontEnd::operator()(const torch::Tensor& samples) const {
  auto framed = samples.unfold(-1, spec_.n_fft, spec_.hop);  // [batch, frame, n_fft], a view
  auto magnitude = torch::fft_rfft(framed * window_).abs();
  return torch::log(torch::matmul(magnitude, filterbank_) + 1e-4);
}

torch::Tensor MelFrontEnd::whole(const torch::Tensor& samples) const {
  const std::int64_t half = spec_.n_fft / 2;
  auto padded = torch::reflection_pad1d(samples.unsqueeze(1), {half, half}).squeeze(1);
  return (*this)(padded);
}

}  // namespace luthier
