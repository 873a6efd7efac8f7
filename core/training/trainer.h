#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config/schema.h"
#include "core/data/clip_set.h"
#include "core/run/events.h"
#include "core/run/rng.h"
#include "core/training/state.h"

namespace torch::nn { class Module; }

namespace luthier {

/// Tensors of one optimiser step by name, on the run's device.
using Batch = std::map<std::string, torch::Tensor>;

/// A picture and/or a sound made during training.
struct Preview {
  std::string title;
  torch::Tensor picture;   ///< [bin, frame] dB, lowest bin first; undefined: none
  std::vector<float> sound;///< mono; empty: none
  int sample_rate = 0;
};

struct TrainingInputs {
  Config config;                            ///< complete
  std::shared_ptr<const ClipSet> clips;
  std::vector<ClipPair> pairs;              ///< may be empty
  torch::Device device = torch::kCPU;
  std::function<void(const std::string&)> warn;  ///< becomes RunWarning; may be empty
};

/// A family's side of training: networks, losses, optimisers. Loop, EMA, checkpoints, seeds and logging are the loop's.
/// One thread.
class Trainer {
 public:
  virtual ~Trainer() = default;
  /// In order, with their optimiser steps.
  virtual std::vector<PhaseInfo> phases() const = 0;
  /// Draws one batch of a phase (0-based). Deterministic in rng.
  virtual Batch draw(int phase, Rng& rng) = 0;
  /// One optimiser step on the batch (or one alternation of generator and critic). `step` counts from 0 inside the phase.
  /// First figure is the total loss.
  virtual Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) = 0;
  /// Figures on the validation clips; first is the criterion, lower is better. Runs under no_grad, averaged weights in.
  virtual Figures validate(int phase) = 0;
  virtual std::vector<Preview> preview(int phase) = 0;
  /// Called once before a phase's first step, also after a resume inside the phase.
  virtual void enter_phase(int /*phase*/) {}
  /// After each validation: plateau schedules and the like. `criterion` is the first figure.
  virtual void after_validation(int /*phase*/, double /*criterion*/) {}
  /// Networks, optimisers, schedules. Modules visited here are averaged by the loop where the run asks for it.
  virtual void visit(StateVisitor& visitor) = 0;
  /// Modules whose weights the loop averages (EMA) in this phase; empty: none.
  virtual std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int /*phase*/) { return {}; }
  /// Goes into every checkpoint's record beside family, config, representation and labels.
  virtual std::map<std::string, std::string> record() const { return {}; }
  virtual double learning_rate() const = 0;
};

}  // namespace luthier
