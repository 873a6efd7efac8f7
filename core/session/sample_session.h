#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "audio/audio_buffer.h"
#include "core/config/schema.h"
#include "core/run/events.h"

namespace luthier {

/// What a generator made.
struct Sample {
  int bins = 0, frames = 0;
  std::vector<float> decibels;  ///< [bin * frames + frame], lowest bin first
  std::vector<float> features;  ///< the same places as the model gave them
  std::string representation;   ///< of the features
  int sample_rate = 0;          ///< Hz; the bins reach up to half of it
  double seconds = 0;           ///< that the frames span
  audio::AudioBuffer sound;     ///< mono, RMS 0.1; empty where none was asked for
};

/// `options` with the sliders axis_1, axis_2 … of `settings` at these places, complete. Throws ConfigError: more places than
/// sliders, out of range.
Config with_latent(const Schema& settings, Config options, const std::vector<double>& latent);

/// A generator (noise to spectrogram) that is loaded once and asked often, as sliders do. One thread at a time.
class SampleMaker {
 public:
  /// `run` of the workspace, or the path of a `checkpoint`. `vocoder`: run or checkpoint; empty: NNLS and Griffin-Lim.
  /// Throws ConfigError, SessionError or CheckpointError in one sentence.
  SampleMaker(const std::filesystem::path& workspace, const std::string& run, const std::string& checkpoint, const std::string& vocoder,
              const std::string& device);
  ~SampleMaker();
  const Schema& settings() const;
  std::string family() const;
  /// As luthier::with_latent().
  Config with_latent(Config options, const std::vector<double>& latent) const;
  /// Throws ConfigError, Cancelled.
  Sample make(const Config& options, bool with_sound, std::stop_token stop) const;
  /// Family, weights and vocoder as a record names them: key and value.
  std::vector<std::pair<std::string, std::string>> facts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct SampleRequest {
  std::filesystem::path workspace;  ///< may be empty when `checkpoint` is a file and `output` is named
  std::string run, checkpoint, vocoder;
  Config options;                   ///< over the family's transfer_schema()
  std::vector<double> latent;       ///< places of the sliders, in their order; stand above `options`
  std::string device = "auto";
  std::filesystem::path output;     ///< WAV or FLAC; empty: transfers/<utc>-<family>-<n>/sample.wav in the workspace
  std::filesystem::path image;      ///< PNG with axes; empty: none
  std::filesystem::path features;   ///< .npy that `luthierctl invert` reads; empty: none
};

struct SampleResult {
  Outcome outcome = Outcome::done;
  std::string message;              ///< why it failed
  std::filesystem::path output, record;
  Sample sample;
  double seconds = 0;               ///< time it took, inversion included
};

/// Lets a generator make a spectrogram and its sound, and writes both with their record. Blocks. Never overwrites. Does not
/// throw: failure is outcome `failed` with one sentence.
SampleResult sample(const SampleRequest& request, const std::function<void(double fraction, const std::string& text)>& progress,
                    std::stop_token stop);

}  // namespace luthier
