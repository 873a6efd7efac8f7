#pragma once
#include <functional>
#include <stop_token>
#include <string>

#include "audio/audio_buffer.h"
#include "core/families/family.h"

namespace luthier {

/// One sound's way through a model. Plain settings; the model and the vocoder are borrowed.
struct SoundTransfer {
  FamilyTransfer& model;
  FamilyTransfer* vocoder = nullptr;  ///< null: Griffin-Lim from the content's own phase and fine structure
  Config options;                     ///< complete for the model's transfer_schema()
  Config vocoder_options;             ///< complete for the vocoder's
  int iterations = 32;                ///< of Griffin-Lim
  std::uint64_t seed = 1;
  bool treble = true;                 ///< content at a higher rate than the model's gets treble after the style's (audio/analysis/band_extension.h)
};

struct SoundTransferListener {
  std::function<void(double fraction, const std::string& text)> progress;                        ///< may be empty
  std::function<void(int step, int total, const torch::Tensor& picture)> step;                   ///< [bin, frame] dB; may be empty
};

/// content + style -> sound at the content's own rate, channel count, length and level (RMS of each channel; turned down
/// together where a peak would pass full scale). Each channel goes through with the same seed; equal channels go through
/// once. A channel of digital silence stays silent, and longer silence within one is followed. Throws ConfigError (silent content, a vocoder for another
/// representation), Cancelled on a stop.
audio::AudioBuffer transfer_sound(const SoundTransfer& transfer, const audio::AudioBuffer& content, const audio::AudioBuffer& style,
                                  const SoundTransferListener& listener, std::stop_token stop);

/// Throws ConfigError unless the vocoder takes what the model gives.
void check_vocoder(const FamilyTransfer& model, const FamilyTransfer& vocoder);

}  // namespace luthier
