#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "audio/audio_buffer.h"
#include "audio/synth/phrase.h"
#include "core/evaluate/clip_analysis.h"
#include "core/evaluate/evaluation_table.h"
#include "core/run/progress.h"

namespace luthier {

struct RepresentationSpec;  // core/signal/representation.h

// The measuring protocol. Paired truth is made, not collected: a seeded phrase is played by two instruments; one render is
// the content, the other the target; the style clip is *another* phrase by the target's instrument. 60 phrases (30 of one
// voice, 30 of several) x 12 ordered pairs of piano, guitar, harp and violin = 720 cases of 8 s, mono, 16 kHz.
//   t1   content, style and target from the main font, phrases never trained on
//   t1w  as t1 at 44.1 kHz: the treble from 8 to 16 kHz is measured too (treble.h)
//   t2   content from the held-out font, style and target from the main font
//   t3   content from the main font, style and target from the held-out font (style by example)
//   t3x  main font; targets are instruments that were never trained on (kHeldOutPrograms): 16 directions
// Main font: FluidR3_GM; held-out: TimGM6mb. MuseScore_General descends from FluidR3 and is no independent font.
// Phrase seeds: core/config/held_out.h. The judges learn from real renders of their own phrases by the font of the target.

struct ProtocolOptions {
  std::string protocol = "t1";
  int phrases = 60;                     ///< 1 … 60; a smaller run for a first look
  std::vector<std::string> directions;  ///< "piano>violin" …; empty: all
  std::uint64_t seed = 1;               ///< of intervals and the second judge
  std::filesystem::path cache;          ///< folder for renders and judges; made when missing
  std::filesystem::path main_font;      ///< empty: FluidR3_GM where distributions put it
  std::filesystem::path held_out_font;  ///< empty: TimGM6mb where distributions put it
  int threads = 1;                      ///< cases scored at the same time, >= 1
  bool judges = true;                   ///< false: no recognition and no Fréchet columns (saves minutes on the first run)
  bool baselines = true;                ///< copy content, copy style, EQ match, true target
};

/// What a system is given.
struct EvaluationCase {
  int index = 0;   ///< position in the protocol
  int phrase_index = 0;
  audio::Phrase phrase;
  int content_program = 0, target_program = 0;
  std::string content_label, target_label;  ///< "piano", "guitar" …
  audio::AudioBuffer content, style;        ///< mono, 16 kHz (t1w: 44.1 kHz), 8 s
};

struct SystemOutput {
  audio::AudioBuffer audio;  ///< any rate and channels: mixed to mono, resampled to 16 kHz, cut or padded to the target
  double seconds = 0;        ///< time it took; <= 0: the protocol's own clock is used
};

/// A system under test. `run` is called for every case, by `threads` threads at once unless `serial`.
struct NamedSystem {
  std::string name;
  std::function<SystemOutput(const EvaluationCase&)> run;
  bool serial = false;
  bool swap_style = false;  ///< control: give the style of yet another instrument; a system that looks at it must fail
  long parameters = 0;
  double training_minutes = -1;
  std::function<SystemOutput(const EvaluationCase&, const audio::AudioBuffer& target)> oracle;  ///< used instead of `run`
};

/// The best that a representation and its inverse could give: the target's own features, inverted with the content's phase.
/// The row that the guards are read against is the first whose name begins with "oracle".
NamedSystem oracle_system(const std::string& name, const RepresentationSpec& spec, int iterations = 32);

/// Labels of the ordered pairs, "piano>violin", in the protocol's order. Throws EvaluationError for an unknown protocol.
std::vector<std::string> protocol_directions(const std::string& protocol);

/// The named font, or the one under /usr/share/{sounds/sf2,soundfonts,…} with this stem ("FluidR3_GM"). Throws
/// EvaluationError naming the package to install.
std::filesystem::path find_protocol_font(const std::filesystem::path& given, const std::string& stem);

/// Renders (or reads) the material, trains (or reads) the judges, runs every system on every case and scores it. Blocks;
/// progress comes from this thread. Rows: baselines, then systems in their order. Throws EvaluationError, audio::AudioError,
/// or what a system throws; a stop gives the rows finished so far with outcome `cancelled`.
EvaluationTable evaluate(const ProtocolOptions& options, const std::vector<NamedSystem>& systems,
                         const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
