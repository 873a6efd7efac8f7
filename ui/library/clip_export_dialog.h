#pragma once
#include <QDialog>
#include <vector>

#include "core/session/export_session.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace luthier::ui {

class Workbench;

/// How clips leave the library: sounds in a folder for each label with a table, tar shards, or the pictures that models see.
class ClipExportDialog : public QDialog {
  Q_OBJECT
 public:
  enum class Kind { sounds, shards, pictures };
  /// `chosen` and `listed`: clips of the table; either may be empty. `query`: what was searched for, for the command.
  ClipExportDialog(Workbench& bench, std::vector<db::ClipId> chosen, std::vector<db::ClipId> listed, const QString& query, QWidget* parent = nullptr);
  Kind kind() const;
  void set_kind(Kind kind);
  void set_folder(const QString& folder);
  /// Exports in the background and closes the dialog.
  void accept() override;

 private:
  ExportRequest request() const;
  QStringList command() const;
  void update_state();

  Workbench& bench_;
  std::vector<db::ClipId> chosen_, listed_;
  QString query_;
  QRadioButton* only_chosen_;
  QRadioButton* all_listed_;
  QComboBox* kind_;
  QComboBox* format_;
  QComboBox* table_;
  QLineEdit* folder_;
  QLabel* hint_;
  QPushButton* export_;
};

}  // namespace luthier::ui
