#pragma once
#include <QDialog>
#include <vector>

#include "ui/common/workbench.h"

class QLineEdit;

namespace luthier::ui {

class ClipTable;
class ClipTableModel;

/// Finds clips of the library by typing; the chosen one is heard at once.
class ClipPickDialog : public QDialog {
  Q_OBJECT
 public:
  /// `several`: more than one may be chosen.
  explicit ClipPickDialog(Workbench& bench, QWidget* parent = nullptr, bool several = false);
  std::vector<SoundChoice> chosen() const;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  Workbench& bench_;
  ClipTableModel* model_;
  ClipTable* table_;
  QLineEdit* search_;
};

/// For file dialogs: all sound files that can be read.
QString sound_file_filter();

}  // namespace luthier::ui
