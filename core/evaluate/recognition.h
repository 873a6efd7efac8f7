#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/evaluate/clip_analysis.h"
#include "core/run/progress.h"

namespace luthier {

/// Judge 1: linear discriminant analysis with shrinkage (ridge 1e-2 trace/d) on the 40 MFCC statistics of one-second
/// windows. Easy to fool by an equaliser, so it never stands alone. Immutable; any thread.
class LdaJudge {
 public:
  /// `clips[k]`: real renders of class k, at least two windows each. Throws EvaluationError.
  explicit LdaJudge(const std::vector<std::vector<const ClipAnalysis*>>& clips);
  int classes() const { return classes_; }
  /// Mean discriminant over the clip's windows, [class]; the largest is the verdict.
  std::vector<double> scores(const ClipAnalysis& clip) const;
  int verdict(const ClipAnalysis& clip) const;

 private:
  int classes_ = 0, dimension_ = 0;
  std::vector<double> weights_;  ///< [class][dimension]
  std::vector<double> bias_;     ///< [class]
};

struct CnnJudgeOptions {
  std::uint64_t seed = 1;
  int epochs = 5;
  int batch = 64;
  double learning_rate = 2e-3;
};

/// Judge 2: a small convolutional network that sees time: 64 log-mel bands x 62 frames (1 s), trained on real renders, the
/// same equalised to another clip of their own instrument (still real), and renders equalised to another instrument as one
/// class "fake" more, so that colour alone does not convince it. Scoring may run on any thread.
class CnnJudge {
 public:
  struct Material {
    std::vector<std::vector<const ClipAnalysis*>> real;  ///< [class][clip]; all count as that instrument
    std::vector<const ClipAnalysis*> fake;               ///< equalised towards a class they are not
  };
  /// Trains. Throws EvaluationError when there are no clips; Cancelled when stopped.
  CnnJudge(const Material& material, const CnnJudgeOptions& options, const ProgressSink& progress, std::stop_token stop);
  /// Loads what save() wrote. Throws CheckpointError when the file is not of this shape.
  CnnJudge(const std::filesystem::path& path, int classes);
  ~CnnJudge();
  CnnJudge(CnnJudge&&) noexcept;
  CnnJudge& operator=(CnnJudge&&) noexcept;

  void save(const std::filesystem::path& path) const;
  int classes() const;
  /// Mean log-probability over half-overlapping windows, [class], the last one is "fake".
  std::vector<double> scores(const ClipAnalysis& clip) const;
  /// 0 … classes - 1, or classes for "fake".
  int verdict(const ClipAnalysis& clip) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier
