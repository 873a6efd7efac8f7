#include "core/run/rng.h"

#include <torch/torch.h>

#include <cmath>
#include <numbers>

namespace luthier {
namespace {
/// splitmix64 (Steele, Lea, Flood 2014): a full-period mixer, the same on every platform.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}
}  // namespace

Rng::Rng(std::uint64_t seed, std::uint64_t stream) : state_(mix(mix(seed) ^ stream)), origin_(state_) {}

std::uint64_t Rng::next() {
  state_ += 0x9E3779B97F4A7C15ull;
  return mix(state_);
}

std::int64_t Rng::below(std::int64_t bound) {
  return static_cast<std::int64_t>(uniform() * static_cast<double>(bound));
}

double Rng::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

at::Generator& Rng::on(torch::Device device) {
  at::Generator& generator = device.is_cuda() ? cuda_ : cpu_;
  if (!generator.defined()) {
    generator = at::globalContext().defaultGenerator(device).clone();
    generator.set_current_seed(origin_);
  }
  return generator;
}

torch::Tensor Rng::normal(torch::IntArrayRef sizes, torch::Device device) {
  return torch::randn(sizes, on(device), torch::TensorOptions().device(device));
}
torch::Tensor Rng::uniform(torch::IntArrayRef sizes, torch::Device device) {
  return torch::rand(sizes, on(device), torch::TensorOptions().device(device));
}
torch::Tensor Rng::integers(std::int64_t bound, torch::IntArrayRef sizes, torch::Device device) {
  return torch::randint(bound, sizes, on(device), torch::TensorOptions().device(device).dtype(torch::kLong));
}

void Rng::seed_defaults() { torch::manual_seed(origin_ ^ 0x5DEECE66Dull); }

}  // namespace luthier
