#include "core/families/disentangled/curriculum.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace luthier::disentangled {

std::vector<PhaseInfo> curriculum_phases(const Settings& s) {
  if (s.order == "none") return {{"training", s.steps}};
  const bool contrast_first = s.order == "contrast_first";
  const char* names[4] = {"reconstruction", contrast_first ? "contrast" : "independence", contrast_first ? "independence" : "contrast", "adversarial"};
  const double ends[4] = {s.phase_1_end, s.phase_2_end, s.phase_3_end, 1.0};
  std::vector<PhaseInfo> phases;
  std::int64_t start = 0;
  for (int i = 0; i < 4; ++i) {
    const std::int64_t left = 3 - i;  // phases still to come, a step each
    const auto wanted = static_cast<std::int64_t>(std::llround(ends[i] * static_cast<double>(s.steps)));
    const std::int64_t end = i == 3 ? s.steps : std::clamp(wanted, start + 1, s.steps - left);
    phases.push_back({names[i], end - start});
    start = end;
  }
  return phases;
}

LossWeights curriculum_weights(const Settings& s, int phase, double share) {
  if (s.order == "none") {
    const double fade = s.fixed_warmup > 0 ? std::min(1.0, share / s.fixed_warmup) : 1.0;
    return {s.reconstruction_3, fade * s.contrast_entering, fade * s.margin_entering, fade * s.independence_entering, fade * s.adversarial, fade * s.critic};
  }
  const double reconstruction[4] = {s.reconstruction_1, s.reconstruction_2, s.reconstruction_3, s.reconstruction_4};
  const int contrast_enters = s.order == "contrast_first" ? 1 : 2, independence_enters = s.order == "contrast_first" ? 2 : 1;
  const auto since = [&](int enters, double entering, double settled) { return phase < enters ? 0.0 : phase == enters ? entering : settled; };
  LossWeights w;
  w.reconstruction = reconstruction[std::clamp(phase, 0, 3)];
  w.contrast = since(contrast_enters, s.contrast_entering, s.contrast_settled);
  w.margin = since(contrast_enters, s.margin_entering, s.margin_settled);
  w.independence = since(independence_enters, s.independence_entering, s.independence_settled);
  if (phase >= 3) w.adversarial = s.adversarial * share, w.critic = s.critic * share;
  return w;
}

Timeline curriculum_timeline(const Settings& s) {
  Timeline timeline{curriculum_phases(s), {{"reconstruction", {}}, {"contrast", {}}, {"margin", {}}, {"independence", {}}, {"adversarial", {}}, {"critic", {}}}};
  double start = 0;
  for (std::size_t phase = 0; phase < timeline.phases.size(); ++phase) {
    const auto steps = static_cast<double>(timeline.phases[phase].steps);
    std::vector<double> shares = {0, 1};
    if (s.order == "none" && s.fixed_warmup > 0 && s.fixed_warmup < 1) shares.insert(shares.begin() + 1, s.fixed_warmup);
    for (const double share : shares) {
      const auto w = curriculum_weights(s, static_cast<int>(phase), share);
      const double values[] = {w.reconstruction, w.contrast, w.margin, w.independence, w.adversarial, w.critic};
      for (std::size_t i = 0; i < timeline.curves.size(); ++i) timeline.curves[i].points.emplace_back(start + share * steps, values[i]);
    }
    start += steps;
  }
  std::erase_if(timeline.curves, [](const TimelineCurve& curve) {
    return std::all_of(curve.points.begin(), curve.points.end(), [](const auto& point) { return point.second == 0; });
  });
  return timeline;
}

}  // namespace luthier::disentangled
