#include "ui/training/run_names.h"

#include <QLineEdit>
#include <QShortcut>
#include <QStyledItemDelegate>
#include <QTableView>

#include "core/session/run_title.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/workbench.h"
#include "ui/training/run_table_model.h"

namespace luthier::ui {
namespace {

constexpr const char* kFilled = "filled";

/// The table is renewed while a run trains; a field that is open keeps what is typed.
class NameDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QWidget* editor = QStyledItemDelegate::createEditor(parent, option, index);
    if (auto* line = qobject_cast<QLineEdit*>(editor)) {
      line->setAccessibleName(tr("Title of the run"));
      line->setWhatsThis(tr("What lists call the run. Left empty, they show its id again; commands know it by that in any case."));
      line->setPlaceholderText(index.data().toString());
      line->setMaxLength(120);
    }
    return editor;
  }
  void setEditorData(QWidget* editor, const QModelIndex& index) const override {
    if (editor->property(kFilled).toBool()) return;
    editor->setProperty(kFilled, true);
    QStyledItemDelegate::setEditorData(editor, index);
  }
};

}  // namespace

RunNames::RunNames(Workbench& bench, QTableView& table, RunTableModel& model) : QObject(&table), bench_(bench), table_(table), model_(model) {
  table_.setItemDelegateForColumn(RunTableModel::name, new NameDelegate(&table_));
  table_.setEditTriggers(QAbstractItemView::DoubleClicked);
  connect(new QShortcut(QKeySequence(Qt::Key_F2), &table_, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this, [this] { edit(table_.currentIndex().row()); });
  connect(&model_, &RunTableModel::rename_requested, this, &RunNames::rename);
  connect(&bench_, &Workbench::catalog_changed, &model_, &RunTableModel::refresh);  // an undone title
}

void RunNames::edit(int row) {
  if (model_.at(row)) table_.edit(model_.index(row, RunTableModel::name));
}

void RunNames::rename(const QString& run, const QString& title) {
  if (!bench_.has_workspace()) return;
  bench_.note_command({"runs", "--rename", run, title});
  in_background<QString>(
      this, [workspace = bench_.workspace(), run = run.toStdString(), title = title.toStdString()] { return QString::fromStdString(rename_run(workspace, run, title)); },
      [this](const QString& kept) {
        bench_.say(kept.isEmpty() ? tr("The run has no title of its own any more.") : tr("The run is called \"%1\" now.").arg(kept));
        model_.refresh();
        bench_.note_catalog_change();
      },
      [this](const QString& message) {
        show_error(&table_, message);
        model_.refresh();
      });
}

}  // namespace luthier::ui
