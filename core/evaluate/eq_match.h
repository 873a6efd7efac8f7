#pragma once
#include <span>
#include <vector>

namespace luthier {

/// The classical baseline: the content filtered so that its average spectrum becomes the style's. n 2048, hop 512; ratio of
/// log mean powers (+1e-8), smoothed by keeping 30 cepstral coefficients, clipped to +-4 nepers. Mono 16 kHz samples in
/// [-1, 1]; the result has the content's length (rounded down to 512) and its RMS. Throws EvaluationError for clips under
/// 2048 samples.
std::vector<float> eq_match(std::span<const float> content, std::span<const float> style);

}  // namespace luthier
