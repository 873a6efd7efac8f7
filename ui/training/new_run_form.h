#pragma once
#include <QStringList>
#include <QWidget>
#include <string>
#include <vector>

#include "core/session/training_session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;

namespace luthier::ui {

class ConfigForm;
class SettingsTimeline;
class Workbench;

/// What a new run needs: family, preset, pairs, labels, device, and every setting of the family from its schema.
class NewRunForm : public QWidget {
  Q_OBJECT
 public:
  explicit NewRunForm(Workbench& bench, QWidget* parent = nullptr);
  /// Throws ConfigError when a field is wrong.
  TrainingRequest request() const;
  /// One run at a time in the window, and one at a time that is being prepared in a process of its own: the start button waits.
  void set_busy(bool training, bool launching = false);
  /// The same as a command line.
  QString command() const;
  void choose(const QString& family, const QString& preset);
  ConfigForm& form() { return *form_; }
  SettingsTimeline& timeline() { return *timeline_; }
  void refresh();  ///< pair sets and labels anew
  void restore();  ///< what was last typed for the workspace that is open now; first presets where nothing was

 Q_SIGNALS:
  void start_requested();
  void check_requested();
  void process_wanted();  ///< runs shall be started in a process of their own from now on, or in the window again
  void data_requested();  ///< the clips themselves shall be looked at

 private:
  void show_family();
  void show_preset();
  void fill_labels(const std::vector<std::string>& names);
  void show_label_text();
  void show_startable();
  void show_timeline();
  void remember();

  Workbench& bench_;
  QComboBox* family_;
  QComboBox* preset_;
  QComboBox* pairs_;
  QComboBox* device_;
  QPushButton* labels_;
  QMenu* label_menu_;
  QLabel* summary_;
  QLabel* preset_help_;
  QLabel* changed_;
  QLineEdit* auditions_;
  ConfigForm* form_;
  SettingsTimeline* timeline_;
  QCheckBox* own_process_;
  QPushButton* start_;
  QPushButton* check_;
  bool training_ = false, launching_ = false, none_chosen_ = false;
  bool restoring_ = false;
  QString wanted_pairs_;   ///< to be chosen as soon as the sets are read
  QStringList off_;        ///< labels that are not trained on
};

}  // namespace luthier::ui
