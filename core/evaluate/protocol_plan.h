#pragma once
#include <string>
#include <vector>

#include "core/evaluate/protocol.h"
#include "core/evaluate/render_cache.h"
#include "core/evaluate/treble.h"

namespace luthier {

/// An instrument of a protocol.
struct ProtocolInstrument {
  std::string label;
  int program = 0;
};

/// An ordered pair, by position in ProtocolPlan::contents and ::targets.
struct ProtocolDirection {
  std::size_t content = 0, target = 0;
  std::size_t swapped = 0;  ///< the target whose style clip the swapped-style control gets
};

/// A protocol with its fonts found and its cases laid out: what evaluate() works through. Cases are numbered
/// phrase * directions + direction.
struct ProtocolPlan {
  std::vector<ProtocolInstrument> contents, targets;
  std::vector<ProtocolInstrument> judged;  ///< classes of the judges: the targets, then contents that are no target
  std::vector<ProtocolDirection> directions;
  std::filesystem::path content_font, target_font;
  int phrases = 0;
  int sample_rate = kEvaluationRate;  ///< of contents, styles and targets, Hz

  std::size_t cases() const { return static_cast<std::size_t>(phrases) * directions.size(); }
  RenderKey content_key(std::size_t direction, int phrase) const;
  RenderKey target_key(std::size_t target, int phrase) const;
  RenderKey style_key(std::size_t target, int phrase) const;
  RenderKey judge_key(std::size_t judged_class, int phrase) const;
  /// All renders of the cases, and with `judges` those that the judges learn from.
  std::vector<RenderKey> renders(bool judges) const;
};

/// Throws EvaluationError: unknown protocol or direction, number of phrases out of range, font missing.
ProtocolPlan plan_protocol(const ProtocolOptions& options);

}  // namespace luthier
