#pragma once
#include <QWidget>
#include <cstdint>
#include <optional>
#include <utility>

#include "db/rows.h"

class QToolButton;

namespace luthier::ui {

class SpectrogramView;
class Workbench;

/// The knives beside a clip's picture: with a range selected, trim the clip to it or cut a new clip out of it; and a switch to
/// see the whole recording instead of the clip, so that a clip can grow as well. Each cut is one undo step. GUI thread.
class RecutTools : public QWidget {
  Q_OBJECT
 public:
  RecutTools(Workbench& bench, SpectrogramView& view, QWidget* parent = nullptr);
  /// The clip that is shown; nothing: none.
  void set_clip(std::optional<db::ClipView> clip);
  /// The picture is of the whole recording.
  bool whole() const;
  /// Where the clip lies in the picture, seconds.
  std::pair<double, double> extent() const;
  void toggle_whole();
  void trim();
  void cut_new();

 Q_SIGNALS:
  void whole_changed();

 private:
  /// Start and length of the selection in frames of the recording.
  std::optional<std::pair<std::int64_t, std::int64_t>> selected_frames() const;
  void update_state();
  /// The cut for luthierctl.
  QStringList cut_words(std::pair<std::int64_t, std::int64_t> frames, bool add) const;

  Workbench& bench_;
  SpectrogramView& view_;
  std::optional<db::ClipView> clip_;
  std::optional<std::pair<double, double>> seen_;  ///< selection that the buttons stand for
  QToolButton* trim_;
  QToolButton* cut_;
  QToolButton* whole_;
};

}  // namespace luthier::ui
