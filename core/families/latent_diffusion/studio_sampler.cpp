#include "core/families/latent_diffusion/studio_sampler.h"

#include <algorithm>
#include <cmath>

#include "core/families/family.h"

namespace luthier::studio {

Networks::Networks(const StudioSettings& s, torch::Device target)
    : settings(s), autoencoder(s), style_encoder(s), denoiser(s), device(target) {
  autoencoder->to(device);
  style_encoder->to(device);
  denoiser->to(device);
}

void Networks::eval() {
  autoencoder->eval();
  style_encoder->eval();
  denoiser->eval();
}

namespace {

/// v for one noise level, with guidance away from "no style" where asked for.
torch::Tensor guided(Networks& networks, const torch::Tensor& z, const torch::Tensor& content, double time, const Style& style,
                     double guidance) {
  const auto batch = z.size(0);
  const auto t = torch::full({batch}, time, z.options());
  auto v = networks.denoiser->forward(z, content, t, style).to(torch::kFloat);
  if (guidance == 1.0) return v;
  const auto plain = networks.denoiser->forward(z, content, t, networks.style_encoder->none(batch)).to(torch::kFloat);
  return plain + guidance * (v - plain);
}

}  // namespace

torch::Tensor sample(Networks& networks, const torch::Tensor& content, const Style& style, const StudioTransferSettings& options,
                     Rng& rng, const LatentObserver& observer, std::stop_token stop) {
  torch::NoGradGuard guard;
  const int total = networks.settings.objective == "regression" ? 1 : static_cast<int>(std::max<std::int64_t>(1, options.steps));
  const auto check = [&] {
    if (stop.stop_requested()) throw Cancelled();
  };
  check();
  if (networks.settings.objective == "regression") {
    auto x = guided(networks, torch::zeros_like(content), content, 1.0, style, options.guidance);
    if (observer) observer(1, 1, x);
    return x;
  }
  auto noise = rng.normal(content.sizes(), content.device()) * options.temperature;
  auto z = noise;
  torch::Tensor x;
  for (int i = 0; i < total; ++i) {
    check();
    const double time = i == 0 ? 1.0 : options.start_level * (1.0 - static_cast<double>(i) / total);
    const double alpha = std::cos(time * M_PI / 2), sigma = std::sin(time * M_PI / 2);
    const auto v = guided(networks, z, content, time, style, options.guidance);
    x = i == 0 ? -v : alpha * z - sigma * v;
    noise = i == 0 ? z : sigma * z + alpha * v;
    if (observer) observer(i + 1, total, x);
    if (i + 1 == total) break;
    const double next = options.start_level * (1.0 - static_cast<double>(i + 1) / total);
    if (options.eta > 0)
      noise = std::sqrt(1 - options.eta * options.eta) * noise +
              options.eta * options.temperature * rng.normal(content.sizes(), content.device());
    z = std::cos(next * M_PI / 2) * x + std::sin(next * M_PI / 2) * noise;
  }
  return x;
}

}  // namespace luthier::studio
