#include "core/session/training_session.h"

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "audio/writer.h"
#include "core/session/content_hash.h"
#include "core/session/device.h"
#include "core/session/figure/raster.h"
#include "core/session/run_preparation.h"
#include "core/session/resume_check.h"
#include "core/session/run_elsewhere.h"
#include "core/session/run_recorder.h"
#include "core/session/start_check.h"
#include "core/session/step_cost.h"
#include "core/session/step_fitting.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/session/weights_check.h"
#include "core/training/checkpoint_record.h"
#include "core/training/training_loop.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kPreviewRange = 80;  ///< dB

/// One call of train(): owns what the run holds and sees to it that every event is told once, recorder first.
class TrainingRun {
 public:
  TrainingRun(const TrainingRequest& request, RunListener& listener, std::stop_token stop, RunSwitches* switches)
      : request_(request), listener_(listener), asked_stop_(std::move(stop), [this] { own_stop_.request_stop(); }), stop_(own_stop_.get_token()),
        switches_(switches ? switches : &own_switches_), id_(request.resume) {}

  Outcome run() {
    const Outcome outcome = guarded();
    emit(RunFinished{outcome, message_, step_, std::chrono::duration<double>(Clock::now() - started_).count()});
    return outcome;
  }

 private:
  /// The run's one catch: whatever is thrown ends as an outcome with a sentence.
  Outcome guarded() {
    try {
      const Outcome outcome = work();
      message_ = outcome == Outcome::done ? folder_.string() : discarding() ? discarded_sentence() : "Stopped at step " + std::to_string(step_) + "; go on with --resume " + id_ + ".";
      return outcome;
    } catch (const Cancelled&) {
      message_ = "Stopped before the first step.";
      if (recorder_) message_ = "Stopped at step " + std::to_string(step_) + ".";
      return Outcome::cancelled;
    } catch (const std::exception& error) {
      message_ = is_out_of_memory(error) ? memory_sentence() : error_sentence(error);
    } catch (...) {
      message_ = "The training failed for an unknown reason.";
    }
    return Outcome::failed;
  }

  Outcome work() {
    workspace_ = Workspace::open(request_.workspace);
    const Workspace& workspace = *workspace_;
    if (!request_.resume.empty()) open_resumed(workspace);
    emit(RunPreparing{0, "reading clips", -1});
    prepared_ = prepare_run(request_, workspace, resumed_ ? &*resumed_ : nullptr, [this](const Progress& p) { preparing(p); }, stop_);
    fit_steps();
    emit(RunPreparing{1, "making the networks", -1});
    auto trainer = prepared_.family->make_training(inputs());
    if (stop_.stop_requested()) throw Cancelled();
    check_start(prepared_, *trainer);
    if (resumed_) check_length(id_, first_step_, trainer->phases()), check_resumable(*checkpoint_, folder_ / "checkpoints" / "latest.safetensors", *trainer);
    if (!resumed_) {
      folder_ = workspace.make_unique_folder(workspace.runs(), prepared_.family->info().id);
      id_ = folder_.filename().string();
      lock_ = std::make_unique<RunLock>(folder_);
      save_pairs(folder_, prepared_);
    }
    start(workspace, *trainer);
    return loop(*trainer);
  }

  void fit_steps() {
    if (request_.minutes <= 0 || resumed_) return;
    emit(RunPreparing{1, "measuring a step", -1});
    for (const auto& [name, steps] : steps_within(prepared_, request_.overrides, request_.minutes * 60, stop_)) prepared_.config[name] = steps;
    prepared_.config = complete(run_schema(*prepared_.family), prepared_.config);
  }

  void open_resumed(const Workspace& workspace) {
    folder_ = workspace.runs() / request_.resume;
    resumed_ = load_run_record(folder_);
    lock_ = std::make_unique<RunLock>(folder_);
    take_order(folder_);  // meant for an earlier sitting
    resumed_ = load_run_record(folder_);  // another program may have ended just now
    const fs::path latest = folder_ / "checkpoints" / "latest.safetensors";
    std::error_code error;
    if (!fs::exists(latest, error)) throw SessionError("the run '" + request_.resume + "' has no checkpoint to go on from; start it anew");
    checkpoint_ = load_checkpoint(latest);
    check_checkpoint(*checkpoint_, latest);
    if (checkpoint_->at("family") != resumed_->status.family)
      throw CheckpointError("The checkpoint " + latest.string() + " belongs to the family '" + checkpoint_->at("family") + "', not to '" +
                            resumed_->status.family + "'; put back the run's own file.");
    step_ = first_step_ = saved_ = step_of(*checkpoint_, latest);
  }

  void preparing(const Progress& progress) {
    const auto now = Clock::now();
    if (progress.fraction < 1 && now - told_ < std::chrono::milliseconds(100)) return;
    told_ = now;
    emit(RunPreparing{progress.fraction, progress.text, progress.seconds_left});
  }

  TrainingInputs inputs() {
    return {prepared_.config, prepared_.clips, prepared_.pairs, prepared_.device, [this](const std::string& text) { warn(text); }};
  }

  void start(const Workspace& workspace, const Trainer& trainer) {
    RunStarted started;
    started.family = prepared_.family->info().id;
    started.preset = resumed_ ? resumed_->status.preset : request_.preset;
    started.device = device_text(prepared_.device);
    started.phases = trainer.phases();
    for (const auto& phase : started.phases) started.total_steps += phase.steps;
    started.first_step = first_step_;
    started.parameters = prepared_.parameters;
    for (const auto& clip : prepared_.clips->clips) started.clips += clip.split == "train";
    recorder_ = std::make_unique<RunRecorder>(workspace, folder_, make_record(started), first_step_, [this](const std::string& text) { troubles_.push_back(text); });
    emit(started);
    for (const auto& text : prepared_.warnings) warn(text);
    for (const auto& text : std::exchange(early_warnings_, {})) warn(text);
  }

  RunRecord make_record(const RunStarted& started) const {
    RunRecord record = resumed_ ? *resumed_ : RunRecord{};
    const auto changed = resumed_ ? changes_on_resume(resumed_->config, prepared_.config) : std::vector<std::string>{};
    auto& status = record.status;
    status.id = id_, status.family = started.family, status.preset = started.preset, status.device = started.device, status.total_steps = started.total_steps;
    if (!resumed_) status.started = utc_now();
    record.version = version_text();
    record.representation = prepared_.clips->representation.canonical_text();
    record.config = prepared_.config;
    record.config_hash = sha256_of_text(canonical_text(prepared_.config));
    record.seed = std::get<std::int64_t>(prepared_.config.at("seed"));
    record.parameters = prepared_.parameters;
    record.labels = prepared_.clips->labels;
    if (!resumed_) record.requested_labels = request_.labels, record.start_from = prepared_.start_text;
    record.pair_set = prepared_.pair_set, record.pairs = static_cast<std::int64_t>(prepared_.pairs.size());
    record.machine = run_machine_facts();
    record.sittings.push_back({utc_now(), started.device, version_text(), first_step_, changed, resumed_ ? why_inexact(*resumed_, prepared_) : std::vector<std::string>{}, true, false});
    record.auditions = prepared_.auditions;
    if (!resumed_)
      for (std::size_t i = 0; i < prepared_.clips->clips.size(); ++i) {
        const auto& clip = prepared_.clips->clips[i];
        record.clips.push_back({clip.id, clip.name, clip.label, clip.split, clip.phrase, i < prepared_.hashes.size() ? prepared_.hashes[i] : ""});
      }
    return record;
  }

  Outcome loop(Trainer& trainer) {
    const auto settings = settings_from<LoopSettings>(prepared_.config);
    LoopControl control{stop_, [this] { return obey_orders(), switches_->paused.load(); }, [this] { return discarding(); }};
    if (request_.minutes > 0)
      control.enough = [end = Clock::now() + std::chrono::duration<double>(request_.minutes * 60)] { return Clock::now() >= end; };
    LoopOutputs outputs;
    outputs.folder = folder_;
    outputs.emit = [this](RunEventData data) { emit(std::move(data)); };
    outputs.write_preview_image = [this](const Preview& p, std::int64_t step, int index) { return preview_image(p, step, index); };
    outputs.write_preview_audio = [this](const Preview& p, std::int64_t step, int index) { return preview_audio(p, step, index); };
    outputs.record = checkpoint_record();
    outputs.state_compared = [this](bool same) {
      recorder_->note_state(same);
      if (!same) warn("The state that was loaded is not bit for bit the one that was saved, so the steps from here on may not be those of an unbroken run.");
    };
    Auditions auditions(*workspace_, *prepared_.family, prepared_.device, prepared_.auditions, [this](const std::string& text) { warn(text); });
    if (!prepared_.auditions.empty()) outputs.audition = [&](const Checkpoint& weights) { return auditions.make(weights, stop_); };
    return run_training_loop(trainer, settings, checkpoint_ ? &*checkpoint_ : nullptr, control, outputs,
                             prepared_.start_from ? &*prepared_.start_from : nullptr);
  }

  std::map<std::string, std::string> checkpoint_record() const {
    auto record = run_facts();
    const std::string start = resumed_ ? resumed_->start_from : prepared_.start_text;
    if (!start.empty()) record["start_from"] = start;
    const auto facts = run_machine_facts();
    record["machine"] = (prepared_.device.is_cuda() ? device_text(prepared_.device) : facts.at("processor")) + ", " + facts.at("computing_threads") +
                        (facts.at("computing_threads") == "1" ? " thread" : " threads");
    const std::string version = version_text();  // "Luthier 1.2 (commit)"
    if (const auto commit = version.find('('); commit != std::string::npos) record["commit"] = version.substr(commit + 1, version.size() - commit - 2);
    record[kTrainingMinutes] = std::to_string(resumed_ ? resumed_->status.seconds / 60 : 0.0);  // before this sitting; the loop adds its own
    return record;
  }

  std::map<std::string, std::string> run_facts() const {
    return {{"family", prepared_.family->info().id}, {"preset", resumed_ ? resumed_->status.preset : request_.preset},
            {"config", canonical_text(prepared_.config)}, {"representation", prepared_.clips->representation.canonical_text()},
            {"labels", nlohmann::json(prepared_.clips->labels).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)},
            {"run", id_}, {"version", version_text()}};
  }

  fs::path preview_path(std::int64_t step, int index, const char* extension) const {
    return folder_ / "previews" / ("step-" + std::to_string(step) + "-" + std::to_string(index) + extension);
  }

  // A preview that cannot be written is worth a warning, not the run.
  std::string preview_image(const Preview& preview, std::int64_t step, int index) {
    try {
      const auto picture = preview.picture.to(torch::kCPU, torch::kFloat).contiguous();
      if (picture.dim() != 2 || picture.numel() == 0) return {};
      const std::vector<float> values(picture.data_ptr<float>(), picture.data_ptr<float>() + picture.numel());
      const double top = picture.max().item<double>();
      const auto path = preview_path(step, index, ".png");
      write_png(path, spectrogram_raster(values, static_cast<int>(picture.size(0)), static_cast<int>(picture.size(1)), top, kPreviewRange, "magma", 2, 2),
                {{"Title", preview.title}});
      return path.string();
    } catch (const SessionError& error) {
      warn(error.what());
      return {};
    }
  }

  std::string preview_audio(const Preview& preview, std::int64_t step, int index) {
    try {
      const auto path = preview_path(step, index, ".wav");
      audio::write_audio(path, audio::AudioBuffer(preview.sample_rate, preview.sound), {{"title", preview.title}});
      return path.string();
    } catch (const audio::AudioError& error) {
      warn(error.what());
      return {};
    }
  }

  void warn(const std::string& text) {
    if (recorder_) emit(RunWarning{text});
    else early_warnings_.push_back(text);
  }

  void emit(RunEventData data) {
    if (const auto* done = std::get_if<StepDone>(&data)) step_ = done->step;
    if (const auto* saved = std::get_if<CheckpointSaved>(&data); saved && fs::path(saved->path).stem() == "latest") saved_ = saved->step;
    tell({id_, std::move(data)});
    for (const auto& text : std::exchange(troubles_, {})) tell({id_, RunWarning{text}});
    obey_orders();
  }

  void tell(const RunEvent& event) {
    if (recorder_) recorder_->on_event(event);
    listener_.on_event(event);
  }

  /// What was in use is free by now: the trainer ended with what it threw.
  std::int64_t batch_that_fits(std::int64_t wanted) {
    try {
      return find_batch(prepared_, wanted, 0, stop_).batch;
    } catch (const std::exception&) {
      return 0;  // stopped, or it fails for another reason too: no advice
    }
  }

  bool discarding() const { return switches_->discard.load(); }

  /// A look for an order costs microseconds, but so do the steps of a small model.
  void obey_orders() {
    if (!lock_ || Clock::now() - looked_ < std::chrono::milliseconds(100)) return;
    looked_ = Clock::now();
    const auto order = take_order(folder_);
    if (!order) return;
    switches_->paused = order == RunOrder::pause;
    if (order == RunOrder::discard) switches_->discard = true;
    if (order == RunOrder::stop || order == RunOrder::discard) own_stop_.request_stop();
  }

  std::string discarded_sentence() const {
    std::error_code error;
    if (!fs::exists(folder_ / "checkpoints" / "latest.safetensors", error)) return "Dropped at step " + std::to_string(step_) + "; nothing was saved.";
    return "Dropped at step " + std::to_string(step_) + "; step " + std::to_string(saved_) + " is the last that is saved; go on from it with --resume " + id_ + ".";
  }

  std::string memory_sentence() {
    const std::string name = prepared_.family ? batch_setting(prepared_) : "";
    if (!name.empty()) {
      const auto size = std::get<std::int64_t>(prepared_.config.at(name));
      const std::string where = std::string(prepared_.device.is_cuda() ? "The GPU's memory" : "The memory") + " is not enough for this model with " + name + " = " +
                                std::to_string(size) + "; ";
      const auto fits = size > 1 ? batch_that_fits(size / 2) : 0;
      if (fits == 0) return where + "choose a smaller preset or shorter crops.";
      const std::string again = saved_ > 0 ? "go on with --resume " + id_ + " --" : "--";
      return where + again + name + " " + std::to_string(fits) + " fits.";
    }
    return "The memory is not enough for this; close other programs or choose a smaller preset.";
  }

  const TrainingRequest& request_;
  RunListener& listener_;
  std::stop_source own_stop_;  ///< also asked by an order
  std::stop_callback<std::function<void()>> asked_stop_;
  std::stop_token stop_;
  RunSwitches own_switches_;
  RunSwitches* switches_;  ///< the caller's, or the own
  std::string id_, message_;
  std::optional<Workspace> workspace_;
  fs::path folder_;
  std::unique_ptr<RunLock> lock_;
  std::optional<RunRecord> resumed_;
  std::optional<Checkpoint> checkpoint_;
  PreparedRun prepared_;
  std::unique_ptr<RunRecorder> recorder_;
  std::vector<std::string> early_warnings_, troubles_;
  std::int64_t step_ = 0, first_step_ = 0, saved_ = 0;
  Clock::time_point started_ = Clock::now(), told_{}, looked_{};
};

}  // namespace

Outcome train(const TrainingRequest& request, RunListener& listener, std::stop_token stop, RunSwitches* switches) {
  return TrainingRun(request, listener, std::move(stop), switches).run();
}

}  // namespace luthier
