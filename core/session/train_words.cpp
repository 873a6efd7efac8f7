#include "core/session/train_words.h"

namespace luthier {

std::vector<std::string> train_words(const TrainingRequest& r) {
  std::vector<std::string> words = {"luthierctl", "--workspace", r.workspace.string(), "train"};
  const auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
  if (r.resume.empty()) add({r.family, "--preset", r.preset});
  else add({"--resume", r.resume});
  for (const auto& [name, value] : r.overrides) add({"--" + name, to_text(value)});
  if (r.device != "auto") add({"--device", r.device});
  if (!r.start_from.empty()) add({"--start-from", r.start_from});
  if (!r.pair_set.empty()) add({"--pairs", r.pair_set});
  for (const auto& label : r.labels) add({"--label", label});
  for (const auto& [content, style] : r.auditions) add({"--audition", std::to_string(content) + "," + std::to_string(style)});
  return words;
}

}  // namespace luthier
