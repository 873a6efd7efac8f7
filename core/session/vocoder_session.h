#pragma once
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/evaluate/evaluation_table.h"
#include "core/run/progress.h"

namespace luthier {

struct VocoderRequest {
  std::filesystem::path workspace;    ///< may be empty when `vocoders` are files and no clips are asked for
  std::vector<std::string> vocoders;  ///< run ids or checkpoint files of melgan, guidediff …
  std::vector<std::string> names;     ///< row names for them, in order; missing ones are made from family and spectrogram
  std::vector<int> steps;             ///< a row for each, for vocoders that sample; empty: the family's own number, then 1
  std::string clips;                  ///< query over the workspace's clips; empty: unseen phrases rendered as in the protocol
  int phrases = 10;                   ///< rendered phrases, each by the four instruments; 1 … 60
  int most_clips = 200;               ///< of a query; evenly chosen where it finds more
  std::filesystem::path cache;        ///< folder for renders; empty: chosen here
  std::filesystem::path main_font;    ///< empty: FluidR3_GM where distributions put it
  std::string device = "cpu";
};

/// Griffin-Lim (a row for each spectrogram that the vocoders take) and the vocoders on the same clips; see
/// core/evaluate/vocoder_comparison.h. Blocks. Throws ConfigError, SessionError, CheckpointError, EvaluationError or
/// audio::AudioError with one sentence.
EvaluationTable evaluate_vocoders(const VocoderRequest& request, const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
