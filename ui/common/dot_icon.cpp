#include "ui/common/dot_icon.h"

#include <QPainter>
#include <QPixmap>

namespace luthier::ui {

QIcon dot_icon(const QColor& colour, int size) {
  QPixmap picture(size, size);
  picture.fill(Qt::transparent);
  QPainter painter(&picture);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(colour);
  painter.setPen(Qt::NoPen);
  painter.drawEllipse(4, 4, size - 8, size - 8);
  return QIcon(picture);
}

}  // namespace luthier::ui
