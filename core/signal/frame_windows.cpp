#include "core/signal/frame_windows.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/config/schema.h"

namespace luthier {
namespace {

/// Weights of one part: rises over what it shares with the part before, falls over what it shares with the next.
torch::Tensor fade(std::int64_t length, std::int64_t rise, std::int64_t fall) {
  auto weights = at::ones({length});
  if (rise > 0) weights.narrow(0, 0, rise).mul_((at::arange(rise) + 0.5) / static_cast<double>(rise));
  if (fall > 0) weights.narrow(0, length - fall, fall).mul_(1.0 - (at::arange(fall) + 0.5) / static_cast<double>(fall));
  return weights;
}

}  // namespace

std::int64_t FrameWindows::count(std::int64_t frames) const {
  if (frames <= window) return 1;
  const std::int64_t step = window - overlap;
  return 1 + (frames - window + step - 1) / step;
}

torch::Tensor mirrored_to(const torch::Tensor& features, std::int64_t frames) {
  const std::int64_t length = features.size(-1);
  if (length < 1) throw ConfigError("The sound has no frames.");
  if (length >= frames) return features.narrow(-1, 0, frames);
  const std::int64_t period = std::max<std::int64_t>(1, 2 * (length - 1));
  const auto there = at::arange(frames, at::kLong).remainder(period);
  return features.index_select(-1, at::minimum(there, period - there).clamp(0, length - 1));
}

torch::Tensor FrameWindows::run(const torch::Tensor& features, const Pass& pass) const {
  if (window < 1 || overlap < 0 || overlap >= window) throw ConfigError("Windows must overlap by less than their length.");
  const std::int64_t frames = features.size(-1), parts = count(frames), step = window - overlap;
  const auto source = mirrored_to(features, std::max(window, frames));
  torch::Tensor sum, weight;
  std::int64_t scale = 1;
  for (std::int64_t i = 0; i < parts; ++i) {
    // The last part ends with the sound; it shares more with its neighbour instead of being padded.
    const std::int64_t start = parts == 1 ? 0 : std::min(i * step, frames - window);
    const std::int64_t before = i == 0 ? 0 : (i - 1) * step + window - start;
    const std::int64_t next = i + 1 == parts ? 0 : start + window - std::min((i + 1) * step, frames - window);
    const auto made = pass(source.narrow(-1, start, window).unsqueeze(0), i, parts)[0].to(at::kCPU).to(at::kFloat);
    if (!sum.defined()) {
      scale = made.size(-1) / window;
      sum = at::zeros({made.size(0), made.size(1), std::max(window, frames) * scale});
      weight = at::zeros({sum.size(-1)});
    }
    if (made.size(-1) != window * scale)
      throw ConfigError("A model gave " + std::to_string(made.size(-1)) + " frames for a window of " + std::to_string(window) + ".");
    const auto part = fade(window * scale, std::max<std::int64_t>(0, before) * scale, std::max<std::int64_t>(0, next) * scale);
    sum.narrow(-1, start * scale, window * scale).add_(made * part);
    weight.narrow(0, start * scale, window * scale).add_(part);
  }
  return (sum / weight).narrow(-1, 0, frames * scale).contiguous();
}

}  // namespace luthier
