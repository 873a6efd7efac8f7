#pragma once
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/clip_set.h"
#include "core/run/progress.h"

namespace luthier {

/// Which phrases are rendered by which instruments, for training on sounds that play the same notes. Everything follows from
/// the seed. Training seeds start at 1,000,000: the measuring protocols use smaller ones only; the
/// programs and the font of core/config/held_out.h must stay unheard for their figures to mean something.
struct BankFont {
  std::filesystem::path path;
  std::vector<int> programs;  ///< GM programs it may play as "other"; empty: all
};

struct BankOptions {
  std::int64_t phrases = 400;
  std::int64_t seed = 1;
  double seconds = 8;
  int sample_rate = 16000;
  std::vector<std::string> instruments = {"piano", "guitar", "harp", "violin"};  ///< every phrase is played by each
  std::vector<BankFont> fonts;                ///< the first plays `instruments`; all play the others
  std::vector<int> other_programs;            ///< GM programs; each phrase is also played by `others` of them
  std::int64_t others = 0;                    ///< drawn for each phrase from other_programs x fonts
  double wide_share = 0.3;                    ///< share of phrases over MIDI 36-96 with up to four voices; the rest 55-84
  /// Share of sounds brought to full level, drawn for each. The rest stay as loud as the renderer makes them, with the noise that 16 bits
  /// leave under a quiet instrument, as in the sound files that people have; at full level that noise is hardly heard.
  double full_level_share = 0;
  std::filesystem::path file;                 ///< rendered samples are kept here and taken up again; empty: in memory only
};

/// Renders on all cores and returns a "waveform" ClipSet (int16). label = instrument name, with "@<font>" for fonts other
/// than the first; source = the font's file name, with " at full level" where that was done. Every 50th phrase is for
/// validation. Renders that a font leaves silent are left out, and so are the programs of core/config/held_out.h.
/// Throws ConfigError; asks `stop` at every phrase.
std::shared_ptr<ClipSet> render_phrase_bank(const BankOptions& options, const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
