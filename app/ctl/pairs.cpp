#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/pair_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::string what, file, name, out;
  std::int64_t count = 15000;
  std::uint32_t seed = 42;
  bool phrases = false;
};

void tell(const Context& context, const PairSetSummary& set) {
  if (context.json) print_json({{"event", "pairs"}, {"set", set.name}, {"pairs", set.pairs}});
  else print_message("pair set '" + set.name + "' holds " + std::to_string(set.pairs) + " pairs");
}

int run_pairs(const Options& options, Context& context) {
  const auto workspace = open_workspace(context);
  if (options.what == "list") {
    for (const auto& set : list_pair_sets(workspace)) tell(context, set);
  } else if (options.what == "generate") {
    const auto set = options.phrases ? generate_phrase_pairs(workspace, options.count == 15000 ? 0 : options.count, options.seed, options.name)
                                     : generate_pairs(workspace, options.count, options.seed, options.name);
    if (!options.out.empty()) export_pairs(workspace, options.out, set.name);
    tell(context, set);
  } else if (options.what == "import" || options.what == "export") {
    if (options.file.empty()) throw UsageError("pairs " + options.what + " needs a CSV file");
    if (options.what == "import") tell(context, import_pairs(workspace, options.file, options.name));
    else tell(context, {options.name.empty() ? "newest" : options.name, export_pairs(workspace, options.file, options.name)});
  }
  return kDone;
}

const VerbRegistration pairs{"pairs", "make, read and write pair sets (CSV label1,idx1,label2,idx2 without header)", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("what", options->what, "generate, import, export or list")->required()->check(CLI::IsMember({"generate", "import", "export", "list"}));
  command.add_option("file", options->file, "CSV file to import or export");
  command.add_option("--count", options->count, "pairs to generate (with --phrases: all, unless given)")->capture_default_str();
  command.add_option("--seed", options->seed, "start of the draw")->capture_default_str();
  command.add_option("--name", options->name, "name of the pair set; default: made up, or the newest for export");
  command.add_option("--out", options->out, "also write the generated pairs to this CSV file");
  command.add_flag("--phrases", options->phrases, "pairs with known targets: content and target share a phrase");
  return [options](Context& context) { return run_pairs(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
