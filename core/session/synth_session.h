#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/run/events.h"
#include "core/run/progress.h"
#include "core/session/workspace.h"

namespace luthier {

struct SynthRequest {
  int phrases = 24;
  std::uint64_t seed = 1;
  std::filesystem::path soundfont;  ///< empty: the installed one
  std::vector<std::string> instruments = {"piano", "guitar", "harp", "violin"};  ///< GM names; they become the labels
  double seconds = 8;               ///< of each phrase
  int sample_rate = 22050;          ///< Hz of the files
  int low_pitch = 55, high_pitch = 84;  ///< MIDI
  int max_voices = 3;
};

struct SynthResult {
  Outcome outcome = Outcome::done;
  std::int64_t phrases = 0, clips = 0;
};

/// For before a workspace is made: throws what synth_phrases would throw for the request itself.
void check_synth(const SynthRequest& request);

/// Renders the same phrases by each instrument: clips that play the same notes at the same times, hence known targets for a
/// transfer. Each clip is one FLAC file under audio/<instrument>/ with its own row; phrases and labels are shared by name,
/// silence is never trimmed. Phrases that are there already (same seed, instrument, font and length) are not rendered again.
/// A stop leaves whole phrases only. Blocks. Throws SessionError, audio::AudioError or db::DbError; what was rendered by then stays.
SynthResult synth_phrases(const Workspace& workspace, const SynthRequest& request, const ProgressSink& progress = {},
                          std::stop_token stop = {});

}  // namespace luthier
