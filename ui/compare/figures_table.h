#pragma once
#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "core/session/comparison_figures.h"
#include "ui/common/background_task.h"
#include "ui/compare/difference_panel.h"

class QComboBox;
class QLabel;
class QTableWidget;
class QToolButton;

namespace luthier::ui {

class KeptColumns;

/// The compared sounds measured against one of them: computed on a thread whenever they change, cancelled when they change again.
class FiguresTable : public QWidget {
  Q_OBJECT
 public:
  explicit FiguresTable(Workbench& bench, QWidget* parent = nullptr);
  ~FiguresTable() override;
  /// `suggested`: place of the truth until somebody chooses another; nothing: no sound is one, and nothing is measured.
  void set_sounds(std::vector<NumberedSound> sounds, std::optional<std::size_t> suggested = 0);
  /// Place of the sound that the others are measured against; nothing: none is.
  std::optional<std::size_t> truth() const;
  void choose_truth(std::size_t place);
  const std::vector<ComparedFigures>& rows() const { return rows_; }
  bool busy() const { return task_ != nullptr || wait_.isActive(); }
  void save(const QString& file);  ///< CSV with its record beside it, in the background

 Q_SIGNALS:
  void measured();
  void truth_changed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  int suggested_index() const;
  void restart();
  void measure();
  void show_rows();
  void fit_names();
  void ask_and_save();

  Workbench& bench_;
  std::vector<NumberedSound> sounds_;
  std::vector<ComparedFigures> rows_;
  std::vector<std::size_t> places_;  ///< [row] place of the sound in the comparison
  bool by_hand_ = false;  ///< somebody chose the truth; until then it is the suggested one
  std::optional<std::size_t> suggested_ = 0;
  QTimer wait_;
  std::unique_ptr<BackgroundTask> task_;
  QComboBox* truth_;
  QLabel* state_;
  QTableWidget* table_;
  KeptColumns* columns_;
  QToolButton* copy_;
  QToolButton* save_;
};

}  // namespace luthier::ui
