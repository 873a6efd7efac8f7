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
  std::string family;                ///< one that needs no training ("texture"), instead of run and checkpoint
  std::string preset;                ///< of `family`; empty: its first
  std::string content, style;        ///< a path of a sound file, or a clip id in decimal
  Config options;                    ///< over the family's transfer_schema(), with `family` also over its schema(); unknown keys are refused
  std::string vocoder;               ///< run id or checkpoint of a vocoder; empty: Griffin-Lim with the content's phase
  bool treble = true;                ///< make treble after the style's where the content's rate is above the model's
  std::string device = "auto";
  int keep_step = 0;                 ///< take the clean estimate after this sampling step as the result; 0: the last
  std::filesystem::path output;      ///< WAV or FLAC; empty: transfers/<utc>-<n>/result.wav in the workspace
  std::filesystem::path image;       ///< PNG of content, style and result; empty: none
};

/// A step of the sampler as a picture: [bin][frame] dB, lowest bin first. Plain values, safe to move to another thread.
struct TransferStep {
  int step = 0, total = 0;           ///< step from 1
  int bins = 0, frames = 0;
  std::vector<float> decibels;       ///< [bin * frames + frame]
  bool linear = false;               ///< bins are those of a Fourier transform; else mel bands over sample_rate / 2
  int sample_rate = 0;               ///< Hz, of the model
  int n_fft = 0, hop = 0;            ///< samples; frame t is centred at t * hop
};

struct TransferResult;

/// The clean estimates of one transfer, kept in memory (128 MB at most: of very many steps every n-th). They can be heard and
/// kept while the transfer runs and afterwards. Any thread; sounds are made one at a time.
class TransferSteps {
 public:
  virtual ~TransferSteps() = default;
  virtual std::vector<int> steps() const = 0;  ///< that can be heard, ascending, from 1; grows while the transfer runs
  virtual int total() const = 0;
  /// What the transfer gives when it ends with this step. Blocks. Throws ConfigError (no such step), Cancelled.
  virtual audio::AudioBuffer sound(int step, std::stop_token stop) const = 0;
  /// The same as a result of its own: file, record and history, where it is marked as kept. Does not throw. `output` empty: a new folder in the workspace.
  virtual TransferResult keep(int step, const std::filesystem::path& output, std::stop_token stop) const = 0;
};

struct TransferResult {
  Outcome outcome = Outcome::done;
  std::string message;               ///< why it failed
  std::filesystem::path output, record;
  audio::AudioBuffer content, style, result;  ///< at the content's own rate
  std::shared_ptr<const TransferSteps> steps; ///< null where no model was reached
  double seconds = 0;                ///< time the transfer took, inversion included
  double real_time_factor = 0;       ///< seconds / duration of the content
};

struct TransferListener {
  std::function<void(double fraction, const std::string& text)> progress;  ///< may be empty
  std::function<void(const TransferStep&)> step;                           ///< of the first channel, of steps that are kept; may be empty
  std::function<void(std::shared_ptr<const TransferSteps>)> begun;         ///< once, before the first step; may be empty
};

/// Transfers the style of one sound to another. Blocks, on the caller's thread. Never overwrites an output. Does not
/// throw: failure is outcome `failed` with one sentence.
TransferResult transfer(const TransferRequest& request, const TransferListener& listener, std::stop_token stop);

/// The settings that a transfer with this run (or the shipped weights) takes. Throws ConfigError.
Schema transfer_settings(const std::filesystem::path& workspace, const std::string& run);

/// The same for a weight file.
Schema checkpoint_transfer_settings(const std::filesystem::path& checkpoint);

/// The same for a family that needs no training: its own settings, then those of a transfer.
Schema untrained_transfer_settings(const std::string& family);

/// Paths of the shipped checkpoints in assets/models, best first; empty when none is installed.
std::vector<std::filesystem::path> shipped_models();

}  // namespace luthier
