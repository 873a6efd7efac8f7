#include "core/evaluate/vocoder_comparison.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "audio/analysis/griffin_lim.h"
#include "audio/analysis/stft.h"
#include "audio/loudness.h"
#include "audio/resampler.h"
#include "build_info.inc"
#include "core/evaluate/clip_analysis.h"
#include "core/evaluate/metrics.h"
#include "core/evaluate/peak_memory.h"
#include "core/evaluate/single_torch_thread.h"
#include "core/families/family.h"

namespace luthier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kSeed = 1;
constexpr audio::StftOptions kStft{.n_fft = 2048, .hop = 512};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::vector<float> to_evaluation_rate(std::vector<float> samples, int rate) {
  return rate == kEvaluationRate ? samples : audio::resample(samples, rate, kEvaluationRate);
}

/// The truth, analysed once.
struct Truth {
  audio::AudioBuffer sound;  ///< mono at its own rate
  ClipAnalysis analysis;
  audio::Spectrogram magnitude;
};

Truth truth_of(const VocoderClip& clip) {
  Truth truth;
  truth.sound = {clip.sound.sample_rate, clip.sound.mono()};
  audio::normalise_peak(truth.sound, kComparedPeak);
  const auto samples = to_evaluation_rate(truth.sound.channels.front(), truth.sound.sample_rate);
  try {
    truth.analysis = analyse_clip(samples);
  } catch (const EvaluationError& error) {
    throw EvaluationError("The clip '" + clip.name + "' cannot be compared: " + error.what());
  }
  truth.magnitude = audio::magnitude(audio::stft(normalise_rms(samples), kStft));
  return truth;
}

using Scores = std::map<std::string, double>;

Scores score(const VocoderSystem& system, const Representation& representation, const Truth& truth) {
  const auto features = representation.analyse(truth.sound);
  const auto start = Clock::now();
  auto made = system.decode(features);
  const double seconds = seconds_since(start);
  const auto samples = fit_length(to_evaluation_rate(std::move(made), system.spec.sample_rate), truth.analysis.samples);
  const ClipAnalysis output = analyse_clip(samples);
  return {{"sc", audio::spectral_convergence(normalise_rms(samples), truth.magnitude, kStft)},
          {"lsd", log_spectral_distance(output, truth.analysis)},
          {"mcd", mel_cepstral_distortion(output, truth.analysis)},
          {"mel_l1", mel_l1(output, truth.analysis)},
          {"jaccard", pitch_jaccard_distance(output.notes, truth.analysis.notes)},
          {"flux", flux_ratio(output, truth.analysis)},
          {"high_band", std::log(std::clamp(high_band_ratio(output, truth.analysis), 1e-9, 1e9))},
          {"rtf", seconds / truth.sound.seconds()}};
}

/// Means over clips with intervals over groups; ratios of energy are averaged as logarithms.
void summarise(EvaluationRow& row, const std::vector<VocoderClip>& clips, const std::vector<Scores>& scores) {
  std::size_t groups = 0;
  for (const auto& clip : clips) groups = std::max(groups, static_cast<std::size_t>(clip.group) + 1);
  for (const auto& [id, first] : scores.front()) {
    std::vector<std::vector<double>> by_group(groups);
    for (std::size_t i = 0; i < clips.size(); ++i) by_group[static_cast<std::size_t>(clips[i].group)].push_back(scores[i].at(id));
    Interval v = bootstrap_mean(by_group, kSeed);
    if (id == "high_band") v = {std::exp(v.value), std::exp(v.low), std::exp(v.high)};
    if (!std::isnan(v.value)) row.figures[id] = v;
  }
}

}  // namespace

VocoderSystem griffin_lim_system(const RepresentationSpec& spec, int iterations) {
  VocoderSystem system;
  system.name = "Griffin-Lim (" + spec.kind + ", " + std::to_string(spec.bands) + " bands)";
  system.spec = spec;
  const auto representation = make_representation(spec);
  system.decode = [representation, iterations](const torch::Tensor& features) {
    InversionHints hints;
    hints.iterations = iterations;
    return representation->invert(features, hints).mono();
  };
  return system;
}

EvaluationTable compare_vocoders(const std::vector<VocoderClip>& clips, const std::vector<VocoderSystem>& systems,
                                 const ProgressSink& progress, std::stop_token stop) {
  if (clips.empty()) throw EvaluationError("There is no clip to compare vocoders on.");
  if (systems.empty()) throw EvaluationError("There is no vocoder to compare; name a run of melgan or guidediff.");
  EvaluationTable table;
  table.protocol = "vocoders";
  table.record = {{"clips", std::to_string(clips.size())}, {"peak", "0.7"}, {"commit", kCommit}, {"version", kVersion}};
  const auto start = Clock::now();
  const double total = static_cast<double>(clips.size() * (systems.size() + 1));
  double done = 0;
  const auto tell = [&](const std::string& text) {
    done += 1;
    if (progress) progress({done / total, text, seconds_since(start) / done * (total - done)});
  };
  const SingleTorchThread single;
  try {
    std::vector<Truth> truths;
    for (const auto& clip : clips) {
      if (stop.stop_requested()) throw Cancelled();
      truths.push_back(truth_of(clip));
      tell("analysing clips");
    }
    for (const auto& system : systems) {
      const auto representation = make_representation(system.spec);
      PeakMemory memory;
      std::vector<Scores> scores;
      for (std::size_t i = 0; i < clips.size(); ++i) {
        if (stop.stop_requested()) throw Cancelled();
        try {
          scores.push_back(score(system, *representation, truths[i]));
        } catch (const EvaluationError& error) {
          throw EvaluationError("The vocoder '" + system.name + "' failed on '" + clips[i].name + "': " + error.what());
        }
        tell(system.name);
      }
      EvaluationRow row;
      row.name = system.name;
      row.cases = static_cast<int>(clips.size());
      row.parameters = system.parameters;
      row.training_minutes = system.training_minutes;
      summarise(row, clips, scores);
      row.peak_memory_mb = memory.peak_mb();
      table.rows.push_back(std::move(row));
    }
  } catch (const Cancelled&) {
    table.outcome = Outcome::cancelled;
  }
  return table;
}

}  // namespace luthier
