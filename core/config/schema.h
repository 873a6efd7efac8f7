#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace luthier {

/// A setting, a file or an argument that cannot be used. The text is one sentence for a user.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A setting's value. The alternative fixes its kind: whole number, real number, switch, or one of `choices` (or free
/// text where `choices` is empty).
using Value = std::variant<std::int64_t, double, bool, std::string>;

/// One setting, described once beside its default: command-line flag, form field, validation and help come from it.
struct Setting {
  std::string name;                  ///< snake_case; the flag is --name
  Value default_value;
  double minimum = 0, maximum = 0;   ///< inclusive; for numbers
  std::vector<std::string> choices;  ///< for text: empty means free
  std::string unit;                  ///< "steps", "Hz", "dB", or empty
  std::string help;                  ///< one sentence
  std::string group;                 ///< heading in the form
};

using Schema = std::vector<Setting>;

/// Values by setting name. Complete after `complete()`.
using Config = std::map<std::string, Value>;

/// Reads text as the setting's kind and checks the range. Throws ConfigError naming key and range.
Value parse_value(const Setting& setting, std::string_view text);
/// Shortest text that parse_value reads back to the same value.
std::string to_text(const Value& value);
/// Defaults of the schema overlaid with `overrides`; every value checked. Throws ConfigError (unknown key: names the
/// nearest one).
Config complete(const Schema& schema, const Config& overrides);
/// "name = value" lines sorted by name: hashed into the run record, and the text of the diff of two runs.
std::string canonical_text(const Config& config);
/// Reads canonical_text back: settings of the schema that the text names (others are left out, as a checkpoint's loop
/// settings are for a transfer), completed with defaults. Throws ConfigError.
Config config_from_text(const Schema& schema, const std::string& text);
/// Names whose values differ, with both values.
std::vector<std::string> difference(const Config& a, const Config& b);
/// A few-word description of the range, as in "1 to 4096 steps" or "one of: cosine, linear".
std::string range_text(const Setting& setting);

/// Visitor that turns a typed struct with `template <class V> void describe(V&)` into a Schema.
class SchemaBuilder {
 public:
  Schema schema;
  void group(std::string name) { group_ = std::move(name); }
  void number(const char* name, std::int64_t& value, std::int64_t low, std::int64_t high, const char* unit, const char* help);
  void number(const char* name, double& value, double low, double high, const char* unit, const char* help);
  void toggle(const char* name, bool& value, const char* help);
  void choice(const char* name, std::string& value, std::vector<std::string> choices, const char* help);
  void text(const char* name, std::string& value, const char* help);

 private:
  std::string group_;
};

/// Visitor that writes a complete Config into a typed struct.
class ConfigReader {
 public:
  explicit ConfigReader(const Config& config) : config_(config) {}
  void group(const std::string&) {}
  void number(const char* name, std::int64_t& value, std::int64_t, std::int64_t, const char*, const char*) { read(name, value); }
  void number(const char* name, double& value, double, double, const char*, const char*) { read(name, value); }
  void toggle(const char* name, bool& value, const char*) { read(name, value); }
  void choice(const char* name, std::string& value, const std::vector<std::string>&, const char*) { read(name, value); }
  void text(const char* name, std::string& value, const char*) { read(name, value); }

 private:
  template <class T>
  void read(const char* name, T& value) {
    auto found = config_.find(name);
    if (found == config_.end()) return;
    value = std::get<T>(found->second);
  }
  const Config& config_;
};

template <class T>
Schema schema_of() {
  T settings;
  SchemaBuilder builder;
  settings.describe(builder);
  return builder.schema;
}

/// The typed struct for checked values. `config` must have passed complete().
template <class T>
T settings_from(const Config& config) {
  T settings;
  ConfigReader reader(config);
  settings.describe(reader);
  return settings;
}

}  // namespace luthier
