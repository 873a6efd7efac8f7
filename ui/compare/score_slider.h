#pragma once
#include <QWidget>

class QLabel;
class QSlider;

namespace luthier::ui {

/// The score of one sound, 0 to 100: a slider with its scale, and above it what the score means. Dim, with a hollow handle, until it is
/// moved: the middle, where it waits, must not look like an answer.
class ScoreSlider : public QWidget {
  Q_OBJECT
 public:
  /// `place` of the sound in the trial, from 1.
  explicit ScoreSlider(int place, QWidget* parent = nullptr);
  /// No score yet.
  void reset();
  void show_score(int score);
  QSlider& slider() { return *slider_; }

 Q_SIGNALS:
  /// Moved, or let go where it stood: that is an answer too.
  void scored(int score);

 private:
  void set_rated(bool rated);

  QLabel* value_;
  QSlider* slider_;
};

}  // namespace luthier::ui
