#pragma once
#include <QWidget>

#include "core/config/schema.h"
#include "core/run/timeline.h"

class QCustomPlot;
class QToolButton;

namespace luthier::ui {

/// What the settings of a family plan over the steps of a run, as a small plot that can be folded away: weights that change, on a
/// logarithmic axis (a weight of 0 is not drawn), and where phases start. Hidden for families that plan nothing. GUI thread.
class SettingsTimeline : public QWidget {
  Q_OBJECT
 public:
  explicit SettingsTimeline(QWidget* parent = nullptr);
  /// `config` complete. Settings that contradict each other keep the last plot and say so.
  void show_settings(const std::string& family, const Config& config);
  const Timeline& timeline() const { return timeline_; }

 private:
  void fold(bool open);
  void draw();

  QToolButton* heading_;
  QCustomPlot* plot_;
  QString problem_;
  Timeline timeline_;
};

}  // namespace luthier::ui
