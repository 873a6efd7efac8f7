#include "core/families/disentangled/networks.h"

#include <torch/torch.h>

#include "core/config/schema.h"

namespace luthier::disentangled {
RepresentationSpec Settings::spec() const {
  RepresentationSpec out;
  out.kind = "stft_cqt";
  out.sample_rate = static_cast<int>(rate);
  out.n_fft = static_cast<int>(n_fft);
  out.hop = static_cast<int>(hop);
  out.bands = static_cast<int>(cqt_bins);
  return out;
}

void check(const Settings& s) {
  if (s.overlap >= s.window)
    throw ConfigError("Setting 'overlap' must be less than 'window', " + std::to_string(s.window) + " frames, not " + std::to_string(s.overlap) + ".");
  if (s.embedding % s.heads != 0)
    throw ConfigError("Setting 'heads' must divide 'embedding', " + std::to_string(s.embedding) + ", without rest; it is " + std::to_string(s.heads) + ".");
  if (s.embedding % 2 != 0) throw ConfigError("Setting 'embedding' must be even, not " + std::to_string(s.embedding) + ".");
  if (!(s.phase_1_end < s.phase_2_end && s.phase_2_end < s.phase_3_end))
    throw ConfigError("Settings 'phase_1_end', 'phase_2_end' and 'phase_3_end' must rise.");
  if (s.n_fft % 2 != 0) throw ConfigError("Setting 'n_fft' must be even, not " + std::to_string(s.n_fft) + ".");
}

CriticImpl::CriticImpl(const Settings& s, std::int64_t labels) {
  const std::int64_t hidden = std::max<std::int64_t>(1, s.embedding / 2);
  using torch::nn::Linear, torch::nn::ReLU;
  layers_ = register_module("layers", torch::nn::Sequential(Linear(s.embedding, hidden), ReLU(), Linear(hidden, hidden), ReLU(), Linear(hidden, labels)));
}

torch::Tensor CriticImpl::forward(const torch::Tensor& embedding) { return layers_->forward(embedding); }

Networks::Networks(const Settings& s, std::int64_t labels, torch::Device target)
    : settings(s), device(target), style_encoder(s.hears_style() ? StyleEncoder(s) : StyleEncoder(nullptr)), content_encoder(s), decoder(s), critic(s, labels) {
  const auto all = [&](auto& module) {
    start_weights(*module, s.start_gain);
    module->to(device);
  };
  if (s.hears_style()) {
    all(style_encoder);
  } else {
    label_styles = LabelStyles(s, labels);
    label_styles->to(device);
  }
  all(content_encoder);
  all(decoder);
  all(critic);
  mean = nn::Constant(torch::zeros({labels, 2, s.features()}));
  deviation = nn::Constant(torch::ones({labels, 2, s.features()}));
  profiles = nn::Constant(torch::zeros({labels, s.bins()}));
  class_styles = nn::Constant(torch::zeros({labels, s.embedding}));
}

void Networks::train(bool on) {
  style_module().second->train(on);
  content_encoder->train(on);
  decoder->train(on);
  critic->train(on);
}

torch::Tensor Networks::styles(const torch::Tensor& sections, const torch::Tensor& labels) {
  return settings.hears_style() ? style_encoder->forward(sections) : label_styles->forward(labels);
}

std::pair<std::string, torch::nn::Module*> Networks::style_module() {
  if (settings.hears_style()) return {"style_encoder", style_encoder.get()};
  return {"label_styles", label_styles.get()};
}

void start_weights(torch::nn::Module& module, double gain) {
  torch::NoGradGuard guard;
  for (const auto& child : module.modules()) {
    if (auto* conv = child->as<nn::ConvImpl>()) {
      if (conv->options().kind == nn::Reparametrisation::none) torch::nn::init::xavier_uniform_(conv->raw_weight(), gain);
      if (conv->bias().defined()) conv->bias().zero_();
    } else if (auto* linear = child->as<torch::nn::Linear>()) {
      torch::nn::init::xavier_uniform_(linear->weight, gain);
      if (linear->bias.defined()) linear->bias.zero_();
    }
  }
}

}  // namespace luthier::disentangled
