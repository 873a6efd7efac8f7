#include "audio/device/playback_feeder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace luthier::audio::detail {
namespace {

constexpr double kRingSeconds = 1.0;
constexpr double kLeastQueued =
    0.1;  ///< seconds that are made ahead, and so the delay of a switch between buffers
constexpr double kMostQueued = 0.6;  ///< where the machine is too busy for that
constexpr std::size_t kBlock = 512;  ///< source frames read at once
constexpr auto kPeriod = std::chrono::milliseconds(10);
constexpr auto kIdle = std::chrono::seconds(2);  ///< after that the device is given back
constexpr int kMostFailures = 3;                 ///< devices that fail so often in a row are given up

}  // namespace

double PlaybackEpoch::sample_at(double frame) const {
  const double read = std::max(0.0, frame - static_cast<double>(start)) * ratio;
  auto jump = std::upper_bound(jumps.begin(), jumps.end(), read, [](double r, const PlaybackSource::Jump& j) {
    return r < static_cast<double>(j.frame);
  });
  if (jump != jumps.begin()) --jump;
  return static_cast<double>(jump->sample) + std::max(0.0, read - static_cast<double>(jump->frame));
}

PlaybackFeeder::PlaybackFeeder(const OutputOptions& output_options, OutputOpener open_device)
    : options_(output_options), open_device_(std::move(open_device)), queued_seconds_(kLeastQueued) {
  thread_ = std::thread([this] { run(); });
}

PlaybackFeeder::~PlaybackFeeder() {
  {
    const std::lock_guard lock(mutex);
    quit_ = true;
  }
  wake.notify_all();
  thread_.join();
}

double PlaybackFeeder::position() const {
  if (seek) return static_cast<double>(*seek);
  if (!mixer || !buffers) return 0.0;
  if (ended) return static_cast<double>(length);
  return std::min(static_cast<double>(length), epoch_.sample_at(mixer->heard(latency_)));
}

void PlaybackFeeder::set_state(PlayerState wanted) {
  state = wanted;
  if (mixer) mixer->set_running(wanted == PlayerState::playing && !seek && !loaded);
}

void PlaybackFeeder::run() {
  open();
  std::unique_lock lock(mutex);
  while (!quit_) {
    take_news();
    const bool play = state == PlayerState::playing;
    lock.unlock();
    if (source_) top_up();
    manage_device(play);
    lock.lock();
    if (tail_marked_ && mixer->ended() && state == PlayerState::playing && !seek && !loaded) {
      ended = true;
      set_state(PlayerState::stopped);
    }
    if (!news()) wake.wait_for(lock, kPeriod, [this] { return quit_ || news(); });
  }
  lock.unlock();
  output_.reset();
}

void PlaybackFeeder::open() {
  auto opened = open_device_(options_, [this](float* out, std::size_t frames, int channels) {
    watch_.called();
    mixer->fill(out, frames, channels);  // made before the stream is started, and gone after it
  });
  const std::lock_guard lock(mutex);
  output_ = std::move(opened);
  mixer = std::make_unique<PlaybackMixer>(output_->sample_rate(), output_->channels(), kRingSeconds);
  mixer->set_gain(gain);
  latency_ = output_->latency_seconds();
  audible = output_->audible();
  description = output_->description();
  if (audible && latency_ > 0) description += " · " + std::to_string(std::lround(latency_ * 1000)) + " ms";
  underruns_seen_ = 0;
}

/// With the lock: does what was asked for.
void PlaybackFeeder::take_news() {
  if (loaded) {
    source_ = buffers ? std::make_unique<PlaybackSource>(buffers, output_->channels()) : nullptr;
    if (source_) {
      source_->select(selected);
      source_->set_loop(loop);
    } else {
      mixer->flush();
    }
  }
  if (source_ && (loop_changed || selected_changed)) {
    source_->set_loop(loop);
    source_->select(selected);
  }
  if (source_ && (loaded || seek)) {
    restart(seek.value_or(0));
  } else if (source_ && (loop_changed || speed_changed || selected_changed)) {
    const double sample = epoch_.sample_at(static_cast<double>(mixer->consumed()));
    const std::size_t here = ended ? length : std::min(length, static_cast<std::size_t>(sample));
    const std::size_t head = source_->position();
    const bool overrun = loop_changed && (head < here || (loop && here < loop->end && head > loop->end));
    // Otherwise what is in the ring already may be played to its end.
    if (state != PlayerState::playing || speed_changed || overrun || tail_made_) restart(here);
  }
  loaded = loop_changed = speed_changed = selected_changed = false;
  seek.reset();
  mixer->set_running(state == PlayerState::playing && source_);
}

/// With the lock: from now on the sound goes on at `sample`.
void PlaybackFeeder::restart(std::size_t sample) {
  mixer->flush();
  source_->seek(sample);
  const int rate = buffers->front().sample_rate;
  const int device_rate = output_->sample_rate(), channels = output_->channels();
  epoch_ = {mixer->written(), speed * rate / device_rate, {{0, source_->position()}}};
  stretcher_ = speed == 1.0 ? nullptr : std::make_unique<TimeStretcher>(rate, channels, speed);
  resampler_ = rate == device_rate ? nullptr : std::make_unique<StreamResampler>(rate, device_rate, channels);
  pending_.clear();
  pending_at_ = read_frames_ = 0;
  tail_made_ = tail_marked_ = false;
  ended = source_->at_end();
}

/// Without the lock: keeps the ring filled as far as wanted.
void PlaybackFeeder::top_up() {
  const auto channels = static_cast<std::size_t>(output_->channels());
  if (const std::size_t now = mixer->underruns(); now != underruns_seen_) {
    underruns_seen_ = now;
    queued_seconds_ = std::min(kMostQueued, queued_seconds_ * 1.5);
  }
  const auto wanted = static_cast<std::size_t>(queued_seconds_ * output_->sample_rate());
  for (std::size_t queued = mixer->queued(); queued < wanted; queued = mixer->queued()) {
    if (pending_at_ == pending_.size()) {
      pending_.clear();
      pending_at_ = 0;
      if (!make_more()) break;
    }
    const std::size_t made = (pending_.size() - pending_at_) / channels;
    const std::size_t frames = std::min({made, mixer->writable(), wanted - queued});
    if (frames == 0 && made > 0) return;  // what was flushed still stands in the ring
    mixer->write(std::span(pending_).subspan(pending_at_, frames * channels));
    pending_at_ += frames * channels;
  }
  if (tail_made_ && pending_at_ == pending_.size() && !tail_marked_) {
    mixer->mark_end();
    tail_marked_ = true;
  }
}

/// Reads, stretches and resamples one more block. False when there is nothing more.
bool PlaybackFeeder::make_more() {
  if (tail_made_) return false;
  std::vector<float> read, stretched;
  std::vector<PlaybackSource::Jump> jumps;
  const std::size_t got = source_->read(kBlock, read, jumps);
  if (!jumps.empty()) {
    const std::lock_guard lock(mutex);
    for (const auto& jump : jumps) epoch_.jumps.push_back({read_frames_ + jump.frame, jump.sample});
    // What was heard long ago is not asked for.
    if (epoch_.jumps.size() > 4096) epoch_.jumps.erase(epoch_.jumps.begin(), epoch_.jumps.end() - 2048);
  }
  read_frames_ += got;
  tail_made_ = source_->at_end();
  if (stretcher_) {
    stretcher_->process(read, stretched);
    if (tail_made_) stretcher_->finish(stretched);
    read.swap(stretched);
  }
  if (resampler_) {
    resampler_->process(read, pending_);
    if (tail_made_) resampler_->finish(pending_);
  } else {
    pending_.swap(read);
  }
  return true;
}

void PlaybackFeeder::manage_device(bool play) {
  const auto now = std::chrono::steady_clock::now();
  if (play) last_used_ = now;
  // The null output is the program's own thread: it is late where the machine is, but it does not hang.
  if (!play || !device_running_ || !output_->audible()) watch_.rest(now);
  if (output_->failed()) {
    reopen();
  } else if (watch_.stalled(now)) {
    output_->abandon();
    reopen();
  } else if (play && !device_running_) {
    output_->start();
    device_running_ = true;
    watch_.start(now);
  } else if (!play && device_running_ && now - last_used_ > kIdle) {
    output_->stop();
    device_running_ = false;
    failures_ = 0;
  }
}

/// The device went away, or hangs: goes on with the default one, or without.
void PlaybackFeeder::reopen() {
  std::size_t here = 0;
  {
    const std::lock_guard lock(mutex);
    here = static_cast<std::size_t>(position());
  }
  output_.reset();
  device_running_ = false;
  options_.device = -1;
  if (++failures_ >= kMostFailures) options_.null_output = true;
  open();
  const std::lock_guard lock(mutex);
  if (!seek) seek = here;
  loaded = true;  // the new device may have other channels
}

}  // namespace luthier::audio::detail
