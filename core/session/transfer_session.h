#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "audio/audio_buffer.h"
#include "core/config/schema.h"
#include "core/run/events.h"

namespace luthier {

struct TransferRequest {
  std::filesystem::path workspace;   ///< may be empty when `checkpoint` is a file and content/style are files
  std::string run;                   ///< run id; empty and no checkpoint: the shipped weights
  std::string checkpoint;            ///< path; empty: the run's best, else its latest
  std::string content, style;        ///< a path of a sound file, or a clip id in decimal
  Config options;                    ///< over the family's transfer_schema(); unknown keys are refused
  std::string vocoder;               ///< run id or checkpoint of a vocoder; empty: Griffin-Lim with the content's phase
  bool treble = true;                ///< make treble after the style's where the content's rate is above the model's
  std::string device = "auto";
  std::filesystem::path output;      ///< WAV or FLAC; empty: transfers/<utc>-<n>/result.wav in the workspace
  std::filesystem::path image;       ///< PNG of content, style and result; empty: none
};

/// A step of the sampler as a picture: [bin][frame] dB, lowest bin first. Plain values, safe to move to another thread.
struct TransferStep {
  int step = 0, total = 0;
  int bins = 0, frames = 0;
  std::vector<float> decibels;       ///< [bin * frames + frame]
};

struct TransferResult {
  Outcome outcome = Outcome::done;
  std::string message;               ///< why it failed
  std::filesystem::path output, record;
  audio::AudioBuffer content, style, result;  ///< at the content's own rate
  double seconds = 0;                ///< time the transfer took, inversion included
  double real_time_factor = 0;       ///< seconds / duration of the content
};

struct TransferListener {
  std::function<void(double fraction, const std::string& text)> progress;  ///< may be empty
  std::function<void(const TransferStep&)> step;                           ///< may be empty
};

/// Transfers the style of one sound to another. Blocks, on the caller's thread. Never overwrites an output. Does not
/// throw: failure is outcome `failed` with one sentence.
TransferResult transfer(const TransferRequest& request, const TransferListener& listener, std::stop_token stop);

/// The settings that a transfer with this run (or the shipped weights) takes. Throws ConfigError.
Schema transfer_settings(const std::filesystem::path& workspace, const std::string& run);

/// The same for a weight file.
Schema checkpoint_transfer_settings(const std::filesystem::path& checkpoint);

/// Paths of the shipped checkpoints in assets/models, best first; empty when none is installed.
std::vector<std::filesystem::path> shipped_models();

}  // namespace luthier
