#pragma once
#include <QWidget>
#include <map>
#include <string>

#include "core/config/schema.h"

class QComboBox;
class QLabel;

namespace luthier::ui {

class ConfigForm;
class Workbench;

/// Which model does a transfer (a run of the workspace, or the shipped weights), where, and with which settings of its own.
class ModelChoice : public QWidget {
  Q_OBJECT
 public:
  explicit ModelChoice(Workbench& bench, QWidget* parent = nullptr);
  void refresh();                      ///< reads the runs again, off the GUI thread
  void choose(const QString& run);
  QString run() const;                 ///< empty: the shipped weights
  bool ready() const;                  ///< there is a model, and its settings are right
  bool empty() const;                  ///< there is no model at all
  std::string device() const;
  Config overrides() const;            ///< settings that differ from the defaults; throws ConfigError
  Config values() const;

 Q_SIGNALS:
  void changed();

 private:
  void read_settings();

  Workbench& bench_;
  QComboBox* run_;
  QComboBox* device_;
  QLabel* hint_;
  ConfigForm* form_;
  QString wanted_run_;
  quint64 settings_number_ = 0;
};

}  // namespace luthier::ui
