#include "core/transfer/transfer_sound.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "audio/loudness.h"

namespace luthier {
namespace {

constexpr double kFirstStep = 0.05, kModelShare = 0.7;  ///< of the progress of one channel; the rest is the inversion

}  // namespace

audio::AudioBuffer transfer_sound(const SoundTransfer& transfer, const audio::AudioBuffer& content, const audio::AudioBuffer& style,
                                  const SoundTransferListener& listener, std::stop_token stop) {
  const SoundInverter inverter(transfer.model.representation(), transfer.inversion(), style);
  return transfer_sound(transfer.model, transfer.options, inverter, content, listener, std::move(stop));
}

audio::AudioBuffer transfer_sound(FamilyTransfer& model, const Config& options, const SoundInverter& inverter, const audio::AudioBuffer& content,
                                  const SoundTransferListener& listener, std::stop_token stop) {
  if (audio::peak(content) <= 0) throw ConfigError("The content is silent; there is nothing to transfer.");
  if (audio::peak(inverter.style()) <= 0) throw ConfigError("The style clip is silent; choose one that sounds.");
  const int channels = content.channel_count();
  const auto style = inverter.representation().analyse(inverter.style());
  const auto tell = [&](int channel, double part, const std::string& text) {
    if (!listener.progress) return;
    const std::string which = channels > 1 ? " (channel " + std::to_string(channel + 1) + " of " + std::to_string(channels) + ")" : "";
    listener.progress((channel + part) / channels, text + which);
  };
  const auto estimate = [&](int channel) {
    tell(channel, 0, "analysing");
    const auto features = inverter.representation().analyse({content.sample_rate, content.channels[static_cast<std::size_t>(channel)]});
    if (stop.stop_requested()) throw Cancelled();
    tell(channel, kFirstStep, "transferring");
    const auto observer = [&](const SamplingStep& step) {
      tell(channel, kFirstStep + (kModelShare - kFirstStep) * step.step / std::max(1, step.total),
           "step " + std::to_string(step.step) + " of " + std::to_string(step.total));
      if (listener.step) listener.step({channel, step.step, step.total, step.estimate});
    };
    const auto result = model.transform(features, style, options, observer, stop);
    if (stop.stop_requested()) throw Cancelled();
    tell(channel, kModelShare, "turning the spectrogram into sound");
    return result;
  };
  auto result = inverter.sound(content, estimate, stop);
  tell(channels - 1, 1, "done");
  return result;
}

}  // namespace luthier
