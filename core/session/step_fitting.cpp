#include "core/session/step_fitting.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/session/step_cost.h"

namespace luthier {
namespace {

/// Of the time; the rest is for validations, previews and checkpoints. What is left over ends the run a little early.
constexpr double kShareForSteps = 0.9;

/// Settings that say how long a phase is: "steps", "ae_steps" … with its number.
std::vector<std::string> settings_of(const PhaseInfo& phase, const Config& config) {
  std::vector<std::string> names;
  for (const auto& [name, value] : config)
    if (const auto* number = std::get_if<std::int64_t>(&value); number && *number == phase.steps && (name == "steps" || name.ends_with("_steps")))
      names.push_back(name);
  return names;
}

/// The mean over a phase's beginning, middle and end: critics may join late.
double seconds_per_step(Trainer& trainer, int phase, std::uint64_t seed, torch::Device device, const std::stop_token& stop) {
  trainer.enter_phase(phase);
  const auto steps = trainer.phases()[static_cast<std::size_t>(phase)].steps;
  seconds_of_step(trainer, phase, 0, seed, device, stop);  // to warm up
  double sum = 0;
  for (const double place : {0.1, 0.5, 0.9})
    sum += seconds_of_step(trainer, phase, static_cast<std::int64_t>(place * static_cast<double>(steps)), seed, device, stop);
  return sum / 3;
}

}  // namespace

Config steps_within(const PreparedRun& run, const Config& overrides, double seconds, std::stop_token stop) {
  const auto trainer = run.family->make_training({run.config, run.clips, run.pairs, run.device, {}});
  const auto phases = trainer->phases();
  const auto seed = static_cast<std::uint64_t>(std::get<std::int64_t>(run.config.at("seed")));
  double fixed = 0, scaled = 0;
  std::map<std::string, std::int64_t> found;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    const auto names = settings_of(phases[i], run.config);
    for (const auto& name : names) {
      if (overrides.count(name)) return {};
      found[name] = phases[i].steps;
    }
    (names.empty() ? fixed : scaled) += seconds_per_step(*trainer, static_cast<int>(i), seed, run.device, stop) * static_cast<double>(phases[i].steps);
  }
  // A family may cut its `steps` into phases of its own.
  if (const auto whole = run.config.find("steps"); found.empty() && whole != run.config.end() && !overrides.count("steps"))
    found["steps"] = std::get<std::int64_t>(whole->second), std::swap(fixed, scaled);
  const double factor = std::max(0.0, kShareForSteps * seconds - fixed) / std::max(1e-9, scaled);
  Config out;
  for (const auto& [name, steps] : found)
    out[name] = std::clamp<std::int64_t>(static_cast<std::int64_t>(factor * static_cast<double>(steps)), 1, 10'000'000);
  return out;
}

}  // namespace luthier
