#pragma once
#include <span>
#include <vector>

namespace luthier {

/// Sums of embeddings: what a Fréchet distance needs. Adding two of them joins the sets.
class EmbeddingMoments {
 public:
  explicit EmbeddingMoments(int dimension = 40);
  /// `embeddings` is [window][dimension].
  void add(std::span<const double> embeddings);
  void add(const EmbeddingMoments& other);
  int dimension() const { return dimension_; }
  long count() const { return count_; }
  std::vector<double> mean() const;
  /// Unbiased, [dimension][dimension]. Throws EvaluationError with less than two windows.
  std::vector<double> covariance() const;

 private:
  int dimension_;
  long count_ = 0;
  std::vector<double> sum_, products_;
};

/// FD-MFCC: |m1 - m2|^2 + tr(C1 + C2 - 2 sqrt(C1 C2)), both covariances + 1e-6 I (Dowson and Landau 1982). The embedding is
/// 40 MFCC statistics (ClipAnalysis::embeddings), so the figure is not comparable with FAD.
double frechet_distance(const EmbeddingMoments& a, const EmbeddingMoments& b);

}  // namespace luthier
