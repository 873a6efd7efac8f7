#pragma once
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace luthier::nn {

/// How a convolution's weight is made from what is trained.
enum class Reparametrisation {
  none,      ///< parameter "weight"
  spectral,  ///< weight_orig / sigma, sigma its largest singular value by one power iteration a training step (Miyato et al.
             ///< 2018); state "weight_orig", "weight_u", "weight_v", as torch.nn.utils.spectral_norm
  weight     ///< weight_g * weight_v / |weight_v| over all axes but the first (Salimans and Kingma 2016); state "weight_g",
             ///< "weight_v", as torch.nn.utils.weight_norm
};

/// LibTorch's C++ interface has neither normalisation, so this one convolution carries all three kinds.
struct ConvOptions {
  std::int64_t in = 1, out = 1, kernel = 3;
  std::int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
  std::int64_t output_padding = 0;  ///< transposed only
  std::int64_t axes = 2;            ///< 1: [batch, channel, frame]; 2: [batch, channel, bin, frame]
  bool transposed = false;
  bool bias = true;
  bool reflect = false;             ///< padding by reflection instead of zeros; not for transposed
  Reparametrisation kind = Reparametrisation::none;
};

/// Convolution or transposed convolution over one or two axes, square kernels. Starts as torch.nn.Conv does: uniform in
/// +-1/sqrt(fan in).
class ConvImpl : public torch::nn::Module {
 public:
  explicit ConvImpl(const ConvOptions& options);
  /// [batch, in, …] -> [batch, out, …]
  torch::Tensor forward(torch::Tensor x);
  /// The weight in use. In training mode a spectral one first does its power iteration.
  torch::Tensor effective_weight();
  /// What an initialiser may overwrite: weight, weight_orig or weight_v.
  torch::Tensor& raw_weight() { return weight_; }
  torch::Tensor& bias() { return bias_; }
  /// After raw_weight() was overwritten: weight_g becomes the norm of weight_v, so that the weight is what was written.
  void match_gain();
  const ConvOptions& options() const { return options_; }

 private:
  torch::Tensor as_matrix(const torch::Tensor& weight) const;
  torch::Tensor norm_of(const torch::Tensor& weight) const;
  ConvOptions options_;
  torch::Tensor weight_, bias_, gain_, u_, v_;
};
TORCH_MODULE(Conv);

/// A tensor that belongs to a model without being trained (statistics of its clips and the like): buffer "value".
class ConstantImpl : public torch::nn::Module {
 public:
  explicit ConstantImpl(torch::Tensor start) : value(register_buffer("value", std::move(start))) {}
  torch::Tensor value;
};
TORCH_MODULE(Constant);

enum class Start { normal_002, kaiming_normal };
/// Overwrites the weights of every Conv and Linear below `module` as pix2pix and CycleGAN (N(0, 0.02), BatchNorm N(1, 0.02)) or
/// TraVelGAN (Kaiming normal, fan in) start. Biases become 0.
void start_weights(torch::nn::Module& module, Start start);

/// Number of trained values.
std::int64_t count_parameters(const torch::nn::Module& module);
/// Parameters of all modules, in order, for one optimiser.
std::vector<torch::Tensor> parameters_of(const std::vector<const torch::nn::Module*>& modules);
/// Switches gradients of a module's parameters on or off: a critic stands still while its generator learns.
void require_gradients(torch::nn::Module& module, bool on);

}  // namespace luthier::nn
