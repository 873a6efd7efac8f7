#include "core/families/disentangled/losses.h"

#include <torch/torch.h>

#include <cmath>
#include <limits>

namespace luthier::disentangled {
namespace {

constexpr double kQuietest = 1e-3;   ///< of a bin's deviation; logarithms go no lower
constexpr double kSoundless = 1e-3;  ///< |made| |truth| below this has no phase to speak of

torch::Tensor mean_square(const torch::Tensor& a, const torch::Tensor& b) { return (a - b).square().mean(); }

torch::Tensor steps(const torch::Tensor& x, std::int64_t axis) {
  const std::int64_t count = x.size(axis) - 1;
  return x.narrow(axis, 1, count) - x.narrow(axis, 0, count);
}

torch::Tensor step_error(const torch::Tensor& made, const torch::Tensor& truth, std::int64_t axis) {
  return made.size(axis) < 2 ? made.new_zeros({}) : mean_square(steps(made, axis), steps(truth, axis));
}

torch::Tensor squared_distances(const torch::Tensor& x) {
  const auto squares = x.square().sum(1);
  return (squares.unsqueeze(1) + squares.unsqueeze(0) - 2 * torch::matmul(x, x.t())).clamp_min(0);
}

/// sqrt whose gradient at 0 is 0.
torch::Tensor root(const torch::Tensor& x) { return torch::sqrt(x + 1e-12); }

/// Squared difference of angles, wrapped to a half turn, weighted by how much sound there is.
torch::Tensor phase_error(const torch::Tensor& made, const torch::Tensor& truth) {
  const auto mr = made.select(2, 0), mi = made.select(2, 1), tr = truth.select(2, 0), ti = truth.select(2, 1);
  const auto cosine = mr * tr + mi * ti, sine = mi * tr - mr * ti;
  const auto heard = (cosine.square() + sine.square()).detach() > kSoundless * kSoundless;
  const auto angle = torch::atan2(torch::where(heard, sine, torch::zeros_like(sine)), torch::where(heard, cosine, torch::ones_like(cosine)));
  const auto weight = (tr.square() + ti.square()).sqrt();
  return (angle.square() * weight).mean() / weight.mean().clamp_min(1e-6);
}

}  // namespace

torch::Tensor contrast_loss(const torch::Tensor& style, const torch::Tensor& labels, double temperature) {
  const std::int64_t batch = style.size(0);
  const auto unit = style / style.norm(2, 1, true).clamp_min(1e-12);
  const auto self = torch::eye(batch, torch::TensorOptions(torch::kBool).device(style.device()));
  const auto similarity = (torch::matmul(unit, unit.t()) / temperature).masked_fill(self, -std::numeric_limits<float>::infinity());
  const auto log_share = (similarity - torch::logsumexp(similarity, 1, true)).masked_fill(self, 0);
  const auto partner = (labels.unsqueeze(0) == labels.unsqueeze(1)).logical_and(self.logical_not()).to(style.scalar_type());
  const auto partners = partner.sum(1);
  const auto each = (log_share * partner).sum(1) / partners.clamp_min(1);
  const auto counted = (partners > 0).to(style.scalar_type());
  return -(each * counted).sum() / counted.sum().clamp_min(1);
}

torch::Tensor margin_loss(const torch::Tensor& classes, double distance) {
  const std::int64_t count = classes.size(0);
  if (count < 2) return classes.new_zeros({});
  const auto pairs = torch::triu_indices(count, count, 1, torch::TensorOptions(torch::kLong).device(classes.device()));
  const auto apart = root((classes.index_select(0, pairs[0]) - classes.index_select(0, pairs[1])).square().sum(1));
  return torch::relu(distance - apart).square().mean();
}

torch::Tensor independence_loss(const torch::Tensor& style, const torch::Tensor& content) {
  const std::int64_t batch = style.size(0);
  if (batch < 2) return style.new_zeros({});
  const auto a = style - style.mean(0, true), b = content - content.mean(0, true);
  torch::Tensor width;
  {
    torch::NoGradGuard guard;
    const auto all = torch::cat({a, b});
    const auto upper = torch::triu_indices(all.size(0), all.size(0), 1, torch::TensorOptions(torch::kLong).device(all.device()));
    width = squared_distances(all).index({upper[0], upper[1]}).sqrt().median().clamp_min(1e-6);
  }
  const auto kernel = [&](const torch::Tensor& x) { return torch::exp(-squared_distances(x) / (2 * width.square())); };
  const auto centred = [](const torch::Tensor& k) { return k - k.mean(0, true) - k.mean(1, true) + k.mean(); };
  // tr(KHLH) = sum of HKH times L, element by element.
  return (centred(kernel(a)) * kernel(b)).sum() / static_cast<double>((batch - 1) * (batch - 1));
}

torch::Tensor hiding_loss(const torch::Tensor& logits) {
  const auto log_share = torch::log_softmax(logits, 1);
  return std::log(static_cast<double>(logits.size(1))) + (log_share.exp() * log_share).sum(1).mean();
}

ClassMeans class_means(const torch::Tensor& style, const torch::Tensor& labels, std::int64_t count) {
  const auto member = torch::one_hot(labels, count).t().to(style.scalar_type());
  const auto members = member.sum(1, true);
  return {torch::matmul(member, style) / members.clamp_min(1), members.squeeze(1) > 0};
}

torch::Tensor log_magnitude(const torch::Tensor& sections, std::int64_t parts) { return torch::log(root(sections.square().sum(parts)) + kQuietest); }

ReconstructionTerms reconstruction_terms(const torch::Tensor& made, const torch::Tensor& truth) {
  const auto magnitude = [](const torch::Tensor& x) { return root(x.square().sum(2)); };
  return {mean_square(made, truth), mean_square(magnitude(made), magnitude(truth)), phase_error(made, truth),
          step_error(made, truth, 1), step_error(made, truth, 3), step_error(made, truth, 4),
          (log_magnitude(made) - log_magnitude(truth)).abs().mean()};
}

torch::Tensor ReconstructionTerms::weighted(const Settings& s) const {
  return s.mse * mse + s.magnitude * magnitude + s.phase * phase + s.section_steps * section_steps + s.frame_steps * frame_steps +
         s.bin_steps * bin_steps + s.levels * levels;
}

torch::Tensor consistency_loss(const torch::Tensor& spectra, std::int64_t n_fft, std::int64_t hop) {
  const auto flat = spectra.flatten(0, 1).to(torch::kFloat);
  const auto given = torch::complex(flat.select(1, 0).contiguous(), flat.select(1, 1).contiguous()).transpose(1, 2);
  const auto window = torch::hann_window(n_fft, torch::TensorOptions(torch::kFloat).device(flat.device()));
  const auto length = std::max((given.size(2) - 1) * hop, n_fft / 2 + 1);
  const auto sound = torch::istft(given, n_fft, hop, n_fft, window, /*center=*/true, /*normalized=*/false, /*onesided=*/true, length);
  auto back = torch::stft(sound, n_fft, hop, n_fft, window, /*center=*/true, "reflect", /*normalized=*/false, /*onesided=*/true, /*return_complex=*/true);
  back = back.narrow(2, 0, given.size(2));
  return torch::view_as_real(back - given).square().sum() / torch::view_as_real(given).square().sum().detach().clamp_min(1e-12);
}

}  // namespace luthier::disentangled
