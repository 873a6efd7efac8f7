#include "core/session/run_record.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/session/text_file.h"
#include "core/session/weights_check.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json value_to_json(const Value& value) {
  return std::visit([](const auto& v) { return Json(v); }, value);
}

Value value_from_json(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  return json.get<std::string>();
}

Json to_json(const RunStatus& s) {
  return {{"id", s.id}, {"family", s.family}, {"preset", s.preset}, {"device", s.device}, {"status", s.status}, {"message", s.message},
          {"started", s.started}, {"finished", s.finished}, {"seconds", s.seconds}, {"step", s.step}, {"total_steps", s.total_steps},
          {"best", std::isfinite(s.best) ? Json(s.best) : Json(nullptr)}, {"best_checkpoint", s.best_checkpoint}, {"latest_checkpoint", s.latest_checkpoint}};
}

RunStatus status_from(const Json& j) {
  RunStatus s;
  s.id = j.at("id"), s.family = j.at("family"), s.preset = j.at("preset"), s.device = j.at("device"), s.status = j.at("status");
  s.message = j.at("message"), s.started = j.at("started"), s.finished = j.at("finished"), s.seconds = j.at("seconds");
  s.step = j.at("step"), s.total_steps = j.at("total_steps");
  if (!j.at("best").is_null()) s.best = j.at("best");
  s.best_checkpoint = j.at("best_checkpoint"), s.latest_checkpoint = j.at("latest_checkpoint");
  return s;
}

Json to_json(const RecordedClip& c) {
  return {{"id", c.id}, {"name", c.name}, {"label", c.label}, {"split", c.split}, {"phrase", c.phrase}, {"sha256", c.hash}};
}

Json to_json(const RecordedSitting& s) {
  Json j = {{"started", s.started}, {"device", s.device}, {"version", s.version}, {"first_step", s.first_step}, {"changed", s.changed}};
  if (s.compared) j["inexact"] = s.inexact, j["same_state"] = s.same_state;  // an older version compared nothing
  return j;
}

Json to_json(const RunRecord& r) {
  Json j = to_json(r.status);
  j["version"] = r.version;
  j["seed"] = r.seed;
  j["config_sha256"] = r.config_hash;
  Json config = Json::object();
  for (const auto& [name, value] : r.config) config[name] = value_to_json(value);
  j["config"] = std::move(config);
  j["representation"] = r.representation;
  j["parameters"] = r.parameters;
  j["machine"] = r.machine;
  j["warnings"] = r.warnings;
  j["labels"] = r.labels;
  j["requested_labels"] = r.requested_labels;
  if (!r.start_from.empty()) j["start_from"] = r.start_from;
  j["pair_set"] = r.pair_set;
  j["pairs"] = r.pairs;
  j["sittings"] = Json::array();
  for (const auto& sitting : r.sittings) j["sittings"].push_back(to_json(sitting));
  j["auditions"] = Json::array();
  for (const auto& a : r.auditions) j["auditions"].push_back({{"content", a.content}, {"style", a.style}, {"truth", a.truth}});
  j["clips"] = Json::array();
  for (const auto& clip : r.clips) j["clips"].push_back(to_json(clip));
  return j;
}

RunRecord record_from(const Json& j) {
  RunRecord r;
  r.status = status_from(j);
  r.version = j.at("version"), r.seed = j.at("seed"), r.config_hash = j.at("config_sha256");
  for (const auto& [name, value] : j.at("config").items()) r.config[name] = value_from_json(value);
  r.representation = j.at("representation"), r.parameters = j.at("parameters");
  r.machine = j.at("machine").get<std::map<std::string, std::string>>();
  r.warnings = j.at("warnings").get<std::vector<std::string>>();
  r.labels = j.at("labels").get<std::vector<std::string>>();
  r.requested_labels = j.at("requested_labels").get<std::vector<std::string>>();
  r.start_from = j.value("start_from", "");
  r.pair_set = j.at("pair_set"), r.pairs = j.at("pairs");
  for (const auto& s : j.at("sittings"))
    r.sittings.push_back({s.at("started"), s.at("device"), s.at("version"), s.at("first_step"), s.at("changed").get<std::vector<std::string>>(),
                          s.value("inexact", std::vector<std::string>{}), s.contains("inexact"), s.value("same_state", false)});
  for (const auto& a : j.value("auditions", Json::array())) r.auditions.push_back({a.at("content"), a.at("style"), a.at("truth")});
  for (const auto& c : j.at("clips")) r.clips.push_back({c.at("id"), c.at("name"), c.at("label"), c.at("split"), c.at("phrase"), c.at("sha256")});
  return r;
}

std::string text_of(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json read_json(const fs::path& folder, const char* name) {
  std::error_code error;
  if (!fs::exists(folder / name, error)) throw SessionError("there is no run '" + folder.filename().string() + "' (no " + name + "); luthierctl runs lists them");
  const std::string text = read_text(folder / name);
  return Json::parse(text);
}

template <class Read>
auto read_or_explain(const fs::path& folder, const char* name, Read&& read) {
  try {
    return read(read_json(folder, name));
  } catch (const nlohmann::json::exception&) {
    throw SessionError("the record '" + (folder / name).string() + "' is damaged; the run's checkpoints can still be used by their path");
  }
}

/// run.json holds the status as it was when the run began or ended; the checkpoints say what came after.
RunStatus status_from_parts(const fs::path& folder) {
  RunStatus status = read_or_explain(folder, "run.json", record_from).status;
  std::error_code error;
  const auto find = [&](const std::string& name) { return fs::exists(folder / name, error) ? name : std::string(); };
  status.latest_checkpoint = find("checkpoints/latest.safetensors");
  if (status.best_checkpoint.empty() || !fs::exists(folder / status.best_checkpoint, error)) status.best_checkpoint = find("checkpoints/best.safetensors");
  if (status.latest_checkpoint.empty()) return status;
  try {
    const fs::path latest = folder / status.latest_checkpoint;
    status.step = step_of(load_checkpoint(latest), latest);
  } catch (const CheckpointError&) {
    // the checkpoint is damaged too; whoever uses it says so
  }
  return status;
}

std::string line_of(const char* file, const std::string& key) {
  std::ifstream input(file);
  for (std::string line; std::getline(input, line);)
    if (line.starts_with(key)) {
      const auto colon = line.find_first_not_of(" \t", line.find(':') + 1);
      return colon == std::string::npos ? "" : line.substr(colon);
    }
  return {};
}

}  // namespace

void save_run_status(const fs::path& folder, const RunStatus& status) {
  write_text(folder / "status.json", text_of(to_json(status)), /*synced=*/false);  // once a second: not worth waiting for the disk
}

void save_run_record(const fs::path& folder, const RunRecord& record) {
  write_text(folder / "run.json", text_of(to_json(record)));
  save_run_status(folder, record.status);
}

RunRecord load_run_record(const fs::path& folder) { return read_or_explain(folder, "run.json", record_from); }

RunStatus load_run_status(const fs::path& folder) {
  try {
    return read_or_explain(folder, "status.json", status_from);
  } catch (const SessionError&) {
    std::error_code error;
    if (!fs::exists(folder / "run.json", error)) throw;
  }
  return status_from_parts(folder);
}

bool is_run(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "status.json", error) || fs::exists(folder / "run.json", error);
}

bool has_whole_status(const fs::path& folder) {
  if (!is_run(folder)) return true;
  try {
    read_or_explain(folder, "status.json", status_from);
    return true;
  } catch (const SessionError&) {
    return false;
  }
}

std::map<std::string, std::string> machine_facts() {
  std::map<std::string, std::string> facts;
  utsname system{};
  if (::uname(&system) == 0) facts["system"] = std::string(system.sysname) + " " + system.release + " " + system.machine;
  facts["processor"] = line_of("/proc/cpuinfo", "model name");
  facts["threads"] = std::to_string(std::thread::hardware_concurrency());
  const auto pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGE_SIZE);
  if (pages > 0 && size > 0) facts["memory_bytes"] = std::to_string(static_cast<std::int64_t>(pages) * size);
  return facts;
}

}  // namespace luthier
