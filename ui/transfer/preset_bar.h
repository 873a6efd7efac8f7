#pragma once
#include <QWidget>
#include <functional>

#include "core/session/transfer_presets.h"

class QComboBox;
class QToolButton;

namespace luthier::ui {

class Workbench;

/// Settings of transfers that were saved under a name: recall, save, remove. They lie in the workspace. GUI thread.
class PresetBar : public QWidget {
  Q_OBJECT
 public:
  /// `current` gives the request that would be started now; it may throw ConfigError.
  PresetBar(Workbench& bench, std::function<TransferRequest()> current, QWidget* parent = nullptr);
  void refresh();
  /// Saves without asking; an older one of that name is replaced.
  void save(const QString& name);

 Q_SIGNALS:
  void recalled(const luthier::TransferPreset& preset);

 private:
  void ask_and_save();
  void remove();

  Workbench& bench_;
  std::function<TransferRequest()> current_;
  QComboBox* names_;
  QToolButton* remove_;
  std::vector<TransferPreset> presets_;
};

}  // namespace luthier::ui
