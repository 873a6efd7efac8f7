#include <ATen/ATen.h>

#include <algorithm>

#include "core/evaluate/recognition.h"

namespace luthier {
namespace {

constexpr std::int64_t kDimension = 40;

/// All windows of some clips, [window, 40] double.
at::Tensor stack(const std::vector<const ClipAnalysis*>& clips) {
  std::vector<double> all;
  for (const ClipAnalysis* clip : clips) all.insert(all.end(), clip->embeddings.begin(), clip->embeddings.end());
  const auto windows = static_cast<std::int64_t>(all.size()) / kDimension;
  if (windows < 2) throw EvaluationError("A judge needs at least two windows of one second of each instrument.");
  return at::tensor(all, at::kDouble).reshape({windows, kDimension});
}

std::vector<double> to_vector(const at::Tensor& t) {
  const at::Tensor flat = t.contiguous();
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

}  // namespace

LdaJudge::LdaJudge(const std::vector<std::vector<const ClipAnalysis*>>& clips)
    : classes_(static_cast<int>(clips.size())), dimension_(kDimension) {
  if (clips.size() < 2) throw EvaluationError("A judge needs at least two instruments.");
  std::vector<at::Tensor> means;
  at::Tensor pooled = at::zeros({kDimension, kDimension}, at::kDouble);
  std::int64_t total = 0;
  for (const auto& group : clips) {
    const at::Tensor x = stack(group);
    means.push_back(x.mean(0));
    const at::Tensor centered = x - means.back();
    const auto n = static_cast<double>(x.size(0));
    pooled += at::mm(centered.t(), centered) * (n / (n - 1.0));  // unbiased covariance times the number of windows
    total += x.size(0);
  }
  pooled /= static_cast<double>(total);
  pooled += at::eye(kDimension, at::kDouble) * (at::trace(pooled) / static_cast<double>(kDimension) * 1e-2);
  const at::Tensor mu = at::stack(means);
  const at::Tensor weights = at::mm(mu, at::linalg_inv(pooled));
  weights_ = to_vector(weights);
  bias_ = to_vector((weights * mu).sum(1) * -0.5);
}

std::vector<double> LdaJudge::scores(const ClipAnalysis& clip) const {
  std::vector<double> out = bias_;
  const auto d = static_cast<std::size_t>(dimension_);
  const std::size_t windows = clip.embeddings.size() / d;
  for (std::size_t k = 0; k < out.size(); ++k) {
    double sum = 0.0;
    for (std::size_t w = 0; w < windows; ++w)
      for (std::size_t i = 0; i < d; ++i) sum += weights_[k * d + i] * clip.embeddings[w * d + i];
    out[k] += sum / static_cast<double>(std::max<std::size_t>(1, windows));
  }
  return out;
}

int LdaJudge::verdict(const ClipAnalysis& clip) const {
  const std::vector<double> s = scores(clip);
  return static_cast<int>(std::max_element(s.begin(), s.end()) - s.begin());
}

}  // namespace luthier
