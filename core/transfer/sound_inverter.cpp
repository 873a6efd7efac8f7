#include "core/transfer/sound_inverter.h"

#include <algorithm>
#include <cmath>

#include "audio/analysis/band_extension.h"
#include "audio/loudness.h"
#include "audio/resampler.h"
#include "audio/silence_gate.h"

namespace luthier {
namespace {

constexpr double kFullScale = 0.999;

void match_level(audio::AudioBuffer& result, const audio::AudioBuffer& content) {
  for (std::size_t c = 0; c < result.channels.size(); ++c) {
    const double wanted = audio::rms(content.channels[c]), have = audio::rms(result.channels[c]);
    const auto gain = static_cast<float>(have > 0 ? wanted / have : 0.0);
    for (float& sample : result.channels[c]) sample *= gain;
  }
  const double loudest = audio::peak(result);
  if (loudest > kFullScale) audio::apply_gain(result, static_cast<float>(kFullScale / loudest));
}

void check_stop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Cancelled();
}

}  // namespace

RepresentationSpec untrimmed(RepresentationSpec spec) {
  spec.trim = false;
  return spec;
}

RepresentationSpec for_vocoder(RepresentationSpec spec) {
  if (spec.kind == "log10_mel_peak") spec.kind = "log10_mel";
  return untrimmed(std::move(spec));
}

SoundInverter::SoundInverter(const RepresentationSpec& spec, InversionSettings settings, audio::AudioBuffer style)
    : representation_(make_representation(untrimmed(spec))), settings_(std::move(settings)), style_(std::move(style)) {
  if (!settings_.vocoder) return;
  const auto given = for_vocoder(representation_->spec()), wanted = for_vocoder(settings_.vocoder->representation());
  if (given == wanted) return;
  throw ConfigError("The vocoder was trained on other spectrograms (" + wanted.canonical_text() + ") than this model makes (" + given.canonical_text() +
                    "); take one with the same settings, or none.");
}

std::vector<float> SoundInverter::channel(const torch::Tensor& estimate, const audio::AudioBuffer& content, std::stop_token stop) const {
  const int rate = representation_->spec().sample_rate;
  std::vector<float> samples;
  if (settings_.vocoder) {
    const std::lock_guard lock(vocoder_mutex_);
    samples = settings_.vocoder->decode(estimate, settings_.vocoder_options, stop);
  } else {
    InversionHints hints;
    hints.content = &content;
    hints.iterations = settings_.iterations;
    hints.seed = settings_.seed;
    hints.samples = static_cast<std::int64_t>(std::ceil(static_cast<double>(content.length()) * rate / content.sample_rate));
    hints.keep_going = [&stop] { return !stop.stop_requested(); };
    samples = std::move(representation_->invert(estimate, hints).channels.front());
  }
  check_stop(stop);
  samples = audio::resample(samples, rate, content.sample_rate);
  samples.resize(content.length());
  if (settings_.treble) samples = audio::extend_band(samples, content.sample_rate, style_, {.edge = rate / 2.0});
  audio::follow_silence(samples, content.channels.front(), content.sample_rate);
  return samples;
}

audio::AudioBuffer SoundInverter::sound(const audio::AudioBuffer& content, const Estimate& estimate, std::stop_token stop) const {
  audio::AudioBuffer result(content.sample_rate, content.channel_count(), 0);
  for (int c = 0; c < content.channel_count(); ++c) {
    const auto& samples = content.channels[static_cast<std::size_t>(c)];
    auto& out = result.channels[static_cast<std::size_t>(c)];
    const auto same = std::find(content.channels.begin(), content.channels.begin() + c, samples) - content.channels.begin();
    if (same < c) out = result.channels[static_cast<std::size_t>(same)];
    else if (audio::peak(samples) <= 0) out.assign(samples.size(), 0.0f);
    else out = channel(estimate(c), audio::AudioBuffer(content.sample_rate, samples), stop);
    check_stop(stop);
  }
  match_level(result, content);
  return result;
}

}  // namespace luthier
