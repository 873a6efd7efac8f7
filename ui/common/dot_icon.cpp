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
  QIcon dot;
  for (const auto mode : {QIcon::Normal, QIcon::Selected, QIcon::Active}) dot.addPixmap(picture, mode);  // a style tints what it is not given
  return dot;
}

}  // namespace luthier::ui
