#pragma once
#include <QDialog>
#include <QElapsedTimer>

#include "ui/common/workbench.h"
#include "ui/compare/blind_test.h"
#include "ui/compare/listening_test.h"

class QLabel;
class QPushButton;
class QSpinBox;
class QWidget;

namespace luthier::ui {

/// Hear A, B and X at equal loudness, switch without a gap, and say whether X is A or B. The number of trials and the seed are
/// fixed before the first answer, and the score is told after the last one only: who may stop at a lucky score would make the p
/// value untrue. Keys: A, B and X the sounds, 0 or R the reference, 1 and 2 the answers, I and O the ends of a loop, L none, Space stops. Each answer is written to a log in the workspace at once, so nothing is lost when the test is broken off.
class BlindTestDialog : public QDialog {
  Q_OBJECT
 public:
  /// `reference`: a third sound, the truth, to be heard beside them; null: none.
  BlindTestDialog(Workbench& bench, SoundPtr a, SoundPtr b, quint32 seed, QWidget* parent = nullptr, SoundPtr reference = nullptr);
  ~BlindTestDialog() override;
  const BlindTest& test() const { return test_; }
  /// How many answers the test asks for; before the first answer only.
  void set_trials(int trials);
  bool over() const { return static_cast<int>(test_.trials().size()) >= planned_; }
  const QString& log_file() const { return log_.file(); }
  void answer(bool b);
  void reject() override;  ///< asks first while a test is under way

 private:
  void next_trial();
  void hear(std::size_t index);
  void loop_to(double end);
  void show_state();
  void write_log();

  Workbench& bench_;
  SoundPtr a_, b_, reference_;
  BlindTest test_;
  ListeningLog log_;
  QLabel* state_;
  QWidget* plan_;
  QSpinBox* trials_;
  QSpinBox* seed_;
  QPushButton* hear_[3];
  QPushButton* answer_[2];
  int planned_ = 16;
  double loop_begin_ = 0;  ///< seconds
  QElapsedTimer clock_;
  bool equal_before_ = false;
  quint64 number_ = 0;
};

}  // namespace luthier::ui
