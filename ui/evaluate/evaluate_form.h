#pragma once
#include <QWidget>
#include <utility>
#include <vector>

#include "core/session/evaluate_session.h"
#include "ui/common/workbench.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace luthier::ui {

/// What is measured and how; starts and cancels the measuring, one at a time, as a background job. GUI thread.
class EvaluateForm : public QWidget {
  Q_OBJECT
 public:
  explicit EvaluateForm(Workbench& bench, QWidget* parent = nullptr);
  void refresh();                     ///< reads the runs again, off the GUI thread
  void choose_run(const QString& run);  ///< empty: the shipped weights
  /// Throws ConfigError for steps that are no numbers.
  EvaluateRequest request() const;
  QString command() const;
  bool running() const { return task_ != nullptr; }
  void start();
  void cancel();

 Q_SIGNALS:
  /// A table was measured and kept in `file`; also one that was cancelled, with the rows that were finished.
  void measured(const QString& file);
  void ended();

 private:
  void add_models(QFormLayout* rows);
  void fill_models(const QString& shipped, const std::vector<std::pair<QString, QString>>& runs);
  std::vector<std::string> chosen_models() const;
  void update_words();
  void finish(const QString& file, bool cancelled);

  Workbench& bench_;
  BackgroundTask* task_ = nullptr;
  QString wanted_run_;
  QString shipped_;     ///< file of the weights that come with the program; empty: none, or not looked for yet
  QComboBox* run_;
  QToolButton* also_;   ///< more models for the same table
  QMenu* also_menu_;
  QComboBox* protocol_;
  QComboBox* device_;
  QSpinBox* phrases_;
  QLineEdit* steps_;
  QCheckBox* judges_;
  QCheckBox* swapped_;
  QCheckBox* oracle_;
  QLabel* words_;
  QLabel* state_;
  QProgressBar* bar_;
  QPushButton* start_;
  QPushButton* cancel_;
};

}  // namespace luthier::ui
