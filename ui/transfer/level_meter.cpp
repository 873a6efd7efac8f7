#include "ui/transfer/level_meter.h"

#include <QPainter>
#include <algorithm>

#include "audio/loudness.h"
#include "ui/application_style.h"

namespace luthier::ui {
namespace {

constexpr double kLowest = -60;  ///< dBFS
constexpr int kHold = 40;        ///< calls of set_level

double place(double linear) { return std::clamp((audio::to_dbfs(linear) - kLowest) / -kLowest, 0.0, 1.0); }

}  // namespace

LevelMeter::LevelMeter(const QString& name, QWidget* parent) : QWidget(parent) {
  setAccessibleName(name);
  setToolTip(tr("%1, from −60 dB to full scale; it turns red where the sound is too loud").arg(name));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void LevelMeter::set_level(double peak) {
  level_ = peak;
  if (peak >= held_ || ++held_for_ > kHold) held_ = peak, held_for_ = 0;
  setAccessibleDescription(tr("%1 dB").arg(std::max(-120.0, audio::to_dbfs(level_)), 0, 'f', 0));
  update();
}

void LevelMeter::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QRect box = rect().adjusted(0, 2, -1, -3);
  painter.setPen(theme().line);
  painter.setBrush(theme().field);
  painter.drawRect(box);
  const QRect inner = box.adjusted(1, 1, 0, 0);
  QRect bar = inner;
  bar.setWidth(static_cast<int>(place(level_) * inner.width()));
  painter.fillRect(bar, level_ >= 0.99 ? theme().danger : theme().good);
  const int mark = inner.left() + static_cast<int>(place(held_) * (inner.width() - 2));
  if (held_ > 0) painter.fillRect(QRect(mark, inner.top(), 2, inner.height()), held_ >= 0.99 ? theme().danger : theme().text);
}

}  // namespace luthier::ui
