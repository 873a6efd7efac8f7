#include "ui/library/clip_pick_dialog.h"

#include <QKeyEvent>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/library/clip_panel.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"

namespace luthier::ui {

QString sound_file_filter() {
  return QObject::tr("Sounds (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.aif *.aiff *.aifc *.rf64 *.w64 *.au *.caf);;All files (*)");
}

ClipPickDialog::ClipPickDialog(Workbench& bench, QWidget* parent, bool several) : QDialog(parent), bench_(bench) {
  setWindowTitle(tr("Choose a clip"));
  resize(640, 460);
  auto* column = new QVBoxLayout(this);
  search_ = new QLineEdit(this);
  search_->setPlaceholderText(tr("Search:  violin   inst:harp   dur:>2"));
  search_->setClearButtonEnabled(true);
  search_->setAccessibleName(tr("Search clips"));
  search_->setWhatsThis(tr("Type to list only what fits, as in the library: words, or inst:harp, tag:solo, dur:>2, rating:>=3."));
  auto* problem = new QLabel(this);
  problem->setProperty("role", "error");
  problem->hide();
  model_ = new ClipTableModel(this);
  table_ = new ClipTable(this);
  table_->setAccessibleName(tr("Clips"));
  table_->setWhatsThis(tr("A clip is played when it is chosen, where the library says so, and by Space; Enter or a double-click takes it."));
  table_->setModel(model_);
  table_->setSelectionMode(several ? QAbstractItemView::ExtendedSelection : QAbstractItemView::SingleSelection);
  for (int i = ClipTableModel::rating; i < ClipTableModel::column_count; ++i) table_->setColumnHidden(i, true);
  // The phrase takes what is left.
  table_->setColumnWidth(ClipTableModel::name, 220);
  table_->setColumnWidth(ClipTableModel::label, 95);
  table_->setColumnWidth(ClipTableModel::seconds, 75);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  QPushButton* choose = buttons->button(QDialogButtonBox::Ok);
  choose->setText(tr("Choose"));
  choose->setEnabled(false);
  auto* hint = new QLabel(tr("Space plays the clip. Down goes from the search to the list, Enter takes the clip."), this);
  hint->setProperty("role", "hint");
  column->addWidget(search_);
  column->addWidget(problem);
  column->addWidget(table_, 1);
  column->addWidget(hint);
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(table_, &QTableView::doubleClicked, this, &QDialog::accept);
  connect(table_, &ClipTable::play_key, this, &QDialog::accept);
  auto* typing = new QTimer(this);
  typing->setSingleShot(true);
  typing->setInterval(80);
  connect(search_, &QLineEdit::textChanged, typing, QOverload<>::of(&QTimer::start));
  connect(typing, &QTimer::timeout, this, [this, problem] {
    problem->hide();
    model_->set_query(search_->text().trimmed());
  });
  connect(model_, &ClipTableModel::query_failed, this, [problem](const QString& message) {
    problem->setText(message);
    problem->show();
  });
  auto hear = [this, problem] {
    const db::ClipView* view = model_->view_at(table_->currentIndex().row());
    if (!view || !bench_.has_workspace()) return;
    bench_.sounds().clip(
        bench_.workspace(), *view, this, [this](SoundPtr sound) { bench_.player().set_deck({sound}, 0, plays_when_chosen()); },
        [this, problem](const QString& message) {
          bench_.player().clear();
          problem->setText(message);
          problem->show();
        });
  };
  auto* space = new QShortcut(QKeySequence(Qt::Key_Space), table_, nullptr, nullptr, Qt::WidgetShortcut);
  connect(space, &QShortcut::activated, &bench_.player(), &SoundPlayer::toggle);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [problem, hear] {
    problem->hide();
    hear();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          [this, choose] { choose->setEnabled(table_->selectionModel()->hasSelection()); });
  connect(model_, &QAbstractItemModel::modelReset, this, [choose] { choose->setEnabled(false); });
  search_->installEventFilter(this);
  model_->set_catalog(bench_.catalog());
  search_->setFocus();
}

bool ClipPickDialog::eventFilter(QObject* watched, QEvent* event) {
  if (watched == search_ && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    const bool enter = key == Qt::Key_Return || key == Qt::Key_Enter;
    if (model_->rowCount() > 0 && (key == Qt::Key_Down || (enter && !table_->selectionModel()->hasSelection()))) {
      table_->setFocus();
      table_->selectRow(0);
      return true;
    }
  }
  return QDialog::eventFilter(watched, event);
}

std::vector<SoundChoice> ClipPickDialog::chosen() const {
  std::vector<SoundChoice> choices;
  for (const QModelIndex& index : table_->selectionModel()->selectedRows()) {
    const db::ClipView* view = model_->view_at(index.row());
    if (view) {
      choices.push_back({view->clip.id.value, {}, QString::fromStdString(view->name), QString::fromStdString(view->label)});
    }
  }
  return choices;
}

}  // namespace luthier::ui
