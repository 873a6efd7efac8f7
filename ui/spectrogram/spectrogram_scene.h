#pragma once
#include <QObject>
#include <QRectF>
#include <QSizeF>
#include <QString>
#include <optional>
#include <utility>
#include <vector>

#include "ui/spectrogram/lane.h"
#include "ui/spectrogram/picture_images.h"
#include "ui/spectrogram/scene_painter.h"

namespace luthier::ui {

/// Spectrograms and waveforms one above the other on one time axis, with rulers, dB bar, cursor read-out, selection and
/// playhead. Draws through a ScenePainter and takes the pointer as SceneInput, so it looks and acts alike on OpenGL and
/// without. GUI thread.
///
/// The part that takes the pointer is in scene_pointer.cpp.
///
/// Pointer: wheel scrolls in time, Ctrl+wheel zooms in time, Alt+wheel in frequency, Shift+wheel scrolls in frequency;
/// (wheel and Ctrl+wheel the other way round with wheel_zooms()); click goes there, drag selects, middle or Shift+drag moves the picture, double-click shows all.
class SpectrogramScene : public QObject {
  Q_OBJECT
 public:
  explicit SpectrogramScene(QObject* parent = nullptr);

  void set_lanes(std::vector<Lane> lanes, bool keep_view);
  void set_picture(std::size_t lane, PicturePtr picture);
  void set_note(std::size_t lane, const QString& note);
  void set_selected_lane(int lane);  ///< -1: none
  const std::vector<Lane>& lanes() const { return lanes_; }
  void set_hint(const QString& text);  ///< shown while there are no lanes
  void set_look(double range, const QString& colours);
  void set_difference_range(double decibels);  ///< differences are shown from -this to +this
  double difference_range() const { return look_.difference_range; }
  void set_harmonics(bool on);  ///< marks the multiples of the frequency under the pointer
  bool harmonics() const { return harmonics_; }
  void set_playhead(std::optional<double> seconds, bool follow);
  void set_selection(std::optional<std::pair<double, double>> seconds);
  std::optional<std::pair<double, double>> selection() const { return selection_; }

  double duration() const;                       ///< seconds of the longest lane
  std::pair<double, double> visible_time() const { return {begin_, end_}; }
  std::pair<double, double> visible_band() const { return {low_, high_}; }  ///< parts 0..1 of the frequency axis
  void show_time(double begin, double end);
  void fit();
  void zoom_time(double factor, double around);
  void zoom_band(double factor, double around);
  void zoom_to_selection();

  void input(const SceneInput& now);
  void draw(ScenePainter& painter, QSizeF size);
  /// The same without pointer, playhead and read-out: for files.
  void draw_still(ScenePainter& painter, QSizeF size);
  /// Moves the cursor by the keyboard, in parts of the visible axes; begins in the middle of the first spectrogram, and goes over
  /// its edge into the next strip.
  void move_cursor(double time, double frequency);
  void seek_to_cursor();  ///< as a click there
  QSizeF size() const { return size_; }

  /// Where things are drawn, for tests and for spoken read-out. Valid after draw().
  QRectF lane_area(std::size_t lane) const;
  double time_at(double x) const;
  double x_of(double seconds) const;
  /// "0.482 s · 1,046 Hz · C6 · −23.4 dB", or "0.482 s · peak −12.3 dBFS" of a waveform, under the pointer; empty outside.
  const QString& readout() const { return readout_; }
  static constexpr double kLeft = 54, kRight = 52, kBottom = 22, kGap = 4;

 Q_SIGNALS:
  void needs_paint();
  void seek_requested(int lane, double seconds);
  void selection_changed();
  void readout_changed(const QString& text);
  void view_changed();

 private:
  void layout(QSizeF size);
  void limit_view();
  void draw_picture(ScenePainter& painter, std::size_t lane);
  void draw_lane(ScenePainter& painter, std::size_t lane);
  void draw_marks(ScenePainter& painter);
  void draw_readout(ScenePainter& painter);
  void draw_harmonics(ScenePainter& painter, std::size_t cursor_lane);
  void draw_bars(ScenePainter& painter);
  int first_picture_lane() const;
  int lane_at(QPointF at) const;
  void update_readout();
  void press(const SceneInput& now);
  void drag(const SceneInput& now);
  void release(const SceneInput& now);
  void wheel(const SceneInput& now);

  std::vector<Lane> lanes_;
  std::vector<QRectF> areas_;
  PictureImages images_;
  PictureLook look_;
  QString hint_, readout_;
  bool harmonics_ = false;
  double begin_ = 0, end_ = 1, low_ = 0, high_ = 1;
  std::optional<double> playhead_;
  bool follow_ = false, held_ = false;  ///< held_: the user has moved the view by hand while it plays
  std::optional<std::pair<double, double>> selection_;
  QSizeF size_;
  std::optional<QPointF> cursor_;
  enum class Drag { none, select, move };
  Drag drag_ = Drag::none;
  QPointF pressed_at_, last_at_;
  SceneInput before_;
};

}  // namespace luthier::ui
