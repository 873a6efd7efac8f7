#include <chrono>

#include "core/evaluate/protocol.h"
#include "core/signal/representation.h"

namespace luthier {

NamedSystem oracle_system(const std::string& name, const RepresentationSpec& spec, int iterations) {
  NamedSystem system;
  system.name = name;
  const std::shared_ptr<const Representation> representation = make_representation(spec);
  system.oracle = [representation, iterations](const EvaluationCase& item, const audio::AudioBuffer& target) {
    const torch::Tensor features = representation->analyse(target);
    InversionHints hints;
    hints.content = &item.content;
    hints.iterations = iterations;
    const auto start = std::chrono::steady_clock::now();
    SystemOutput out;
    out.audio = representation->invert(features, hints);
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return out;
  };
  return system;
}

}  // namespace luthier
