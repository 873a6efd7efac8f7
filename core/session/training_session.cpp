#include "core/session/training_session.h"

#include <sys/resource.h>
#include <torch/version.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "audio/writer.h"
#include "core/session/content_hash.h"
#include "core/session/device.h"
#include "core/session/figure/raster.h"
#include "core/session/run_preparation.h"
#include "core/session/run_recorder.h"
#include "core/session/step_fitting.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/training/training_loop.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kPreviewRange = 80;  ///< dB

/// One call of train(): owns what the run holds and sees to it that every event is told once, recorder first.
class TrainingRun {
 public:
  TrainingRun(const TrainingRequest& request, RunListener& listener, std::stop_token stop, PauseFlag* pause)
      : request_(request), listener_(listener), stop_(std::move(stop)), pause_(pause), id_(request.resume) {}

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
      message_ = outcome == Outcome::done ? folder_.string() : "Stopped at step " + std::to_string(step_) + "; go on with --resume " + id_ + ".";
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
    const Workspace workspace = Workspace::open(request_.workspace);
    if (!request_.resume.empty()) open_resumed(workspace);
    emit(RunPreparing{0, "reading clips", -1});
    prepared_ = prepare_run(request_, workspace, resumed_ ? &*resumed_ : nullptr, [this](const Progress& p) { preparing(p); }, stop_);
    fit_steps();
    emit(RunPreparing{1, "making the networks", -1});
    auto trainer = prepared_.family->make_training(inputs());
    if (stop_.stop_requested()) throw Cancelled();
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
    resumed_ = load_run_record(folder_);  // another program may have ended just now
    const fs::path latest = folder_ / "checkpoints" / "latest.safetensors";
    std::error_code error;
    if (!fs::exists(latest, error)) throw SessionError("the run '" + request_.resume + "' has no checkpoint to go on from; start it anew");
    checkpoint_ = load_checkpoint(latest);
    if (checkpoint_->at("family") != resumed_->status.family)
      throw CheckpointError("The checkpoint " + latest.string() + " belongs to the family '" + checkpoint_->at("family") + "', not to '" +
                            resumed_->status.family + "'; put back the run's own file.");
    step_ = first_step_ = std::stoll(checkpoint_->at("step"));
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
    const auto changed = resumed_ ? difference(resumed_->config, prepared_.config) : std::vector<std::string>{};
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
    record.machine = machine_facts();
    record.machine["libtorch"] = TORCH_VERSION;
    record.sittings.push_back({utc_now(), started.device, version_text(), first_step_, changed});
    if (!resumed_)
      for (std::size_t i = 0; i < prepared_.clips->clips.size(); ++i) {
        const auto& clip = prepared_.clips->clips[i];
        record.clips.push_back({clip.id, clip.name, clip.label, clip.split, clip.phrase, i < prepared_.hashes.size() ? prepared_.hashes[i] : ""});
      }
    return record;
  }

  Outcome loop(Trainer& trainer) {
    const auto settings = settings_from<LoopSettings>(prepared_.config);
    LoopControl control{stop_, [this] { return pause_ && pause_->paused.load(); }};
    if (request_.minutes > 0)
      control.enough = [end = Clock::now() + std::chrono::duration<double>(request_.minutes * 60)] { return Clock::now() >= end; };
    LoopOutputs outputs;
    outputs.folder = folder_;
    outputs.emit = [this](RunEventData data) { emit(std::move(data)); };
    outputs.write_preview_image = [this](const Preview& p, std::int64_t step, int index) { return preview_image(p, step, index); };
    outputs.write_preview_audio = [this](const Preview& p, std::int64_t step, int index) { return preview_audio(p, step, index); };
    outputs.record = checkpoint_record();
    return run_training_loop(trainer, settings, checkpoint_ ? &*checkpoint_ : nullptr, control, outputs,
                             prepared_.start_from ? &*prepared_.start_from : nullptr);
  }

  std::map<std::string, std::string> checkpoint_record() const {
    auto record = run_facts();
    const std::string start = resumed_ ? resumed_->start_from : prepared_.start_text;
    if (!start.empty()) record["start_from"] = start;
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
    tell({id_, std::move(data)});
    for (const auto& text : std::exchange(troubles_, {})) tell({id_, RunWarning{text}});
  }

  void tell(const RunEvent& event) {
    if (recorder_) recorder_->on_event(event);
    listener_.on_event(event);
  }

  std::string memory_sentence() const {
    for (const char* name : {"batch", "batch_size"})
      if (const auto found = prepared_.config.find(name); found != prepared_.config.end())
        if (const auto* size = std::get_if<std::int64_t>(&found->second)) {
          const std::string where = prepared_.device.is_cuda() ? "The GPU's memory" : "The memory";
          return where + " is not enough for this model with " + name + " = " + std::to_string(*size) + "; try --" + name + " " +
                 std::to_string(std::max<std::int64_t>(1, *size / 2)) + ", or a smaller preset.";
        }
    return "The memory is not enough for this; close other programs or choose a smaller preset.";
  }

  const TrainingRequest& request_;
  RunListener& listener_;
  std::stop_token stop_;
  PauseFlag* pause_;
  std::string id_, message_;
  fs::path folder_;
  std::unique_ptr<RunLock> lock_;
  std::optional<RunRecord> resumed_;
  std::optional<Checkpoint> checkpoint_;
  PreparedRun prepared_;
  std::unique_ptr<RunRecorder> recorder_;
  std::vector<std::string> early_warnings_, troubles_;
  std::int64_t step_ = 0, first_step_ = 0;
  Clock::time_point started_ = Clock::now(), told_{};
};

double resident_peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024.0;
}

}  // namespace

Outcome train(const TrainingRequest& request, RunListener& listener, std::stop_token stop, PauseFlag* pause) {
  return TrainingRun(request, listener, std::move(stop), pause).run();
}

DryRun dry_run(const TrainingRequest& request, std::stop_token stop) {
  try {
    const Workspace workspace = Workspace::open(request.workspace);
    std::optional<RunRecord> resumed;
    if (!request.resume.empty()) resumed = load_run_record(workspace.runs() / request.resume);
    const double before = resident_peak();
    const PreparedRun prepared = prepare_run(request, workspace, resumed ? &*resumed : nullptr, {}, stop);
    DryRun out;
    out.parameters = prepared.parameters;
    for (const auto& clip : prepared.clips->clips) out.clips += clip.split == "train";
    const auto trainer = prepared.family->make_training({prepared.config, prepared.clips, prepared.pairs, prepared.device, {}});
    for (const auto& phase : trainer->phases()) out.total_steps += phase.steps;
    out.seconds_per_step = seconds_per_step(*trainer, static_cast<int>(trainer->phases().size()) - 1, static_cast<std::uint64_t>(std::get<std::int64_t>(prepared.config.at("seed"))), stop);
    out.seconds_total = out.seconds_per_step * static_cast<double>(out.total_steps);
    out.memory_bytes = std::max(0.0, resident_peak() - before);
    return out;
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& error) {
    throw ConfigError(is_out_of_memory(error) ? "The memory is not enough for one step; choose a smaller batch or preset." : error_sentence(error));
  }
}

}  // namespace luthier
