#pragma once
#include <QDialog>
#include <QStringList>

#include "core/session/import_session.h"
#include "ui/common/workbench.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace luthier::ui {

/// How files are brought in: label, cutting, copying.
class ImportDialog : public QDialog {
  Q_OBJECT
 public:
  ImportDialog(Workbench& bench, const QStringList& paths, QWidget* parent = nullptr);
  ImportRequest request() const;

 private:
  void update_state();

  QStringList paths_;
  QRadioButton* from_folder_;
  QRadioButton* one_label_;
  QRadioButton* no_label_;
  QComboBox* label_;
  QCheckBox* cut_;
  QDoubleSpinBox* seconds_;
  QCheckBox* trim_;
  QCheckBox* in_place_;
  QLineEdit* source_;
  QLineEdit* rights_;
};

/// For a file dialog: sounds, tables of sounds, tar shards.
QString import_file_filter();
/// Imports in the background, with progress and cancel in the status bar; what was left out is listed at the end.
void start_import(Workbench& bench, QWidget* parent, const ImportRequest& request);
/// Asks how many phrases, then renders them in the background.
void ask_and_render_phrases(Workbench& bench, QWidget* parent);
/// Renders phrases without asking. Needs an open workspace.
void start_rendering(Workbench& bench, QWidget* parent, int phrases, quint64 seed, double seconds);

}  // namespace luthier::ui
