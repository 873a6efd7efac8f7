#include "core/session/transfer_record.h"

#include <nlohmann/json.hpp>

#include "core/session/carried_record.h"
#include "core/session/config_json.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const RecordedSound& sound) {
  Json out{{"name", sound.name}, {"given", sound.given}, {"sha256", sound.sha256}};
  if (!sound.path.empty()) out["path"] = sound.path;
  return out;
}

std::string text_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

template <class Number>
Number number_in(const Json& json, const char* name, Number otherwise = 0) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number() ? found->get<Number>() : otherwise;
}

Json object_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_object() ? *found : Json::object();
}

RecordedSound sound_of(const Json& json) { return {text_in(json, "name"), text_in(json, "given"), text_in(json, "path"), text_in(json, "sha256")}; }

TransferRecord record_of(const Json& json) {
  TransferRecord record;
  record.made = text_in(json, "made"), record.version = text_in(json, "version");
  record.family = text_in(json, "family"), record.run = text_in(json, "run");
  record.checkpoint = text_in(json, "checkpoint"), record.checkpoint_step = text_in(json, "checkpoint_step");
  record.weights_sha256 = text_in(json, "weights_sha256");
  record.untrained = json.contains("settings");
  record.settings = config_from_json(object_in(json, "settings"));
  record.content = sound_of(object_in(json, "content")), record.style = sound_of(object_in(json, "style"));
  record.options = config_from_json(object_in(json, "options"));
  const Json vocoder = object_in(json, "vocoder");
  record.vocoder_family = text_in(vocoder, "family"), record.vocoder_checkpoint = text_in(vocoder, "checkpoint");
  record.vocoder_sha256 = text_in(vocoder, "weights_sha256");
  record.vocoder_given = vocoder.contains("given") ? text_in(vocoder, "given") : record.vocoder_checkpoint;
  record.inversion = text_in(json, "vocoder");
  record.representation = text_in(json, "representation");
  if (const auto treble = json.find("treble"); treble != json.end() && treble->is_boolean()) record.treble = treble->get<bool>();
  record.device = text_in(json, "device");
  record.kept_step = number_in<int>(json, "kept_step"), record.steps = number_in<int>(json, "of_steps");
  record.live = config_from_json(object_in(json, "live"));
  record.sample_rate = number_in<int>(json, "sample_rate"), record.channels = number_in<int>(json, "channels");
  record.duration_s = number_in<double>(json, "duration_s");
  record.seconds = number_in<double>(json, "seconds"), record.real_time_factor = number_in<double>(json, "real_time_factor");
  return record;
}

}  // namespace

std::string transfer_record_text(const TransferRecord& record) {
  Json json;
  json["kind"] = "transfer";
  json["made"] = record.made;
  json["version"] = record.version;
  json["family"] = record.family;
  json["run"] = record.run;
  json["checkpoint"] = record.checkpoint;
  json["checkpoint_step"] = record.checkpoint_step;
  if (record.untrained) json["settings"] = json_from_config(record.settings);
  json["weights_sha256"] = record.weights_sha256;
  json["content"] = json_of(record.content);
  json["style"] = json_of(record.style);
  json["options"] = json_from_config(record.options);
  if (record.kept_step > 0) json["kept_step"] = record.kept_step, json["of_steps"] = record.steps;
  if (record.vocoder_family.empty()) json["vocoder"] = record.inversion;
  else json["vocoder"] = {{"family", record.vocoder_family}, {"given", record.vocoder_given}, {"checkpoint", record.vocoder_checkpoint}, {"weights_sha256", record.vocoder_sha256}};
  json["representation"] = record.representation;
  json["treble"] = record.treble;
  json["device"] = record.device;
  if (!record.live.empty()) json["live"] = json_from_config(record.live);
  json["sample_rate"] = record.sample_rate;
  json["channels"] = record.channels;
  json["duration_s"] = record.duration_s;
  json["seconds"] = record.seconds;
  json["real_time_factor"] = record.real_time_factor;
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

TransferRecord read_transfer_record(const std::filesystem::path& file) {
  const std::string none = "'" + file.string() + "' carries no record of a transfer; give a result of Luthier (WAV, FLAC, PNG, SVG or JSON)";
  std::string text;
  try {
    text = carried_record(file);
  } catch (const std::exception& error) {
    throw SessionError(error.what());
  }
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw SessionError(none);
  if (json.contains("transfer")) json = object_in(json, "transfer");  // an export keeps the record of what it shows
  if (text_in(json, "kind") != "transfer" || !json.contains("options")) throw SessionError(none);
  return record_of(json);
}

}  // namespace luthier
