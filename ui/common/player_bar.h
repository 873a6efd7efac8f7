#pragma once
#include <QWidget>

class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace luthier::ui {

class SoundPlayer;

/// The strip at the bottom of the window: play, stop, loop, seek, time, the sounds of the deck to switch
/// between, equal loudness, speed, volume, device.
class PlayerBar : public QWidget {
  Q_OBJECT
 public:
  explicit PlayerBar(SoundPlayer& player, QWidget* parent = nullptr);

 Q_SIGNALS:
  void repeat_requested();  ///< the selection, which a page knows, or the whole sound; or no longer

 private:
  void show_deck();
  void show_state();
  void show_position(double seconds);
  void show_volume();
  void show_speed();
  void fill_devices();
  void look_again();  ///< for outputs

  SoundPlayer& player_;
  QToolButton* play_;
  QToolButton* stop_;
  QToolButton* loop_;
  QToolButton* mute_;
  QToolButton* equal_;
  QComboBox* speed_;
  QSlider* seek_;
  QSlider* volume_;
  QLabel* time_;
  QLabel* title_;
  QComboBox* sounds_;
  QComboBox* device_;
  bool scrubbing_ = false;
  bool looked_ = false;  ///< for the output that was used last
};

}  // namespace luthier::ui
