#pragma once
#include <torch/torch.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/families/disentangled/disentangled_settings.h"
#include "core/families/family.h"

/// Small clips and runs of the family `disentangled`.
namespace disentangled_test {

using namespace luthier;
using namespace luthier::disentangled;

template <class Call>
std::string sentence(Call&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

/// A chord that depends on the clip, with few or many partials by label.
inline audio::AudioBuffer play(int clip, int label, int rate, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate, hz = 220 * std::pow(2.0, ((clip * 5 + static_cast<int>(t / 0.3) * 7) % 12) / 12.0);
    for (int k = 1; k <= 1 + 4 * label; ++k) samples[i] += static_cast<float>(0.1 / k * std::sin(2 * M_PI * k * hz * t));
  }
  return {rate, std::move(samples)};
}

inline std::shared_ptr<ClipSet> clips_of(const Settings& s, int labels, int each, double seconds = 1.5) {
  auto set = std::make_shared<ClipSet>();
  set->representation = s.spec();
  const auto representation = make_representation(set->representation);
  for (int label = 0; label < labels; ++label) {
    set->labels.push_back(std::string(1, static_cast<char>('a' + label)));
    for (int k = 0; k < each; ++k) {
      ClipInfo info;
      info.id = static_cast<std::int64_t>(set->clips.size()) + 1;
      info.label = set->labels.back(), info.label_index = label, info.phrase = k;
      info.split = each > 2 && k + 1 == each ? "validation" : "train";
      set->clips.push_back(info);
      set->features.push_back(representation->analyse(play(k, label, s.spec().sample_rate, seconds)));
    }
  }
  return set;
}

Config tiny(const Config& more = {}) { return preset_config(find_family("disentangled"), "tiny", more); }
Settings tiny_settings(const Config& more = {}) { return settings_from<Settings>(tiny(more)); }

struct Run {
  Config config;
  std::shared_ptr<ClipSet> clips;
  std::unique_ptr<Trainer> trainer;
};

inline Run run_of(const Config& more = {}, int labels = 2) {
  Run run;
  run.config = tiny(more);
  run.clips = clips_of(settings_from<Settings>(run.config), labels, 3);
  TrainingInputs inputs;
  inputs.config = run.config;
  inputs.clips = run.clips;
  run.trainer = find_family("disentangled").make_training(inputs);
  run.trainer->enter_phase(0);
  return run;
}

inline Figures step_of(Trainer& trainer, int phase, std::int64_t step) {
  Rng rng(1, static_cast<std::uint64_t>(step));
  rng.seed_defaults();
  const auto batch = trainer.draw(phase, rng);
  return trainer.update(phase, batch, step, rng);
}

inline double figure(const Figures& figures, const std::string& name) {
  for (const auto& [key, value] : figures)
    if (key == name) return value;
  return NAN;
}

inline Checkpoint checkpoint_of(Run& run) {
  StateSaver saver;
  run.trainer->visit(saver);
  Checkpoint checkpoint;
  checkpoint.record = run.trainer->record();
  checkpoint.record["family"] = "disentangled";
  checkpoint.record["config"] = canonical_text(run.config);
  checkpoint.tensors = saver.tensors;
  return checkpoint;
}

bool close(const torch::Tensor& a, const torch::Tensor& b, double tolerance) { return (a - b).abs().max().item<double>() <= tolerance; }

}  // namespace disentangled_test
