#pragma once
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "core/run/events.h"
#include "core/training/checkpoint.h"
#include "core/training/trainer.h"

namespace luthier {

/// Settings of the loop, described beside every family's own.
struct LoopSettings {
  std::int64_t seed = 1;
  std::int64_t validate_every = 200;
  std::int64_t preview_every = 1000;
  std::int64_t checkpoint_every = 1000;
  double checkpoint_seconds = 50;
  double ema_decay = 0.0;
  std::int64_t patience = 0;
  std::int64_t auditions = 3;

  template <class V>
  void describe(V& v) {
    v.group("Run");
    v.number("seed", seed, 0, 2147483647, "", "Start of every random draw; the same seed gives the same losses.");
    v.number("validate_every", validate_every, 1, 10000000, "steps", "How often the validation clips are measured.");
    v.number("preview_every", preview_every, 0, 10000000, "steps", "How often a picture and a sound are made; 0: once an epoch, where the family counts them.");
    v.number("auditions", auditions, 0, 50, "clips", "Unseen clips that are transferred at every preview, to be heard beside the truth; 0: none.");
    v.number("checkpoint_every", checkpoint_every, 1, 10000000, "steps", "How often a checkpoint is kept.");
    v.number("checkpoint_seconds", checkpoint_seconds, 1, 3600, "s", "The newest state is saved at least this often.");
    v.number("ema_decay", ema_decay, 0, 0.99999, "", "Averaging of the weights; 0 switches it off.");
    v.number("patience", patience, 0, 100000, "validations", "Stop after this many validations without a new best; 0: never.");
  }
};

/// What the loop asks between steps. Called on the run's thread.
struct LoopControl {
  std::stop_token stop;
  std::function<bool()> paused;  ///< true: wait (asked again every 20 ms); may be empty
  std::function<bool()> discard = {};  ///< asked after a stop; true: end without saving; may be empty
  std::function<bool()> enough = {};  ///< true: end here as done (the time is up); may be empty
};

/// Where the loop writes and whom it tells.
struct LoopOutputs {
  std::filesystem::path folder;                               ///< runs/<id>: checkpoints/ and previews/ are made inside
  std::function<void(RunEventData)> emit;                     ///< never empty
  std::function<std::string(const Preview&, std::int64_t step, int index)> write_preview_image;  ///< returns the path; may be empty
  std::function<std::string(const Preview&, std::int64_t step, int index)> write_preview_audio;
  std::map<std::string, std::string> record;                  ///< into each checkpoint
  /// More previews, made with a checkpoint of the averaged weights (in memory) wherever a transfer makes sense; may be empty.
  std::function<std::vector<Preview>(const Checkpoint& weights)> audition;
  /// Told once when a run goes on: whether the state that was loaded is bit for bit the one that was saved (core/training/state_hash).
  /// Not called where the checkpoint does not say what was saved. May be empty.
  std::function<void(bool same)> state_compared = {};
};

/// Runs (or goes on with) a training until its last step, until it is enough (measured and saved as at the last step), a stop,
/// or an exception. Saves checkpoints/latest.safetensors
/// at least every `checkpoint_seconds`, best.safetensors at a new best criterion, and step-N.safetensors. A stop saves and
/// returns Outcome::cancelled; with LoopControl::discard it saves nothing. Bit-exact on CPU: a stopped and resumed run makes the steps an unbroken one makes.
/// `start_from` gives a new run its first weights (fine-tuning); optimisers and steps start anew.
Outcome run_training_loop(Trainer& trainer, const LoopSettings& settings, const Checkpoint* resume_from,
                          const LoopControl& control, const LoopOutputs& outputs, const Checkpoint* start_from = nullptr);

}  // namespace luthier
