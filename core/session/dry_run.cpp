#include <algorithm>
#include <optional>

#include "core/session/device.h"
#include "core/session/memory_meter.h"
#include "core/session/resume_check.h"
#include "core/session/step_cost.h"
#include "core/session/training_session.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

/// Seconds that are left after `done` steps, at the pace of each phase.
double seconds_left(const StepCost& cost, const Config& config, std::int64_t done) {
  double spared = 0;
  for (std::size_t i = 0; i < cost.phases.size(); ++i) {
    const auto steps = std::min(done, cost.phases[i].steps);
    spared += cost.seconds[i] * static_cast<double>(steps);
    done -= steps;
  }
  return std::max(0.0, cost.whole_run(config) - spared);
}

DryRun measured(const TrainingRequest& request, std::stop_token stop, double memory_limit) {
  const Workspace workspace = Workspace::open(request.workspace);
  std::optional<RunRecord> resumed;
  if (!request.resume.empty()) resumed = load_run_record(workspace.runs() / request.resume);
  const PreparedRun prepared = prepare_run(request, workspace, resumed ? &*resumed : nullptr, {}, stop);
  DryRun out;
  out.parameters = prepared.parameters;
  for (const auto& clip : prepared.clips->clips) out.clips += clip.split == "train";
  out.memory_available = memory_limit > 0 ? memory_limit : MemoryMeter::available(prepared.device);
  out.batch_name = batch_setting(prepared);
  StepCost cost;
  if (out.batch_name.empty()) {
    cost = measure_steps(prepared, 0, stop);
  } else {
    out.batch = std::get<std::int64_t>(prepared.config.at(out.batch_name));
    auto found = find_batch(prepared, out.batch, memory_limit, stop);
    out.fitting_batch = found.batch;
    cost = std::move(found.cost);
    if (out.fitting_batch == 0)
      throw ConfigError("The memory is not enough for one step, even with " + out.batch_name + " = 1 or the least that the family takes; choose a smaller preset or shorter crops.");
  }
  for (std::size_t i = 0; i < cost.phases.size(); ++i) out.phases.push_back({cost.phases[i].name, cost.phases[i].steps, cost.seconds[i]});
  out.total_steps = cost.steps();
  if (resumed) check_length(request.resume, load_run_status(workspace.runs() / request.resume).step, cost.phases);
  out.seconds_per_step = cost.seconds.back();
  if (resumed) out.first_step = resumed->status.step, out.changed = changes_on_resume(resumed->config, prepared.config), out.inexact = why_inexact(*resumed, prepared);
  out.seconds_total = seconds_left(cost, prepared.config, out.first_step);
  out.memory_bytes = cost.memory_bytes;
  return out;
}

}  // namespace

DryRun dry_run(const TrainingRequest& request, std::stop_token stop, double memory_limit) {
  try {
    return measured(request, stop, memory_limit);
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& error) {
    throw ConfigError(is_out_of_memory(error) ? "The memory is not enough for one step; choose a smaller batch or preset." : error_sentence(error));
  }
}

}  // namespace luthier
