#include <algorithm>
#include <cmath>

#include "ui/spectrogram/spectrogram_scene.h"
#include "ui/spectrogram/waveform_strip.h"
#include "ui/spectrogram/wheel_preset.h"

namespace luthier::ui {

int SpectrogramScene::lane_at(QPointF at) const {
  for (std::size_t i = 0; i < areas_.size(); ++i) {
    if (areas_[i].contains(at)) return static_cast<int>(i);
  }
  return -1;
}

void SpectrogramScene::input(const SceneInput& now) {
  const bool moved = now.mouse != before_.mouse || now.inside != before_.inside;
  if (now.inside || drag_ != Drag::none) cursor_ = now.mouse;
  else cursor_.reset();
  if (!lanes_.empty()) {
    const bool was = before_.left || before_.middle, is = now.left || now.middle;
    if (is && !was) press(now);
    else if (is && moved) drag(now);
    else if (!is && was) release(now);
    if (now.double_clicked && lane_at(now.mouse) >= 0) fit();
    if (now.wheel_x != 0 || now.wheel_y != 0) wheel(now);
  }
  before_ = now;
  before_.wheel_x = before_.wheel_y = 0;
  before_.double_clicked = false;
  if (moved) {
    update_readout();
    Q_EMIT needs_paint();
  }
}

void SpectrogramScene::press(const SceneInput& now) {
  if (lane_at(now.mouse) < 0) return;
  pressed_at_ = last_at_ = now.mouse;
  drag_ = now.middle || (now.modifiers & Qt::ShiftModifier) ? Drag::move : Drag::select;
}

void SpectrogramScene::drag(const SceneInput& now) {
  if (drag_ == Drag::move) {
    const QPointF by = now.mouse - last_at_;
    held_ = true;
    const double width = std::max(1.0, size_.width() - kLeft - kRight);
    const double dt = by.x() / width * (end_ - begin_);
    const int lane = lane_at(pressed_at_);
    if (lane >= 0 && !lanes_[static_cast<std::size_t>(lane)].waveform) {
      const double df = by.y() / std::max(1.0, areas_[static_cast<std::size_t>(lane)].height()) * (high_ - low_);
      low_ += df;
      high_ += df;
    }
    show_time(begin_ - dt, end_ - dt);
  } else if (drag_ == Drag::select && std::abs(now.mouse.x() - pressed_at_.x()) >= 4) {
    const double a = std::clamp(time_at(pressed_at_.x()), 0.0, duration());
    const double b = std::clamp(time_at(now.mouse.x()), 0.0, duration());
    selection_ = std::minmax(a, b);
    Q_EMIT needs_paint();
  }
  last_at_ = now.mouse;
}

void SpectrogramScene::release(const SceneInput& now) {
  drag(now);  // a quick hand lets go before any move was drawn
  const Drag was = drag_;
  drag_ = Drag::none;
  if (was != Drag::select) return;
  if (std::abs(now.mouse.x() - pressed_at_.x()) >= 4) {
    Q_EMIT selection_changed();
    return;
  }
  if (selection_) {
    selection_.reset();
    Q_EMIT selection_changed();
  }
  Q_EMIT seek_requested(lane_at(pressed_at_), std::clamp(time_at(now.mouse.x()), 0.0, duration()));
  Q_EMIT needs_paint();
}

void SpectrogramScene::wheel(const SceneInput& now) {
  const double notch = now.wheel_y != 0 ? now.wheel_y : now.wheel_x;
  held_ = true;
  const bool ctrl = now.modifiers & Qt::ControlModifier, other = now.modifiers & (Qt::AltModifier | Qt::ShiftModifier);
  if (wheel_zooms() ? !ctrl && !other : ctrl) {
    zoom_time(std::pow(1.25, notch), std::clamp(time_at(now.mouse.x()), begin_, end_));
    held_ = false;  // zooming does not stop the picture from following
  } else if (other) {
    const int lane = lane_at(now.mouse);
    double around = (low_ + high_) / 2;
    if (lane >= 0) {
      const QRectF& area = areas_[static_cast<std::size_t>(lane)];
      around = low_ + (area.bottom() - now.mouse.y()) / area.height() * (high_ - low_);
    }
    if (now.modifiers & Qt::AltModifier) {
      zoom_band(std::pow(1.25, notch), around);
    } else {
      const double by = notch * (high_ - low_) * 0.1;
      low_ += by;
      high_ += by;
      show_time(begin_, end_);
    }
  } else {
    const double by = -notch * (end_ - begin_) * 0.12;
    show_time(begin_ + by, end_ + by);
  }
}

void SpectrogramScene::update_readout() {
  QString text;
  const int index = cursor_ ? lane_at(*cursor_) : -1;
  if (index >= 0 && !lanes_.empty() && static_cast<std::size_t>(index) < lanes_.size()) {
    const Lane& lane = lanes_[static_cast<std::size_t>(index)];
    const QRectF& area = areas_[static_cast<std::size_t>(index)];
    const double seconds = time_at(cursor_->x());
    text = tr("%1 s").arg(seconds, 0, 'f', 3);
    const double part = low_ + (area.bottom() - cursor_->y()) / area.height() * (high_ - low_);
    if (lane.waveform && lane.sound) text += level_text(*lane.sound, seconds);
    if (!lane.waveform && lane.picture) text += point_text(*lane.picture, part, seconds);
  }
  if (text == readout_) return;
  readout_ = text;
  Q_EMIT readout_changed(readout_);
}

void SpectrogramScene::move_cursor(double time, double frequency) {
  const int first = first_picture_lane();
  if (first < 0 || areas_.size() != lanes_.size()) return;
  if (!cursor_ || lane_at(*cursor_) < 0) {
    cursor_ = areas_[static_cast<std::size_t>(first)].center();
  } else {
    const int lane = lane_at(*cursor_);
    QRectF area = areas_[static_cast<std::size_t>(lane)].adjusted(0, 0, -1, -1);
    const bool out = frequency > 0 ? cursor_->y() <= area.top() : frequency < 0 && cursor_->y() >= area.bottom();
    const int next = lane + (frequency > 0 ? -1 : 1);
    double y = cursor_->y() - frequency * area.height();
    if (out && next >= 0 && static_cast<std::size_t>(next) < areas_.size()) {  // over the edge into the next strip
      area = areas_[static_cast<std::size_t>(next)].adjusted(0, 0, -1, -1);
      y = frequency > 0 ? area.bottom() : area.top();
    }
    cursor_ = QPointF(std::clamp(cursor_->x() + time * area.width(), area.left(), area.right()), std::clamp(y, area.top(), area.bottom()));
  }
  update_readout();
  Q_EMIT needs_paint();
}

void SpectrogramScene::seek_to_cursor() {
  const int lane = cursor_ ? lane_at(*cursor_) : -1;
  if (lane >= 0) Q_EMIT seek_requested(lane, std::clamp(time_at(cursor_->x()), 0.0, duration()));
}

}  // namespace luthier::ui
