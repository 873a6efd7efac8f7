#pragma once
#include <QWidget>
#include <vector>

#include "core/session/evaluation_files.h"
#include "ui/common/workbench.h"

class QComboBox;
class QLabel;
class QTableView;

namespace luthier::ui {

class DirectionMatrix;
class EvaluateForm;
class EvaluationModel;
class KeptColumns;

/// Tables of the measuring protocol: of the shipped weights, of any run, or of a file; and the measuring itself, at the left.
class EvaluatePage : public QWidget {
  Q_OBJECT
 public:
  explicit EvaluatePage(Workbench& bench, QWidget* parent = nullptr);
  EvaluateForm& form() { return *form_; }
  EvaluationModel& model() { return *model_; }
  DirectionMatrix& directions() { return *directions_; }
  /// Reads a file off the GUI thread and shows its first table.
  void open(const QString& file);
  /// Writes the table that is shown, in the background: .csv, .json, .md or .html.
  void save(const QString& file);
  const QString& file() const { return file_; }

 Q_SIGNALS:
  void files_dropped(const QStringList& paths);  ///< to be looked into: whose tables, or a record

 protected:
  void showEvent(QShowEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  QWidget* make_right();
  void refresh();
  void fill_sources();
  void took(const QString& file, std::vector<TitledEvaluation> tables);
  void show_table(int index);
  void show_words();
  void ask_and_open();
  void ask_and_save();

  Workbench& bench_;
  EvaluateForm* form_;
  EvaluationModel* model_;
  DirectionMatrix* directions_;
  QComboBox* source_;
  QComboBox* tables_box_;
  QLabel* words_;
  QTableView* table_;
  KeptColumns* columns_;
  std::vector<EvaluationFile> files_;  ///< of the program and the workspace
  QStringList opened_;                 ///< files from elsewhere
  std::vector<TitledEvaluation> tables_;
  QString file_;
  quint64 generation_ = 0;
};

}  // namespace luthier::ui
