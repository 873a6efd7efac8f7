#include "ui/spectrogram/spectrogram_scene.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/application_style.h"
#include "ui/spectrogram/colour_map.h"
#include "ui/spectrogram/scene_rulers.h"
#include "ui/spectrogram/waveform_strip.h"

namespace luthier::ui {
namespace {

constexpr double kShortest = 0.01;  // seconds that can be seen at closest
constexpr double kWaveShare = 0.28;  // height of a waveform lane beside a spectrogram's

}  // namespace

SpectrogramScene::SpectrogramScene(QObject* parent) : QObject(parent) {
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, [this] {
    images_.recolour(look_);  // differences have a map for each theme
    Q_EMIT needs_paint();
  });
}

void SpectrogramScene::set_lanes(std::vector<Lane> lanes, bool keep_view) {
  const double before = duration();
  lanes_ = std::move(lanes);
  images_.keep_only(lanes_);
  drag_ = Drag::none;
  if (!keep_view || std::abs(duration() - before) > 1e-6) {
    if (!keep_view) selection_.reset();
    begin_ = 0;
    end_ = std::max(duration(), kShortest);
    if (!keep_view) low_ = 0, high_ = 1;
  }
  update_readout();
  Q_EMIT view_changed();
  Q_EMIT needs_paint();
}

void SpectrogramScene::set_picture(std::size_t lane, PicturePtr picture) {
  if (lane >= lanes_.size()) return;
  lanes_[lane].picture = std::move(picture);
  images_.keep_only(lanes_);
  limit_view();
  update_readout();
  Q_EMIT needs_paint();
}

void SpectrogramScene::set_note(std::size_t lane, const QString& note) {
  if (lane >= lanes_.size()) return;
  lanes_[lane].note = note;
  Q_EMIT needs_paint();
}

void SpectrogramScene::set_selected_lane(int lane) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i].selected = static_cast<int>(i) == lane;
  Q_EMIT needs_paint();
}

void SpectrogramScene::set_hint(const QString& text) {
  hint_ = text;
  Q_EMIT needs_paint();
}

void SpectrogramScene::set_look(double range, const QString& colours) {
  look_.range = range;
  look_.colours = colours;
  images_.recolour(look_);
  Q_EMIT needs_paint();
}

void SpectrogramScene::set_difference_range(double decibels) {
  look_.difference_range = std::clamp(decibels, 1.0, static_cast<double>(Picture::kFarthest));
  images_.recolour(look_);
  Q_EMIT needs_paint();
}

void SpectrogramScene::set_harmonics(bool on) {
  harmonics_ = on;
  Q_EMIT needs_paint();
}

int SpectrogramScene::first_picture_lane() const {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (!lanes_[i].waveform && lanes_[i].picture) return static_cast<int>(i);
  }
  return -1;
}

void SpectrogramScene::set_playhead(std::optional<double> seconds, bool follow) {
  if (playhead_ == seconds && follow_ == follow) return;
  if (!seconds || (follow && !follow_)) held_ = false;
  playhead_ = seconds;
  follow_ = follow;
  if (playhead_ && follow_ && !held_ && drag_ == Drag::none) {
    const double span = end_ - begin_;
    if (span < duration() - 1e-9) {
      begin_ = *playhead_ - span / 2;
      end_ = begin_ + span;
      limit_view();
      update_readout();
    }
  }
  Q_EMIT needs_paint();
}

void SpectrogramScene::set_selection(std::optional<std::pair<double, double>> seconds) {
  selection_ = seconds;
  Q_EMIT needs_paint();
}

double SpectrogramScene::duration() const {
  double longest = 0;
  for (const Lane& lane : lanes_) {
    if (lane.sound) longest = std::max(longest, lane.sound->seconds());
    else if (lane.picture) longest = std::max(longest, lane.picture->seconds());
  }
  return longest;
}

void SpectrogramScene::limit_view() {
  const double all = std::max(duration(), kShortest);
  double span = std::clamp(end_ - begin_, std::min(kShortest, all), all);
  begin_ = std::clamp(begin_, 0.0, all - span);
  end_ = begin_ + span;
  span = std::clamp(high_ - low_, 0.02, 1.0);
  low_ = std::clamp(low_, 0.0, 1.0 - span);
  high_ = low_ + span;
}

void SpectrogramScene::show_time(double begin, double end) {
  begin_ = begin;
  end_ = end;
  limit_view();
  update_readout();
  Q_EMIT view_changed();
  Q_EMIT needs_paint();
}

void SpectrogramScene::fit() {
  low_ = 0;
  high_ = 1;
  show_time(0, duration());
}

void SpectrogramScene::zoom_time(double factor, double around) {
  const double all = std::max(duration(), kShortest);
  const double span = std::clamp((end_ - begin_) / factor, std::min(kShortest, all), all);
  const double part = (around - begin_) / (end_ - begin_);
  show_time(around - part * span, around - part * span + span);
}

void SpectrogramScene::zoom_band(double factor, double around) {
  const double span = std::clamp((high_ - low_) / factor, 0.02, 1.0);
  const double part = (around - low_) / (high_ - low_);
  low_ = around - part * span;
  high_ = low_ + span;
  show_time(begin_, end_);
}

void SpectrogramScene::zoom_to_selection() {
  if (selection_) show_time(selection_->first, selection_->second);
}

QRectF SpectrogramScene::lane_area(std::size_t lane) const { return lane < areas_.size() ? areas_[lane] : QRectF(); }

double SpectrogramScene::time_at(double x) const {
  const double width = std::max(1.0, size_.width() - kLeft - kRight);
  return begin_ + (x - kLeft) / width * (end_ - begin_);
}

double SpectrogramScene::x_of(double seconds) const {
  const double width = std::max(1.0, size_.width() - kLeft - kRight);
  return kLeft + (seconds - begin_) / (end_ - begin_) * width;
}

void SpectrogramScene::layout(QSizeF size) {
  size_ = size;
  areas_.clear();
  double shares = 0;
  for (const Lane& lane : lanes_) shares += lane.waveform ? kWaveShare : 1;
  if (shares <= 0) return;
  const double gaps = kGap * static_cast<double>(lanes_.size() - 1);
  const double height = std::max(1.0, size.height() - kBottom - gaps - 2);
  const double width = std::max(1.0, size.width() - kLeft - kRight);
  double y = 1;
  for (const Lane& lane : lanes_) {
    const double own = height * (lane.waveform ? kWaveShare : 1) / shares;
    areas_.push_back(QRectF(kLeft, y, width, own));
    y += own + kGap;
  }
}

void SpectrogramScene::draw(ScenePainter& painter, QSizeF size) {
  const Theme& t = theme();
  layout(size);
  painter.fill(QRectF(QPointF(0, 0), size), t.window);
  if (lanes_.empty()) {
    painter.fill(QRectF(0, 0, size.width(), size.height()), t.canvas);
    const QStringList lines = hint_.split('\n');
    double y = size.height() / 2 - 10.0 * static_cast<double>(lines.size());
    for (const QString& text : lines) {
      const QSizeF extent = painter.text_size(text);
      painter.text({(size.width() - extent.width()) / 2, y}, text, t.dim);
      y += 20;
    }
    return;
  }
  for (std::size_t i = 0; i < lanes_.size(); ++i) draw_lane(painter, i);
  draw_bars(painter);
  draw_time_ruler(painter, QRectF(kLeft, size.height() - kBottom, size.width() - kLeft - kRight, kBottom), begin_, end_);
  draw_marks(painter);
  draw_readout(painter);
}

void SpectrogramScene::draw_still(ScenePainter& painter, QSizeF size) {
  const QSizeF shown = size_;
  const auto cursor = std::exchange(cursor_, std::nullopt);
  const auto playhead = std::exchange(playhead_, std::nullopt);
  const QString readout = std::exchange(readout_, QString());
  draw(painter, size);
  cursor_ = cursor;
  playhead_ = playhead;
  readout_ = readout;
  layout(shown);
}

/// One bar for the sounds, beside the first of them, and one beside each difference.
void SpectrogramScene::draw_bars(ScenePainter& painter) {
  bool drawn = false;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].waveform) continue;
    const QRectF bar(size_.width() - kRight + 8, areas_[i].top(), 10, areas_[i].height());
    if (lanes_[i].picture && lanes_[i].picture->difference) {
      draw_decibel_bar(painter, bar, difference_colours(), -look_.difference_range, look_.difference_range, true);
    } else if (!drawn) {
      draw_decibel_bar(painter, bar, look_.colours, -look_.range, 0, false);
      drawn = true;
    }
  }
  const QString unit = QStringLiteral("dB");
  painter.text({size_.width() - painter.text_size(unit).width() - 4, size_.height() - kBottom + 5}, unit, theme().dim);
}

void SpectrogramScene::draw_lane(ScenePainter& painter, std::size_t index) {
  const Theme& t = theme();
  const Lane& lane = lanes_[index];
  const QRectF& area = areas_[index];
  const bool pictured = !lane.waveform && lane.picture;
  painter.fill(area, pictured ? (lane.picture->difference ? colour_at(difference_colours(), 0.5) : colour_at(look_.colours, 0)) : t.canvas);
  painter.clip(area);
  if (lane.waveform) draw_waveform(painter, area, lane.sound.get(), begin_, end_);
  else if (pictured) draw_picture(painter, index);
  if (!lane.title.isEmpty()) {
    const QSizeF extent = painter.text_size(lane.title);
    const QColor back = lane.selected ? t.accent : QColor(0, 0, 0, 150);
    painter.fill(QRectF(area.left() + 6, area.top() + 5, extent.width() + 10, extent.height() + 4), back);
    painter.text({area.left() + 11, area.top() + 7}, lane.title, lane.selected ? t.on_accent : QColor("#f2f2f2"));
  }
  if (!pictured && !lane.waveform && !lane.note.isEmpty()) {
    const QSizeF extent = painter.text_size(lane.note);
    painter.text({area.center().x() - extent.width() / 2, area.center().y() - extent.height() / 2}, lane.note, t.dim);
  }
  painter.unclip();
  if (lane.waveform && lane.sound) draw_waveform_scale(painter, area, *lane.sound);
  if (pictured) {
    const double bands = lane.picture->axis.bands;
    draw_frequency_ruler(painter, area, lane.picture->axis, low_ * bands, high_ * bands);
    if (area.height() > 60) painter.text({4, area.bottom() - 14}, QStringLiteral("Hz"), t.dim);
  }
  painter.frame(area, lane.selected ? t.accent : t.line);
}

void SpectrogramScene::draw_picture(ScenePainter& painter, std::size_t index) {
  const Picture& picture = *lanes_[index].picture;
  const QRectF& area = areas_[index];
  // Frame t is centred at t * seconds_per_frame, so the picture begins half a frame before 0.
  const double first = -0.5 * picture.seconds_per_frame;
  const double last = (picture.frames - 0.5) * picture.seconds_per_frame;
  const double from = std::max(begin_, first), to = std::min(end_, last);
  if (to <= from) return;
  const double left = x_of(from), right = x_of(to);
  const QRectF source((from - first) / (last - first), 1 - high_, (to - from) / (last - first), high_ - low_);
  painter.image(images_.of(lanes_[index].picture, look_), QRectF(left, area.top(), right - left, area.height()), source);
}

void SpectrogramScene::draw_marks(ScenePainter& painter) {
  const Theme& t = theme();
  const QRectF all(kLeft, areas_.front().top(), size_.width() - kLeft - kRight, areas_.back().bottom() - areas_.front().top());
  painter.clip(all);
  if (selection_) {
    const double left = x_of(selection_->first), right = x_of(selection_->second);
    QColor shade = t.accent;
    shade.setAlpha(46);
    painter.fill(QRectF(left, all.top(), right - left, all.height()), shade);
    painter.line({left, all.top()}, {left, all.bottom()}, t.accent);
    painter.line({right, all.top()}, {right, all.bottom()}, t.accent);
  }
  const int lane = cursor_ ? lane_at(*cursor_) : -1;
  if (lane >= 0) {
    QColor color = t.cursor;
    color.setAlpha(170);
    painter.line({cursor_->x(), all.top()}, {cursor_->x(), all.bottom()}, color);
    if (!lanes_[static_cast<std::size_t>(lane)].waveform) {
      for (std::size_t i = 0; i < lanes_.size(); ++i) {  // the same frequency in every lane
        if (lanes_[i].waveform) continue;
        const QRectF& from = areas_[static_cast<std::size_t>(lane)];
        const double y = areas_[i].top() + (cursor_->y() - from.top()) / from.height() * areas_[i].height();
        painter.line({all.left(), y}, {all.right(), y}, color);
      }
      if (harmonics_) draw_harmonics(painter, static_cast<std::size_t>(lane));
    }
  }
  if (playhead_) {
    const double x = x_of(*playhead_);
    painter.line({x + 1, all.top()}, {x + 1, all.bottom()}, QColor(0, 0, 0, 120));
    for (std::size_t i = 0; i < lanes_.size(); ++i)  // pictures are dark in either theme
      painter.line({x, areas_[i].top()}, {x, areas_[i].bottom()}, lanes_[i].waveform ? t.playhead : QColor(Qt::white), 1.5);
  }
  painter.unclip();
}

void SpectrogramScene::draw_harmonics(ScenePainter& painter, std::size_t cursor_lane) {
  constexpr int kMost = 24;
  constexpr double kHalfWidth = 42, kLeastGap = 5;
  const Lane& own = lanes_[cursor_lane];
  if (!own.picture) return;
  const QRectF& from = areas_[cursor_lane];
  const double part = low_ + (from.bottom() - cursor_->y()) / from.height() * (high_ - low_);
  const double fundamental = own.picture->axis.hz(part * own.picture->axis.bands);
  if (fundamental < 8) return;
  QColor color = theme().cursor;
  color.setAlpha(230);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].waveform || !lanes_[i].picture) continue;
    const PictureAxis& axis = lanes_[i].picture->axis;
    double last = areas_[i].bottom() + 100, labelled = last;
    for (int k = 1; k <= kMost; ++k) {
      const double at = axis.position(k * fundamental) / axis.bands;
      if (at > high_) break;
      const double y = areas_[i].bottom() - (at - low_) / (high_ - low_) * areas_[i].height();
      if (at < low_ || last - y < kLeastGap) continue;
      last = y;
      painter.line({cursor_->x() - kHalfWidth, y}, {cursor_->x() + kHalfWidth, y}, color, k == 1 ? 2 : 1);
      if (labelled - y < 15) continue;
      labelled = y;
      const QString text = QString::number(k);
      const QSizeF extent = painter.text_size(text);
      painter.fill(QRectF(cursor_->x() + kHalfWidth + 2, y - extent.height() / 2, extent.width() + 4, extent.height()), QColor(0, 0, 0, 150));
      painter.text({cursor_->x() + kHalfWidth + 4, y - extent.height() / 2}, text, QColor("#f2f2f2"));
    }
  }
}

void SpectrogramScene::draw_readout(ScenePainter& painter) {
  if (readout_.isEmpty() || !cursor_) return;
  const int lane = lane_at(*cursor_);
  if (lane < 0) return;
  const QRectF& area = areas_[static_cast<std::size_t>(lane)];
  const QSizeF extent = painter.text_size(readout_);
  const double left = area.right() - extent.width() - 16;
  painter.fill(QRectF(left, area.top() + 5, extent.width() + 10, extent.height() + 4), QColor(0, 0, 0, 170));
  painter.text({left + 5, area.top() + 7}, readout_, QColor("#f7e6c8"));
}

}  // namespace luthier::ui
