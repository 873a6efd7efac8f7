#include "core/config/schema.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace luthier {
namespace {

std::string number_text(double value) {
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

const Setting* find(const Schema& schema, const std::string& name) {
  for (const auto& setting : schema)
    if (setting.name == name) return &setting;
  return nullptr;
}

[[noreturn]] void refuse_unknown(const Schema& schema, const std::string& name) {
  std::string nearest;
  std::size_t best = 4;
  for (const auto& setting : schema)
    if (const auto distance = edit_distance(setting.name, name); distance < best) {
      best = distance;
      nearest = setting.name;
    }
  throw ConfigError("There is no setting '" + name + "'" + (nearest.empty() ? "." : "; did you mean '" + nearest + "'?"));
}

void check_range(const Setting& setting, const Value& value) {
  const auto refuse = [&](const std::string& given) {
    throw ConfigError("Setting '" + setting.name + "' cannot be '" + given + "': it must be " + range_text(setting) + ".");
  };
  if (value.index() != setting.default_value.index()) refuse(to_text(value));
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    if (static_cast<double>(*whole) < setting.minimum || static_cast<double>(*whole) > setting.maximum) refuse(to_text(value));
  } else if (const auto* real = std::get_if<double>(&value)) {
    if (!(*real >= setting.minimum && *real <= setting.maximum)) refuse(to_text(value));
  } else if (const auto* word = std::get_if<std::string>(&value)) {
    // One setting is one line of the canonical text.
    if (word->find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos)
      throw ConfigError("Setting '" + setting.name + "' cannot hold more than one line.");
    if (!setting.choices.empty() && std::find(setting.choices.begin(), setting.choices.end(), *word) == setting.choices.end())
      refuse(*word);
  }
}

}  // namespace

std::string range_text(const Setting& setting) {
  const std::string unit = setting.unit.empty() ? "" : " " + setting.unit;
  if (std::holds_alternative<std::int64_t>(setting.default_value))
    return "a whole number from " + std::to_string(static_cast<std::int64_t>(setting.minimum)) + " to " +
           std::to_string(static_cast<std::int64_t>(setting.maximum)) + unit;
  if (std::holds_alternative<double>(setting.default_value))
    return "a number from " + number_text(setting.minimum) + " to " + number_text(setting.maximum) + unit;
  if (std::holds_alternative<bool>(setting.default_value)) return "true or false";
  if (setting.choices.empty()) return "text";
  std::string list = "one of: ";
  for (std::size_t i = 0; i < setting.choices.size(); ++i) list += (i ? ", " : "") + setting.choices[i];
  return list;
}

Value parse_value(const Setting& setting, std::string_view text) {
  const auto refuse = [&]() -> Value {
    throw ConfigError("Setting '" + setting.name + "' cannot be '" + std::string(text) + "': it must be " + range_text(setting) + ".");
  };
  const char* end = text.data() + text.size();
  Value value = setting.default_value;
  if (std::holds_alternative<std::int64_t>(value)) {
    std::int64_t whole = 0;
    const auto [at, error] = std::from_chars(text.data(), end, whole);
    if (error != std::errc() || at != end) return refuse();
    value = whole;
  } else if (std::holds_alternative<double>(value)) {
    double real = 0;
    const auto [at, error] = std::from_chars(text.data(), end, real);
    if (error != std::errc() || at != end || !std::isfinite(real)) return refuse();
    value = real;
  } else if (std::holds_alternative<bool>(value)) {
    if (text == "true" || text == "1" || text == "yes" || text == "on") value = true;
    else if (text == "false" || text == "0" || text == "no" || text == "off") value = false;
    else return refuse();
  } else {
    value = std::string(text);
  }
  check_range(setting, value);
  return value;
}

std::string to_text(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) return number_text(*real);
  if (const auto* toggle = std::get_if<bool>(&value)) return *toggle ? "true" : "false";
  return std::get<std::string>(value);
}

Config complete(const Schema& schema, const Config& overrides) {
  Config config;
  for (const auto& setting : schema) config[setting.name] = setting.default_value;
  for (const auto& [name, value] : overrides) {
    const Setting* setting = find(schema, name);
    if (!setting) refuse_unknown(schema, name);
    check_range(*setting, value);
    config[name] = value;
  }
  return config;
}

std::string canonical_text(const Config& config) {
  std::string text;
  for (const auto& [name, value] : config) text += name + " = " + to_text(value) + "\n";
  return text;
}

Config config_from_text(const Schema& schema, const std::string& text) {
  Config config;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find(" = ");
    if (equals == std::string::npos) continue;
    if (const Setting* setting = find(schema, line.substr(0, equals)))
      config[setting->name] = parse_value(*setting, std::string_view(line).substr(equals + 3));
  }
  return complete(schema, config);
}

std::vector<std::string> difference(const Config& a, const Config& b) {
  std::vector<std::string> lines;
  const auto shown = [](const Config& config, const std::string& name) {
    auto found = config.find(name);
    return found == config.end() ? std::string("-") : to_text(found->second);
  };
  std::map<std::string, int> names;
  for (const auto& entry : a) names[entry.first];
  for (const auto& entry : b) names[entry.first];
  for (const auto& entry : names)
    if (shown(a, entry.first) != shown(b, entry.first))
      lines.push_back(entry.first + ": " + shown(a, entry.first) + " -> " + shown(b, entry.first));
  return lines;
}

void SchemaBuilder::number(const char* name, std::int64_t& value, std::int64_t low, std::int64_t high, const char* unit,
                           const char* help) {
  schema.push_back({name, value, static_cast<double>(low), static_cast<double>(high), {}, unit, help, group_});
}
void SchemaBuilder::number(const char* name, double& value, double low, double high, const char* unit, const char* help) {
  schema.push_back({name, value, low, high, {}, unit, help, group_});
}
void SchemaBuilder::toggle(const char* name, bool& value, const char* help) {
  schema.push_back({name, value, 0, 1, {}, "", help, group_});
}
void SchemaBuilder::choice(const char* name, std::string& value, std::vector<std::string> choices, const char* help) {
  schema.push_back({name, value, 0, 0, std::move(choices), "", help, group_});
}
void SchemaBuilder::text(const char* name, std::string& value, const char* help) {
  schema.push_back({name, value, 0, 0, {}, "", help, group_});
}

}  // namespace luthier
