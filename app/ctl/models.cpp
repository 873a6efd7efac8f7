#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/schema_flags.h"
#include "app/ctl/stopping.h"
#include "core/families/family.h"
#include "core/session/transfer_session.h"

namespace luthier::ctl {
namespace {

int list_families(const Context& context) {
  std::vector<std::vector<std::string>> rows;
  for (const Family* family : families()) {
    const auto info = family->info();
    std::string presets;
    for (const auto& preset : family->presets()) presets += (presets.empty() ? "" : ", ") + preset.name;
    if (context.json) print_json({{"family", info.id}, {"title", info.title}, {"summary", info.summary}, {"paired", info.paired}, {"presets", presets}});
    rows.push_back({info.id, presets, info.summary});
  }
  if (!context.json) print_table({"family", "presets", "what it does"}, rows);
  return kDone;
}

int count_modules(const std::string& name, const std::string& preset, const SchemaFlags& flags, const Context& context) {
  const Family& family = *as_usage([&] { return &find_family(name); });
  const std::string chosen = preset.empty() ? family.presets().front().name : preset;
  const Config config = as_usage([&] { return preset_config(family, chosen, flags.given(run_schema(family))); });
  std::vector<std::vector<std::string>> rows;
  std::int64_t total = 0;
  Json modules = Json::array();
  for (const auto& module : family.modules(config)) {
    rows.push_back({module.name, std::to_string(module.parameters)});
    modules.push_back({{"module", module.name}, {"parameters", module.parameters}});
    total += module.parameters;
  }
  rows.push_back({"total", std::to_string(total)});
  if (context.json) print_json({{"family", name}, {"preset", chosen}, {"modules", modules}, {"total", total}});
  else print_table({"module", "parameters"}, rows);
  return kDone;
}

struct Options {
  std::string family, preset;
};

const VerbRegistration models{"models", "list the model families, or one family's parameter counts per module", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("family", options->family, "model family; without it all are listed");
  command.add_option("--preset", options->preset, "a family's preset (default: its first)");
  std::vector<Schema> schemas;
  for (const Family* family : families()) schemas.push_back(run_schema(*family));
  const SchemaFlags flags(command, schemas);
  command.footer("Settings may be given as --name value; they change the counts.");
  return [options, flags](Context& context) {
    return options->family.empty() ? list_families(context) : count_modules(options->family, options->preset, flags, context);
  };
}};

}  // namespace
}  // namespace luthier::ctl
