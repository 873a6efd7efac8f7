#include "core/evaluate/frechet.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/evaluate/clip_analysis.h"

namespace luthier {

EmbeddingMoments::EmbeddingMoments(int dimension)
    : dimension_(dimension),
      sum_(static_cast<std::size_t>(dimension), 0.0),
      products_(static_cast<std::size_t>(dimension) * static_cast<std::size_t>(dimension), 0.0) {}

void EmbeddingMoments::add(std::span<const double> embeddings) {
  const auto d = static_cast<std::size_t>(dimension_);
  if (embeddings.size() % d != 0) throw EvaluationError("Embeddings do not fit the dimension of their moments.");
  for (std::size_t w = 0; w < embeddings.size(); w += d) {
    for (std::size_t i = 0; i < d; ++i) {
      sum_[i] += embeddings[w + i];
      for (std::size_t j = 0; j < d; ++j) products_[i * d + j] += embeddings[w + i] * embeddings[w + j];
    }
    ++count_;
  }
}

void EmbeddingMoments::add(const EmbeddingMoments& other) {
  std::transform(sum_.begin(), sum_.end(), other.sum_.begin(), sum_.begin(), std::plus<>());
  std::transform(products_.begin(), products_.end(), other.products_.begin(), products_.begin(), std::plus<>());
  count_ += other.count_;
}

std::vector<double> EmbeddingMoments::mean() const {
  std::vector<double> out = sum_;
  for (double& v : out) v /= static_cast<double>(std::max(1L, count_));
  return out;
}

std::vector<double> EmbeddingMoments::covariance() const {
  if (count_ < 2) throw EvaluationError("A Fréchet distance needs at least two windows on each side.");
  const auto d = static_cast<std::size_t>(dimension_);
  const std::vector<double> m = mean();
  const auto n = static_cast<double>(count_);
  std::vector<double> out(products_.size());
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j < d; ++j) out[i * d + j] = (products_[i * d + j] - n * m[i] * m[j]) / (n - 1.0);
  return out;
}

double frechet_distance(const EmbeddingMoments& a, const EmbeddingMoments& b) {
  const auto tensor = [](const std::vector<double>& v, at::IntArrayRef shape) {
    return at::tensor(v, at::kDouble).reshape(shape);
  };
  const std::int64_t d = a.dimension();
  const at::Tensor ridge = at::eye(d, at::kDouble) * 1e-6;
  const at::Tensor ca = tensor(a.covariance(), {d, d}) + ridge;
  const at::Tensor cb = tensor(b.covariance(), {d, d}) + ridge;
  const at::Tensor shift = tensor(a.mean(), {d}) - tensor(b.mean(), {d});
  // tr sqrt(Ca Cb) = tr sqrt(sqrt(Ca) Cb sqrt(Ca)), which is symmetric.
  const auto [values, vectors] = at::linalg_eigh(ca);
  const at::Tensor root = at::mm(vectors * values.clamp_min(0).sqrt(), vectors.t());
  const at::Tensor both = at::mm(at::mm(root, cb), root);
  const at::Tensor cross = at::linalg_eigvalsh((both + both.t()) * 0.5).clamp_min(0).sqrt().sum();
  return (shift.square().sum() + at::trace(ca) + at::trace(cb) - 2 * cross).item<double>();
}

}  // namespace luthier
