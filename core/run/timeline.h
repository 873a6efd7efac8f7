#pragma once
#include <string>
#include <utility>
#include <vector>

#include "core/run/events.h"

namespace luthier {

/// How one setting acts over the steps of a run: straight lines between points (step, value); two points of one step are a jump.
struct TimelineCurve {
  std::string name;  ///< as the figures of a run name it, without "weight_": "reconstruction"
  std::vector<std::pair<double, double>> points;
};

/// The points from `start` to `end` that belong to that stretch: of two points at an edge, the one on its side.
std::vector<std::pair<double, double>> phase_points(const TimelineCurve& curve, double start, double end);

/// What a run's settings plan, before it starts. Empty curves: the family plans nothing that changes.
struct Timeline {
  std::vector<PhaseInfo> phases;
  std::vector<TimelineCurve> curves;
};

}  // namespace luthier
