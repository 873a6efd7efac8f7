#include "audio/device/player.h"

#include <algorithm>
#include <utility>

#include "audio/device/playback_feeder.h"

namespace luthier::audio {

using detail::PlaybackSource;
using detail::TimeStretcher;

struct Player::Impl : detail::PlaybackFeeder {
  using PlaybackFeeder::PlaybackFeeder;
};

Player::Player(const OutputOptions& output, OutputOpener open_device)
    : impl_(std::make_unique<Impl>(output, std::move(open_device))) {}
Player::~Player() = default;

void Player::load(AudioBuffer buffer) {
  std::vector<AudioBuffer> buffers;
  buffers.push_back(std::move(buffer));
  load(std::move(buffers));
}

void Player::load(std::vector<AudioBuffer> buffers, std::size_t selected) {
  std::size_t length = 0;
  for (const AudioBuffer& buffer : buffers) {
    if (buffer.sample_rate != buffers.front().sample_rate)
      throw AudioError("Sounds that are played against each other need one sample rate.");
    length = std::max(length, buffer.length());
  }
  if (length == 0 || buffers.front().sample_rate < 1)
    throw AudioError("There is no sound to play (0 samples).");
  auto shared = std::make_shared<const std::vector<AudioBuffer>>(std::move(buffers));
  const std::lock_guard lock(impl_->mutex);
  impl_->selected = selected < shared->size() ? selected : 0;
  impl_->buffers = std::move(shared);
  impl_->length = length;
  impl_->loop.reset();
  impl_->loaded = true;
  impl_->seek = 0;
  impl_->ended = false;
  impl_->set_state(PlayerState::stopped);
  impl_->wake.notify_all();
}

void Player::unload() {
  const std::lock_guard lock(impl_->mutex);
  impl_->buffers.reset();
  impl_->length = 0;
  impl_->loop.reset();
  impl_->loaded = true;
  impl_->set_state(PlayerState::stopped);
  impl_->wake.notify_all();
}

void Player::select(std::size_t index) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->buffers || index >= impl_->buffers->size() || index == impl_->selected) return;
  impl_->selected = index;
  impl_->selected_changed = true;
  impl_->wake.notify_all();
}

std::size_t Player::selected() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->selected;
}

std::size_t Player::buffer_count() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->buffers ? impl_->buffers->size() : 0;
}

void Player::play() {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->buffers || impl_->state == PlayerState::playing) return;
  if (impl_->position() >= static_cast<double>(impl_->length)) {
    impl_->seek = impl_->first_sample();
    impl_->ended = false;
  }
  impl_->set_state(PlayerState::playing);
  impl_->wake.notify_all();
}

void Player::pause() {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->state == PlayerState::playing) impl_->set_state(PlayerState::paused);
}

void Player::stop() {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->buffers) return;
  impl_->seek = impl_->first_sample();
  impl_->ended = false;
  impl_->set_state(PlayerState::stopped);
  impl_->wake.notify_all();
}

void Player::seek(std::size_t sample) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->buffers) return;
  impl_->seek = std::min(sample, impl_->length);
  impl_->ended = false;
  impl_->wake.notify_all();
}

void Player::set_loop(std::optional<SampleRange> range) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->buffers) return;
  if (range) range->end = std::min(range->end, impl_->length);
  const double shortest = PlaybackSource::kShortestLoop * impl_->buffers->front().sample_rate;
  if (range && (range->empty() || static_cast<double>(range->length()) < shortest)) range.reset();
  if (impl_->loop == range) return;
  impl_->loop = range;
  impl_->loop_changed = true;
  impl_->wake.notify_all();
}

std::optional<SampleRange> Player::loop() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->loop;
}

void Player::set_gain(float linear) {
  const std::lock_guard lock(impl_->mutex);
  impl_->gain = std::clamp(linear, 0.0f, 4.0f);
  if (impl_->mixer) impl_->mixer->set_gain(impl_->gain);
}

float Player::gain() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->gain;
}

bool Player::set_speed(double factor) {
  if (!TimeStretcher::available()) return factor == 1.0;
  const std::lock_guard lock(impl_->mutex);
  factor = std::clamp(factor, 0.1, 2.0);
  if (factor == impl_->speed) return true;
  impl_->speed = factor;
  impl_->speed_changed = true;
  impl_->wake.notify_all();
  return true;
}

double Player::speed() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->speed;
}

PlayerState Player::state() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->state;
}

std::size_t Player::position() const {
  const std::lock_guard lock(impl_->mutex);
  return static_cast<std::size_t>(impl_->position());
}

double Player::position_seconds() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->buffers ? impl_->position() / impl_->buffers->front().sample_rate : 0.0;
}

std::size_t Player::length() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->length;
}

int Player::sample_rate() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->buffers ? impl_->buffers->front().sample_rate : 0;
}

bool Player::audible() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->audible;
}

std::string Player::description() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->description;
}

std::size_t Player::underruns() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->mixer ? impl_->mixer->underruns() : 0;
}

}  // namespace luthier::audio
