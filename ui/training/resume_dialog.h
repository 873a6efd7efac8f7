#pragma once
#include <QDialog>
#include <functional>
#include <string>

#include "core/session/run_record.h"
#include "core/session/training_session.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace luthier::ui {

class ConfigForm;
class Workbench;

/// A run's own settings, to go on with it otherwise than it was: only what a run that goes on may change can be edited, the rest is
/// there to be read. With a field for more steps.
class ResumeDialog : public QDialog {
  Q_OBJECT
 public:
  ResumeDialog(Workbench& bench, const luthier::RunRecord& record, QWidget* parent = nullptr);
  /// Throws ConfigError when a field is wrong.
  TrainingRequest request() const;
  ConfigForm& form() { return *form_; }

 private:
  void show_form(bool fixed_too);
  void show_changes();
  /// How many more steps the form asks for than the run was to have; 0 while its entry is wrong.
  std::int64_t added_steps() const;
  void extend(int steps);

  Workbench& bench_;
  const luthier::RunRecord record_;
  Config before_;           ///< complete: settings that came later have their defaults
  std::string steps_name_;  ///< setting that holds the steps of the last phase
  ConfigForm* form_;
  QSpinBox* more_;
  QCheckBox* fixed_;
  QLabel* changes_;
  QPushButton* go_on_;
};

/// Reads the run's record on another thread, then opens the dialog; `go_on` is called when it is accepted.
void ask_to_resume(Workbench& bench, QWidget* parent, const QString& run, std::function<void(const TrainingRequest&)> go_on);

}  // namespace luthier::ui
