#include "ui/compare/score_slider.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QSignalBlocker>
#include <QSlider>
#include <QStyle>
#include <QVBoxLayout>

#include "ui/application_style.h"
#include "ui/compare/rating_test.h"

namespace luthier::ui {
namespace {

constexpr int kHandle = 12;  // as high as the handle is in assets/style.qss

/// Lines and numbers beside a slider, at the heights where the middle of its handle comes.
class Scale : public QWidget {
 public:
  explicit Scale(QWidget* parent) : QWidget(parent) { setFixedWidth(fontMetrics().horizontalAdvance("100") + 10); }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const int half = fontMetrics().height() / 2 + 1;
    for (int score = 0; score <= 100; score += 10) {
      const int y = kHandle / 2 + (height() - kHandle) * (100 - score) / 100;
      painter.setPen(theme().line);
      painter.drawLine(width() - (score % 50 == 0 ? 6 : 3), y, width() - 1, y);
      if (score % 50 != 0) continue;
      painter.setPen(theme().dim);
      // The numbers at the ends stay inside.
      const QRect place(0, qBound(0, y - half, height() - 2 * half), width() - 8, 2 * half);
      painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter, QString::number(score));
    }
  }
};

}  // namespace

ScoreSlider::ScoreSlider(int place, QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  value_ = new QLabel(this);
  value_->setAlignment(Qt::AlignCenter);
  slider_ = new QSlider(Qt::Vertical, this);
  slider_->setObjectName(QStringLiteral("score_%1").arg(place));
  slider_->setAccessibleName(tr("Score of sound %1").arg(place));
  slider_->setWhatsThis(tr("0 is worst, 100 best. Arrows change it by 1, Page Up and Page Down by 20."));
  slider_->setRange(0, 100);
  slider_->setPageStep(20);
  slider_->setMinimumSize(24, 200);
  auto* row = new QHBoxLayout;
  row->setSpacing(2);
  auto* scale = new Scale(this);
  row->addStretch();
  row->addWidget(scale);
  row->addWidget(slider_);
  row->addSpacing(scale->width());  // the slider stands in the middle
  row->addStretch();
  column->addWidget(value_);
  column->addLayout(row, 1);
  connect(slider_, &QSlider::valueChanged, this, &ScoreSlider::scored);
  connect(slider_, &QSlider::sliderReleased, this, [this] { Q_EMIT scored(slider_->value()); });
  reset();
}

void ScoreSlider::reset() {
  const QSignalBlocker block(slider_);
  slider_->setValue(50);
  value_->setText(QStringLiteral("–\n"));  // as high as a score with its word
  set_rated(false);
}

void ScoreSlider::show_score(int score) {
  value_->setText(QStringLiteral("%1\n%2").arg(score).arg(score_word(score)));
  set_rated(true);
}

void ScoreSlider::set_rated(bool rated) {
  if (slider_->property("rated").isValid() && slider_->property("rated").toBool() == rated) return;
  slider_->setProperty("rated", rated);
  slider_->style()->unpolish(slider_);
  slider_->style()->polish(slider_);
  slider_->update();
}

}  // namespace luthier::ui
