#include "core/session/step_cost.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "core/session/device.h"
#include "core/session/memory_meter.h"
#include "core/training/training_loop.h"

namespace luthier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kShareOfMemory = 0.9;       ///< of what is left, for a run
constexpr std::int64_t kFirstProbe = 8;      ///< the first probe's batch is this part of the wanted one

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void wait_for(torch::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

double step_seconds(Trainer& trainer, int phase, std::uint64_t seed, torch::Device device, const std::stop_token& stop) {
  seconds_of_step(trainer, phase, 0, seed, device, stop);  // to warm up
  return seconds_of_step(trainer, phase, 1, seed, device, stop);
}

/// Nothing when the memory is not enough.
std::optional<StepCost> try_steps(const PreparedRun& run, std::int64_t batch, const std::stop_token& stop) {
  std::optional<StepCost> cost;
  try {
    cost = measure_steps(run, batch, stop);
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) throw;
  }
  MemoryMeter::release(run.device);
  return cost;
}

/// Memory of a batch, from those of two smaller ones: what it takes anyhow, and what each example takes.
struct MemoryLine {
  double fixed = 0, each = 0;
  double at(std::int64_t batch) const { return fixed + each * static_cast<double>(batch); }
};

std::int64_t smallest_batch(const PreparedRun& run, const std::string& name) {
  for (const auto& setting : run_schema(*run.family))
    if (setting.name == name) return std::max<std::int64_t>(1, static_cast<std::int64_t>(setting.minimum));
  return 1;
}

}  // namespace

double seconds_of_step(Trainer& trainer, int phase, std::int64_t step, std::uint64_t seed, torch::Device device, const std::stop_token& stop) {
  if (stop.stop_requested()) throw Cancelled();
  const auto start = Clock::now();
  Rng rng(seed, static_cast<std::uint64_t>(step));
  rng.seed_defaults();
  trainer.update(phase, trainer.draw(phase, rng), step, rng);
  wait_for(device);
  return since(start);
}

std::int64_t StepCost::steps() const {
  std::int64_t all = 0;
  for (const auto& phase : phases) all += phase.steps;
  return all;
}

double StepCost::whole_run(const Config& config) const {
  double all = 0;
  for (std::size_t i = 0; i < phases.size(); ++i) all += seconds[i] * static_cast<double>(phases[i].steps);
  const auto every = settings_from<LoopSettings>(config).validate_every;
  return all + validation_seconds * std::floor(static_cast<double>(steps()) / static_cast<double>(every));
}

std::string batch_setting(const PreparedRun& run) {
  const auto system = run.config.find("system");
  const bool report = system != run.config.end() && system->second == Value(std::string("report"));
  for (const char* name : {report ? "report_batch" : "batch", "batch"})
    if (run.config.count(name)) return name;
  return {};
}

StepCost measure_steps(const PreparedRun& run, std::int64_t batch, std::stop_token stop) {
  Config config = run.config;
  if (batch > 0) config[batch_setting(run)] = batch;
  const MemoryMeter meter(run.device);
  const auto trainer = run.family->make_training({config, run.clips, run.pairs, run.device, {}});
  const auto seed = static_cast<std::uint64_t>(std::get<std::int64_t>(config.at("seed")));
  StepCost cost;
  cost.phases = trainer->phases();
  for (int phase = 0; phase < static_cast<int>(cost.phases.size()); ++phase) {
    if (stop.stop_requested()) throw Cancelled();
    const bool any = cost.phases[static_cast<std::size_t>(phase)].steps > 0;
    if (any) trainer->enter_phase(phase);
    cost.seconds.push_back(any ? step_seconds(*trainer, phase, seed, run.device, stop) : 0);
  }
  if (stop.stop_requested()) throw Cancelled();
  const auto start = Clock::now();
  {
    torch::NoGradGuard guard;
    trainer->validate(static_cast<int>(cost.phases.size()) - 1);
  }
  wait_for(run.device);
  cost.validation_seconds = since(start);
  cost.memory_bytes = meter.peak();
  return cost;
}

BatchSearch find_batch(const PreparedRun& run, std::int64_t wanted, double limit, std::stop_token stop) {
  const auto smallest = smallest_batch(run, batch_setting(run));
  const double room = limit > 0 ? limit : kShareOfMemory * MemoryMeter::available(run.device);
  std::optional<MemoryLine> line;
  if (!run.device.is_cuda()) {
    const auto start = std::max(smallest, wanted / kFirstProbe);
    auto first = start;
    auto probe = try_steps(run, first, stop);
    while (!probe || probe->memory_bytes > room) {
      if (first == smallest) return {};
      first = std::max(smallest, first / 2);
      probe = try_steps(run, first, stop);
    }
    if (first == wanted || first < start) return {first, *probe};
    line = MemoryLine{0, probe->memory_bytes / static_cast<double>(first)};  // never too little
    if (line->at(wanted) > room && 2 * first <= wanted && line->at(2 * first) <= room) {
      const auto second = try_steps(run, 2 * first, stop);
      if (!second) return {first, *probe};
      const double each = std::max(0.0, (second->memory_bytes - probe->memory_bytes) / static_cast<double>(first));
      line = MemoryLine{std::max(0.0, probe->memory_bytes - each * static_cast<double>(first)), each};
    }
  }
  for (std::int64_t batch = wanted; batch >= smallest; batch /= 2) {
    if (stop.stop_requested()) throw Cancelled();
    if (line && line->at(batch) > room) continue;
    const auto cost = try_steps(run, batch, stop);
    if (cost && (!line || cost->memory_bytes <= room)) return {batch, *cost};
  }
  return {};
}

}  // namespace luthier
