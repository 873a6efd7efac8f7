#include "core/run/events.h"

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace luthier {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 3> kOutcomes{"done", "failed", "cancelled"};

// JSON has no NaN or infinity: NaN is null, infinities are words.
Json number_to_json(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

double number_from_json(const Json& json) {
  if (json.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (json == "inf") return std::numeric_limits<double>::infinity();
  if (json == "-inf") return -std::numeric_limits<double>::infinity();
  return json.get<double>();
}

/// Writes fields; the same description is read back by FieldReader.
struct FieldWriter {
  Json& json;
  void operator()(const char* key, const std::string& value) { json[key] = value; }
  void operator()(const char* key, std::int64_t value) { json[key] = value; }
  void operator()(const char* key, double value) { json[key] = number_to_json(value); }
  void operator()(const char* key, bool value) { json[key] = value; }
  void operator()(const char* key, Outcome value) { json[key] = kOutcomes.at(static_cast<std::size_t>(value)); }
  void operator()(const char* key, const Figures& value) {
    Json object = Json::object();
    for (const auto& [name, figure] : value) object[name] = number_to_json(figure);
    json[key] = std::move(object);
  }
  void operator()(const char* key, const std::vector<PhaseInfo>& value) {
    Json list = Json::array();
    for (const auto& phase : value) list.push_back({{"name", phase.name}, {"steps", phase.steps}});
    json[key] = std::move(list);
  }
};

/// Reads fields; a key that is not there keeps the default, so older lines stay readable.
struct FieldReader {
  const Json& json;
  template <class T, class Read>
  void read(const char* key, T& value, Read&& get) {
    if (const auto found = json.find(key); found != json.end()) value = get(*found);
  }
  void operator()(const char* key, std::string& value) {
    read(key, value, [](const Json& j) { return j.get<std::string>(); });
  }
  void operator()(const char* key, std::int64_t& value) {
    read(key, value, [](const Json& j) { return j.get<std::int64_t>(); });
  }
  void operator()(const char* key, double& value) { read(key, value, number_from_json); }
  void operator()(const char* key, bool& value) {
    read(key, value, [](const Json& j) { return j.get<bool>(); });
  }
  void operator()(const char* key, Outcome& value) {
    read(key, value, [](const Json& j) {
      for (std::size_t i = 0; i < kOutcomes.size(); ++i)
        if (j == kOutcomes[i]) return static_cast<Outcome>(i);
      throw std::runtime_error("unknown outcome " + j.dump());
    });
  }
  void operator()(const char* key, Figures& value) {
    read(key, value, [](const Json& j) {
      Figures figures;
      for (const auto& [name, figure] : j.items()) figures.emplace_back(name, number_from_json(figure));
      return figures;
    });
  }
  void operator()(const char* key, std::vector<PhaseInfo>& value) {
    read(key, value, [](const Json& j) {
      std::vector<PhaseInfo> phases;
      for (const auto& phase : j) phases.push_back({phase.at("name").get<std::string>(), phase.at("steps").get<std::int64_t>()});
      return phases;
    });
  }
};

template <class E>
struct Description;
// Each event's name and fields, once for both directions.
template <>
struct Description<RunStarted> {
  static constexpr const char* name = "started";
  template <class E, class V>
  static void describe(E& e, V&& v) {
    v("family", e.family), v("preset", e.preset), v("device", e.device), v("phases", e.phases);
    v("total_steps", e.total_steps), v("first_step", e.first_step), v("parameters", e.parameters), v("clips", e.clips);
  }
};
template <>
struct Description<StepDone> {
  static constexpr const char* name = "step";
  template <class E, class V>
  static void describe(E& e, V&& v) {
    v("step", e.step), v("total_steps", e.total_steps), v("phase", e.phase), v("losses", e.losses);
    v("learning_rate", e.learning_rate), v("steps_per_second", e.steps_per_second), v("seconds_left", e.seconds_left);
  }
};
template <>
struct Description<ValidationDone> {
  static constexpr const char* name = "validation";
  template <class E, class V>
  static void describe(E& e, V&& v) {
    v("step", e.step), v("phase", e.phase), v("metrics", e.metrics), v("best", e.best);
  }
};
template <>
struct Description<PreviewReady> {
  static constexpr const char* name = "preview";
  template <class E, class V>
  static void describe(E& e, V&& v) {
    v("step", e.step), v("title", e.title), v("image", e.image), v("audio", e.audio);
  }
};
template <>
struct Description<CheckpointSaved> {
  static constexpr const char* name = "checkpoint";
  template <class E, class V>
  static void describe(E& e, V&& v) {
    v("step", e.step), v("path", e.path), v("best", e.best);
  }
};
template <>
struct Description<RunWarning> {
  static constexpr const char* name = "warning";
  template <class E, class V>
  static void describe(E& e, V&& v) {
    v("message", e.message);
  }
};
template <>
struct Description<RunPaused> {
  static constexpr const char* name = "paused";
  template <class E, class V>
  static void describe(E& e, V&& v) {
    v("step", e.step), v("paused", e.paused);
  }
};
template <>
struct Description<RunFinished> {
  static constexpr const char* name = "finished";
  template <class E, class V>
  static void describe(E& e, V&& v) {
    v("outcome", e.outcome), v("message", e.message), v("step", e.step), v("seconds", e.seconds);
  }
};
template <>
struct Description<RunPreparing> {
  static constexpr const char* name = "preparing";
  template <class E, class V>
  static void describe(E& e, V&& v) {
    v("fraction", e.fraction), v("text", e.text), v("seconds_left", e.seconds_left);
  }
};

template <std::size_t I = 0>
RunEventData read_data(const std::string& name, const Json& json) {
  if constexpr (I == std::variant_size_v<RunEventData>) {
    throw std::runtime_error("there is no event '" + name + "'");
  } else {
    using E = std::variant_alternative_t<I, RunEventData>;
    if (name != Description<E>::name) return read_data<I + 1>(name, json);
    E event;
    Description<E>::describe(event, FieldReader{json});
    return event;
  }
}

}  // namespace

std::string event_name(const RunEventData& data) {
  return std::visit([]<class E>(const E&) { return std::string(Description<E>::name); }, data);
}

std::string to_json_line(const RunEvent& event) {
  Json json;
  json["event"] = event_name(event.data);
  json["run"] = event.run;
  std::visit([&]<class E>(const E& data) { Description<E>::describe(data, FieldWriter{json}); }, event.data);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

RunEvent event_from_json_line(const std::string& line) {
  try {
    const Json json = Json::parse(line);
    const Json& run = json.at("run");  // null: it has no name yet
    return {run.is_null() ? std::string() : run.get<std::string>(), read_data(json.at("event").get<std::string>(), json)};
  } catch (const std::exception& error) {
    throw std::runtime_error("This line is not an event of a run (" + std::string(error.what()) + "): " + line.substr(0, 120));
  }
}

}  // namespace luthier
