#pragma once
#include <cstdint>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/run/progress.h"

namespace luthier {

struct TsneOptions {
  double perplexity = 30;  ///< about how many neighbours count; at most a third of the points
  int iterations = 600;
  std::uint64_t seed = 1;
};

/// Puts points with many coordinates on a plane so that near ones stay near (t-SNE, van der Maaten and Hinton 2008, exact): same
/// length for all rows, coordinates of like spread. n^2 memory and n^2 x iterations time: 1000 points take some seconds. Fewer
/// than 4 points lie on a line. Empty when stopped.
std::vector<std::pair<double, double>> tsne(const std::vector<std::vector<double>>& rows, const TsneOptions& options = {}, const ProgressSink& progress = {},
                                            std::stop_token stop = {});

}  // namespace luthier
