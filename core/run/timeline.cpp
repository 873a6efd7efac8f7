#include "core/run/timeline.h"

namespace luthier {

std::vector<std::pair<double, double>> phase_points(const TimelineCurve& curve, double start, double end) {
  std::vector<std::pair<double, double>> inside;
  for (const auto& point : curve.points) {
    if (point.first < start || point.first > end) continue;
    if (point.first == start && !inside.empty()) inside.clear();  // the value before the jump belongs to the stretch before
    if (point.first == end && !inside.empty() && inside.back().first == end) break;
    inside.push_back(point);
  }
  return inside;
}

}  // namespace luthier
