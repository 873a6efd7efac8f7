#include "core/session/run_elsewhere.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <utility>

#include "core/session/text_file.h"
#include "core/session/training_session.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<RunOrder, const char*>, 4> kWords = {
    {{RunOrder::pause, "pause"}, {RunOrder::go_on, "go on"}, {RunOrder::stop, "stop"}, {RunOrder::discard, "discard"}}};

}  // namespace

void order_run(const Workspace& workspace, const std::string& run, RunOrder order) {
  const RunSummary summary = read_run(workspace.folder(), run);
  if (!RunLock::is_held(summary.folder)) {
    const bool goes_on = !summary.latest_checkpoint.empty() && summary.status != "done";
    throw ConfigError("The run " + run + " is not being trained now" + (goes_on ? "; luthierctl train --resume " + run + " goes on with it." : "."));
  }
  for (const auto& [known, word] : kWords)
    if (known == order) write_text(summary.folder / "order", std::string(word) + "\n", /*synced=*/false);
}

// It is moved away first: an order that comes while this one is read has its own name again.
std::optional<RunOrder> take_order(const fs::path& run_folder) {
  const fs::path taken = run_folder / "order.taken";
  if (std::rename((run_folder / "order").c_str(), taken.c_str()) != 0) return std::nullopt;  // there is none, nearly always
  std::string text;
  std::getline(std::ifstream(taken), text);
  std::error_code ignored;
  fs::remove(taken, ignored);
  for (const auto& [order, word] : kWords)
    if (text == word) return order;
  return std::nullopt;
}

}  // namespace luthier
