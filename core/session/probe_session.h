#pragma once
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/evaluate/likeness.h"
#include "core/families/disentangled/probe.h"
#include "core/run/progress.h"
#include "core/session/workspace.h"

namespace luthier {

struct ProbeRequest {
  std::string run;
  std::string checkpoint;            ///< file; empty: the run's best
  int clips = 12;                    ///< measured of each label, at most
  std::string device = "auto";
  Config options;                    ///< of transfers
};

/// Mean and standard deviation over clips.
struct MeanOf {
  double mean = 0, deviation = 0;
};

struct ReconstructionRow {
  std::string label;
  int clips = 0;
  MeanOf chroma_distance, onset_f1, pitch_correlation, magnitude_error;
};

struct TransferRow {
  std::string from, to;
  int clips = 0;
  MeanOf chroma_correlation, cepstral_distance, spectrum_correlation, structure_difference;
};

struct ProbeReport {
  std::vector<ReconstructionRow> reconstruction;
  std::vector<TransferRow> transfer;
  std::optional<disentangled::PartProbe> parts;  ///< of the family `disentangled` only
  bool stopped = false;                          ///< a stop was asked for; the rest is not complete
};

/// The figures of the disentangled system's authors, on the clips of a run that were not trained on, for any translator: each
/// clip in its own label's style against itself, and in every other label's style against itself and a clip of that label. Blocks.
/// Throws ConfigError, SessionError, CheckpointError, EvaluationError or audio::AudioError.
ProbeReport probe_run(const Workspace& workspace, const ProbeRequest& request, const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
