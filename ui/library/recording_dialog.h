#pragma once
#include <QDialog>
#include <QStringList>
#include <vector>

#include "db/rows.h"

class QLabel;
class QLineEdit;

namespace luthier::ui {

class Workbench;

/// Where recordings come from and what may be done with them: shown and changed for all recordings of some clips at once, in
/// one undo step.
class RecordingDialog : public QDialog {
  Q_OBJECT
 public:
  /// `recordings`: at least one.
  RecordingDialog(Workbench& bench, std::vector<db::RecordingRow> recordings, QWidget* parent = nullptr);
  void accept() override;

 private:
  QLineEdit* field(std::string db::RecordingRow::*value, const QString& name);
  QString facts() const;
  QStringList command() const;

  Workbench& bench_;
  std::vector<db::RecordingRow> recordings_;
  QLineEdit* source_;
  QLineEdit* rights_;
};

/// Reads the recordings of the clips, then opens the dialog.
void show_recording_dialog(Workbench& bench, const std::vector<db::ClipId>& clips, QWidget* parent);

}  // namespace luthier::ui
