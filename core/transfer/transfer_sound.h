#pragma once
#include <functional>
#include <stop_token>
#include <string>

#include "core/transfer/sound_inverter.h"

namespace luthier {

/// One sound's way through a model. Plain settings; the model and the vocoder are borrowed.
struct SoundTransfer {
  FamilyTransfer& model;
  FamilyTransfer* vocoder = nullptr;  ///< null: Griffin-Lim from the content's own phase and fine structure
  Config options;                     ///< complete for the model's transfer_schema()
  Config vocoder_options;             ///< complete for the vocoder's
  int iterations = 32;                ///< of Griffin-Lim
  std::uint64_t seed = 1;
  bool treble = true;                 ///< see InversionSettings
  InversionSettings inversion() const { return {vocoder, vocoder_options, iterations, seed, treble}; }
};

/// The clean estimate of one channel after a sampling step. Values only valid during the call.
struct SoundStep {
  int channel = 0, step = 0, total = 0;  ///< channel from 0, step from 1
  const torch::Tensor& estimate;         ///< [channel, bin, frame]: what SoundInverter takes
};

struct SoundTransferListener {
  std::function<void(double fraction, const std::string& text)> progress;  ///< may be empty
  std::function<void(const SoundStep&)> step;                              ///< may be empty
};

/// content + style -> sound at the content's own rate, channel count, length and level (RMS of each channel; turned down
/// together where a peak would pass full scale). Each channel goes through with the same seed; equal channels go through
/// once. A channel of digital silence stays silent, and longer silence within one is followed. Throws ConfigError (silent
/// content or style, a vocoder for another representation), Cancelled on a stop.
audio::AudioBuffer transfer_sound(const SoundTransfer& transfer, const audio::AudioBuffer& content, const audio::AudioBuffer& style,
                                  const SoundTransferListener& listener, std::stop_token stop);
/// The same by an inverter that was made for the model and the style, which can turn the estimates of the steps into sound
/// later as well.
audio::AudioBuffer transfer_sound(FamilyTransfer& model, const Config& options, const SoundInverter& inverter, const audio::AudioBuffer& content,
                                  const SoundTransferListener& listener, std::stop_token stop);

}  // namespace luthier
