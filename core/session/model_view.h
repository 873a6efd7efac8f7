#pragma once
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "audio/audio_buffer.h"

namespace luthier {

/// What a model gets of a sound: its representation as a picture, and the sound that can be made of that again. Plain values.
struct ModelView {
  std::string model;             ///< run id, or "shipped weights"
  std::string representation;    ///< canonical text: kind, rate, window, hop, bands
  std::string kind;              ///< "log_mel" …
  int sample_rate = 0;           ///< Hz, of the representation and of `inverted`
  int n_fft = 0;                 ///< samples
  double seconds_per_frame = 0;
  int bins = 0, frames = 0;
  bool mel = true;               ///< bins are Slaney mel bands to sample_rate / 2; else FFT bins
  std::vector<float> decibels;   ///< [bin * frames + frame], lowest bin first
  audio::AudioBuffer inverted;   ///< by the representation's own inverse (32 rounds of Griffin-Lim), without the sound's phase
};

/// Canonical text of what the run (empty: the shipped weights) takes and gives in a transfer. Throws as view_as_model does.
std::string representation_of_model(const std::filesystem::path& workspace, const std::string& run);

/// Looks at a sound through the representation of a run (its best, else its latest checkpoint) or, with an empty `run`, of the
/// shipped weights. `invert` false leaves `inverted` empty and takes a tenth of the time. Blocks: about a second for 8 s of sound
/// with inversion. Throws ConfigError, SessionError or CheckpointError; Cancelled on a stop.
ModelView view_as_model(const std::filesystem::path& workspace, const std::string& run, const audio::AudioBuffer& sound, bool invert,
                        std::stop_token stop = {});

}  // namespace luthier
