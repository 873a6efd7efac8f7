#include "core/session/transfer_session.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>

#include "audio/reader.h"
#include "audio/writer.h"
#include "core/session/content_hash.h"
#include "core/session/device.h"
#include "core/session/model_source.h"
#include "core/session/named_sound.h"
#include "core/session/outputs.h"
#include "core/session/public_weights.h"
#include "core/session/run_record.h"
#include "core/session/text_file.h"
#include "core/session/transfer_files.h"
#include "core/session/transfer_models.h"
#include "core/session/transfer_record.h"
#include "core/session/version.h"
#include "core/session/weights_check.h"
#include "core/transfer/step_store.h"
#include "core/transfer/transfer_sound.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
constexpr int kIterations = 32;  ///< of Griffin-Lim
constexpr std::int64_t kStepBytes = std::int64_t{128} << 20;

std::string inversion_text(const RepresentationSpec& representation) {
  if (representation.kind == "waveform") return "none, the model makes samples";
  if (representation.kind == "stft_cqt") return "inverse Fourier transform of the model's own phase";
  return "NNLS and Griffin-Lim from the content's phase and fine structure, " + std::to_string(kIterations) + " iterations";
}

/// One value all through, as a broken line-in gives it, is no sound; that of 0 has a sentence of its own.
void refuse_constant(const audio::AudioBuffer& sound, const char* what) {
  constexpr float kLeast = 1e-6f;
  bool any = false;
  for (const auto& channel : sound.channels) {
    if (channel.empty()) continue;
    const auto [low, high] = std::minmax_element(channel.begin(), channel.end());
    if (*high - *low > kLeast) return;
    any |= *high != 0;
  }
  if (any) throw ConfigError(std::string("The ") + what + " holds one constant value and no sound; choose another one.");
}

/// Outcome of work that may throw, with one sentence for what went wrong.
TransferResult guarded(const std::function<void(TransferResult&)>& work) {
  TransferResult result;
  try {
    work(result);
  } catch (const Cancelled&) {
    result.outcome = Outcome::cancelled;
    result.message = "Stopped; nothing was written.";
  } catch (const std::exception& error) {
    result.outcome = Outcome::failed;
    result.message = is_out_of_memory(error) ? "The memory is not enough for a sound of this length; transfer a shorter part, or use the device cpu." : error_sentence(error);
  }
  return result;
}

/// Estimates with everything that turns them into sound and files.
class KeptSteps : public TransferSteps {
 public:
  KeptSteps(const RepresentationSpec& spec, std::unique_ptr<FamilyTransfer> vocoder, InversionSettings settings, const NamedSound& content,
            audio::AudioBuffer style, TransferRecord record, TransferPlace place, int wanted)
      : vocoder_(std::move(vocoder)), inverter_(spec, std::move(settings), std::move(style)), content_(content.sound), record_(std::move(record)),
        place_(std::move(place)), store_(kStepBytes, wanted) {}

  const SoundInverter& inverter() const { return inverter_; }
  StepStore& store() { return store_; }

  std::vector<int> steps() const override { return store_.steps(); }
  int total() const override { return store_.total(); }

  audio::AudioBuffer sound(int step, std::stop_token stop) const override {
    const std::lock_guard lock(mutex_);
    const auto known = store_.steps();
    if (std::find(known.begin(), known.end(), step) == known.end())
      throw ConfigError("There is no estimate of step " + std::to_string(step) + ": the transfer has " + std::to_string(store_.total()) +
                        (store_.total() == 1 ? " step." : " steps."));
    return inverter_.sound(content_, [&](int channel) { return store_.at(channel, step); }, stop);
  }

  TransferResult keep(int step, const fs::path& output, std::stop_token stop) const override {
    return guarded([&](TransferResult& result) {
      refuse_existing(output);
      const auto start = std::chrono::steady_clock::now();
      result.result = sound(step, stop);
      result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      result.content = content_;
      if (!record_.style.given.empty()) result.style = inverter_.style();
      finish(result, step, output, {}, true);
    });
  }

  /// Completes the record and writes everything; `kept` marks it in the history.
  void finish(TransferResult& result, int kept_step, const fs::path& output, const fs::path& image, bool kept = false) const {
    result.real_time_factor = result.seconds / std::max(1e-9, content_.seconds());
    TransferRecord record = record_;
    record.made = utc_now();
    record.kept_step = kept_step, record.steps = store_.total();
    record.sample_rate = result.result.sample_rate, record.channels = result.result.channel_count();
    record.duration_s = result.result.seconds();
    record.seconds = result.seconds, record.real_time_factor = result.real_time_factor;
    TransferPlace place = place_;
    place.output = output, place.image = image, place.kept = kept;
    write_transfer(result, record, place);
  }

 private:
  std::unique_ptr<FamilyTransfer> vocoder_;
  SoundInverter inverter_;
  audio::AudioBuffer content_;
  TransferRecord record_;
  TransferPlace place_;
  StepStore store_;
  mutable std::mutex mutex_;
};

/// One call of transfer().
class TransferRun {
 public:
  TransferRun(const TransferRequest& request, const TransferListener& listener, std::stop_token stop)
      : request_(request), listener_(listener), stop_(std::move(stop)) {}

  void work(TransferResult& result) {
    if (!request_.workspace.empty()) workspace_ = Workspace::open(request_.workspace);
    if (workspace_) catalog_ = workspace_->open_catalog();
    check_transfer_place({request_.workspace, request_.output, request_.image, {}, {}, {}});
    if (request_.keep_step < 0) throw ConfigError("Steps count from 1; there is no step " + std::to_string(request_.keep_step) + ".");
    tell(0, "loading the model");
    const auto device = choose_device(request_.device);
    const Config options = choose_model();
    check_kept_step(options);
    content_ = read_sound(request_.content, "content");
    if (!request_.style.empty() || needs_style_clip(model_.family->transfer_schema(), options)) style_ = read_sound(request_.style, "style");
    else style_.name = "the label " + std::get<std::string>(options.at("label"));
    refuse_constant(content_.sound, "content");
    refuse_constant(style_.sound, "style clip");
    const auto model = model_.family->make_transfer(model_.checkpoint, device);
    const auto steps = prepare(model->representation(), options, device);
    result.steps = steps;
    result.content = content_.sound, result.style = style_.sound;
    if (listener_.begun) listener_.begun(steps);
    compute(*model, options, *steps, result);
    tell(0.97, "writing");
    steps->finish(result, request_.keep_step, request_.output, request_.image);
    tell(1, "done");
  }

 private:
  /// Loads the model; returns the complete options of the transfer.
  Config choose_model() {
    const Workspace* workspace = workspace_ ? &*workspace_ : nullptr;
    if (request_.family.empty()) {
      if (!request_.preset.empty()) throw ConfigError("A preset belongs to a family that needs no training; name that family, or leave the preset out.");
      model_ = load_model(workspace, request_.run, request_.checkpoint, Role::translator);
      return complete(model_.family->transfer_schema(), request_.options);
    }
    if (!request_.run.empty() || !request_.checkpoint.empty()) throw ConfigError("Name either a run or a family that needs no training, not both.");
    complete(untrained_transfer_settings(request_.family), request_.options);  // what belongs nowhere is refused
    const auto part = [&](const Schema& schema) {
      Config chosen;
      for (const auto& setting : schema)
        if (const auto given = request_.options.find(setting.name); given != request_.options.end()) chosen.insert(*given);
      return chosen;
    };
    const Family& family = find_family(request_.family);
    model_ = untrained_model(request_.family, request_.preset, part(family.schema()));
    Config options = complete(family.transfer_schema(), part(family.transfer_schema()));
    if (const auto weights = options.find("weights"); weights != options.end() && workspace) {
      auto& named = std::get<std::string>(weights->second);
      name_weights(*workspace, named);
      const Config settings = config_from_text(family.schema(), model_.checkpoint.at("config"));
      if (const auto features = settings.find("features"); named.empty() && features != settings.end())
        named = weights_taken_in(*workspace, std::get<std::string>(features->second));
    }
    return options;
  }

  /// Sampling can only be kept where it will have been.
  void check_kept_step(const Config& options) const {
    const auto steps = options.find("steps");
    const auto* count = steps == options.end() ? nullptr : std::get_if<std::int64_t>(&steps->second);
    if (count && *count > 0 && request_.keep_step > *count)
      throw ConfigError("There is no estimate of step " + std::to_string(request_.keep_step) + ": the transfer has " + std::to_string(*count) + (*count == 1 ? " step." : " steps."));
  }

  /// A run of the workspace stands for its checkpoint.
  static void name_weights(const Workspace& workspace, std::string& weights) {
    std::error_code error;
    if (!weights.empty() && weights.find('/') == std::string::npos && is_run(workspace.runs() / weights))
      weights = checkpoint_of_run(workspace, weights).string();
  }

  /// There is a style clip; where a label stands for it, no treble is made after it.
  bool heard() const { return !request_.style.empty(); }

  NamedSound read_sound(const std::string& name, const char* what) const {
    if (name.empty()) throw ConfigError(std::string("No ") + what + " was named; give a sound file or a clip's number.");
    return named_sound(workspace_ ? &*workspace_ : nullptr, catalog_.get(), name, stop_);
  }

  std::shared_ptr<KeptSteps> prepare(const RepresentationSpec& representation, const Config& options, torch::Device device) {
    InversionSettings inversion;
    inversion.iterations = kIterations;
    inversion.treble = request_.treble && heard();
    if (const auto seed = options.find("seed"); seed != options.end())
      if (const auto* number = std::get_if<std::int64_t>(&seed->second)) inversion.seed = static_cast<std::uint64_t>(*number);
    TransferRecord record = begin_record(representation, options, device);
    std::unique_ptr<FamilyTransfer> vocoder;
    if (!request_.vocoder.empty() && request_.vocoder != "griffin-lim") {
      const auto loaded = load_named_model(workspace_ ? &*workspace_ : nullptr, request_.vocoder, Role::vocoder);
      vocoder = loaded.family->make_transfer(loaded.checkpoint, device);
      inversion.vocoder = vocoder.get();
      inversion.vocoder_options = complete(loaded.family->transfer_schema(), {});
      record.vocoder_given = request_.vocoder, record.vocoder_family = loaded.family->info().id;
      record.vocoder_checkpoint = loaded.file.string(), record.vocoder_sha256 = loaded.weights_sha256;
    }
    const TransferPlace place{request_.workspace, {}, {}, model_.family->info().id, content_.clip, style_.clip};
    return std::make_shared<KeptSteps>(representation, std::move(vocoder), std::move(inversion), content_, heard() ? style_.sound : content_.sound, std::move(record), place, request_.keep_step);
  }

  void compute(FamilyTransfer& model, const Config& options, KeptSteps& steps, TransferResult& result) const {
    SoundTransferListener listener;
    listener.progress = [this](double fraction, const std::string& text) { tell(0.03 + 0.94 * fraction, text); };
    listener.step = [&](const SoundStep& step) {
      if (!steps.store().add(step, content_.sound.channel_count()) || step.channel != 0 || !listener_.step) return;
      show(step, steps.inverter().representation());
    };
    const auto start = std::chrono::steady_clock::now();
    result.result = transfer_sound(model, options, steps.inverter(), content_.sound, listener, stop_);
    if (request_.keep_step > 0) result.result = steps.sound(request_.keep_step, stop_);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  void show(const SoundStep& step, const Representation& representation) const {
    const auto plain = representation.picture(step.estimate).to(at::kCPU, at::kFloat).contiguous();
    const RepresentationSpec& spec = representation.spec();
    TransferStep out{step.step, step.total, static_cast<int>(plain.size(0)), static_cast<int>(plain.size(1)), {},
                     spec.kind == "stft_cqt", spec.sample_rate, spec.n_fft, spec.hop};
    out.decibels.assign(plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel());
    listener_.step(out);
  }

  TransferRecord begin_record(const RepresentationSpec& representation, const Config& options, torch::Device device) const {
    TransferRecord record;
    record.version = version_text();
    record.family = model_.family->info().id;
    record.run = model_.run;
    record.checkpoint = model_.file.empty() ? "" : fs::absolute(model_.file).string();
    record.checkpoint_step = model_.checkpoint.record.count("step") ? model_.checkpoint.at("step") : "";
    record.weights_sha256 = model_.weights_sha256;
    record.untrained = !request_.family.empty();
    if (record.untrained) record.settings = config_from_text(model_.family->schema(), model_.checkpoint.at("config"));
    record.content = recorded(content_, request_.content), record.style = recorded(style_, request_.style);
    record.options = options;
    record.inversion = inversion_text(representation);
    record.representation = representation.canonical_text();
    record.treble = request_.treble && heard();
    record.device = device_text(device);
    return record;
  }

  static RecordedSound recorded(const NamedSound& sound, const std::string& given) {
    return {sound.name, given, sound.clip || given.empty() ? "" : fs::absolute(given).string(), sound.sha256};
  }

  void tell(double fraction, const std::string& text) const {
    if (listener_.progress) listener_.progress(fraction, text);
  }

  const TransferRequest& request_;
  const TransferListener& listener_;
  std::stop_token stop_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<db::Catalog> catalog_;
  LoadedModel model_;
  NamedSound content_, style_;
};

}  // namespace

TransferResult transfer(const TransferRequest& request, const TransferListener& listener, std::stop_token stop) {
  return guarded([&](TransferResult& result) { TransferRun(request, listener, std::move(stop)).work(result); });
}

namespace {

template <class Find>
Schema schema_or_sentence(Find&& find) {
  try {
    return find().transfer_schema();
  } catch (const ConfigError&) {
    throw;
  } catch (const std::exception& error) {
    throw ConfigError(error.what());
  }
}

}  // namespace

Schema transfer_settings(const fs::path& workspace, const std::string& run) {
  return schema_or_sentence([&]() -> const Family& {
    if (run.empty()) return *load_model(nullptr, "", "", Role::translator).family;
    return find_family(load_run_status(Workspace::open(workspace).runs() / run).family);
  });
}

Schema checkpoint_transfer_settings(const fs::path& checkpoint) {
  return schema_or_sentence([&]() -> const Family& { return family_of(load_checkpoint(checkpoint), checkpoint); });
}

Schema untrained_transfer_settings(const std::string& family) {
  const auto model = untrained_model(family, "", {});
  Schema schema = model.family->schema();
  for (auto& setting : model.family->transfer_schema()) schema.push_back(setting);
  return schema;
}

}  // namespace luthier
