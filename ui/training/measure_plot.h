#pragma once
#include <QHash>
#include <QString>
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
  /// `ids`: of the labels by their names, for the colours they have everywhere; one that is not there gets a curve's colour.
  void show_measure(const MeasureInfo& info, const std::vector<LabelMeasures>& labels, const QHash<QString, qint64>& ids);
  void clear();

 private:
  void restyle();

  QCustomPlot* plot_;
  const MeasureInfo* info_ = nullptr;
  std::vector<LabelMeasures> labels_;
  QHash<QString, qint64> ids_;
};

}  // namespace luthier::ui
