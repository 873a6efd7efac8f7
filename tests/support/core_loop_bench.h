#pragma once
#include <torch/torch.h>

#include <QTemporaryDir>
#include <thread>

#include "core/training/training_loop.h"
#include "tests/support/core_fake_trainer.h"

namespace loop_bench {

using namespace luthier;
namespace fs = std::filesystem;

/// One run into its own folder, with everything it said.
struct Bench {
  QTemporaryDir folder;
  LoopSettings settings;
  std::stop_source stop;
  std::vector<RunEventData> events;
  std::function<void(const RunEventData&)> on_event;
  std::function<bool()> paused, enough;
  bool discard = false;  ///< a stop saves nothing
  std::function<std::vector<Preview>(const Checkpoint&)> audition;

  Bench() {
    settings.validate_every = 5;
    settings.preview_every = 100;
    settings.checkpoint_every = 1000;
    settings.checkpoint_seconds = 3600;
    settings.ema_decay = 0.9;
  }

  fs::path file(const std::string& name) const { return fs::path(folder.path().toStdString()) / "checkpoints" / (name + ".safetensors"); }

  Outcome run(Trainer& trainer, const Checkpoint* from = nullptr) {
    LoopOutputs outputs;
    outputs.folder = folder.path().toStdString();
    outputs.record = {{"family", "fake"}};
    outputs.write_preview_image = [](const Preview&, std::int64_t step, int index) { return std::to_string(step) + "-" + std::to_string(index); };
    outputs.emit = [this](RunEventData event) {
      if (on_event) on_event(event);
      events.push_back(std::move(event));
    };
    outputs.audition = audition;
    return run_training_loop(trainer, settings, from, {stop.get_token(), paused, [this] { return discard; }, enough}, outputs);
  }

  /// Stops once `step` steps are done.
  void stop_after(std::int64_t step) {
    on_event = [this, step](const RunEventData& event) {
      if (const auto* done = std::get_if<StepDone>(&event); done && done->step == step) stop.request_stop();
    };
  }

  template <class E>
  std::vector<E> all() const {
    std::vector<E> found;
    for (const auto& event : events)
      if (const auto* item = std::get_if<E>(&event)) found.push_back(*item);
    return found;
  }
};

inline std::vector<std::pair<std::int64_t, double>> losses(const Bench& bench) {
  std::vector<std::pair<std::int64_t, double>> all;
  for (const auto& step : bench.all<StepDone>()) all.emplace_back(step.step, step.losses.front().second);
  return all;
}

inline std::vector<std::pair<std::int64_t, double>> criteria(const Bench& bench) {
  std::vector<std::pair<std::int64_t, double>> all;
  for (const auto& item : bench.all<ValidationDone>()) all.emplace_back(item.step, item.metrics.front().second);
  return all;
}

/// The first tensor that differs in a bit, or nothing.
inline std::string first_difference(const TensorMap& a, const TensorMap& b) {
  for (const auto& [name, tensor] : a) {
    const auto found = b.find(name);
    if (found == b.end()) return name + " is missing";
    if (tensor.scalar_type() != found->second.scalar_type() || !torch::equal(tensor, found->second)) return name;
  }
  return a.size() == b.size() ? "" : "more tensors";
}

template <class F>
std::string sentence(F&& action) {
  try {
    action();
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "";
}

}  // namespace loop_bench
