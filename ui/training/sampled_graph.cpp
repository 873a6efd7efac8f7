#include "ui/training/sampled_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace luthier::ui {

void SampledGraph::Extent::take(double value) {
  if (!std::isfinite(value)) {
    gap = true;
    return;
  }
  lowest = any ? std::min(lowest, value) : value;
  highest = any ? std::max(highest, value) : value;
  any = true;
}

void SampledGraph::Extent::take(const Extent& other) {
  gap |= other.gap;
  if (!other.any) return;
  lowest = any ? std::min(lowest, other.lowest) : other.lowest;
  highest = any ? std::max(highest, other.highest) : other.highest;
  any = true;
}

void SampledGraph::clear_points() {
  mDataContainer->clear();
  blocks_.clear();
}

SampledGraph::Extent SampledGraph::extent_of(QCPGraphDataContainer::const_iterator from, QCPGraphDataContainer::const_iterator to) const {
  Extent all;
  if (from != to) all.first = from->key;
  for (; from != to; ++from) all.take(from->value);
  return all;
}

void SampledGraph::keep_blocks() const {
  const auto full = static_cast<std::size_t>(mDataContainer->size() / kBlock);
  while (blocks_.size() < full) {
    const auto from = mDataContainer->constBegin() + static_cast<std::ptrdiff_t>(blocks_.size()) * kBlock;
    blocks_.push_back(extent_of(from, from + kBlock));
  }
}

/// One point where all fall on one pixel, else two, the one that lies nearer to the column before first.
void SampledGraph::put_column(QVector<QCPGraphData>& lines, double key, const Extent& of) const {
  if (of.gap) lines.append({key, std::numeric_limits<double>::quiet_NaN()});
  if (!of.any) return;
  const double height = std::abs(mValueAxis->coordToPixel(of.highest) - mValueAxis->coordToPixel(of.lowest));
  if (height < 1) {
    lines.append({key, (of.lowest + of.highest) / 2});
    return;
  }
  const double before = lines.isEmpty() || std::isnan(lines.last().value) ? of.lowest : lines.last().value;
  const bool down = std::abs(before - of.highest) < std::abs(before - of.lowest);
  lines.append({key, down ? of.highest : of.lowest});
  lines.append({key, down ? of.lowest : of.highest});
}

void SampledGraph::put_points(QVector<QCPGraphData>& lines, int columns) const {
  const QCPRange seen = mKeyAxis->range();
  const double width = seen.size() / columns;
  auto from = mDataContainer->findBegin(seen.lower, false);
  for (int column = 0; column < columns; ++column) {
    const double key = seen.lower + column * width;
    const auto to = column + 1 == columns ? mDataContainer->findEnd(seen.upper, false) : mDataContainer->findBegin(key + width, false);
    if (to > from) put_column(lines, key + width / 2, extent_of(from, to));
    from = to;
  }
}

void SampledGraph::put_blocks(QVector<QCPGraphData>& lines, int columns) const {
  keep_blocks();
  const QCPRange seen = mKeyAxis->range();
  const double width = seen.size() / columns;
  const auto block_at = [this](double key) { return std::lower_bound(blocks_.begin(), blocks_.end(), key, [](const Extent& block, double wanted) { return block.first < wanted; }); };
  auto from = block_at(seen.lower);
  for (int column = 0; column < columns; ++column) {
    const double key = seen.lower + column * width;
    const auto to = block_at(column + 1 == columns ? seen.upper : key + width);
    Extent all;
    for (; from < to; ++from) all.take(*from);
    put_column(lines, key + width / 2, all);
  }
  const auto tail = mDataContainer->constBegin() + static_cast<std::ptrdiff_t>(blocks_.size()) * kBlock;
  if (from == blocks_.end() && tail != mDataContainer->constEnd() && seen.contains(tail->key))
    put_column(lines, seen.contains((mDataContainer->constEnd() - 1)->key) ? (mDataContainer->constEnd() - 1)->key : seen.upper, extent_of(tail, mDataContainer->constEnd()));
}

void SampledGraph::getOptimizedLineData(QVector<QCPGraphData>* lines, const QCPGraphDataContainer::const_iterator& begin,
                                        const QCPGraphDataContainer::const_iterator& end) const {
  const auto columns = static_cast<int>(mKeyAxis->axisRect()->width());
  if (columns <= 0 || end - begin < 4 * columns) return QCPGraph::getOptimizedLineData(lines, begin, end);
  lines->reserve(2 * columns + 4);
  const QCPRange seen = mKeyAxis->range();
  if (begin->key < seen.lower) lines->append(*begin);  // the line comes in from outside
  if (end - begin < 4 * kBlock * columns) put_points(*lines, columns);
  else put_blocks(*lines, columns);
  if ((end - 1)->key > seen.upper) lines->append(*(end - 1));
}

}  // namespace luthier::ui
