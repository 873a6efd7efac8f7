#include "core/session/live_session.h"

#include <algorithm>
#include <chrono>

#include "audio/loudness.h"
#include "audio/reader.h"
#include "audio/writer.h"
#include "core/session/device.h"
#include "core/session/live_streams.h"
#include "core/session/model_source.h"
#include "core/session/named_sound.h"
#include "core/session/outputs.h"
#include "core/session/text_file.h"
#include "core/session/transfer_files.h"
#include "core/session/version.h"
#include "core/transfer/live_transfer.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kLongestInput = 30 * 60;  ///< seconds kept of a sound input

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// One call of live().
class LiveRun {
 public:
  LiveRun(const LiveRequest& request, const LiveListener& listener, std::stop_token stop) : request_(request), listener_(listener), stop_(std::move(stop)) {}

  void work(LiveResult& result) {
    if (!request_.workspace.empty()) workspace_ = Workspace::open(request_.workspace);
    if (workspace_) catalog_ = workspace_->open_catalog();
    if (workspace_ || !request_.output.empty()) check_transfer_place({request_.workspace, request_.output, {}, {}, {}, {}});
    if (request_.content.empty() && !request_.output.empty()) refuse_existing(input_beside(request_.output));
    windows_ = {request_.window, request_.hop, request_.ahead, std::min({0.05, request_.hop, request_.ahead})};
    windows_.check();
    const auto device = choose_device(request_.device);
    loaded_ = load_model(workspace_ ? &*workspace_ : nullptr, request_.run, request_.checkpoint, Role::translator);
    options_ = options();
    const auto model = loaded_.family->make_transfer(loaded_.checkpoint, device);
    if (request_.style.empty()) throw ConfigError("No style was named; give a sound file or a clip's number.");
    style_ = named_sound(workspace(), catalog_.get(), request_.style);
    InversionSettings inversion;
    inversion.treble = request_.treble;
    const SoundInverter inverter(model->representation(), inversion, style_.sound);
    const auto source = open_source();
    LiveTransfer transfer(*model, options_, inverter, source->sample_rate(), windows_);
    warm_up(*model, inverter, source->sample_rate());
    stream(transfer, *source, result);
    result.input = source->description();
    write(*model, device, source->sample_rate(), result);
  }

 private:
  const Workspace* workspace() const { return workspace_ ? &*workspace_ : nullptr; }

  Config options() const {
    Config wanted = request_.options;
    const Schema schema = loaded_.family->transfer_schema();
    for (const auto& setting : schema) {
      if (setting.name == "steps") wanted.insert({"steps", std::int64_t{1}});
      if (setting.name == "temperature") wanted.insert({"temperature", 0.0});
      if (setting.name == "passes") wanted.insert({"passes", std::int64_t{1}});
    }
    return complete(schema, wanted);
  }

  std::unique_ptr<LiveSource> open_source() {
    if (request_.content.empty()) return make_input_source(request_.input_device);
    content_ = named_sound(workspace(), catalog_.get(), request_.content);
    return make_file_source(content_.sound, content_.name, request_.paced || request_.play);
  }

  /// The first pass through a network takes several times as long as the others.
  void warm_up(FamilyTransfer& model, const SoundInverter& inverter, int rate) const {
    LiveTransfer first(model, options_, inverter, rate, windows_);
    std::vector<float> noise(static_cast<std::size_t>(windows_.latency() * rate)), out;
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = 0.1f * static_cast<float>((i * 7919) % 1000) / 1000.0f;
    first.process(noise, out, stop_);
    first.finish(out, stop_);
  }

  void stream(LiveTransfer& transfer, LiveSource& source, LiveResult& result) {
    const int rate = source.sample_rate();
    std::unique_ptr<LiveOutput> output;
    if (request_.play) output = std::make_unique<LiveOutput>(request_.output_device, rate, request_.hop);
    if (output) result.sound_output = output->description();
    const double most = request_.seconds > 0 ? request_.seconds : request_.content.empty() ? kLongestInput : 1e9;
    double computing = 0;
    int blocks = 0;
    std::vector<float> made;
    while (!stop_.stop_requested()) {
      const auto room = static_cast<std::size_t>(std::max(0.0, most * rate - static_cast<double>(heard_.size())));
      const auto block = source.read(std::min(transfer.block(), room), stop_);
      const bool last = block.size() < transfer.block();
      const auto start = Clock::now();
      made.clear();
      transfer.process(block, made);
      if (last) transfer.finish(made);
      result.state.computing = since(start);
      if (output) output->write(made);
      heard_.insert(heard_.end(), block.begin(), block.end());
      made_.insert(made_.end(), made.begin(), made.end());
      computing += result.state.computing, ++blocks;
      result.computing_most = std::max(result.computing_most, result.state.computing);
      result.computing_mean = computing / blocks;
      result.state.late += result.state.computing > request_.hop;
      tell(result.state, block, made, rate, source, output.get());
      if (last) break;
    }
    if (made_.size() < heard_.size()) {  // stopped between two blocks
      made.clear();
      transfer.finish(made);
      made_.insert(made_.end(), made.begin(), made.end());
    }
    if (output && !stop_.stop_requested()) output->drain(stop_);
  }

  void tell(LiveState& state, const std::vector<float>& in, const std::vector<float>& out, int rate, const LiveSource& source, const LiveOutput* output) const {
    state.heard = static_cast<double>(heard_.size()) / rate, state.made = static_cast<double>(made_.size()) / rate;
    state.level_in = audio::peak(in), state.level_out = audio::peak(out);
    state.latency = windows_.latency() + state.computing + source.latency() + (output ? output->latency() : 0);
    state.gaps = output ? output->gaps() : 0;
    if (listener_) listener_(state);
  }

  void write(const FamilyTransfer& model, torch::Device device, int rate, LiveResult& result) {
    if (heard_.empty() || (request_.output.empty() && !workspace_)) return;
    TransferResult files;
    files.content = {rate, heard_}, files.style = style_.sound, files.result = {rate, made_};
    TransferPlace place{request_.workspace, request_.output, {}, loaded_.family->info().id + "-live", content_.clip, style_.clip};
    if (place.output.empty()) place.output = workspace_->make_unique_folder(workspace_->transfers(), place.folder_name) / "result.wav";
    std::string given = request_.content;
    if (given.empty()) given = keep_input(place.output, files.content);
    TransferRecord record;
    record.made = utc_now(), record.version = version_text();
    record.family = loaded_.family->info().id, record.run = loaded_.run;
    record.checkpoint = fs::absolute(loaded_.file).string(), record.weights_sha256 = loaded_.weights_sha256;
    record.content = {content_.name, given, content_.clip ? "" : fs::absolute(given).string(), content_.sha256};
    record.style = {style_.name, request_.style, style_.clip ? "" : fs::absolute(request_.style).string(), style_.sha256};
    record.options = options_;
    record.inversion = "in overlapped windows, from the content's phase";
    record.representation = model.representation().canonical_text();
    record.treble = request_.treble;
    record.device = device_text(device);
    record.live = {{"window_s", windows_.window}, {"hop_s", windows_.hop}, {"ahead_s", windows_.ahead}, {"latency_s", result.state.latency},
                   {"computing_s", result.computing_mean}, {"late_blocks", std::int64_t{result.state.late}}};
    record.sample_rate = rate, record.channels = 1, record.duration_s = files.result.seconds();
    record.seconds = result.computing_mean * (record.duration_s / windows_.hop), record.real_time_factor = result.computing_mean / windows_.hop;
    write_transfer(files, record, place);
    result.output = files.output, result.record = files.record, result.message = files.message;
  }

  static fs::path input_beside(const fs::path& output) { return output.parent_path() / (output.stem().string() + "-input" + output.extension().string()); }

  /// What came in from a device lies beside the result, so that it can be transferred again.
  std::string keep_input(const fs::path& output, const audio::AudioBuffer& heard) {
    const fs::path file = input_beside(output);
    std::error_code ignored;
    if (output.has_parent_path()) fs::create_directories(output.parent_path(), ignored);
    refuse_existing(file);
    audio::write_audio(file, heard);
    content_ = named_sound(nullptr, nullptr, file.string());
    return file.string();
  }

  const LiveRequest& request_;
  const LiveListener& listener_;
  std::stop_token stop_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<db::Catalog> catalog_;
  LiveWindows windows_;
  LoadedModel loaded_;
  Config options_;
  NamedSound content_, style_;
  std::vector<float> heard_, made_;
};

}  // namespace

LiveResult live(const LiveRequest& request, const LiveListener& listener, std::stop_token stop) {
  LiveResult result;
  try {
    LiveRun(request, listener, std::move(stop)).work(result);
  } catch (const Cancelled&) {
    result.outcome = Outcome::cancelled;
    result.message = "Stopped before anything came in.";
  } catch (const std::exception& error) {
    result.outcome = Outcome::failed;
    result.message = error_sentence(error);
  }
  return result;
}

}  // namespace luthier
