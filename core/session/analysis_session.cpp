#include "core/session/analysis_session.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "audio/analysis/cqt.h"
#include "audio/analysis/griffin_lim.h"
#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/spectrogram_image.h"
#include "audio/reader.h"
#include "audio/resampler.h"
#include "audio/writer.h"
#include "core/session/device.h"
#include "core/session/export_session.h"
#include "core/session/figure/pdf_canvas.h"
#include "core/session/figure/spectrogram_figure.h"
#include "core/session/model_source.h"
#include "core/session/model_view.h"
#include "core/session/compared_sound.h"
#include "core/session/npy_file.h"
#include "core/session/outputs.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/signal/spectrogram_tensor.h"
#include "core/transfer/sound_inverter.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr float kRange = 80.0f;

bool is_picture(const fs::path& path) { return path.extension() == ".png"; }

/// What the file shall hold, and how to show it.
struct Analysis {
  audio::Spectrogram values;
  audio::Spectrogram decibels;
  std::vector<double> bin_hz;
  std::string representation;  ///< canonical text where a Representation made it
};

Analysis by_representation(const SpectrogramRequest& request, const audio::AudioBuffer& sound) {
  // "mel" is the picture of system A before it is cut to 8 bits.
  const RepresentationSpec spec{request.kind == "mel" ? "mel_image" : request.kind, sound.sample_rate, request.n_fft, request.hop, request.bands, false};
  const auto representation = make_representation(spec);
  Analysis out;
  out.representation = spec.canonical_text();
  out.bin_hz = mel_bin_hz(spec);
  if (request.kind == "mel") {
    const audio::MelFilterbank bank({.sample_rate = spec.sample_rate, .n_fft = spec.n_fft, .bands = spec.bands});
    out.values = out.decibels = audio::power_to_db(audio::mel_spectrogram(sound.mono(), {.n_fft = spec.n_fft, .hop = spec.hop}, bank));
    return out;
  }
  const auto features = representation->analyse(sound);
  if (features.size(0) != 1) throw ConfigError("The representation '" + request.kind + "' has several channels; it cannot be written as one picture.");
  out.values = to_spectrogram(features[0]);
  out.decibels = to_spectrogram(representation->picture(features));
  return out;
}

Analysis analyse(const SpectrogramRequest& request, const audio::AudioBuffer& sound) {
  Analysis out;
  if (request.kind == "stft") {
    out.values = out.decibels = audio::amplitude_to_db(audio::magnitude(audio::stft(sound.mono(), {.n_fft = request.n_fft, .hop = request.hop})));
    for (int bin = 0; bin < out.values.bands; ++bin) out.bin_hz.push_back(static_cast<double>(bin) * sound.sample_rate / request.n_fft);
    return out;
  }
  if (request.kind == "cqt") {
    audio::CqtOptions options;
    options.sample_rate = sound.sample_rate;
    options.hop = request.hop;
    out.values = out.decibels = audio::amplitude_to_db(audio::magnitude(audio::cqt(sound.mono(), options)));
    for (int bin = 0; bin < out.values.bands; ++bin) out.bin_hz.push_back(options.f_min * std::pow(2.0, bin / static_cast<double>(options.bins_per_octave)));
    return out;
  }
  if (request.kind == "waveform") throw ConfigError("A waveform is no spectrogram; the kinds are: mel, stft, cqt, mel_image, mel_db, log10_mel, log_mel.");
  return by_representation(request, sound);
}

/// For work that cannot be asked to stop and writes nothing: on a thread of its own, which a stop request leaves behind.
template <class Work>
auto apart(Work work, const std::stop_token& stop) {
  std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
  auto result = task.get_future();
  std::thread(std::move(task)).detach();
  while (result.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready)
    if (stop.stop_requested()) throw Cancelled();
  return result.get();
}

SpectrogramRequest as_seen_by(SpectrogramRequest request) {
  const auto spec = RepresentationSpec::from_text(representation_of_model(request.workspace, request.run == "shipped" ? "" : request.run));
  request.kind = spec.kind, request.sample_rate = spec.sample_rate, request.n_fft = spec.n_fft, request.hop = spec.hop, request.bands = spec.bands;
  return request;
}

std::string record_of(const SpectrogramRequest& request, const audio::AudioBuffer& sound, const Analysis& analysis) {
  Json json;
  json["kind"] = "spectrogram";
  json["made"] = utc_now();
  json["version"] = version_text();
  json["input"] = request.input;
  json["analysis"] = request.kind;
  if (!request.run.empty()) json["as_seen_by"] = request.run;
  json["representation"] = analysis.representation;
  json["sample_rate"] = sound.sample_rate;
  json["n_fft"] = request.n_fft;
  json["hop"] = request.hop;
  json["bins"] = analysis.values.bands;
  json["frames"] = analysis.values.frames;
  json["samples"] = sound.length();
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

/// "time_s" and one column for each bin, "dB_at_440_Hz", a line for each frame.
void write_csv(const SpectrogramRequest& request, const audio::AudioBuffer& sound, const Analysis& analysis) {
  const audio::Spectrogram& db = analysis.decibels;
  std::string out = "time_s";
  char text[48];
  for (int bin = 0; bin < db.bands; ++bin) {
    std::snprintf(text, sizeof text, ",dB_at_%.6g_Hz", analysis.bin_hz[static_cast<std::size_t>(bin)]);
    out += text;
  }
  out += '\n';
  for (int frame = 0; frame < db.frames; ++frame) {
    std::snprintf(text, sizeof text, "%.6g", static_cast<double>(frame) * request.hop / sound.sample_rate);
    out += text;
    for (int bin = 0; bin < db.bands; ++bin) {
      std::snprintf(text, sizeof text, ",%.2f", static_cast<double>(db.at(bin, frame)));
      out += text;
    }
    out += '\n';
  }
  write_text(request.output, out);
}

void write_figure(const SpectrogramRequest& request, const audio::AudioBuffer& sound, const Analysis& analysis, const std::string& record) {
  SpectrogramFigure figure;
  figure.colours = request.colours;
  FigurePanel panel{request.input + ", " + request.kind, analysis.decibels.bands, analysis.decibels.frames, analysis.decibels.values, analysis.bin_hz, sound.seconds()};
  figure.panels.push_back(std::move(panel));
  figure.panel_height = 420;
  figure.unit = "dB";
  show_loudest(figure);
  const auto drawn = [&figure](auto&& canvas) -> auto& {
    figure.draw(canvas);
    return canvas;
  };
  constexpr Colour kPaper{255, 255, 255, 255};
  const std::string ending = request.output.extension().string();
  if (ending == ".svg") return write_text(request.output, drawn(SvgCanvas(figure.width, figure.height(), kPaper)).document(record));
  if (ending == ".pdf") return write_text(request.output, drawn(PdfCanvas(figure.width, figure.height(), kPaper)).document(request.input, record));
  write_png(request.output, drawn(RasterCanvas(figure.width, figure.height(), kPaper)).raster(), {{"Software", version_text()}, {"Comment", record}});
}

void write_picture(const fs::path& path, const audio::GreyImage& image) { write_grey_png(path, image.width, image.height, image.pixels); }

/// How a file is to be read: from the record beside it, else as system A's pictures.
struct Reading {
  std::string kind = "mel", representation;
  int sample_rate = 22050, n_fft = 2048, hop = 512;
  std::int64_t samples = 0;
};

Reading reading_of(const InversionRequest& request) {
  const fs::path record = fs::path(request.input).replace_extension(".json");
  std::error_code error;
  Reading reading;
  reading.sample_rate = request.sample_rate;
  if (!fs::exists(record, error)) {
    if (is_picture(request.input)) return reading;
    throw ConfigError("The record '" + record.string() + "' that belongs to the numbers is missing; put it back beside the file.");
  }
  try {
    const Json json = Json::parse(read_text(record));
    reading.kind = json.at("analysis"), reading.representation = json.at("representation");
    reading.sample_rate = json.at("sample_rate"), reading.n_fft = json.at("n_fft"), reading.hop = json.at("hop"), reading.samples = json.at("samples");
  } catch (const nlohmann::json::exception&) {
    throw ConfigError("The record '" + record.string() + "' is damaged; write the spectrogram anew.");
  }
  if (reading.samples < 0 || reading.samples > std::int64_t{1} << 32) throw ConfigError("The record '" + record.string() + "' is damaged; write the spectrogram anew.");
  return reading;
}

std::vector<float> invert_stft(const audio::Spectrogram& db, const Reading& reading, const InversionRequest& request, std::stop_token stop) {
  audio::GriffinLimOptions options;
  options.stft = {.n_fft = reading.n_fft, .hop = reading.hop};
  options.iterations = request.iterations;
  options.length = static_cast<std::size_t>(reading.samples);
  options.keep_going = [stop](int) { return !stop.stop_requested(); };
  return audio::griffin_lim(audio::db_to_amplitude(db), options);
}

audio::AudioBuffer invert_features(const torch::Tensor& features, const RepresentationSpec& spec, const Reading& reading, const InversionRequest& request, std::stop_token stop) {
  if (request.vocoder != "griffin-lim" && !request.vocoder.empty()) {
    std::optional<Workspace> workspace;
    if (!request.workspace.empty()) workspace = Workspace::open(request.workspace);
    const auto model = load_named_model(workspace ? &*workspace : nullptr, request.vocoder, Role::vocoder);
    const auto vocoder = model.family->make_transfer(model.checkpoint, choose_device("auto"));
    if (for_vocoder(vocoder->representation()) != for_vocoder(spec))
      throw ConfigError("The vocoder takes " + vocoder->representation().canonical_text() + ", and this file holds " + spec.canonical_text() + ".");
    return {spec.sample_rate, vocoder->decode(features, complete(model.family->transfer_schema(), {}), stop)};
  }
  InversionHints hints;
  audio::AudioBuffer content;
  if (!request.content.empty()) content = audio::read_audio(request.content), hints.content = &content;
  hints.iterations = request.iterations;
  hints.samples = reading.samples;
  hints.keep_going = [stop] { return !stop.stop_requested(); };
  return make_representation(spec)->invert(features, hints);
}

}  // namespace

SpectrogramResult write_spectrogram(const SpectrogramRequest& given, std::stop_token stop) {
  const SpectrogramRequest request = given.run.empty() ? given : as_seen_by(given);
  const fs::path record_file = fs::path(request.output).replace_extension(".json");
  const std::string ending = request.output.extension().string();
  const bool drawing = ending == ".svg" || ending == ".pdf" || (is_picture(request.output) && request.axes);
  if (!drawing && !is_picture(request.output) && ending != ".npy" && ending != ".csv")
    throw ConfigError("A spectrogram is written as .npy, .csv, .png, .svg or .pdf, not as '" + request.output.filename().string() + "'.");
  if (request.n_fft < 16 || request.n_fft > 65536 || request.n_fft % 2) throw ConfigError("--n-fft must be an even number from 16 to 65536.");
  if (request.hop < 1 || request.hop > request.n_fft) throw ConfigError("--hop must be from 1 to --n-fft.");
  refuse_existing(request.output);
  refuse_existing(record_file);
  require_writable(request.output);
  const auto [sound, analysis] = apart([request] {
    auto heard = read_named_sound(request.workspace, request.input).sound;
    if (request.sample_rate > 0) heard = audio::resample({heard.sample_rate, heard.mono()}, request.sample_rate);
    Analysis made = analyse(request, heard);
    return std::pair(std::move(heard), std::move(made));
  }, stop);
  if (stop.stop_requested()) throw Cancelled();
  const std::string record = record_of(request, sound, analysis);
  if (drawing) write_figure(request, sound, analysis, record);
  else if (ending == ".npy") write_npy(request.output, analysis.values);
  else if (ending == ".csv") write_csv(request, sound, analysis);
  else write_picture(request.output, audio::to_image(analysis.decibels, kRange));
  write_text(record_file, record + "\n");
  return {record_file, analysis.values.bands, analysis.values.frames};
}

void invert_spectrogram(const InversionRequest& request, std::stop_token stop) {
  refuse_existing(request.output);
  require_writable(request.output);
  audio::file_format_for(request.output);
  const Reading reading = reading_of(request);
  const bool picture = is_picture(request.input);
  const audio::Spectrogram values = picture ? audio::from_image(read_grey_png(request.input), kRange) : read_npy(request.input);
  audio::AudioBuffer sound;
  if (reading.kind == "cqt") throw ConfigError("A constant-Q transform keeps no phase and cannot be turned back into sound here; write mel or stft instead.");
  if (reading.kind == "stft") {
    sound = {reading.sample_rate, invert_stft(values, reading, request, stop)};
  } else {
    const bool mel = reading.kind == "mel" || picture;
    RepresentationSpec spec{"mel_image", reading.sample_rate, reading.n_fft, reading.hop, values.bands, false};
    if (!mel) spec = RepresentationSpec::from_text(reading.representation);
    const auto tensor = to_tensor(values).unsqueeze(0);
    sound = invert_features(mel ? tensor / kRange + 1.0f : tensor, spec, reading, request, stop);
  }
  if (stop.stop_requested()) throw Cancelled();
  audio::write_audio(request.output, sound, {{"software", version_text()}, {"comment", "from " + request.input.string()}});
}

}  // namespace luthier
