#include "audio/device/playback_source.h"

#include <algorithm>

namespace luthier::audio::detail {

PlaybackSource::PlaybackSource(Buffers buffers, int output_channels)
    : buffers_(std::move(buffers)), channels_(output_channels) {
  for (const AudioBuffer& buffer : *buffers_) length_ = std::max(length_, buffer.length());
  const double rate = buffers_->empty() ? 48000.0 : buffers_->front().sample_rate;
  switch_frames_ = std::max<std::size_t>(1, static_cast<std::size_t>(rate * kSwitchSeconds));
  start_frames_ = std::max<std::size_t>(1, static_cast<std::size_t>(rate * kStartSeconds));
}

void PlaybackSource::seek(std::size_t sample) {
  position_ = std::min(sample, length_);
  switch_left_ = 0;
  start_left_ = position_ > 0 ? start_frames_ : 0;  // the very beginning sounds as it was recorded
}

void PlaybackSource::select(std::size_t index) {
  if (index >= buffers_->size() || index == selected_) return;
  previous_ = selected_;
  selected_ = index;
  switch_left_ = switch_frames_;
}

void PlaybackSource::set_loop(std::optional<SampleRange> range) {
  loop_.reset();
  if (!range) return;
  range->end = std::min(range->end, length_);
  const double rate = buffers_->empty() ? 48000.0 : buffers_->front().sample_rate;
  if (!range->empty() && static_cast<double>(range->length()) >= kShortestLoop * rate) loop_ = range;
}

float PlaybackSource::sample(std::size_t buffer, int channel, std::size_t at) const {
  const AudioBuffer& sound = (*buffers_)[buffer];
  if (at >= sound.length()) return 0.0f;
  const int have = sound.channel_count();
  if (channels_ == 1 && have > 1) {
    float sum = 0.0f;
    for (const auto& samples : sound.channels) sum += samples[at];
    return sum / static_cast<float>(have);
  }
  return sound.channels[static_cast<std::size_t>(channel < have ? channel : channel % have)][at];
}

float PlaybackSource::voice(int channel, std::size_t at) const {
  const float now = sample(selected_, channel, at);
  if (switch_left_ == 0) return now;
  const float old = static_cast<float>(switch_left_) / static_cast<float>(switch_frames_ + 1);
  return now + old * (sample(previous_, channel, at) - now);
}

std::size_t PlaybackSource::read(std::size_t frames, std::vector<float>& out, std::vector<Jump>& jumps) {
  std::size_t done = 0;
  for (; done < frames && !at_end(); ++done) {
    const bool looping = loop_ && position_ >= loop_->begin && position_ < loop_->end;
    const std::size_t seam = looping ? std::min(switch_frames_, loop_->length() / 2) : 0;
    const std::size_t to_end = looping ? loop_->end - position_ : 0;
    for (int channel = 0; channel < channels_; ++channel) {
      float value = voice(channel, position_);
      if (looping && to_end <= seam) {
        // Before the seam, what comes before the loop's beginning fades in, so that the jump goes on with it.
        const float weight = static_cast<float>(seam - to_end + 1) / static_cast<float>(seam + 1);
        const float before = loop_->begin >= to_end ? voice(channel, loop_->begin - to_end) : 0.0f;
        value += weight * (before - value);
      }
      if (start_left_ > 0)
        value *= 1.0f - static_cast<float>(start_left_) / static_cast<float>(start_frames_ + 1);
      out.push_back(value);
    }
    if (switch_left_ > 0) --switch_left_;
    if (start_left_ > 0) --start_left_;
    ++position_;
    if (looping && position_ == loop_->end) {
      position_ = loop_->begin;
      jumps.push_back({done + 1, position_});
    }
  }
  return done;
}

}  // namespace luthier::audio::detail
