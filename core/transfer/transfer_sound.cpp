#include "core/transfer/transfer_sound.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "audio/analysis/band_extension.h"
#include "audio/loudness.h"
#include "audio/resampler.h"
#include "audio/silence_gate.h"

namespace luthier {
namespace {

constexpr double kFullScale = 0.999;
constexpr double kModelShare = 0.7;  ///< of the progress of one channel; the rest is the inversion

RepresentationSpec whole(RepresentationSpec spec) {
  spec.trim = false;  // the result must stand in time with the content
  return spec;
}

/// Transfers one channel after the other.
class ChannelTransfer {
 public:
  ChannelTransfer(const SoundTransfer& transfer, const audio::AudioBuffer& style, const SoundTransferListener& listener, std::stop_token stop, int channels)
      : transfer_(transfer), listener_(listener), stop_(std::move(stop)), channels_(channels),
        representation_(make_representation(whole(transfer.model.representation()))), style_(representation_->analyse(style)), style_sound_(style) {}

  std::vector<float> run(const audio::AudioBuffer& content, int channel) {
    channel_ = channel;
    tell(0, "analysing");
    const auto features = representation_->analyse(content);
    check();
    tell(0.05, "transferring");
    const auto result = transfer_.model.transform(features, style_, transfer_.options, observer(), stop_);
    check();
    tell(kModelShare, "turning the spectrogram into sound");
    auto samples = sound_of(result, content);
    check();
    samples = audio::resample(samples, representation_->spec().sample_rate, content.sample_rate);
    samples.resize(content.length());
    if (transfer_.treble) samples = audio::extend_band(samples, content.sample_rate, style_sound_, {.edge = representation_->spec().sample_rate / 2.0});
    audio::follow_silence(samples, content.channels.front(), content.sample_rate);
    tell(1, "done");
    return samples;
  }

 private:
  StepObserver observer() {
    return [this](const SamplingStep& step) {
      tell(0.05 + (kModelShare - 0.05) * step.step / std::max(1, step.total), "step " + std::to_string(step.step) + " of " + std::to_string(step.total));
      if (listener_.step) listener_.step(step.step, step.total, representation_->picture(step.estimate));
    };
  }

  std::vector<float> sound_of(const torch::Tensor& result, const audio::AudioBuffer& content) {
    if (transfer_.vocoder) return transfer_.vocoder->decode(result, transfer_.vocoder_options, stop_);
    InversionHints hints;
    hints.content = &content;
    hints.iterations = transfer_.iterations;
    hints.seed = transfer_.seed;
    hints.samples = static_cast<std::int64_t>(std::ceil(static_cast<double>(content.length()) * representation_->spec().sample_rate / content.sample_rate));
    hints.keep_going = [this] { return !stop_.stop_requested(); };
    auto sound = representation_->invert(result, hints);
    return std::move(sound.channels.front());
  }

  void check() const {
    if (stop_.stop_requested()) throw Cancelled();
  }

  void tell(double part, const std::string& text) const {
    if (!listener_.progress) return;
    const std::string channel = channels_ > 1 ? " (channel " + std::to_string(channel_ + 1) + " of " + std::to_string(channels_) + ")" : "";
    listener_.progress((channel_ + part) / channels_, text + channel);
  }

  const SoundTransfer& transfer_;
  const SoundTransferListener& listener_;
  std::stop_token stop_;
  int channels_, channel_ = 0;
  std::shared_ptr<const Representation> representation_;
  torch::Tensor style_;
  const audio::AudioBuffer& style_sound_;
};

void match_level(audio::AudioBuffer& result, const audio::AudioBuffer& content) {
  for (std::size_t c = 0; c < result.channels.size(); ++c) {
    const double wanted = audio::rms(content.channels[c]), have = audio::rms(result.channels[c]);
    const auto gain = static_cast<float>(have > 0 ? wanted / have : 0.0);
    for (float& sample : result.channels[c]) sample *= gain;
  }
  const double loudest = audio::peak(result);
  if (loudest > kFullScale) audio::apply_gain(result, static_cast<float>(kFullScale / loudest));
}

}  // namespace

void check_vocoder(const FamilyTransfer& model, const FamilyTransfer& vocoder) {
  const auto given = whole(model.representation()), wanted = whole(vocoder.representation());
  if (given == wanted) return;
  throw ConfigError("The vocoder was trained on other spectrograms (" + wanted.canonical_text() + ") than this model makes (" + given.canonical_text() +
                    "); take one with the same settings, or none.");
}

audio::AudioBuffer transfer_sound(const SoundTransfer& transfer, const audio::AudioBuffer& content, const audio::AudioBuffer& style,
                                  const SoundTransferListener& listener, std::stop_token stop) {
  if (audio::peak(content) <= 0) throw ConfigError("The content is silent; there is nothing to transfer.");
  if (audio::peak(style) <= 0) throw ConfigError("The style clip is silent; choose one that sounds.");
  if (transfer.vocoder) check_vocoder(transfer.model, *transfer.vocoder);
  ChannelTransfer channels(transfer, style, listener, stop, content.channel_count());
  audio::AudioBuffer result(content.sample_rate, content.channel_count(), 0);
  for (int c = 0; c < content.channel_count(); ++c) {
    const auto& samples = content.channels[static_cast<std::size_t>(c)];
    auto& out = result.channels[static_cast<std::size_t>(c)];
    const auto same = std::find(content.channels.begin(), content.channels.begin() + c, samples) - content.channels.begin();
    if (same < c) out = result.channels[static_cast<std::size_t>(same)];
    else if (audio::peak(samples) <= 0) out.assign(samples.size(), 0.0f);
    else out = channels.run(audio::AudioBuffer(content.sample_rate, samples), c);
  }
  match_level(result, content);
  return result;
}

}  // namespace luthier
