#include "core/evaluate/judges.h"


#include "core/config/held_out.h"
#include "core/evaluate/eq_match.h"
#include "core/evaluate/run_parallel.h"
#include "core/training/checkpoint.h"

namespace luthier {
namespace {

using Sounds = std::vector<std::vector<audio::AudioBuffer>>;    // [class][phrase]
using Analyses = std::vector<std::vector<ClipAnalysis>>;        // [class][phrase]
using Pointers = std::vector<std::vector<const ClipAnalysis*>>;

std::vector<const ClipAnalysis*> pointers(const std::vector<ClipAnalysis>& clips) {
  std::vector<const ClipAnalysis*> out;
  for (const ClipAnalysis& clip : clips) out.push_back(&clip);
  return out;
}

ProgressSink part(const ProgressSink& progress, double from, double to) {
  if (!progress) return {};
  return [=](const Progress& p) { progress({from + (to - from) * p.fraction, p.text, p.seconds_left}); };
}

/// What judge 2 learns from besides the real renders: each instrument equalised to another clip of itself (every second
/// phrase; real) and to an instrument that it is not (fake).
struct Equalised {
  Analyses own, fake;
};

Equalised equalise(const Sounds& sounds, int threads, const ProgressSink& progress, std::stop_token stop) {
  const std::size_t classes = sounds.size(), phrases = sounds.front().size();
  Equalised out{Analyses(classes, std::vector<ClipAnalysis>(phrases / 2)),
                Analyses(classes, std::vector<ClipAnalysis>(phrases))};
  const auto mono = [&](std::size_t c, std::size_t k) -> const std::vector<float>& {
    return sounds[c][k % phrases].channels.front();
  };
  const auto work = [&](std::size_t i, std::size_t) {
    const std::size_t c = i / phrases, k = i % phrases;
    // The reference comes from another phrase, as in the protocol; sources take turns.
    const std::size_t source = (c + 1 + k % (classes - 1)) % classes;
    out.fake[c][k] = analyse_timbre(eq_match(mono(source, k), mono(c, k + 7)));
    if (k % 2 == 0 && k / 2 < out.own[c].size())
      out.own[c][k / 2] = analyse_timbre(eq_match(mono(c, k), mono(c, k + 7)));
  };
  run_parallel(classes * phrases, threads, work, counted(progress, "equalising for the second judge", classes * phrases),
               stop);
  return out;
}

CnnJudge train_cnn(const Analyses& real, const Sounds& sounds, std::uint64_t seed, int threads,
                   const ProgressSink& progress, std::stop_token stop) {
  const Equalised equalised = equalise(sounds, threads, part(progress, 0.0, 0.1), stop);
  CnnJudge::Material material;
  for (std::size_t c = 0; c < real.size(); ++c) {
    material.real.push_back(pointers(real[c]));
    for (const ClipAnalysis* clip : pointers(equalised.own[c])) material.real.back().push_back(clip);
    for (const ClipAnalysis* clip : pointers(equalised.fake[c])) material.fake.push_back(clip);
  }
  return {material, {.seed = seed}, part(progress, 0.1, 1.0), stop};
}

std::filesystem::path weights_path(const ProtocolPlan& plan, RenderCache& cache, std::uint64_t seed) {
  std::string name = "cnn-v1-" + cache.font_hash(plan.target_font);
  for (const ProtocolInstrument& instrument : plan.judged) name += "-" + std::to_string(instrument.program);
  return cache.folder() / "judges" / (name + "-seed" + std::to_string(seed) + ".safetensors");
}

}  // namespace

Judges make_judges(const ProtocolPlan& plan, RenderCache& cache, std::uint64_t seed, int threads,
                   const ProgressSink& progress, std::stop_token stop) {
  const std::size_t classes = plan.judged.size(), phrases = kJudgePhraseCount;
  Sounds sounds(classes, std::vector<audio::AudioBuffer>(phrases));
  Analyses real(classes, std::vector<ClipAnalysis>(phrases));
  const auto work = [&](std::size_t i, std::size_t) {
    const std::size_t c = i / phrases, k = i % phrases;
    sounds[c][k] = cache.clip(plan.judge_key(c, static_cast<int>(k)));
    real[c][k] = analyse_timbre(sounds[c][k].channels.front());
  };
  run_parallel(classes * phrases, threads, work,
               counted(part(progress, 0.0, 0.2), "analysing for the judges", classes * phrases), stop);

  Judges out;
  Pointers clips;
  for (const auto& group : real) {
    clips.push_back(pointers(group));
    out.real.emplace_back();
    for (const ClipAnalysis& clip : group) out.real.back().add(clip.embeddings);
  }
  out.lda = std::make_unique<LdaJudge>(clips);

  const std::filesystem::path file = weights_path(plan, cache, seed);
  if (std::filesystem::exists(file)) {
    try {
      out.cnn = std::make_unique<CnnJudge>(file, static_cast<int>(classes));
      return out;
    } catch (const CheckpointError&) {
      // A file of an older shape: train anew and replace it.
    }
  }
  out.cnn = std::make_unique<CnnJudge>(train_cnn(real, sounds, seed, threads, part(progress, 0.2, 1.0), stop));
  std::filesystem::create_directories(file.parent_path());
  out.cnn->save(file);
  return out;
}

}  // namespace luthier
