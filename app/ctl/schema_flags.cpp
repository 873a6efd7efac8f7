#include "app/ctl/schema_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/ctl/arguments.h"
#include "app/ctl/stopping.h"

namespace luthier::ctl {
namespace {

Json to_json(const Value& value) {
  return std::visit([](const auto& v) { return Json(v); }, value);
}

}  // namespace

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

int list_settings(const Schema& schema, const Context& context) {
  if (!context.json) {
    std::cout << schema_help(schema);
    return kDone;
  }
  for (const auto& setting : schema)
    print_json({{"event", "setting"}, {"name", setting.name}, {"group", setting.group}, {"default", to_json(setting.default_value)}, {"range", range_text(setting)},
                {"unit", setting.unit}, {"help", setting.help}});
  return kDone;
}

}  // namespace luthier::ctl
