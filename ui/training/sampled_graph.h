#pragma once
#include <vector>

#include "ui/training/qcustomplot_header.h"

namespace luthier::ui {

/// A graph that draws a million points as fast as a thousand: where many fall on one column of pixels, only the lowest and the
/// highest of them are drawn. Both are kept for every 32 points; where a column has hundreds, it begins and ends with these, which
/// moves its edge by a small part of a pixel. GUI thread.
class SampledGraph : public QCPGraph {
 public:
  SampledGraph(QCPAxis* steps, QCPAxis* values) : QCPGraph(steps, values) {}
  /// Points may be added to data() directly, but are taken away by this alone.
  void clear_points();

 protected:
  void getOptimizedLineData(QVector<QCPGraphData>* lines, const QCPGraphDataContainer::const_iterator& begin,
                            const QCPGraphDataContainer::const_iterator& end) const override;

 private:
  /// Some points that follow each other.
  struct Extent {
    double first = 0;  ///< key
    double lowest = 0, highest = 0;
    bool any = false, gap = false;  ///< gap: one of them has no value
    void take(double value);
    void take(const Extent& other);
  };
  static constexpr std::ptrdiff_t kBlock = 32;
  void keep_blocks() const;
  Extent extent_of(QCPGraphDataContainer::const_iterator from, QCPGraphDataContainer::const_iterator to) const;
  void put_column(QVector<QCPGraphData>& lines, double key, const Extent& of) const;
  void put_points(QVector<QCPGraphData>& lines, int columns) const;
  void put_blocks(QVector<QCPGraphData>& lines, int columns) const;

  mutable std::vector<Extent> blocks_;  ///< of all full blocks of the data
};

}  // namespace luthier::ui
