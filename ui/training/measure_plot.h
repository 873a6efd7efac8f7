#pragma once
#include <QWidget>
#include <vector>

#include "core/session/dataset_session.h"

class QCustomPlot;

namespace luthier::ui {

/// One measure of the clips, label beside label: a line over all clips, a box of one deviation around the mean, a dot at the mean,
/// a bar at the median. GUI thread.
class MeasurePlot : public QWidget {
  Q_OBJECT
 public:
  explicit MeasurePlot(QWidget* parent = nullptr);
  void show_measure(const MeasureInfo& info, const std::vector<LabelMeasures>& labels);
  void clear();

 private:
  void restyle();

  QCustomPlot* plot_;
  const MeasureInfo* info_ = nullptr;
  std::vector<LabelMeasures> labels_;
};

}  // namespace luthier::ui
