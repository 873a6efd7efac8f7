#include "ui/training/preview_picture.h"

#include <QCoreApplication>
#include <QImage>
#include <QMetaObject>
#include <QMouseEvent>
#include <QPainter>
#include <QPointer>
#include <QThreadPool>

#include "ui/application_style.h"

namespace luthier::ui {

PreviewPicture::PreviewPicture(QWidget* parent) : QWidget(parent) {
  setMinimumSize(120, 60);
  setCursor(Qt::PointingHandCursor);
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void PreviewPicture::show_file(const QString& file, const QString& caption, const QString& words) {
  caption_ = caption;
  words_ = words;
  update();
  if (file == file_) return;
  file_ = file;
  const quint64 number = ++number_;
  if (file.isEmpty()) {
    picture_ = {};
    return;
  }
  // What was there stays until the new one is read: no flicker while steps are gone through.
  QPointer<PreviewPicture> self(this);
  QThreadPool::globalInstance()->start([self, number, file] {
    const QImage image(file);
    QMetaObject::invokeMethod(
        qApp,
        [self, number, image] {
          if (!self || number != self->number_) return;
          self->picture_ = QPixmap::fromImage(image);
          if (image.isNull()) self->words_ = tr("The picture of this step cannot be read.");
          self->update();
        },
        Qt::QueuedConnection);
  });
}

void PreviewPicture::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.fillRect(rect(), theme().canvas);
  if (picture_.isNull()) {
    painter.setPen(theme().dim);
    painter.drawText(rect().adjusted(10, 4, -10, -4), Qt::AlignCenter | Qt::TextWordWrap, words_);
    return;
  }
  painter.drawPixmap(rect(), picture_);
  if (caption_.isEmpty()) return;
  const QRect words = painter.fontMetrics().boundingRect(caption_).marginsAdded({6, 3, 6, 3});
  const QRect place(6, 6, words.width(), words.height());
  QColor back = theme().panel;
  back.setAlpha(215);
  painter.setPen(Qt::NoPen);
  painter.setBrush(back);
  painter.drawRoundedRect(place, 4, 4);
  painter.setPen(theme().text);
  painter.drawText(place, Qt::AlignCenter, caption_);
}

void PreviewPicture::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) Q_EMIT clicked();
}

}  // namespace luthier::ui
