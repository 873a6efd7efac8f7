#include "core/nn/conv.h"

#include <torch/torch.h>

#include <cmath>

namespace luthier::nn {
namespace {
namespace F = torch::nn::functional;
constexpr double kSpectralEpsilon = 1e-12;

torch::Tensor unit(const torch::Tensor& x) { return x / x.norm().clamp_min(kSpectralEpsilon); }
}  // namespace

ConvImpl::ConvImpl(const ConvOptions& options) : options_(options) {
  const auto& o = options_;
  std::vector<std::int64_t> shape = {o.transposed ? o.in : o.out, (o.transposed ? o.out : o.in) / o.groups};
  for (std::int64_t i = 0; i < o.axes; ++i) shape.push_back(o.kernel);
  // torch.nn.Conv: kaiming_uniform with a = sqrt(5) is uniform in +-1/sqrt(fan in); fan in counts axis 1.
  double fan_in = static_cast<double>(shape[1]);
  for (std::int64_t i = 0; i < o.axes; ++i) fan_in *= static_cast<double>(o.kernel);
  const double bound = 1.0 / std::sqrt(fan_in);
  const auto start = torch::empty(shape).uniform_(-bound, bound);
  if (o.bias) bias_ = register_parameter("bias", torch::empty({o.out}).uniform_(-bound, bound));
  switch (o.kind) {
    case Reparametrisation::none: weight_ = register_parameter("weight", start); break;
    case Reparametrisation::spectral: {
      weight_ = register_parameter("weight_orig", start);
      const auto matrix = as_matrix(start);
      u_ = register_buffer("weight_u", unit(torch::randn({matrix.size(0)})));
      v_ = register_buffer("weight_v", unit(torch::randn({matrix.size(1)})));
      break;
    }
    case Reparametrisation::weight:
      gain_ = register_parameter("weight_g", norm_of(start));
      weight_ = register_parameter("weight_v", start);
      break;
  }
}

torch::Tensor ConvImpl::norm_of(const torch::Tensor& weight) const {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(weight.dim()), 1);
  shape[0] = weight.size(0);
  return weight.reshape({weight.size(0), -1}).norm(2, 1).reshape(shape);
}

/// Output channels as rows, as torch's spectral_norm lays it out (axis 1 of a transposed convolution's weight).
torch::Tensor ConvImpl::as_matrix(const torch::Tensor& weight) const {
  const auto ordered = options_.transposed ? weight.transpose(0, 1) : weight;
  return ordered.reshape({ordered.size(0), -1});
}

void ConvImpl::match_gain() {
  torch::NoGradGuard guard;
  if (gain_.defined()) gain_.copy_(norm_of(weight_));
}

torch::Tensor ConvImpl::effective_weight() {
  if (options_.kind == Reparametrisation::none) return weight_;
  if (options_.kind == Reparametrisation::weight) return weight_ * (gain_ / norm_of(weight_));
  const auto matrix = as_matrix(weight_);
  if (is_training()) {
    torch::NoGradGuard guard;
    // Products and sums instead of mv(): automatic mixed precision must not round the iteration.
    v_.copy_(unit((matrix * u_.unsqueeze(1)).sum(0)));
    u_.copy_(unit((matrix * v_.unsqueeze(0)).sum(1)));
  }
  // Copies, since the graph of this pass must not see the iteration of the next.
  const auto u = u_.clone(), v = v_.clone();
  const auto sigma = (matrix * (u.unsqueeze(1) * v.unsqueeze(0))).sum();
  return weight_ / sigma;
}

torch::Tensor ConvImpl::forward(torch::Tensor x) {
  const auto& o = options_;
  std::int64_t padding = o.padding;
  if (o.reflect && padding > 0) {
    std::vector<std::int64_t> sides(static_cast<std::size_t>(2 * o.axes), padding);
    x = F::pad(x, F::PadFuncOptions(sides).mode(torch::kReflect));
    padding = 0;
  }
  const auto weight = effective_weight();
  if (o.transposed)
    return o.axes == 1 ? torch::conv_transpose1d(x, weight, bias_, o.stride, padding, o.output_padding, o.groups, o.dilation)
                       : torch::conv_transpose2d(x, weight, bias_, o.stride, padding, o.output_padding, o.groups, o.dilation);
  return o.axes == 1 ? torch::conv1d(x, weight, bias_, o.stride, padding, o.dilation, o.groups)
                     : torch::conv2d(x, weight, bias_, o.stride, padding, o.dilation, o.groups);
}

void start_weights(torch::nn::Module& module, Start start) {
  torch::NoGradGuard guard;
  const auto fill = [&](torch::Tensor& weight) {
    if (start == Start::normal_002) {
      weight.normal_(0.0, 0.02);
      return;
    }
    const double fan_in = static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0));
    weight.normal_(0.0, std::sqrt(2.0 / fan_in));
  };
  for (const auto& child : module.modules()) {
    if (auto* conv = child->as<ConvImpl>()) {
      fill(conv->raw_weight());
      conv->match_gain();
      if (conv->bias().defined()) conv->bias().zero_();
    } else if (auto* linear = child->as<torch::nn::Linear>()) {
      fill(linear->weight);
      if (linear->bias.defined()) linear->bias.zero_();
    } else if (auto* norm = child->as<torch::nn::BatchNorm2d>(); norm && start == Start::normal_002) {
      norm->weight.normal_(1.0, 0.02);
      norm->bias.zero_();
    }
  }
}

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t total = 0;
  for (const auto& parameter : module.parameters()) total += parameter.numel();
  return total;
}

std::vector<torch::Tensor> parameters_of(const std::vector<const torch::nn::Module*>& modules) {
  std::vector<torch::Tensor> all;
  for (const auto* module : modules)
    for (const auto& parameter : module->parameters()) all.push_back(parameter);
  return all;
}

void require_gradients(torch::nn::Module& module, bool on) {
  for (auto& parameter : module.parameters()) parameter.set_requires_grad(on);
}

}  // namespace luthier::nn
