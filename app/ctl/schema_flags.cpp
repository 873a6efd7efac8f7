#include "app/ctl/schema_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/ctl/stopping.h"

namespace luthier::ctl {

SchemaFlags::SchemaFlags(CLI::App& command, const std::vector<Schema>& schemas) : texts_(std::make_shared<std::map<std::string, std::string>>()) {
  for (const auto& schema : schemas)
    for (const auto& setting : schema) {
      if (command.get_option_no_throw("--" + setting.name)) continue;
      command.add_option_function<std::string>("--" + setting.name, [texts = texts_, name = setting.name](const std::string& text) { (*texts)[name] = text; })
          ->take_last()  // what a script appends wins over its own defaults
          ->group("");
    }
}

Config SchemaFlags::given(const Schema& schema) const {
  return as_usage([&] {
    Config config;
    for (const auto& [name, text] : *texts_) {
      const auto setting = std::find_if(schema.begin(), schema.end(), [&](const Setting& s) { return s.name == name; });
      if (setting == schema.end()) complete(schema, {{name, text}});  // throws, naming the nearest one
      config[name] = parse_value(*setting, text);
    }
    return config;
  });
}

std::string schema_help(const Schema& schema) {
  std::string text, group;
  for (const auto& setting : schema) {
    if (setting.group != group) {
      group = setting.group;
      text += (text.empty() ? "" : "\n") + group + ":\n";
    }
    text += "  --" + setting.name + "\n      " + setting.help + " (" + range_text(setting) + "; default " + to_text(setting.default_value) + ")\n";
  }
  return text;
}

}  // namespace luthier::ctl
