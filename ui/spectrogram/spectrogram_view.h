#pragma once
#include <QWidget>
#include <vector>

#include "ui/spectrogram/spectrogram_scene.h"

class QComboBox;
class QLabel;
class QToolButton;

namespace luthier::ui {

class PictureService;
class SoundPlayer;
class SpectrogramSettings;

/// What a view shows in one lane: a sound that it analyses itself, or a ready picture.
struct LaneSource {
  QString title;
  SoundPtr sound;
  PicturePtr picture;  ///< shown instead of an analysis
  QString note;        ///< while there is neither
  bool waveform = false;
};

/// A scene with its canvas, its tool row and its tie to the player: the playhead moves with the sound, a click goes there, a
/// drag loops. Analysis runs elsewhere; the view is never blank for it. GUI thread.
class SpectrogramView : public QWidget {
  Q_OBJECT
 public:
  SpectrogramView(SoundPlayer& player, PictureService& pictures, SpectrogramSettings& settings, QWidget* parent = nullptr);

  /// `keep_view` keeps zoom and selection (the same sounds with something added).
  void set_sources(std::vector<LaneSource> sources, bool keep_view = false);
  void set_hint(const QString& text);  ///< for the empty state
  SpectrogramScene& scene() { return scene_; }
  QWidget* canvas() { return canvas_; }
  /// The sounds of the lanes, top to bottom, each once: what the player gets as its deck.
  std::vector<SoundPtr> sounds() const;
  /// Plays lane `lane` (its place among sounds()) from where the playhead is, or stops it.
  void play(std::size_t index);
  /// Adds a widget at the left of the tool row.
  void add_tool(QWidget* widget);
  /// True when all lanes have their picture or a reason why not.
  bool complete() const;

 Q_SIGNALS:
  void lane_clicked(int sound_index);

 private:
  QWidget* make_tools();
  void request_pictures();
  void follow_player(double seconds);
  void follow_deck();
  void seek(int lane, double seconds);
  void show_settings();
  int sound_index(std::size_t lane) const;

  SoundPlayer& player_;
  PictureService& pictures_;
  SpectrogramSettings& settings_;
  SpectrogramScene scene_;
  std::vector<LaneSource> sources_;
  QWidget* canvas_;
  QWidget* tools_;
  QComboBox* kind_;
  QComboBox* fft_;
  QComboBox* range_;
  QComboBox* colours_;
  QToolButton* follow_;
  QLabel* readout_;
  quint64 generation_ = 0;
};

}  // namespace luthier::ui
