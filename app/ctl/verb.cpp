#include "app/ctl/verb.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>

#include "app/ctl/interrupt.h"
#include "core/session/version.h"

namespace luthier::ctl {
namespace {

std::vector<Verb>& registry() {
  static std::vector<Verb> list;
  return list;
}

std::filesystem::path default_workspace() {
  const char* set = std::getenv("LUTHIER_WORKSPACE");
  return set && *set ? std::filesystem::path(set) : std::filesystem::path("luthier-workspace");
}

int act(const Action& action, Context& context) {
  try {
    const int code = action(context);
    return code == kDone && context.stop.stop_requested() ? kCancelled : code;
  } catch (const UsageError& error) {
    std::cerr << "luthierctl: " << error.what() << '\n';
    return kUsage;
  } catch (const Cancelled&) {
    std::cerr << "luthierctl: stopped\n";
    return kCancelled;
  } catch (const std::bad_alloc&) {
    std::cerr << "luthierctl: not enough memory for this; close other programs or give it less at once\n";
    return kFailed;
  } catch (const std::filesystem::filesystem_error& error) {
    std::cerr << "luthierctl: '" << error.path1().string() << "' cannot be used (" << error.code().message() << "); check the path, its permissions and the free space\n";
    return kFailed;
  } catch (const std::exception& error) {
    std::cerr << "luthierctl: " << error.what() << '\n';
    return kFailed;
  }
}

/// "nan" and "inf" are no number of anything, and every range lets the first one pass; "" would be 0, and "-1" the largest of
/// whole numbers from 0 on.
void refuse_what_is_no_number(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    const std::string type = option->get_type_name();
    if (type.find("UINT") != std::string::npos)
      option->check([](const std::string& word) {
        const bool digits = !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
        return digits ? std::string() : "must be a whole number from 0 on, not '" + word + "'";
      });
    if (type.find("FLOAT") == std::string::npos) continue;
    option->check([](const std::string& word) {
      char* end = nullptr;
      const double value = std::strtod(word.c_str(), &end);
      return *end == '\0' && !std::isfinite(value) ? "must be a number, not " + word : std::string();
    });
  }
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string what = error.what();
  if (const auto rest = app.remaining(); app.get_subcommands().empty() && !rest.empty()) what = "there is no verb '" + rest.front() + "'";
  std::cerr << "luthierctl: " << what << " (luthierctl --help lists the verbs, luthierctl VERB --help its options)\n";
  return kUsage;
}

}  // namespace

VerbRegistration::VerbRegistration(std::string name, std::string help, std::function<Action(CLI::App&)> add) {
  registry().push_back({std::move(name), std::move(help), std::move(add)});
}

const std::vector<Verb>& verbs() {
  auto& list = registry();
  std::sort(list.begin(), list.end(), [](const Verb& a, const Verb& b) { return a.name < b.name; });
  return list;
}

int run(int argc, char** argv) {
  Context context;
  context.workspace = default_workspace();
  context.command_line.assign(argv, argv + argc);
  CLI::App app{"Luthier: musical timbre and style transfer, without a window.", "luthierctl"};
  app.set_version_flag("--version", version_text());
  app.add_option("--workspace,-w", context.workspace, "folder of the workspace (default: $LUTHIER_WORKSPACE, else ./luthier-workspace)");
  app.add_flag("--json", context.json, "print JSON lines on stdout; messages go to stderr");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer("Exit codes: 0 done, 1 failed (one sentence on stderr), 2 wrong usage, 130 stopped.");
  std::map<const CLI::App*, Action> actions;
  for (const Verb& verb : verbs()) {
    CLI::App* command = app.add_subcommand(verb.name, verb.help);
    actions[command] = verb.add(*command);
    refuse_what_is_no_number(*command);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted, std::cout, std::cerr);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  if (context.workspace.empty()) {
    std::cerr << "luthierctl: the name of the workspace is empty; give --workspace a folder\n";
    return kUsage;
  }
  Interrupt interrupt;
  context.stop = interrupt.token();
  return act(actions.at(app.get_subcommands().front()), context);
}

}  // namespace luthier::ctl
