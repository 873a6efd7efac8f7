#include "ui/common/sound_player.h"

#include <QMetaObject>
#include <algorithm>
#include <cmath>
#include <utility>

#include "audio/device/device_list.h"
#include "audio/loudness.h"
#include "audio/resampler.h"

namespace luthier::ui {
namespace {

/// Scales all to the loudness of the quietest. Silence has no loudness and stays as it is.
void equalise(std::vector<audio::AudioBuffer>& buffers) {
  std::vector<std::optional<double>> loudness;
  std::optional<double> quietest;
  for (const auto& buffer : buffers) {
    loudness.push_back(audio::loudness_lufs(buffer));
    if (loudness.back()) quietest = std::min(quietest.value_or(*loudness.back()), *loudness.back());
  }
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    if (!loudness[i]) continue;
    audio::apply_gain(buffers[i], static_cast<float>(audio::from_dbfs(*quietest - *loudness[i])));
  }
}

/// Number of this output; -1, the default, where there is none of that name or it is the default.
int output_called(const std::string& name) {
  for (const audio::SoundDevice& device : audio::list_devices())
    if (device.name == name && device.output_channels > 0 && !device.default_output) return device.index;
  return -1;
}

}  // namespace

SoundPlayer::SoundPlayer(QObject* parent) : QObject(parent) {
  pool_.setMaxThreadCount(1);
  timer_.setInterval(16);
  timer_.setTimerType(Qt::PreciseTimer);
  connect(&timer_, &QTimer::timeout, this, &SoundPlayer::tick);
  open_device();
}

SoundPlayer::~SoundPlayer() {
  if (opener_.joinable()) opener_.join();
  pool_.waitForDone();
}

/// What was open is closed on the thread too, as that takes as long as opening, and a search for new devices needs all closed.
void SoundPlayer::open_device() {
  if (player_ && loaded_) {  // the new device goes on where this one is
    pending_seek_ = position();
    play_when_ready_ = playing();
  }
  const std::string name = player_ && player_->audible() ? player_->description() : std::string();
  loaded_ = false;
  // Nothing is loaded until the device is there, so the number of the load stands for the opening too.
  opener_ = std::thread([this, number = ++load_number_, device = device_, name, before = std::move(opener_), open = std::exchange(player_, nullptr)]() mutable {
    if (before.joinable()) before.join();
    open.reset();
    audio::OutputOptions options;
    options.device = device == audio::kLookAgain ? output_called(name) : device;
    options.latency_seconds = 0.02;  // a key should sound within 50 ms; the output backs off where that is refused
    auto player = std::make_shared<audio::Player>(options);
    QMetaObject::invokeMethod(
        this,
        [this, number, player, device = options.device] {
          if (number != load_number_) return;  // another device was asked for meanwhile
          device_ = device;
          player_ = player;
          apply_volume();
          if (!player_->set_speed(speed_)) speed_ = 1;
          if (!deck_.empty()) load_deck(play_when_ready_);
          Q_EMIT device_changed();
        },
        Qt::QueuedConnection);
  });
  tick();
}

void SoundPlayer::set_deck(std::vector<SoundPtr> sounds, std::size_t selected, bool start) {
  std::erase(sounds, nullptr);
  if (sounds.empty()) {
    clear();
    return;
  }
  selected = std::min(selected, sounds.size() - 1);
  const bool same = sounds.size() == deck_.size() &&
                    std::equal(sounds.begin(), sounds.end(), deck_.begin(),
                               [](const SoundPtr& a, const SoundPtr& b) { return a->key == b->key; });
  if (same) {  // what is being loaded keeps its loop and its place too
    select(selected);
    if (start && !playing()) play();
    return;
  }
  deck_ = std::move(sounds);
  selected_ = selected;
  loop_.reset();
  loaded_ = false;
  pending_seek_ = 0;
  play_when_ready_ = start;
  Q_EMIT deck_changed();
  if (!player_) return;
  player_->stop();
  load_deck(start);
}

void SoundPlayer::load_deck(bool start) {
  const quint64 number = ++load_number_;
  pool_.start([this, number, deck = deck_, start, equal = equal_] {
    int rate = 0;
    for (const auto& sound : deck) rate = std::max(rate, sound->buffer.sample_rate);
    auto buffers = std::make_shared<std::vector<audio::AudioBuffer>>();
    try {
      for (const auto& sound : deck) buffers->push_back(audio::resample(sound->buffer, rate));
      if (equal && buffers->size() > 1) equalise(*buffers);
    } catch (const std::exception&) {
      buffers->clear();
    }
    QMetaObject::invokeMethod(
        this,
        [this, number, buffers, start] {
          if (number == load_number_ && player_ && !buffers->empty()) apply_deck(std::move(*buffers), start || play_when_ready_);
        },
        Qt::QueuedConnection);
  });
}

void SoundPlayer::apply_deck(std::vector<audio::AudioBuffer> buffers, bool start) {
  try {
    player_->load(std::move(buffers), selected_);
  } catch (const std::exception&) {
    clear();
    return;
  }
  loaded_ = true;
  play_when_ready_ = false;
  if (loop_) set_loop(loop_);
  const double at = std::exchange(pending_seek_, 0.0);
  Q_EMIT state_changed();
  seek(at);
  if (start) play();
}

void SoundPlayer::clear() {
  if (player_) {  // else it is being opened, and nothing is on its way
    ++load_number_;
    player_->unload();
  }
  deck_.clear();
  loaded_ = play_when_ready_ = false;
  pending_seek_ = 0;
  loop_.reset();
  selected_ = 0;
  Q_EMIT deck_changed();
  Q_EMIT state_changed();
  Q_EMIT position_changed(0);
}

SoundPtr SoundPlayer::current() const { return selected_ < deck_.size() ? deck_[selected_] : nullptr; }

void SoundPlayer::select(std::size_t index) {
  if (index >= deck_.size() || index == selected_) return;
  selected_ = index;
  if (player_ && loaded_) player_->select(index);
  Q_EMIT deck_changed();
}

void SoundPlayer::play() {
  if (!player_ || !loaded_) {
    play_when_ready_ = !deck_.empty();
    return;
  }
  player_->play();
  was_playing_ = true;
  timer_.start();
  Q_EMIT state_changed();
}

void SoundPlayer::pause() {
  play_when_ready_ = false;
  if (player_ && loaded_) player_->pause();
  tick();
}

void SoundPlayer::toggle() {
  if (playing()) pause();
  else play();
}

void SoundPlayer::stop() {
  play_when_ready_ = false;
  if (player_ && loaded_) player_->stop();
  tick();
}

void SoundPlayer::seek(double seconds) {
  if (!player_ || !loaded_) {
    pending_seek_ = seconds;
    return;
  }
  const double sample = std::max(0.0, seconds) * player_->sample_rate();
  player_->seek(std::min(static_cast<std::size_t>(sample), player_->length()));
  Q_EMIT position_changed(std::min(seconds, length()));
}

void SoundPlayer::set_loop(std::optional<std::pair<double, double>> seconds) {
  loop_ = seconds;
  if (!player_ || !loaded_) return;
  if (!seconds) {
    player_->set_loop(std::nullopt);
  } else {
    const double rate = player_->sample_rate();
    player_->set_loop(audio::SampleRange{static_cast<std::size_t>(std::max(0.0, seconds->first) * rate),
                                         static_cast<std::size_t>(std::max(0.0, seconds->second) * rate)});
  }
  Q_EMIT state_changed();
}

void SoundPlayer::set_volume(double linear) {
  volume_ = std::clamp(linear, 0.0, 1.0);
  if (volume_ > 0) muted_ = false;
  apply_volume();
  Q_EMIT volume_changed();
}

void SoundPlayer::set_muted(bool muted) {
  muted_ = muted;
  apply_volume();
  Q_EMIT volume_changed();
}

void SoundPlayer::apply_volume() {
  if (player_) player_->set_gain(muted_ ? 0.0f : static_cast<float>(volume_));
}

const std::vector<double>& SoundPlayer::speeds() {
  static const std::vector<double> all{0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2};
  return all;
}

void SoundPlayer::set_speed(double factor) {
  speed_ = std::clamp(factor, 0.1, 2.0);
  if (player_ && !player_->set_speed(speed_)) speed_ = 1;
  Q_EMIT speed_changed();
}

void SoundPlayer::step_speed(int by) {
  const auto& all = speeds();
  const auto at = std::min_element(all.begin(), all.end(), [this](double a, double b) { return std::abs(a - speed_) < std::abs(b - speed_); });
  const auto index = std::clamp<std::ptrdiff_t>(at - all.begin() + by, 0, static_cast<std::ptrdiff_t>(all.size()) - 1);
  set_speed(all[static_cast<std::size_t>(index)]);
}

void SoundPlayer::set_equal_loudness(bool on) {
  if (equal_ == on) return;
  equal_ = on;
  Q_EMIT volume_changed();
  if (!player_ || deck_.size() < 2) return;
  const bool was = playing();
  pending_seek_ = position();
  loaded_ = false;
  load_deck(was);
}

void SoundPlayer::set_device(int index) {
  if (index != audio::kLookAgain) device_ = index;
  else if (device_ >= 0) device_ = index;  // the default is looked for at every opening
  open_device();
}

bool SoundPlayer::playing() const {
  return player_ && loaded_ && player_->state() == audio::PlayerState::playing;
}

double SoundPlayer::position() const { return player_ && loaded_ ? player_->position_seconds() : pending_seek_; }

double SoundPlayer::length() const {
  double longest = 0;
  for (const auto& sound : deck_) longest = std::max(longest, sound->seconds());
  return longest;
}

bool SoundPlayer::audible() const { return player_ && player_->audible(); }

QString SoundPlayer::description() const {
  return player_ ? QString::fromStdString(player_->description()) : tr("Looking for a sound output…");
}

std::size_t SoundPlayer::underruns() const { return player_ ? player_->underruns() : 0; }

void SoundPlayer::tick() {
  const bool now = playing();
  Q_EMIT position_changed(position());
  if (now != was_playing_ || !now) {
    was_playing_ = now;
    if (!now) timer_.stop();
    Q_EMIT state_changed();
  }
}

}  // namespace luthier::ui
