#pragma once
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/evaluate/frechet.h"
#include "core/evaluate/protocol_plan.h"
#include "core/evaluate/recognition.h"

namespace luthier {

/// Both judges of a protocol and the real embeddings that Fréchet distances are taken to, all from the judges' phrases
/// (80 for each instrument, 1,200 windows), none of which is a test phrase.
struct Judges {
  std::unique_ptr<LdaJudge> lda;
  std::unique_ptr<CnnJudge> cnn;
  std::vector<EmbeddingMoments> real;  ///< [judged class]
};

/// Reads the renders, fits judge 1, trains judge 2 or reads its weights from <cache>/judges. About a minute on two cores the
/// first time. Throws as RenderCache and CnnJudge do.
Judges make_judges(const ProtocolPlan& plan, RenderCache& cache, std::uint64_t seed, int threads,
                   const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
