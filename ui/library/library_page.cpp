#include "ui/library/library_page.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QItemSelectionModel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QSplitter>
#include <QStackedLayout>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "db/clip_store.h"
#include "db/label_store.h"
#include "ui/application_style.h"
#include "ui/common/kept_layout.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_actions.h"
#include "ui/library/clip_columns.h"
#include "ui/library/clip_export_dialog.h"
#include "ui/library/clip_panel.h"
#include "ui/library/clip_prefetch.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/empty_library.h"
#include "ui/library/fetch_dialog.h"
#include "ui/library/label_actions.h"
#include "ui/library/label_bar.h"
#include "ui/library/search_bar.h"
#include "ui/library/tidy/tidy_menu.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/transfer/record_dialog.h"

namespace luthier::ui {
namespace {
QString text(const std::string& value) { return QString::fromStdString(value); }
}  // namespace

LibraryPage::LibraryPage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  setAcceptDrops(true);
  model_ = new ClipTableModel(this);
  splitter_ = new QSplitter(Qt::Vertical, this);
  splitter_->addWidget(make_upper_half());
  panel_ = new ClipPanel(bench_, this);
  splitter_->addWidget(panel_);
  splitter_->setChildrenCollapsible(false);
  splitter_->setStretchFactor(0, 1);
  splitter_->setStretchFactor(1, 1);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(10, 8, 10, 6);
  all->addWidget(splitter_);
  splitter_->setSizes({330, 330});
  keep_splitter(*splitter_, "library/splitter");

  actions_ = new ClipActions(bench_, [this] { return chosen(); }, this);
  connect(actions_, &ClipActions::labelled, this, [this](int clips) {
    if (clips == 1) after_labelling();
  });
  connect(actions_, &ClipActions::export_requested, this, &LibraryPage::export_clips);
  connect(panel_, &ClipPanel::use_requested, actions_, &ClipActions::use);
  connect_search();
  connect_table();
  connect_labels();
  connect_keys();
  connect(&bench_, &Workbench::workspace_opened, this, &LibraryPage::workspace_opened);
  connect(&bench_, &Workbench::workspace_closing, this, &LibraryPage::workspace_closing);
  connect(&bench_, &Workbench::catalog_changed, this, &LibraryPage::catalog_changed);
  connect(&bench_, &Workbench::clips_chosen, this, &LibraryPage::choose_clips);
}

QWidget* LibraryPage::make_upper_half() {
  auto* top = new QWidget(this);
  auto* column = new QVBoxLayout(top);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  search_ = new SearchBar(bench_, top);
  auto* stack_widget = new QWidget(top);
  stack_ = new QStackedLayout(stack_widget);
  table_ = new ClipTable(stack_widget);
  table_->setObjectName("clip_table");
  table_->setAccessibleName(tr("Clips"));
  table_->setWhatsThis(tr("Every clip of the workspace. A click or the arrows choose and play; 1 to 9 label and go on; C and S put a clip into the slots of the transfer, V into the comparison; right-click for more."));
  table_->setModel(model_);
  stack_->addWidget(table_);
  empty_ = new EmptyLibrary(stack_widget);
  stack_->addWidget(empty_);
  labels_ = new LabelBar(top);
  column->addWidget(search_);
  column->addWidget(stack_widget, 1);
  column->addWidget(labels_);
  return top;
}

void LibraryPage::connect_search() {
  connect(search_, &SearchBar::query_changed, model_, &ClipTableModel::set_query);
  search_->set_tidy_menu([this](QMenu& menu) { fill_tidy_menu(menu, bench_, this); });
  connect(search_, &SearchBar::show_all_requested, this, &LibraryPage::show_all);
  connect(search_, &SearchBar::left_downwards, this, &LibraryPage::focus_table);
  connect(search_, &SearchBar::import_files_requested, this, &LibraryPage::import_files_requested);
  connect(search_, &SearchBar::import_folder_requested, this, &LibraryPage::import_folder_requested);
  connect(search_, &SearchBar::fetch_requested, this, [this] {
    if (!bench_.has_workspace()) return;
    auto* dialog = new FetchDialog(bench_, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
  });
  connect(search_, &SearchBar::demo_clips_requested, this, &LibraryPage::demo_clips_requested);
  connect(search_, &SearchBar::record_requested, this, &LibraryPage::record);
  connect(empty_, &EmptyLibrary::import_files_requested, this, &LibraryPage::import_files_requested);
  connect(empty_, &EmptyLibrary::import_folder_requested, this, &LibraryPage::import_folder_requested);
  connect(empty_, &EmptyLibrary::demo_clips_requested, this, &LibraryPage::demo_clips_requested);
}

void LibraryPage::connect_table() {
  columns_ = new ClipColumns(*table_, *model_);
  search_->set_column_menu([this](QMenu& menu) { columns_->fill_menu(menu); });
  connect(model_, &QAbstractItemModel::modelAboutToBeReset, this, [this] {
    if (!keep_selected_.empty()) return;  // somebody has chosen what is to be shown
    for (const db::ClipId id : selection()) keep_selected_.push_back(id.value);
  });
  connect(model_, &ClipTableModel::begun, this, [this] {
    stack_->setCurrentIndex(0);
    table_->viewport()->repaint();  // seen before the whole list is read
  });
  connect(model_, &ClipTableModel::loaded, this, &LibraryPage::list_loaded);
  connect(model_, &ClipTableModel::rows_arrived, this, [this](int first, int last) {
    const int row = table_->currentIndex().row();
    if (row >= first && row <= last) show_current();
  });
  connect(model_, &ClipTableModel::files_fell_short, this, [this](int files, int clips) {
    bench_.say(tr("%1 of %2 came along as files; Export in the menu of the clips writes all of them.").arg(QLocale().toString(files), counted(clips, tr("clip"), tr("clips"))));
  });
  connect(model_, &ClipTableModel::query_failed, search_, &SearchBar::show_problem);
  connect(model_, &ClipTableModel::query_failed, this, [this] { hold_picture(false); });
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
    play_when_shown_ = play_when_shown_ || (table_->by_hand() && panel_->plays_on_choice());
    show_current();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LibraryPage::show_counts);
  connect(table_, &ClipTable::play_key, panel_, &ClipPanel::play);
  connect(table_, &QTableView::clicked, this, [this](const QModelIndex& index) {  // the row that is chosen already is heard again
    const bool plain = QApplication::keyboardModifiers() == Qt::NoModifier;
    if (plain && panel_->plays_on_choice() && panel_->clip() == model_->id_at(index.row())) panel_->start();
  });
  connect(table_, &QTableView::doubleClicked, panel_, &ClipPanel::start);
  connect(table_, &ClipTable::move_in_sound, this, [this](double by) { bench_.player().seek(bench_.player().position() + by); });
  connect(table_, &QTableView::customContextMenuRequested, this, &LibraryPage::open_clip_menu);
}

void LibraryPage::connect_labels() {
  connect(labels_, &LabelBar::chosen, actions_, &ClipActions::label);
  connect(labels_, &LabelBar::new_requested, actions_, &ClipActions::new_label);
  connect(labels_, &LabelBar::show_only, search_, &SearchBar::show_only);
  auto* edits = new LabelActions(bench_, this);
  connect(labels_, &LabelBar::rename_requested, edits, &LabelActions::rename);
  connect(labels_, &LabelBar::color_requested, edits, &LabelActions::choose_color);
  connect(labels_, &LabelBar::key_requested, edits, &LabelActions::set_key);
  connect(labels_, &LabelBar::remove_requested, edits, &LabelActions::remove);
}

// --- lists -----------------------------------------------------------------------------------------------------------

void LibraryPage::workspace_opened() {
  hold_picture(true);
  search_->clear();
  search_->set_restriction({});
  model_->set_restriction(std::nullopt);
  model_->set_workspace(&bench_.workspace());
  model_->set_query({});
  model_->set_catalog(bench_.catalog());  // asks for the clips
  read_counts();
}

void LibraryPage::workspace_closing() {
  keep_selected_.clear();
  model_->set_catalog(nullptr);
  model_->set_workspace(nullptr);
  panel_->clear();
  labels_->set_labels({});
}

void LibraryPage::catalog_changed() {
  if (!bench_.catalog()) return;
  model_->refresh();
  read_counts();
}

void LibraryPage::read_counts() {
  struct Counts {
    std::vector<db::LabelRow> labels;
    std::vector<db::TagRow> tags;
    std::vector<db::SavedFilterRow> filters;
    qint64 all = 0, unlabelled = 0;
  };
  counts_ticket_ = counts_ticket_.next();
  bench_.catalog()->read(
      this, counts_ticket_,
      [](db::Catalog& catalog) {
        return Counts{catalog.labels().labels(), catalog.labels().tags(), catalog.labels().filters(), catalog.clips().count(),
                      catalog.clips().count("inst:none")};
      },
      [this](Counts counts) {
        all_clips_ = counts.all;
        QHash<qint64, QString> colours;
        for (const db::LabelRow& label : counts.labels) colours.insert(label.id.value, text(label.color));
        set_label_colors(colours);
        search_->set_labels(counts.labels, counts.unlabelled, counts.all);
        search_->set_filters(std::move(counts.filters));
        actions_->set_labels(counts.labels);
        actions_->set_tags(std::move(counts.tags));
        labels_->set_labels(std::move(counts.labels));
        list_loaded();
      });
}

void LibraryPage::choose_clips(const std::vector<db::ClipId>& clips, const QString& only) {
  keep_selected_.clear();
  for (const db::ClipId id : clips) keep_selected_.push_back(id.value);
  go_to_kept_ = true;
  if (!only.isEmpty()) {
    search_->clear();
    search_->set_restriction(only);
    model_->set_restriction(clips);
    model_->set_query({});
  }
  if (!model_->loading()) select_kept();
}

void LibraryPage::show_clip(db::ClipId clip, std::pair<double, double> seen) {
  panel_->show_time_of(clip.value, seen);
  search_->clear();
  show_all();
  read_counts();  // the search lists the labels again
  choose_clips({clip}, {});
}

void LibraryPage::show_all() {
  search_->set_restriction({});
  model_->set_restriction(std::nullopt);
}

void LibraryPage::list_loaded() {
  if (model_->loading()) return;
  const bool none = model_->rowCount() == 0;
  stack_->setCurrentIndex(none ? 1 : 0);
  empty_->show_reason(all_clips_ == 0 ? QString() : model_->query());
  const bool kept = select_kept();
  keep_selected_.clear();
  go_to_kept_ = false;
  if (!kept && !none && !table_->currentIndex().isValid()) {
    table_->selectionModel()->setCurrentIndex(model_->index(0, 0), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
  }
  show_counts();
  show_current();
  hold_picture(false);
}

/// The rows of a workspace that was opened are painted before its first picture, which takes longer.
void LibraryPage::hold_picture(bool held) {
  if (std::exchange(picture_held_, held) == held) return;
  if (!held) table_->viewport()->repaint();
  panel_->view().hold_picture(held);
}

/// Chooses what is to be chosen; false when none of it is in the list.
bool LibraryPage::select_kept() {
  if (keep_selected_.empty() || model_->rowCount() == 0) return false;
  std::vector<int> rows;
  for (const qint64 id : std::as_const(keep_selected_))
    if (const int row = model_->row_of(id); row >= 0) rows.push_back(row);
  if (rows.empty()) return false;
  keep_selected_.clear();
  const int first = std::min(rows.front(), *std::min_element(rows.begin(), rows.end()));
  std::sort(rows.begin(), rows.end());
  QItemSelection ranges;
  for (std::size_t i = 0; i < rows.size();) {  // one range for rows that follow each other
    std::size_t last = i;
    while (last + 1 < rows.size() && rows[last + 1] == rows[last] + 1) ++last;
    ranges.append(QItemSelectionRange(model_->index(rows[i], 0), model_->index(rows[last], model_->columnCount() - 1)));
    i = last + 1;
  }
  const int shown = !go_to_kept_ && panel_->clip() ? model_->row_of(panel_->clip()) : -1;
  const QModelIndex cursor = model_->index(shown >= 0 ? shown : first, 0);
  table_->selectionModel()->setCurrentIndex(cursor, QItemSelectionModel::NoUpdate);
  table_->selectionModel()->select(ranges, QItemSelectionModel::ClearAndSelect);
  if (std::exchange(go_to_kept_, false)) table_->scrollTo(cursor, QAbstractItemView::PositionAtCenter);
  return true;
}

void LibraryPage::show_counts() {
  qint64 chosen_rows = 0;
  for (const QItemSelectionRange& range : table_->selectionModel()->selection()) chosen_rows += range.height();
  QString words = counted(static_cast<qint64>(model_->ids().size()), tr("clip"), tr("clips"));
  if (chosen_rows > 1) words += tr(", %1 chosen").arg(QLocale().toString(chosen_rows));
  search_->set_counts(words);
}

std::vector<db::ClipId> LibraryPage::selection() const {
  std::vector<int> rows;
  for (const QItemSelectionRange& range : table_->selectionModel()->selection())
    for (int row = range.top(); row <= range.bottom(); ++row) rows.push_back(row);
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  std::vector<db::ClipId> ids;
  for (const int row : rows) {
    if (const qint64 id = model_->id_at(row)) ids.push_back(db::ClipId{id});
  }
  return ids;
}

// --- the clip that is shown ------------------------------------------------------------------------------------------

void LibraryPage::show_current() {
  const int row = table_->currentIndex().row();
  const db::ClipView* view = model_->view_at(row);
  if (!view) {
    if (row < 0) panel_->clear();
    return;
  }
  panel_->show_clip(*view, std::exchange(play_when_shown_, false));
  std::vector<db::ClipView> near;  // made ready ahead, so that going on is without a wait
  for (const int other : {row + 1, row + 2, row - 1, row + 3, row - 2, row - 3}) {
    if (const db::ClipView* neighbour = model_->view_at(other)) near.push_back(*neighbour);
  }
  panel_->prefetch().prepare(std::move(near));
}

void LibraryPage::after_labelling() {
  if (!panel_->goes_on_after_labelling()) return;
  const int next = table_->currentIndex().row() + 1;
  if (next >= model_->rowCount()) {
    bench_.say(tr("That was the last clip of the list."));
    return;
  }
  play_when_shown_ = true;
  table_->selectionModel()->setCurrentIndex(model_->index(next, 0), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

SpectrogramView& LibraryPage::view() { return panel_->view(); }

void LibraryPage::select_all() { table_->selectAll(); }
void LibraryPage::focus_table() { table_->setFocus(); }
void LibraryPage::focus_search() { search_->focus(); }
QLineEdit& LibraryPage::search_field() { return search_->field(); }

void LibraryPage::export_clips() {
  if (!bench_.has_workspace()) return;
  auto* dialog = new ClipExportDialog(bench_, selection(), model_->ids(), model_->query(), window());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

void LibraryPage::record() {
  if (!bench_.has_workspace()) return;
  bench_.player().pause();
  RecordDialog dialog(bench_, window());
  if (dialog.exec() == QDialog::Accepted) show_clip(db::ClipId{dialog.recorded().clip}, {0, 1e9});
}

void LibraryPage::remove_selection() { actions_->remove(); }

ClipActions::Selection LibraryPage::chosen() const {
  ClipActions::Selection now;
  now.ids = selection();
  for (const db::ClipId id : now.ids) {
    if (now.views.size() == 256) break;  // views are for showing; edits of many go by their ids
    if (const db::ClipView* view = model_->view_at(model_->row_of(id.value))) now.views.push_back(*view);
  }
  if (const db::ClipView* view = model_->view_at(table_->currentIndex().row())) now.current = *view;
  return now;
}

// --- menus and drops -------------------------------------------------------------------------------------------------

void LibraryPage::open_clip_menu(const QPoint& at) {
  if (selection().empty()) return;
  QMenu menu(this);
  actions_->fill_menu(menu, [this] { panel_->play(); });
  menu.exec(table_->viewport()->mapToGlobal(at));
}

void LibraryPage::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls() && !event->mimeData()->hasFormat(kClipMime)) event->acceptProposedAction();
}

void LibraryPage::dropEvent(QDropEvent* event) {
  QStringList paths;
  for (const QUrl& url : event->mimeData()->urls()) {
    if (url.isLocalFile()) paths << url.toLocalFile();
  }
  if (paths.isEmpty()) return;
  event->acceptProposedAction();
  Q_EMIT files_dropped(paths);
}

}  // namespace luthier::ui
