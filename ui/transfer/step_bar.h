#pragma once
#include <QWidget>
#include <vector>

class QLabel;
class QSlider;
class QToolButton;

namespace luthier::ui {

/// The way of a transfer through its sampling steps: a slider over the clean estimates, and what can be done with one of them.
/// The last place is the result, where there is one.
class StepBar : public QWidget {
  Q_OBJECT
 public:
  explicit StepBar(QWidget* parent = nullptr);
  /// `steps` from 1, ascending. A slider that stood at the end stays there.
  void set_steps(std::vector<int> steps, int total, bool has_result);
  void set_branching(bool possible);
  void set_busy(bool making);  ///< a step is being turned into sound
  int total() const { return total_; }
  int step() const;            ///< 0: the result, or nothing
  int index() const;           ///< of the step; -1: the result, or nothing
  void choose(int index);      ///< -1: the last place

 Q_SIGNALS:
  void chosen(int index);      ///< -1: the result
  void hear_requested();
  void keep_requested(int step);
  void branch_requested(int step);

 private:
  void show_choice();

  QLabel* words_;
  QSlider* slider_;
  QToolButton* hear_;
  QToolButton* keep_;
  QToolButton* branch_;
  std::vector<int> steps_;
  int total_ = 0;
  bool has_result_ = false, branching_ = false;
};

}  // namespace luthier::ui
