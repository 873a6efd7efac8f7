#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/listening_tests.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::filesystem::path file;
};

Json json_of(const ListeningTest& test) {
  return {{"event", "listening_test"}, {"file", test.file.string()}, {"test", test.test},       {"made", test.made},
          {"sounds", test.sounds},     {"trials", test.trials},      {"complete", test.complete}, {"results", test.results}};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

int show(const ListeningTest& test, const Context& context) {
  if (context.json) {
    print_json(json_of(test));
    return kDone;
  }
  std::cout << test.test << " of " << joined(test.sounds) << ", " << test.made << '\n';
  for (const auto& line : test.results) std::cout << line << '\n';
  return kDone;
}

int list(const Context& context) {
  const auto tests = list_listening_tests(open_workspace(context).folder());
  std::vector<std::vector<std::string>> rows;
  for (const auto& test : tests) {
    if (context.json) print_json(json_of(test));
    rows.push_back({test.file.filename().string(), test.test, joined(test.sounds), std::to_string(test.trials), test.results.empty() ? "" : test.results.front()});
  }
  if (rows.empty() && !context.json) print_message("no listening test was done in this workspace; the page Compare of the window has two");
  if (!rows.empty() && !context.json) print_table({"log", "test", "sounds", "trials", "result"}, rows);
  return kDone;
}

const VerbRegistration listening{"listening", "list the listening tests of the workspace (ABX, rating), or show one", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("file", options->file, "the log of a test, as a path or as its name in the workspace's exports; without it all are listed");
  return [options](Context& context) {
    if (options->file.empty()) return list(context);
    std::filesystem::path file = options->file;
    if (!std::filesystem::exists(file) && !file.has_parent_path()) file = open_workspace(context).exports() / file;
    return show(read_listening_test(file), context);
  };
}};

}  // namespace
}  // namespace luthier::ctl
