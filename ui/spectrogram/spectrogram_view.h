#pragma once
#include <QHash>
#include <QWidget>
#include <vector>

#include "ui/spectrogram/model_eye.h"
#include "ui/spectrogram/spectrogram_scene.h"
#include "ui/spectrogram/spectrogram_tools.h"

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
/// drag loops. Analysis runs elsewhere; the view is never blank for it. Looking through a model, the view shows and plays what
/// comes back from there in place of the sounds it was given. GUI thread.
class SpectrogramView : public QWidget {
  Q_OBJECT
 public:
  SpectrogramView(SoundPlayer& player, PictureService& pictures, SpectrogramSettings& settings, QWidget* parent = nullptr);

  /// `keep_view` keeps zoom and selection (the same sounds with something added).
  void set_sources(std::vector<LaneSource> sources, bool keep_view = false);
  void set_hint(const QString& text);  ///< for the empty state
  /// Leaves the picture's place empty: the first picture of a window takes OpenGL a tenth of a second and more without a card.
  void hold_picture(bool held);
  SpectrogramScene& scene() { return scene_; }
  SpectrogramTools& tools() { return *tools_; }
  QWidget* canvas() { return canvas_; }
  /// The sounds that the lanes were given, top to bottom, each once: the player's deck, or what it stands for.
  std::vector<SoundPtr> sounds() const;
  /// Plays number `index` of sounds() from where the playhead is, or stops it.
  void play(std::size_t index);
  /// Lets number `index` of sounds() be the one that is heard, at the same position; does not start.
  void select(std::size_t index);
  /// Gives the player the sounds of this view, as they are heard there; one that plays already goes on. Does not start.
  void take_deck();
  /// Selects no time any more and stops repeating it; false: nothing was selected.
  bool drop_selection();
  /// Number of sounds() that is heard now; -1: none of them.
  int heard() const;
  /// True when all lanes have their picture or a reason why not.
  bool complete() const;
  /// Writes what is shown, in the background: .png, .svg, .pdf, or .csv for numbers. saved or failed follows.
  void save(const QString& file);

 Q_SIGNALS:
  void lane_clicked(int sound_index);
  void saved(const QStringList& files);
  void failed(const QString& message);

 protected:
  bool event(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void look_through();
  void request_sights();
  void show_lanes(bool keep_view);
  LaneSource seen(const LaneSource& source) const;
  void request_pictures();
  void follow_player(double seconds);
  void follow_deck();
  void take_over();
  void seek(int lane, double seconds);
  void move_in_sound(double seconds);
  bool may_take_deck() const;
  void ask_and_save(bool numbers);
  QString record() const;
  std::vector<SoundPtr> shown_sounds() const;
  int sound_index(std::size_t lane) const;

  SoundPlayer& player_;
  PictureService& pictures_;
  SpectrogramSettings& settings_;
  SpectrogramScene scene_;
  std::vector<LaneSource> sources_;  ///< as given
  std::vector<LaneSource> shown_;    ///< the same lanes, seen through the model where that is chosen
  QHash<QString, ModelSight> sights_;  ///< by the key of the sound, of the model looked through now
  QHash<QString, QString> blind_;      ///< why a sound cannot be looked at
  QWidget* canvas_;
  SpectrogramTools* tools_;
  quint64 generation_ = 0, sight_generation_ = 0;
};

}  // namespace luthier::ui
