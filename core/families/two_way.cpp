#include "core/families/two_way.h"

#include <ATen/ATen.h>

namespace luthier {

TwoWayTrainer::TwoWayTrainer(const TrainingInputs& inputs, const DomainSettings& labels, std::int64_t frames, std::int64_t grid)
    : device_(inputs.device), spec_(inputs.clips->representation),
      clips_(inputs.clips, inputs.pairs, {labels.source_labels, labels.target_labels, frames, grid, /*paired=*/false}, inputs.warn) {}

std::vector<Preview> TwoWayTrainer::preview(int) {
  set_training(false);
  std::vector<Preview> all;
  for (const int to : {1, 0}) {
    const auto content = clips_.fixed(1 - to, 1);
    const auto title = clips_.name(1 - to) + " to " + clips_.name(to);
    all.push_back(preview_of(title + ": result", unscaled(translate(scaled(content), to))[0], spec_));
    all.push_back(preview_of(title + ": content", content[0], spec_));
  }
  set_training(true);
  return all;
}

void TwoWayTrainer::add_paired_figures(Figures& figures) {
  const auto [from, to] = clips_.fixed_pairs(kValidationCrops);
  if (!from.defined()) return;
  const torch::Tensor pair[2] = {scaled(from), scaled(to)};
  for (const int side : {0, 1})
    figures.emplace_back(std::string("paired_l1_to_") + kSides[side], l1_distance(translate(pair[1 - side], side), pair[side]).item<double>());
  figures.emplace_back("paired_l1_copy", l1_distance(pair[0], pair[1]).item<double>());
}

std::map<std::string, std::string> TwoWayTrainer::record() const {
  return {{"source_labels", clips_.name(0)}, {"target_labels", clips_.name(1)}, {"direction", "both"}};
}

WindowedTranslator::Parts two_way_parts(const Checkpoint& checkpoint, const SpectrogramSettings& sound, const std::string& kind) {
  WindowedTranslator::Parts parts;
  parts.spec = sound.spec(kind);
  parts.window = sound.frames;
  parts.statistics = constant_of(checkpoint, "statistics");
  return parts;
}

}  // namespace luthier
