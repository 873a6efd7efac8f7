#pragma once
#include <QWidget>

namespace luthier::ui {

/// A bar from -60 to 0 dBFS with the loudest level of the last seconds marked. GUI thread.
class LevelMeter : public QWidget {
  Q_OBJECT
 public:
  explicit LevelMeter(const QString& name, QWidget* parent = nullptr);
  void set_level(double peak);  ///< linear; falls back by itself where it is called often
  double level() const { return level_; }
  QSize sizeHint() const override { return {120, 14}; }
  QSize minimumSizeHint() const override { return {60, 14}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  double level_ = 0, held_ = 0;
  int held_for_ = 0;
};

}  // namespace luthier::ui
