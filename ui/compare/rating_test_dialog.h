#pragma once
#include <QDialog>
#include <QElapsedTimer>
#include <optional>
#include <vector>

#include "ui/compare/listening_test.h"
#include "ui/compare/rating_test.h"

class QCheckBox;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QTableWidget;

namespace luthier::ui {

class ScoreSlider;

/// Rates several sounds at once against a reference that is also hidden among them: first how it is to be done, then a trial
/// after the other, then what came out. Keys: 0 or R the reference, 1 to 9 the sounds, A and B the ends of a loop, L none, Space
/// stops. Every trial is logged in the workspace as soon as it is finished.
class RatingTestDialog : public QDialog {
  Q_OBJECT
 public:
  /// Two to nine sounds; `reference` is the place of the one that is the truth to begin with.
  RatingTestDialog(Workbench& bench, std::vector<SoundPtr> sounds, std::size_t reference, quint32 seed, QWidget* parent = nullptr);
  ~RatingTestDialog() override;
  const std::optional<RatingTest>& test() const { return test_; }
  const QString& log_file() const { return log_.file(); }
  void start();
  void reject() override;  ///< asks first while a test is under way

 private:
  QWidget* make_settings(quint32 seed, std::size_t reference);
  QWidget* make_trial();
  QWidget* make_results();
  void add_keys();
  void begin();
  void show_trial();
  void hear(std::size_t place);  ///< 0: the reference
  void scored(std::size_t place, int score);
  void show_next();
  void go_on();
  void show_results();
  void show_pairs(const std::vector<RatingTest::Question>& asked);
  void write_log();

  Workbench& bench_;
  std::vector<SoundPtr> sounds_;  ///< as given, and the anchor last where one was asked for
  ListeningLog log_;
  std::optional<RatingTest> test_;
  std::size_t given_;             ///< sounds without the anchor
  QStackedWidget* pages_;
  QComboBox* reference_;
  QComboBox* questions_;
  QSpinBox* rounds_;
  QSpinBox* seed_;
  QCheckBox* anchor_;
  QPushButton* start_;
  QLabel* question_;
  QLabel* count_;
  QPushButton* reference_button_;
  QHBoxLayout* places_;
  QPushButton* next_;
  QLabel* waits_;  ///< why Next is grey
  QTableWidget* table_;
  QTableWidget* pair_table_;  ///< of sounds, with the chance that their difference is none
  QLabel* verdict_;
  std::vector<ScoreSlider*> sliders_;
  std::vector<QPushButton*> buttons_;
  std::optional<double> loop_begin_;
  QElapsedTimer clock_;
  bool equal_before_ = false;
  quint64 number_ = 0;
};

}  // namespace luthier::ui
