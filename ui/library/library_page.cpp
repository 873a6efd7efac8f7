#include "ui/library/library_page.h"

#include <QCheckBox>
#include <QDragEnterEvent>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStackedLayout>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "db/clip_store.h"
#include "db/label_store.h"
#include "ui/application_style.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_actions.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/empty_library.h"
#include "ui/library/label_actions.h"
#include "ui/library/label_bar.h"
#include "ui/library/search_bar.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

const QList<int> kHiddenAtFirst = {ClipTableModel::peak, ClipTableModel::rate, ClipTableModel::split, ClipTableModel::source, ClipTableModel::notes,
                                   ClipTableModel::added};

}  // namespace

LibraryPage::LibraryPage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  setAcceptDrops(true);
  model_ = new ClipTableModel(this);
  table_ = new ClipTable(this);
  table_->setObjectName("clip_table");
  table_->setAccessibleName(tr("Clips"));
  table_->setModel(model_);
  labels_ = new LabelBar(this);
  view_ = new SpectrogramView(bench_.player(), bench_.pictures(), bench_.spectrograms(), this);
  view_->set_hint(tr("Choose a clip to see and hear it.\nSpace plays · click in the picture to go there · drag to loop"));

  auto* top = new QWidget(this);
  auto* column = new QVBoxLayout(top);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  search_ = new SearchBar(bench_, top);
  column->addWidget(search_);
  auto* stack_widget = new QWidget(top);
  stack_ = new QStackedLayout(stack_widget);
  stack_->addWidget(table_);
  empty_ = new EmptyLibrary(stack_widget);
  stack_->addWidget(empty_);
  column->addWidget(stack_widget, 1);
  column->addWidget(labels_);

  auto* bottom = new QWidget(this);
  auto* lower = new QVBoxLayout(bottom);
  lower->setContentsMargins(0, 0, 0, 0);
  lower->setSpacing(4);
  lower->addWidget(make_clip_row());
  lower->addWidget(view_, 1);

  splitter_ = new QSplitter(Qt::Vertical, this);
  splitter_->addWidget(top);
  splitter_->addWidget(bottom);
  splitter_->setChildrenCollapsible(false);
  splitter_->setStretchFactor(0, 1);
  splitter_->setStretchFactor(1, 1);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(10, 8, 10, 6);
  all->addWidget(splitter_);
  if (!splitter_->restoreState(QSettings().value("library/splitter").toByteArray())) splitter_->setSizes({330, 330});
  connect(splitter_, &QSplitter::splitterMoved, this, [this] { QSettings().setValue("library/splitter", splitter_->saveState()); });

  actions_ = new ClipActions(bench_, [this] { return chosen(); }, this);
  connect(actions_, &ClipActions::labelled, this, [this](int clips) {
    if (clips == 1) after_labelling();
  });
  connect(search_, &SearchBar::query_changed, model_, &ClipTableModel::set_query);
  connect(search_, &SearchBar::left_downwards, this, &LibraryPage::focus_table);
  connect(search_, &SearchBar::import_files_requested, this, &LibraryPage::import_files_requested);
  connect(search_, &SearchBar::import_folder_requested, this, &LibraryPage::import_folder_requested);
  connect(search_, &SearchBar::demo_clips_requested, this, &LibraryPage::demo_clips_requested);
  connect(empty_, &EmptyLibrary::import_files_requested, this, &LibraryPage::import_files_requested);
  connect(empty_, &EmptyLibrary::import_folder_requested, this, &LibraryPage::import_folder_requested);
  connect(empty_, &EmptyLibrary::demo_clips_requested, this, &LibraryPage::demo_clips_requested);
  connect_table();
  connect(&bench_, &Workbench::workspace_opened, this, &LibraryPage::workspace_opened);
  connect(&bench_, &Workbench::workspace_closing, this, [this] {
    model_->set_catalog(nullptr);
    model_->set_workspace(nullptr);
    current_ = 0;
    view_->set_sources({});
    labels_->set_labels({});
  });
  connect(&bench_, &Workbench::catalog_changed, this, &LibraryPage::catalog_changed);
}

QWidget* LibraryPage::make_clip_row() {
  auto* widget = new QWidget(this);
  auto* row = new QHBoxLayout(widget);
  row->setContentsMargins(0, 2, 0, 0);
  clip_title_ = new QLabel(widget);
  clip_title_->setProperty("role", "heading");
  clip_title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  play_on_select_ = new QCheckBox(tr("Play when chosen"), widget);
  play_on_select_->setToolTip(tr("Play each clip as soon as its row is chosen"));
  play_next_ = new QCheckBox(tr("Go on after labelling"), widget);
  play_next_->setToolTip(tr("After a label key: go to the next clip and play it"));
  auto* content = new QPushButton(icon("content"), tr("Use as content"), widget);
  content->setToolTip(tr("Take this clip as the content of a transfer: its notes are kept (C)"));
  auto* style = new QPushButton(icon("style"), tr("Use as style"), widget);
  style->setToolTip(tr("Take this clip as the style of a transfer: its sound is taken (S)"));
  QSettings stored;
  play_on_select_->setChecked(stored.value("library/play_on_select", false).toBool());
  play_next_->setChecked(stored.value("library/play_next", true).toBool());
  connect(play_on_select_, &QCheckBox::toggled, this, [](bool on) { QSettings().setValue("library/play_on_select", on); });
  connect(play_next_, &QCheckBox::toggled, this, [](bool on) { QSettings().setValue("library/play_next", on); });
  connect(content, &QPushButton::clicked, this, [this] { actions_->use(true); });
  connect(style, &QPushButton::clicked, this, [this] { actions_->use(false); });
  row->addWidget(clip_title_, 1);
  row->addWidget(play_on_select_);
  row->addWidget(play_next_);
  row->addWidget(content);
  row->addWidget(style);
  return widget;
}

void LibraryPage::connect_table() {
  auto* header = table_->horizontalHeader();
  if (!header->restoreState(QSettings().value("library/columns-2").toByteArray())) {
    const int widths[] = {300, 120, 85, 160, 85, 125, 140, 95, 80, 80, 160, 120, 140, 75};
    for (int i = 0; i < ClipTableModel::column_count; ++i) table_->setColumnWidth(i, widths[i]);
    for (int column : kHiddenAtFirst) table_->setColumnHidden(column, true);
    header->moveSection(header->visualIndex(ClipTableModel::start), 2);
    header->setSortIndicator(-1, Qt::AscendingOrder);
  }
  header->setSortIndicatorShown(true);
  header->setSectionsClickable(true);
  auto remember = [header] { QSettings().setValue("library/columns-2", header->saveState()); };
  connect(header, &QHeaderView::sectionResized, this, remember);
  connect(header, &QHeaderView::sectionMoved, this, remember);
  connect(header, &QHeaderView::sortIndicatorChanged, this, [this, remember](int column, Qt::SortOrder order) {
    remember();
    model_->sort(column, order);
  });
  connect(header, &QHeaderView::customContextMenuRequested, this, &LibraryPage::open_column_menu);
  connect(model_, &QAbstractItemModel::modelAboutToBeReset, this, [this] {
    keep_selected_.clear();
    for (db::ClipId id : selection()) keep_selected_.push_back(id.value);
  });
  connect(model_, &ClipTableModel::loaded, this, &LibraryPage::list_loaded);
  connect(model_, &ClipTableModel::rows_arrived, this, [this](int first, int last) {
    const int row = table_->currentIndex().row();
    if (row >= first && row <= last) show_current();
  });
  connect(model_, &ClipTableModel::query_failed, search_, &SearchBar::show_problem);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
    play_when_shown_ = play_when_shown_ || play_on_select_->isChecked();
    show_current();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LibraryPage::show_counts);
  connect(table_, &ClipTable::label_key, actions_, &ClipActions::label_by_key);
  connect(table_, &ClipTable::rate_key, actions_, &ClipActions::change_rating);
  connect(table_, &ClipTable::exclude_key, actions_, &ClipActions::toggle_excluded);
  connect(table_, &ClipTable::content_key, actions_, [this] { actions_->use(true); });
  connect(table_, &ClipTable::style_key, actions_, [this] { actions_->use(false); });
  connect(table_, &ClipTable::compare_key, actions_, &ClipActions::compare);
  connect(table_, &ClipTable::play_key, this, [this] { view_->play(0); });
  connect(table_, &QTableView::doubleClicked, this, [this] { view_->play(0); });
  connect(table_, &ClipTable::move_in_sound, this, [this](double by) { bench_.player().seek(bench_.player().position() + by); });
  connect(table_, &QTableView::customContextMenuRequested, this, &LibraryPage::open_clip_menu);

  connect_labels();
}

void LibraryPage::connect_labels() {
  connect(labels_, &LabelBar::chosen, actions_, &ClipActions::label);
  connect(labels_, &LabelBar::new_requested, actions_, &ClipActions::new_label);
  connect(labels_, &LabelBar::show_only, &search_->field(), &QLineEdit::setText);
  auto* edits = new LabelActions(bench_, this);
  connect(labels_, &LabelBar::rename_requested, edits, &LabelActions::rename);
  connect(labels_, &LabelBar::color_requested, edits, &LabelActions::choose_color);
  connect(labels_, &LabelBar::key_requested, edits, &LabelActions::set_key);
  connect(labels_, &LabelBar::remove_requested, edits, &LabelActions::remove);
}

// --- lists -----------------------------------------------------------------------------------------------------------

void LibraryPage::workspace_opened() {
  current_ = 0;
  search_->clear();
  model_->set_workspace(&bench_.workspace());
  model_->set_query({});
  model_->set_catalog(bench_.catalog());
  catalog_changed();
}

void LibraryPage::catalog_changed() {
  if (!bench_.catalog()) return;
  model_->refresh();
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

void LibraryPage::list_loaded() {
  const bool none = model_->rowCount() == 0 && !model_->loading();
  stack_->setCurrentIndex(none ? 1 : 0);
  empty_->show_reason(all_clips_ == 0 ? QString() : model_->query());
  if (!keep_selected_.empty() && model_->rowCount() > 0) {
    QItemSelection rows;
    int first = -1;
    for (qint64 id : keep_selected_) {
      const int row = model_->row_of(id);
      if (row < 0) continue;
      if (first < 0) first = row;
      rows.select(model_->index(row, 0), model_->index(row, model_->columnCount() - 1));
    }
    keep_selected_.clear();
    if (first >= 0) {
      const int shown = current_ ? model_->row_of(current_) : -1;
      table_->selectionModel()->setCurrentIndex(model_->index(shown >= 0 ? shown : first, 0), QItemSelectionModel::NoUpdate);
      table_->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect);
    }
  }
  if (model_->rowCount() > 0 && !table_->currentIndex().isValid()) {
    table_->selectionModel()->setCurrentIndex(model_->index(0, 0), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
  }
  show_counts();
  show_current();
}

void LibraryPage::show_counts() {
  const auto chosen_rows = table_->selectionModel()->selectedRows().size();
  QString words = counted(static_cast<qint64>(model_->ids().size()), tr("clip"), tr("clips"));
  if (chosen_rows > 1) words += tr(", %1 chosen").arg(QLocale().toString(chosen_rows));
  search_->set_counts(words);
}

std::vector<db::ClipId> LibraryPage::selection() const {
  std::vector<int> rows;
  for (const QModelIndex& index : table_->selectionModel()->selectedRows()) rows.push_back(index.row());
  std::sort(rows.begin(), rows.end());
  std::vector<db::ClipId> ids;
  for (int row : rows) {
    if (const qint64 id = model_->id_at(row)) ids.push_back(db::ClipId{id});
  }
  return ids;
}

// --- the clip that is shown ------------------------------------------------------------------------------------------

void LibraryPage::show_current() {
  const int row = table_->currentIndex().row();
  const db::ClipView* view = model_->view_at(row);
  if (!view) {
    if (row < 0) {
      clip_title_->clear();
      current_ = 0;
      view_->set_sources({});
    }
    return;
  }
  const db::ClipRow& clip = view->clip;
  QStringList parts{text(view->name)};
  if (!view->label.empty()) parts << text(view->label);
  parts << tr("%1 s").arg(clip.seconds, 0, 'f', 2) << tr("%1 Hz").arg(view->sample_rate)
        << (view->channels == 1 ? tr("mono") : view->channels == 2 ? tr("stereo") : tr("%1 channels").arg(view->channels));
  if (!view->phrase.empty()) parts << text(view->phrase);
  clip_title_->setText(parts.join("  ·  "));
  clip_title_->setToolTip(text(view->path));
  if (clip.id.value == current_ && !play_when_shown_) return;
  show_clip(*view);
}

void LibraryPage::show_clip(const db::ClipView& view) {
  if (!bench_.has_workspace()) return;
  const qint64 id = view.clip.id.value;
  const bool play = std::exchange(play_when_shown_, false);
  const bool again = id == current_;
  current_ = id;
  bench_.sounds().clip(
      bench_.workspace(), view, this,
      [this, id, play, again](SoundPtr sound) {
        if (id != current_) return;
        if (!again) view_->set_sources({{{}, sound, nullptr, {}, true}, {{}, sound, nullptr, {}, false}});
        if (isVisible()) bench_.player().set_deck({sound}, 0, play);
      },
      [this, id](const QString& message) {
        if (id == current_) view_->set_sources({{{}, nullptr, nullptr, message, false}});
      });
  // The neighbours are decoded ahead, so that going on is without a wait.
  const int row = model_->row_of(id);
  for (int other : {row + 1, row + 2, row - 1}) {
    if (const db::ClipView* near = model_->view_at(other)) {
      bench_.sounds().clip(bench_.workspace(), *near, this, [](SoundPtr) {}, {});
    }
  }
}

// --- edits -----------------------------------------------------------------------------------------------------------

void LibraryPage::after_labelling() {
  if (!play_next_->isChecked()) return;
  const int next = table_->currentIndex().row() + 1;
  if (next >= model_->rowCount()) {
    bench_.say(tr("That was the last clip of the list."));
    return;
  }
  play_when_shown_ = true;
  table_->selectionModel()->setCurrentIndex(model_->index(next, 0), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void LibraryPage::select_all() { table_->selectAll(); }

void LibraryPage::focus_table() { table_->setFocus(); }

void LibraryPage::focus_search() { search_->focus(); }

QLineEdit& LibraryPage::search_field() { return search_->field(); }

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

// --- menus, keys and drops -------------------------------------------------------------------------------------------

void LibraryPage::open_clip_menu(const QPoint& at) {
  if (selection().empty()) return;
  QMenu menu(this);
  actions_->fill_menu(menu, [this] { view_->play(0); });
  menu.exec(table_->viewport()->mapToGlobal(at));
}

void LibraryPage::open_column_menu(const QPoint& at) {
  QMenu menu(this);
  for (int i = 0; i < ClipTableModel::column_count; ++i) {
    QAction* action = menu.addAction(model_->headerData(i, Qt::Horizontal, Qt::DisplayRole).toString());
    action->setCheckable(true);
    action->setChecked(!table_->isColumnHidden(i));
    action->setEnabled(i != ClipTableModel::name);
    connect(action, &QAction::toggled, this, [this, i](bool on) {
      table_->setColumnHidden(i, !on);
      QSettings().setValue("library/columns-2", table_->horizontalHeader()->saveState());
    });
  }
  menu.exec(table_->horizontalHeader()->mapToGlobal(at));
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
