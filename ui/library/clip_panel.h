#pragma once
#include <QWidget>
#include <optional>
#include <utility>

#include "db/rows.h"
#include "ui/common/sound.h"

class QCheckBox;
class QLabel;

namespace luthier::ui {

class ClipPrefetch;
class RecutTools;
class SpectrogramView;
class Workbench;

/// Whether a clip plays as soon as a click or the arrows choose it: in the library, on Explore, in dialogs. Kept in QSettings.
bool plays_when_chosen();

/// The clip that is chosen in the library: what it is, its waveform and spectrogram, and the tools to cut it. GUI thread.
class ClipPanel : public QWidget {
  Q_OBJECT
 public:
  explicit ClipPanel(Workbench& bench, QWidget* parent = nullptr);
  SpectrogramView& view() { return *view_; }
  RecutTools& recut() { return *recut_; }

  /// Shows the clip as soon as it is decoded and, with `play`, plays it. The same content again only renews the title.
  void show_clip(const db::ClipView& clip, bool play);
  /// Shows this time (seconds) of the clip as soon as it is shown.
  void show_time_of(qint64 clip, std::pair<double, double> seconds);
  ClipPrefetch& prefetch() { return *prefetch_; }
  void clear();
  qint64 clip() const { return shown_ ? shown_->clip.id.value : 0; }
  /// Plays or pauses; what is still being decoded plays when it is there, and what cannot be read says why.
  void play();
  void start();  ///< plays; what plays already goes on
  bool plays_on_choice() const;
  bool goes_on_after_labelling() const;

 Q_SIGNALS:
  void use_requested(bool as_content);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* make_title_row();
  void show_title(const db::ClipView& clip);
  void load(bool play);
  void show_wanted_time();
  void take_sound(const SoundPtr& sound, bool again, bool play);

  Workbench& bench_;
  SpectrogramView* view_;
  RecutTools* recut_;
  QLabel* title_;
  QCheckBox* play_next_;
  QCheckBox* play_on_select_;
  std::optional<db::ClipView> shown_;
  std::optional<std::pair<qint64, std::pair<double, double>>> wanted_time_;
  quint64 load_number_ = 0;
  bool loading_ = false, play_when_loaded_ = false;
  QString problem_;  ///< why the clip that is chosen cannot be heard; empty: it can
  ClipPrefetch* prefetch_;
};

}  // namespace luthier::ui
