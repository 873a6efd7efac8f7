#pragma once
#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "audio/device/player.h"
#include "ui/common/sound.h"

namespace luthier::ui {

/// What sounds in the window: a deck of one or more sounds on one time line, of which one is heard at a time. The device is
/// opened on a thread, so the window never waits for it. GUI thread.
class SoundPlayer : public QObject {
  Q_OBJECT
 public:
  explicit SoundPlayer(QObject* parent = nullptr);
  ~SoundPlayer() override;

  /// Loads sounds and, with `play`, starts number `selected`. The same deck is not loaded again: selection changes, and
  /// `play` starts from the beginning. Sounds of several rates are brought to the highest on a thread first.
  void set_deck(std::vector<SoundPtr> sounds, std::size_t selected, bool play);
  void clear();
  const std::vector<SoundPtr>& deck() const { return deck_; }
  std::size_t selected() const { return selected_; }
  SoundPtr current() const;
  /// Instant switch at the same position, with a short cross-fade.
  void select(std::size_t index);

  void play();
  void pause();
  void toggle();
  void stop();
  void seek(double seconds);
  void set_loop(std::optional<std::pair<double, double>> seconds);
  std::optional<std::pair<double, double>> loop() const { return loop_; }
  void set_volume(double linear);  ///< 0..1
  double volume() const { return volume_; }
  void set_muted(bool muted);
  bool muted() const { return muted_; }
  /// 0.1..2 times as fast; the pitch stays. Stays 1 where the program was built without Rubber Band.
  void set_speed(double factor);
  double speed() const { return speed_; }
  void step_speed(int by);  ///< to the next faster (1) or slower (-1) of speeds()
  static const std::vector<double>& speeds();
  /// Brings the sounds of a deck to the loudness of its quietest one (ITU-R BS.1770), so that they can be compared fairly.
  void set_equal_loudness(bool on);
  bool equal_loudness() const { return equal_; }
  /// Device by number of list_devices; -1 the default; audio::kLookAgain looks for devices anew. What is played goes on there.
  void set_device(int index);
  int device() const { return device_; }

  bool playing() const;
  double position() const;  ///< seconds, what is heard now
  double length() const;    ///< seconds
  bool ready() const { return player_ != nullptr; }
  bool audible() const;
  QString description() const;  ///< device with its latency, or the sentence that there is none
  std::size_t underruns() const;

 Q_SIGNALS:
  void deck_changed();
  void state_changed();
  /// About 60 times a second while playing, and after every seek.
  void position_changed(double seconds);
  void device_changed();
  void volume_changed();
  void speed_changed();

 private:
  void open_device();
  void apply_deck(std::vector<audio::AudioBuffer> buffers, bool play);
  void tick();
  void apply_volume();
  void load_deck(bool play);

  std::shared_ptr<audio::Player> player_;
  std::thread opener_;
  std::vector<SoundPtr> deck_;
  std::size_t selected_ = 0;
  bool loaded_ = false, play_when_ready_ = false, was_playing_ = false;
  std::optional<std::pair<double, double>> loop_;
  double volume_ = 0.8, speed_ = 1, pending_seek_ = 0;
  bool muted_ = false, equal_ = false;
  int device_ = -1;
  quint64 load_number_ = 0;
  QTimer timer_;
  QThreadPool pool_;
};

}  // namespace luthier::ui
