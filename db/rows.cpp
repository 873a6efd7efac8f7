#include "db/rows.h"

#include <array>

namespace luthier::db {
namespace {

constexpr std::array<const char*, 4> kSplits = {"none", "train", "validation", "test"};
constexpr std::array<const char*, 5> kStates = {"running", "paused", "finished", "cancelled", "failed"};

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<const char*, N>& names, const std::string& text) {
  for (std::size_t i = 0; i < N; ++i)
    if (text == names[i]) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

const char* to_text(Split split) { return kSplits[static_cast<std::size_t>(split)]; }
std::optional<Split> split_from_text(const std::string& text) { return find<Split>(kSplits, text == "val" ? "validation" : text); }
const char* to_text(RunState state) { return kStates[static_cast<std::size_t>(state)]; }
std::optional<RunState> run_state_from_text(const std::string& text) { return find<RunState>(kStates, text); }

}  // namespace luthier::db
