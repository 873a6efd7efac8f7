#include "ui/common/flow_layout.h"

#include <QWidget>
#include <algorithm>

namespace luthier::ui {

FlowLayout::FlowLayout(QWidget* parent, int spacing) : QLayout(parent), spacing_(spacing) {
  setContentsMargins(0, 0, 0, 0);
  if (parent) parent->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

FlowLayout::~FlowLayout() {
  while (QLayoutItem* item = takeAt(0)) delete item;
}

QLayoutItem* FlowLayout::takeAt(int index) {
  return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

void FlowLayout::setGeometry(const QRect& area) {
  QLayout::setGeometry(area);
  const int height = place(area);
  if (QWidget* widget = parentWidget(); widget && height > 0 && widget->minimumHeight() != height) widget->setFixedHeight(height);
}

QSize FlowLayout::minimumSize() const {
  QSize size;
  for (const QLayoutItem* item : items_) size = size.expandedTo(item->minimumSize());
  return size;
}

int FlowLayout::place(const QRect& area) const {
  int x = area.x(), y = area.y(), row = 0;
  for (QLayoutItem* item : items_) {
    if (item->isEmpty()) continue;
    const QSize size = item->sizeHint();
    if (x > area.x() && x + size.width() > area.right() + 1) {
      x = area.x();
      y += row + spacing_;
      row = 0;
    }
    item->setGeometry(QRect(QPoint(x, y), size));
    x += size.width() + spacing_;
    row = std::max(row, size.height());
  }
  return y + row - area.y();
}

}  // namespace luthier::ui
