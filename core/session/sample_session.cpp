#include "core/session/sample_session.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "audio/loudness.h"
#include "audio/writer.h"
#include "core/session/device.h"
#include "core/session/figure/spectrogram_figure.h"
#include "core/session/model_source.h"
#include "core/session/npy_file.h"
#include "core/session/outputs.h"
#include "core/session/text_file.h"
#include "core/session/version.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double kLoudness = 0.1;     ///< RMS; a spectrogram made of noise has no level of its own
constexpr double kFullScale = 0.999;
constexpr int kIterations = 32;       ///< of Griffin-Lim

std::vector<float> values_of(const torch::Tensor& tensor) {
  const auto plain = tensor.to(at::kCPU, at::kFloat).contiguous();
  return {plain.const_data_ptr<float>(), plain.const_data_ptr<float>() + plain.numel()};
}

}  // namespace

struct SampleMaker::State {
  LoadedModel model;
  std::optional<LoadedModel> vocoder_model;
  std::unique_ptr<FamilyTransfer> generator, vocoder;
  std::shared_ptr<const Representation> representation;
  Schema schema;
  torch::Device device = torch::kCPU;
};

SampleMaker::SampleMaker(const fs::path& workspace, const std::string& run, const std::string& checkpoint, const std::string& vocoder,
                         const std::string& device)
    : state_(std::make_unique<State>()) {
  if (run.empty() && checkpoint.empty()) throw ConfigError("Name a run of a generator (such as simplegan), or a checkpoint file.");
  std::optional<Workspace> opened;
  if (!workspace.empty()) opened = Workspace::open(workspace);
  const Workspace* place = opened ? &*opened : nullptr;
  state_->device = choose_device(device);
  state_->model = load_model(place, run, checkpoint, Role::generator);
  state_->schema = state_->model.family->transfer_schema();
  state_->generator = state_->model.family->make_transfer(state_->model.checkpoint, state_->device);
  state_->representation = make_representation(state_->generator->representation());
  if (vocoder.empty() || vocoder == "griffin-lim") return;
  state_->vocoder_model = load_named_model(place, vocoder, Role::vocoder);
  state_->vocoder = state_->vocoder_model->family->make_transfer(state_->vocoder_model->checkpoint, state_->device);
  const auto given = state_->generator->representation(), wanted = state_->vocoder->representation();
  if (!(given == wanted))
    throw ConfigError("The vocoder was trained on other spectrograms (" + wanted.canonical_text() + ") than this model makes (" + given.canonical_text() + "); take one with the same settings, or none.");
}

SampleMaker::~SampleMaker() = default;

const Schema& SampleMaker::settings() const { return state_->schema; }

std::string SampleMaker::family() const { return state_->model.family->info().id; }

Config SampleMaker::with_latent(Config options, const std::vector<double>& latent) const { return luthier::with_latent(state_->schema, std::move(options), latent); }

Config with_latent(const Schema& settings, Config options, const std::vector<double>& latent) {
  std::size_t sliders = 0;
  for (const auto& setting : settings) sliders += setting.name.starts_with("axis_");
  if (latent.size() > sliders)
    throw ConfigError("This model has " + std::to_string(sliders) + " sliders in its latent space, and " + std::to_string(latent.size()) + " places were given.");
  for (std::size_t i = 0; i < latent.size(); ++i) options["axis_" + std::to_string(i + 1)] = latent[i];
  return complete(settings, options);
}

Sample SampleMaker::make(const Config& options, bool with_sound, std::stop_token stop) const {
  const auto features = state_->generator->transform({}, {}, complete(state_->schema, options), {}, stop);
  Sample out;
  out.bins = static_cast<int>(features.size(1)), out.frames = static_cast<int>(features.size(2));
  out.features = values_of(features);
  out.decibels = values_of(state_->representation->picture(features));
  const auto& spec = state_->representation->spec();
  out.representation = spec.canonical_text();
  out.sample_rate = spec.sample_rate, out.seconds = static_cast<double>(out.frames) * spec.hop / spec.sample_rate;
  if (!with_sound) return out;
  if (state_->vocoder) {
    out.sound = {spec.sample_rate, state_->vocoder->decode(features, complete(state_->vocoder_model->family->transfer_schema(), {}), stop)};
  } else {
    InversionHints hints;
    hints.iterations = kIterations;
    hints.keep_going = [&] { return !stop.stop_requested(); };
    out.sound = state_->representation->invert(features, hints);
  }
  if (stop.stop_requested()) throw Cancelled();
  audio::normalise_rms(out.sound, kLoudness, kFullScale);
  return out;
}

std::vector<std::pair<std::string, std::string>> SampleMaker::facts() const {
  const auto& model = state_->model;
  std::vector<std::pair<std::string, std::string>> out = {
      {"family", model.family->info().id}, {"run", model.run}, {"checkpoint", model.file.string()}, {"weights_sha256", model.weights_sha256},
      {"device", device_text(state_->device)}};
  if (state_->vocoder_model) out.emplace_back("vocoder", state_->vocoder_model->file.string() + " (SHA-256 " + state_->vocoder_model->weights_sha256 + ")");
  else out.emplace_back("vocoder", "NNLS and Griffin-Lim from a random phase, " + std::to_string(kIterations) + " iterations");
  return out;
}

namespace {

std::string record_text(const SampleMaker& maker, const Config& options, const SampleResult& result) {
  const auto spec = RepresentationSpec::from_text(result.sample.representation);
  Json json;
  json["kind"] = "sample";
  json["made"] = utc_now();
  json["version"] = version_text();
  for (const auto& [name, value] : maker.facts()) json[name] = value;
  json["options"] = json_of(options);
  // What luthierctl invert reads beside an .npy file.
  json["analysis"] = spec.kind;
  json["representation"] = result.sample.representation;
  json["sample_rate"] = spec.sample_rate;
  json["n_fft"] = spec.n_fft;
  json["hop"] = spec.hop;
  json["bins"] = result.sample.bins;
  json["frames"] = result.sample.frames;
  json["samples"] = result.sample.sound.length();
  json["duration_s"] = result.sample.sound.seconds();
  json["seconds"] = result.seconds;
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

void write_picture(const fs::path& file, const Sample& sample, const std::string& record) {
  const auto spec = RepresentationSpec::from_text(sample.representation);
  SpectrogramFigure figure;
  figure.panels.push_back({"made from noise", sample.bins, sample.frames, sample.decibels, mel_bin_hz(spec), sample.seconds});
  figure.panel_height = 420;
  figure.unit = "dB";
  show_loudest(figure);
  RasterCanvas canvas(figure.width, figure.height(), {255, 255, 255, 255});
  figure.draw(canvas);
  make_parent(file);
  write_png(file, canvas.raster(), {{"Software", version_text()}, {"Comment", record}});
}

void write_features(const fs::path& file, const Sample& sample) {
  audio::Spectrogram values(sample.bins, sample.frames);
  values.values = sample.features;
  make_parent(file);
  write_npy(file, values);
}

void make_sample(const SampleRequest& request, const std::function<void(double, const std::string&)>& progress, std::stop_token stop, SampleResult& result) {
  const auto tell = [&](double fraction, const char* text) {
    if (progress) progress(fraction, text);
  };
  for (const auto& file : {request.output, request.image, request.features}) refuse_existing(file);
  if (!request.output.empty()) audio::file_format_for(request.output);
  if (request.output.empty() && request.workspace.empty()) throw ConfigError("Say where the sound shall go, or name a workspace.");
  if (!request.features.empty() && request.features.extension() != ".npy") throw ConfigError("Features are written as .npy, not as '" + request.features.filename().string() + "'.");
  for (const auto& file : {request.output, request.features})
    if (!file.empty()) refuse_existing(fs::path(file).replace_extension(".json"));
  require_writable(request.output.empty() ? Workspace::open(request.workspace).transfers() / "sample.wav" : request.output);
  for (const auto& file : {request.image, request.features}) require_writable(file);
  tell(0, "loading the model");
  const SampleMaker maker(request.workspace, request.run, request.checkpoint, request.vocoder, request.device);
  const Config options = maker.with_latent(request.options, request.latent);
  tell(0.1, "making a spectrogram and its sound");
  const auto start = std::chrono::steady_clock::now();
  result.sample = maker.make(options, true, stop);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  tell(0.9, "writing");
  fs::path output = request.output;
  if (output.empty()) {
    const Workspace workspace = Workspace::open(request.workspace);
    output = workspace.make_unique_folder(workspace.transfers(), maker.family()) / "sample.wav";
  }
  make_parent(output);
  const std::string record = record_text(maker, options, result);
  const fs::path record_file = fs::path(output).replace_extension(".json"), features_record = fs::path(request.features).replace_extension(".json");
  refuse_existing(record_file);
  if (!request.features.empty() && features_record != record_file) refuse_existing(features_record);
  audio::write_audio(output, result.sample.sound, {{"title", "made from noise"}, {"software", version_text()}, {"comment", record}});
  result.output = output;
  write_text(record_file, record + "\n");
  result.record = record_file;
  if (!request.image.empty()) write_picture(request.image, result.sample, record);
  if (!request.features.empty()) {
    write_features(request.features, result.sample);
    if (features_record != record_file) write_text(features_record, record + "\n");
  }
  tell(1, "done");
}

}  // namespace

SampleResult sample(const SampleRequest& request, const std::function<void(double, const std::string&)>& progress, std::stop_token stop) {
  SampleResult result;
  try {
    make_sample(request, progress, stop, result);
  } catch (const Cancelled&) {
    result.outcome = Outcome::cancelled;
    result.message = "Stopped; nothing was written.";
  } catch (const std::exception& error) {
    result.outcome = Outcome::failed;
    result.message = error_sentence(error);
  }
  return result;
}

}  // namespace luthier
