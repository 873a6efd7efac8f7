#include "core/training/training_loop.h"

#include <torch/torch.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <thread>
#include <utility>

#include "core/training/checkpoint_record.h"
#include "core/training/early_transfers.h"
#include "core/training/ema.h"
#include "core/training/epochs.h"
#include "core/training/state_hash.h"

namespace luthier {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string minutes_text(double minutes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", minutes);
  return text;
}

/// Without optimiser and loop state, and with averaged weights in place of raw ones: what a transfer needs.
TensorMap weights_only(const TensorMap& all) {
  TensorMap out;
  for (const auto& [name, tensor] : all) {
    if (name.starts_with("optim.") || name.starts_with("state.")) continue;
    if (name.starts_with("model.") && all.count("ema." + name.substr(6))) continue;
    out[name] = tensor;
  }
  return out;
}

/// Fills modules alone, with the averaged weights of a checkpoint where it has them.
class WeightsLoader : public StateVisitor {
 public:
  explicit WeightsLoader(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}
  void tensor(const std::string&, torch::Tensor&) override {}
  void number(const std::string&, double&) override {}
  void optimiser(const std::string&, torch::optim::Optimizer&) override {}
  void module(const std::string& name, torch::nn::Module& module) override {
    torch::NoGradGuard guard;
    const std::string prefix = checkpoint_.weights_prefix(name);
    TensorMap given = checkpoint_.tensors;
    for (const auto& item : module.named_parameters())
      if (given.try_emplace(prefix + item.key(), item.value()).second) fresh.push_back(name + "." + item.key());
      else ++taken;
    load_module(given, prefix, module);
  }
  std::vector<std::string> fresh;  ///< parameters that the checkpoint does not have: they keep their own start
  std::size_t taken = 0;

 private:
  const Checkpoint& checkpoint_;
};

class Loop {
 public:
  Loop(Trainer& trainer, const LoopSettings& settings, const LoopControl& control, const LoopOutputs& outputs, const Checkpoint* start_from)
      : trainer_(trainer), settings_(settings), control_(control), outputs_(outputs), start_from_(start_from), phases_(trainer.phases()) {
    for (const auto& phase : phases_) total_ += phase.steps;
    const auto* epochs = dynamic_cast<const Epochs*>(&trainer);
    preview_every_ = settings.preview_every > 0 ? settings.preview_every : std::max<std::int64_t>(1, epochs ? epochs->epoch_steps() : LoopSettings().preview_every);
    fs::create_directories(outputs_.folder / "checkpoints");
    fs::create_directories(outputs_.folder / "previews");
  }

  Outcome run(const Checkpoint* resume_from) {
    if (resume_from && total_ > 0) resume(*resume_from);
    if (step_ >= total_ && !closing_due_) return Outcome::done;  // nothing left to do, nothing to overwrite
    last_save_ = Clock::now();
    started_ = Clock::now();
    first_step_ = step_;
    while (closing_due_ || (step_ < total_ && !out_of_patience() && !enough())) {
      if (!closing_due_) enter_phase_of(step_), save_latest_if_due();
      if (!wait_while_paused()) return cancel();
      if (closing_due_) close_step();
      else one_step();
    }
    if (not_finite_ > 0) refuse_not_finite();
    if (step_ < total_ && enough()) end_early();
    save("latest", false, false);
    return Outcome::done;
  }

 private:
  /// What follows a step. Kept apart from it, so that a stop need not wait for a validation: the checkpoint says that it
  /// is due, and the resumed run makes up for it.
  void close_step() {
    const bool phase_ends = step_ == phase_start_ + phases_[static_cast<std::size_t>(phase_)].steps;
    if (step_ % settings_.validate_every == 0 || phase_ends) validate();
    if ((step_ % preview_every_ == 0 || phase_ends) && !control_.stop.stop_requested()) preview();
    closing_due_ = false;
    const bool kept = step_ % settings_.checkpoint_every == 0 && step_ < total_;
    if (kept) save("step-" + std::to_string(step_), false, /*weights=*/true);
    latest_due_ = kept || phase_ends || seconds_since(last_save_) >= settings_.checkpoint_seconds;
    if (phase_ends) return end_phase();  // the next phase is entered before its state is saved
    save_latest_if_due();
  }

  /// A killed run goes on from what is kept, so the whole state is saved with it.
  void save_latest_if_due() {
    if (std::exchange(latest_due_, false)) save("latest", false, false);
  }

  bool enough() const { return control_.enough && step_ > first_step_ && control_.enough(); }

  /// The time is up: what there is gets its figures, as after a last step.
  void end_early() {
    if (phase_ + 1 < static_cast<int>(phases_.size()))
      outputs_.emit(RunWarning{"The time was up in the phase '" + phases_[static_cast<std::size_t>(phase_)].name + "', before the last one ('" + phases_.back().name +
                               "'): the model is not complete; go on with --resume."});
    if (validated_ != step_) validate();
    preview();
  }

  bool out_of_patience() const {
    return settings_.patience > 0 && since_best_ >= settings_.patience && phase_ + 1 == static_cast<int>(phases_.size());
  }

  void enter_phase_of(std::int64_t step) {
    int phase = 0;
    std::int64_t start = 0;
    while (step >= start + phases_[static_cast<std::size_t>(phase)].steps) start += phases_[static_cast<std::size_t>(phase++)].steps;
    if (phase == phase_) return;
    phase_ = phase;
    phase_start_ = start;
    trainer_.enter_phase(phase);
    if (start_from_ && !resumed_ && step_ == 0) {  // after the phase has fitted what it fits to the data
      WeightsLoader loader(*start_from_);
      trainer_.visit(loader);
      if (loader.taken < loader.fresh.size())
        throw CheckpointError("The weights to start from belong to other networks; choose the family's own, or leave them out.");
      if (!loader.fresh.empty())
        outputs_.emit(RunWarning{std::to_string(loader.fresh.size()) + " tensors, " + loader.fresh.front() + " first, are not in the given weights and start fresh."});
    }
    average_ = std::make_unique<WeightAverage>(settings_.ema_decay, trainer_.averaged(phase));
    if (!resumed_) best_ = std::numeric_limits<double>::infinity(), since_best_ = 0;
    resumed_ = nullptr;
  }

  void resume(const Checkpoint& checkpoint) {
    step_ = std::min(step_of(checkpoint), total_);
    if (!checkpoint.tensors.count("state.loop.best"))
      throw CheckpointError("This checkpoint holds weights only, so no training can go on from it; take the run's latest.safetensors.");
    StateLoader loader(checkpoint.tensors);
    double due = 0;
    if (checkpoint.tensors.count("state.loop.closing_due")) loader.number("loop.closing_due", due);
    closing_due_ = due != 0 && step_ > 0;
    resumed_ = &checkpoint.tensors;
    // Phase first, so that its optimisers exist when their state arrives. A step to be closed belongs to its own phase.
    if (closing_due_ || step_ == total_) enter_phase_of(step_ - 1);
    else enter_phase_of(step_);
    trainer_.visit(loader);
    average_->load(checkpoint.tensors);
    loader.number("loop.best", best_);
    double since = 0;
    loader.number("loop.since_best", since);
    since_best_ = static_cast<std::int64_t>(since);
    compare_state(checkpoint);
  }

  /// What lies in memory now is collected as a save would, so a part that was not loaded, or loaded otherwise, is found.
  void compare_state(const Checkpoint& checkpoint) {
    const auto saved = checkpoint.record.find(kStateHash);
    if (saved != checkpoint.record.end() && outputs_.state_compared) outputs_.state_compared(state_hash(checkpoint_now(false).tensors) == saved->second);
  }

  static std::int64_t step_of(const Checkpoint& checkpoint) {
    const std::string& text = checkpoint.at("step");
    std::int64_t step = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (error != std::errc() || end != text.data() + text.size() || step < 0)
      throw CheckpointError("The checkpoint's step is '" + text + "', which is no number of steps; take another checkpoint of the run.");
    return step;
  }

  bool wait_while_paused() {
    bool announced = false;
    while (!control_.stop.stop_requested() && control_.paused && control_.paused()) {
      if (!announced) save("latest", false, false), outputs_.emit(RunPaused{step_, true}), announced = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (announced) outputs_.emit(RunPaused{step_, false});
    return !control_.stop.stop_requested();
  }

  void one_step() {
    Rng rng(static_cast<std::uint64_t>(settings_.seed), static_cast<std::uint64_t>(step_));
    rng.seed_defaults();
    const Batch batch = trainer_.draw(phase_, rng);
    const Figures figures = trainer_.update(phase_, batch, step_ - phase_start_, rng);
    average_->update();
    ++step_;
    closing_due_ = true;
    if (figures.empty()) return;
    if (!std::isfinite(figures.front().second)) {
      if (++not_finite_ >= 5) refuse_not_finite();
    } else {
      not_finite_ = 0;
    }
    StepDone event{step_, total_, phases_[static_cast<std::size_t>(phase_)].name, figures, trainer_.learning_rate(), 0, 0};
    event.steps_per_second = static_cast<double>(step_ - first_step_) / std::max(1e-9, seconds_since(started_));
    event.seconds_left = static_cast<double>(total_ - step_) / std::max(1e-9, event.steps_per_second);
    outputs_.emit(std::move(event));
  }

  [[noreturn]] void refuse_not_finite() const {
    throw CheckpointError("The loss is not a number since step " + std::to_string(step_ + 1 - not_finite_) +
                          "; lower the learning rate and go on from the last checkpoint.");
  }

  void validate() {
    torch::NoGradGuard guard;
    validated_ = step_;
    average_->swap();
    Figures metrics;
    try {
      metrics = trainer_.validate(phase_);
    } catch (...) {
      average_->swap();
      throw;
    }
    average_->swap();
    if (metrics.empty()) return;
    const double criterion = metrics.front().second;
    const bool best = criterion < best_;
    since_best_ = best ? 0 : since_best_ + 1;
    if (best) best_ = criterion;
    trainer_.after_validation(phase_, criterion);
    outputs_.emit(ValidationDone{step_, phases_[static_cast<std::size_t>(phase_)].name, metrics, best});
    if (best) save("best", true, true);
  }

  void preview() {
    torch::NoGradGuard guard;
    average_->swap();
    std::vector<Preview> previews;
    try {
      previews = trainer_.preview(phase_);
    } catch (...) {
      average_->swap();
      throw;
    }
    average_->swap();
    if (outputs_.audition && makes_transfers())
      for (auto& item : outputs_.audition(checkpoint_now(/*weights=*/true))) previews.push_back(std::move(item));
    int index = 0;
    for (const auto& item : previews) {
      PreviewReady event{step_, item.title, "", ""};
      if (item.picture.defined() && outputs_.write_preview_image) event.image = outputs_.write_preview_image(item, step_, index);
      if (!item.sound.empty() && outputs_.write_preview_audio) event.audio = outputs_.write_preview_audio(item, step_, index);
      outputs_.emit(std::move(event));
      ++index;
    }
  }

  bool makes_transfers() const {
    const auto* early = dynamic_cast<const EarlyTransfers*>(&trainer_);
    return phase_ + 1 == static_cast<int>(phases_.size()) || (early && early->makes_transfers(phase_));
  }

  /// A transfer makes sense: networks of the phase it needs have learned, here or where the weights come from.
  bool is_usable() const { return makes_transfers() && (step_ > phase_start_ || phases_.size() == 1 || outputs_.record.count("start_from")); }

  /// The averaged weights become the live ones, so that the next phase builds on what was measured.
  void end_phase() {
    if (phase_ + 1 == static_cast<int>(phases_.size())) return;
    average_->swap();
    average_ = std::make_unique<WeightAverage>(0.0, WeightAverage::Modules{});
    best_ = std::numeric_limits<double>::infinity();
    since_best_ = 0;
  }

  Checkpoint checkpoint_now(bool weights) {
    Checkpoint checkpoint;
    checkpoint.record = outputs_.record;
    for (const auto& [key, value] : trainer_.record()) checkpoint.record[key] = value;
    checkpoint.record["step"] = std::to_string(step_);
    checkpoint.record["phase"] = phases_[static_cast<std::size_t>(std::max(0, phase_))].name;
    if (const auto before = outputs_.record.find(kTrainingMinutes); before != outputs_.record.end())
      checkpoint.record[kTrainingMinutes] = minutes_text(std::atof(before->second.c_str()) + seconds_since(started_) / 60);
    if (!is_usable()) checkpoint.record[kAwaitedPhase] = phases_.back().name;
    StateSaver saver;
    trainer_.visit(saver);
    if (average_) average_->save(saver.tensors);
    double since = static_cast<double>(since_best_), due = closing_due_ ? 1 : 0;
    saver.number("loop.best", best_);
    saver.number("loop.since_best", since);
    saver.number("loop.closing_due", due);
    checkpoint.tensors = weights ? weights_only(saver.tensors) : std::move(saver.tensors);
    return checkpoint;
  }

  void save(const std::string& name, bool best, bool weights) {
    if (not_finite_ > 0) return;  // what lies on disk is worth more than weights that are no numbers
    const auto path = outputs_.folder / "checkpoints" / (name + ".safetensors");
    Checkpoint checkpoint = checkpoint_now(weights);
    if (!weights) checkpoint.record[kStateHash] = state_hash(checkpoint.tensors);
    save_checkpoint(path, checkpoint);
    if (!weights) last_save_ = Clock::now();
    outputs_.emit(CheckpointSaved{step_, path.string(), best});
  }

  Outcome cancel() {
    if (!control_.discard || !control_.discard()) save("latest", false, false);
    return Outcome::cancelled;
  }

  Trainer& trainer_;
  const LoopSettings& settings_;
  const LoopControl& control_;
  const LoopOutputs& outputs_;
  const Checkpoint* start_from_;
  const std::vector<PhaseInfo> phases_;
  std::unique_ptr<WeightAverage> average_ = std::make_unique<WeightAverage>(0.0, WeightAverage::Modules{});
  const TensorMap* resumed_ = nullptr;
  std::int64_t preview_every_ = 1;
  int phase_ = -1;
  std::int64_t phase_start_ = 0, step_ = 0, first_step_ = 0, total_ = 0, since_best_ = 0, validated_ = -1;
  int not_finite_ = 0;
  bool latest_due_ = false;   ///< a phase has ended; saved once the next one is entered
  bool closing_due_ = false;  ///< the last step's validation, preview and phase end are still to come
  double best_ = std::numeric_limits<double>::infinity();
  Clock::time_point last_save_, started_;
};

}  // namespace

Outcome run_training_loop(Trainer& trainer, const LoopSettings& settings, const Checkpoint* resume_from,
                          const LoopControl& control, const LoopOutputs& outputs, const Checkpoint* start_from) {
  return Loop(trainer, settings, control, outputs, resume_from ? nullptr : start_from).run(resume_from);
}

}  // namespace luthier
