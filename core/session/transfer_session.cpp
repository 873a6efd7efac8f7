#include "core/session/transfer_session.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "audio/reader.h"
#include "audio/writer.h"
#include "core/session/clip_sound.h"
#include "core/session/content_hash.h"
#include "core/session/device.h"
#include "core/session/figure/spectrogram_figure.h"
#include "core/session/model_source.h"
#include "core/session/run_record.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/transfer/transfer_sound.h"
#include "db/clip_store.h"
#include "db/run_store.h"
#include "db/transfer_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A sound that a request names, with what the record says of it.
struct NamedSound {
  audio::AudioBuffer sound;
  std::string name, sha256;
  std::optional<db::ClipId> clip;
};

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 18 && text.find_first_not_of("0123456789") == std::string::npos;
}

NamedSound named_clip(const Workspace& workspace, db::Catalog& catalog, db::ClipId id) {
  const auto view = catalog.clips().view(id);
  if (!view) throw SessionError("there is no clip " + std::to_string(id.value) + "; luthierctl clips lists them");
  NamedSound out;
  out.sound = read_clip(workspace, *view);
  out.name = view->name + " (clip " + std::to_string(id.value) + (view->label.empty() ? "" : ", " + view->label) + ")";
  out.sha256 = view->clip.sha256;
  out.clip = id;
  return out;
}

Json json_of(const Config& config) {
  Json out = Json::object();
  for (const auto& [name, value] : config) out[name] = std::visit([](const auto& v) { return Json(v); }, value);
  return out;
}

/// One call of transfer().
class TransferRun {
 public:
  TransferRun(const TransferRequest& request, const TransferListener& listener, std::stop_token stop)
      : request_(request), listener_(listener), stop_(std::move(stop)) {}

  TransferResult run() {
    try {
      work();
    } catch (const Cancelled&) {
      result_.outcome = Outcome::cancelled;
      result_.message = "Stopped; nothing was written.";
    } catch (const std::exception& error) {
      result_.outcome = Outcome::failed;
      result_.message = is_out_of_memory(error) ? "The memory is not enough for a sound of this length; transfer a shorter part, or use the device cpu." : error_sentence(error);
    }
    return std::move(result_);
  }

 private:
  void work() {
    if (!request_.workspace.empty()) workspace_ = Workspace::open(request_.workspace);
    if (workspace_) catalog_ = workspace_->open_catalog();
    check_output(request_.output);
    check_output(request_.image);
    if (!request_.output.empty()) audio::file_format_for(request_.output);
    if (request_.output.empty() && !workspace_) throw ConfigError("Say where the result shall go, or name a workspace.");
    tell(0, "loading the model");
    const auto device = choose_device(request_.device);
    model_ = load_model(workspace_ ? &*workspace_ : nullptr, request_.run, request_.checkpoint, Role::translator);
    const Config options = complete(model_.family->transfer_schema(), request_.options);
    content_ = read_sound(request_.content, "content");
    style_ = read_sound(request_.style, "style");
    const auto model = model_.family->make_transfer(model_.checkpoint, device);
    const auto vocoder = load_vocoder(device);
    result_.content = content_.sound, result_.style = style_.sound;
    compute(*model, vocoder.get(), options, device);
    write(options, device);
  }

  static void check_output(const fs::path& path) {
    std::error_code error;
    if (!path.empty() && fs::exists(path, error))
      throw ConfigError("'" + path.string() + "' is there already and is never overwritten; choose another name or move it away.");
  }

  NamedSound read_sound(const std::string& name, const char* what) {
    if (name.empty()) throw ConfigError(std::string("No ") + what + " was named; give a sound file or a clip's number.");
    std::error_code error;
    if (is_number(name) && workspace_ && !fs::exists(name, error)) return named_clip(*workspace_, *catalog_, {std::stoll(name)});
    NamedSound out;
    out.sound = audio::read_audio(name);
    out.name = fs::path(name).filename().string();
    out.sha256 = sha256_of_file(name, stop_);
    return out;
  }

  std::unique_ptr<FamilyTransfer> load_vocoder(torch::Device device) {
    if (request_.vocoder.empty() || request_.vocoder == "griffin-lim") return nullptr;
    vocoder_ = load_named_model(workspace_ ? &*workspace_ : nullptr, request_.vocoder, Role::vocoder);
    return vocoder_->family->make_transfer(vocoder_->checkpoint, device);
  }

  void compute(FamilyTransfer& model, FamilyTransfer* vocoder, const Config& options, torch::Device device) {
    SoundTransfer transfer{model, vocoder, options, {}, 32, 1, request_.treble};
    if (vocoder_) transfer.vocoder_options = complete(vocoder_->family->transfer_schema(), {});
    if (const auto seed = options.find("seed"); seed != options.end())
      if (const auto* number = std::get_if<std::int64_t>(&seed->second)) transfer.seed = static_cast<std::uint64_t>(*number);
    SoundTransferListener listener;
    listener.progress = [this](double fraction, const std::string& text) { tell(0.03 + 0.94 * fraction, text); };
    if (listener_.step) listener.step = [this](int step, int total, const torch::Tensor& picture) { show(step, total, picture); };
    const auto start = std::chrono::steady_clock::now();
    result_.result = transfer_sound(transfer, content_.sound, style_.sound, listener, stop_);
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result_.real_time_factor = result_.seconds / std::max(1e-9, content_.sound.seconds());
    if (device.is_cuda()) tell(0.97, "writing");
  }

  void show(int step, int total, const torch::Tensor& picture) const {
    const auto plain = picture.to(at::kCPU, at::kFloat).contiguous();
    TransferStep out{step, total, static_cast<int>(plain.size(0)), static_cast<int>(plain.size(1)), {}};
    out.decibels.assign(plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel());
    listener_.step(out);
  }

  void write(const Config& options, torch::Device device) {
    fs::path output = request_.output;
    if (output.empty()) output = workspace_->make_unique_folder(workspace_->transfers(), model_.family->info().id) / "result.wav";
    else if (output.has_parent_path()) make_parent(output);
    check_output(output);
    const std::string record = record_text(options, device);
    const fs::path record_file = fs::path(output).replace_extension(".json");
    check_output(record_file);
    audio::write_audio(output, result_.result, {{"title", content_.name + " in the style of " + style_.name}, {"software", version_text()}, {"comment", record}});
    result_.output = output;
    write_text(record_file, record + "\n");
    result_.record = record_file;
    if (!request_.image.empty()) write_picture(record);
    add_row(options);
    tell(1, "done");
  }

  static void make_parent(const fs::path& file) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (error) throw SessionError("the folder '" + file.parent_path().string() + "' cannot be made (" + error.message() + "); check permissions");
  }

  void write_picture(const std::string& record) const {
    SpectrogramFigure figure;
    figure.title = "Style transfer";
    const double top = common_top_hz({&result_.content, &result_.style, &result_.result});
    figure.panels = {mel_panel("content: " + content_.name, result_.content, top), mel_panel("style: " + style_.name, result_.style, top),
                     mel_panel("result", result_.result, top)};
    show_loudest(figure);
    RasterCanvas canvas(figure.width, figure.height(), {255, 255, 255, 255});
    figure.draw(canvas);
    if (request_.image.has_parent_path()) make_parent(request_.image);
    write_png(request_.image, canvas.raster(), {{"Software", version_text()}, {"Comment", record}});
  }

  std::string record_text(const Config& options, torch::Device device) const {
    Json json;
    json["kind"] = "transfer";
    json["made"] = utc_now();
    json["version"] = version_text();
    json["family"] = model_.family->info().id;
    json["run"] = model_.run;
    json["checkpoint"] = model_.file.string();
    json["checkpoint_step"] = model_.checkpoint.record.count("step") ? model_.checkpoint.at("step") : "";
    json["weights_sha256"] = model_.weights_sha256;
    json["content"] = {{"name", content_.name}, {"given", request_.content}, {"sha256", content_.sha256}};
    json["style"] = {{"name", style_.name}, {"given", request_.style}, {"sha256", style_.sha256}};
    json["options"] = json_of(options);
    json["vocoder"] = vocoder_ ? Json{{"family", vocoder_->family->info().id}, {"checkpoint", vocoder_->file.string()}, {"weights_sha256", vocoder_->weights_sha256}}
                               : Json("Griffin-Lim from the content's phase, 32 iterations");
    json["treble"] = request_.treble;
    json["device"] = device_text(device);
    json["sample_rate"] = result_.result.sample_rate;
    json["channels"] = result_.result.channel_count();
    json["duration_s"] = result_.result.seconds();
    json["seconds"] = result_.seconds;
    json["real_time_factor"] = result_.real_time_factor;
    return json.dump(1, ' ', false, Json::error_handler_t::replace);
  }

  // The history is a convenience: a catalog that cannot be written does not spoil a finished transfer.
  void add_row(const Config& options) {
    if (!catalog_ || catalog_->read_only()) return;
    db::TransferRow row;
    if (const auto run = catalog_->runs().find(model_.run)) row.run = run->id;
    row.model = model_.run.empty() ? model_.file.string() : model_.run + "/" + model_.file.filename().string();
    row.content_clip = content_.clip, row.style_clip = style_.clip;
    row.content = content_.name, row.style = style_.name;
    row.folder = workspace_->catalog_path(fs::absolute(result_.output).parent_path());
    row.audio = result_.output.filename().string();
    row.image = request_.image.empty() ? "" : request_.image.filename().string();
    row.settings_json = json_of(options).dump();
    row.seconds = result_.seconds;
    try {
      catalog_->transfers().add(row);
    } catch (const db::DbError& error) {
      result_.message = "The result is written, but not listed: " + std::string(error.what());
    }
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
  std::optional<LoadedModel> vocoder_;
  NamedSound content_, style_;
  TransferResult result_;
};

}  // namespace

TransferResult transfer(const TransferRequest& request, const TransferListener& listener, std::stop_token stop) {
  return TransferRun(request, listener, std::move(stop)).run();
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
  return schema_or_sentence([&]() -> const Family& { return find_family(load_checkpoint(checkpoint).at("family")); });
}

}  // namespace luthier
