#include "ui/library/library_page.h"

#include <QCheckBox>
#include <QClipboard>
#include <QColorDialog>
#include <QComboBox>
#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QInputDialog>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedLayout>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>

#include "db/clip_store.h"
#include "db/label_store.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/label_bar.h"
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
  column->addWidget(make_search_row());
  auto* stack_widget = new QWidget(top);
  stack_ = new QStackedLayout(stack_widget);
  stack_->addWidget(table_);
  stack_->addWidget(make_empty_page());
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

  typing_.setSingleShot(true);
  typing_.setInterval(80);
  connect(&typing_, &QTimer::timeout, this, &LibraryPage::search_now);
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

QWidget* LibraryPage::make_search_row() {
  auto* widget = new QWidget(this);
  auto* row = new QHBoxLayout(widget);
  row->setContentsMargins(0, 0, 0, 0);
  auto* import = new QPushButton(icon("import"), tr("Import"), widget);
  import->setToolTip(tr("Bring recordings in: files or whole folders; WAV, FLAC, OGG, Opus, MP3, AIFF"));
  auto* menu = new QMenu(import);
  menu->addAction(icon("sound"), tr("Sound files…"), this, &LibraryPage::import_files_requested);
  menu->addAction(icon("folder"), tr("A folder…"), this, &LibraryPage::import_folder_requested);
  menu->addAction(icon("wand"), tr("Demo phrases, rendered here…"), this, &LibraryPage::demo_clips_requested);
  import->setMenu(menu);
  search_ = new QLineEdit(widget);
  search_->setObjectName("search");
  search_->setAccessibleName(tr("Search clips"));
  search_->setPlaceholderText(tr("Search (Ctrl+F):  violin   inst:harp   dur:>2   rating:>=3   tag:solo   -noise"));
  search_->setToolTip(tr("Words search names, labels, tags, phrases and notes. Fields: inst: tag: phrase: file: dur: rating: loud: "
                         "excluded:yes missing:yes. -word leaves out."));
  search_->setClearButtonEnabled(true);
  search_->addAction(icon("search"), QLineEdit::LeadingPosition);
  search_->installEventFilter(this);
  filter_ = new QComboBox(widget);
  filter_->setAccessibleName(tr("Show"));
  filter_->setToolTip(tr("Show all clips, or those of one label"));
  filter_->setMinimumWidth(170);
  counts_ = new QLabel(widget);
  counts_->setProperty("role", "hint");
  problem_ = new QLabel(widget);
  problem_->setProperty("role", "error");
  problem_->hide();
  row->addWidget(import);
  row->addWidget(search_, 1);
  row->addWidget(filter_);
  row->addWidget(counts_);
  connect(search_, &QLineEdit::textChanged, &typing_, QOverload<>::of(&QTimer::start));
  connect(search_, &QLineEdit::returnPressed, this, [this] { table_->setFocus(); });
  connect(filter_, &QComboBox::activated, this, [this] { search_now(); });
  auto* both = new QWidget(this);
  auto* column = new QVBoxLayout(both);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(widget);
  column->addWidget(problem_);
  return both;
}

QWidget* LibraryPage::make_empty_page() {
  auto* page = new QFrame(this);
  page->setObjectName("card");
  auto* column = new QVBoxLayout(page);
  empty_text_ = new QLabel(page);
  empty_text_->setAlignment(Qt::AlignCenter);
  empty_text_->setWordWrap(true);
  empty_text_->setProperty("role", "hint");
  empty_buttons_ = new QWidget(page);
  auto* row = new QHBoxLayout(empty_buttons_);
  auto add = [&](const char* icon_name, const QString& name, auto signal) {
    auto* b = new QPushButton(icon(icon_name), name, empty_buttons_);
    row->addWidget(b);
    connect(b, &QPushButton::clicked, this, signal);
  };
  row->addStretch();
  add("folder", tr("Import a folder…"), &LibraryPage::import_folder_requested);
  add("sound", tr("Import files…"), &LibraryPage::import_files_requested);
  add("wand", tr("Render demo phrases…"), &LibraryPage::demo_clips_requested);
  row->addStretch();
  column->addStretch();
  column->addWidget(empty_text_);
  column->addWidget(empty_buttons_);
  column->addStretch();
  return page;
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
  connect(content, &QPushButton::clicked, this, [this] { choose_slot(true); });
  connect(style, &QPushButton::clicked, this, [this] { choose_slot(false); });
  row->addWidget(clip_title_, 1);
  row->addWidget(play_on_select_);
  row->addWidget(play_next_);
  row->addWidget(content);
  row->addWidget(style);
  return widget;
}

void LibraryPage::connect_table() {
  auto* header = table_->horizontalHeader();
  if (!header->restoreState(QSettings().value("library/columns").toByteArray())) {
    const int widths[] = {330, 130, 90, 170, 90, 125, 140, 95, 80, 80, 160, 120, 140};
    for (int i = 0; i < ClipTableModel::column_count; ++i) table_->setColumnWidth(i, widths[i]);
    for (int column : kHiddenAtFirst) table_->setColumnHidden(column, true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
  }
  header->setSortIndicatorShown(true);
  header->setSectionsClickable(true);
  auto remember = [header] { QSettings().setValue("library/columns", header->saveState()); };
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
  connect(model_, &ClipTableModel::query_failed, this, [this](const QString& message) {
    search_->setProperty("wrong", true);
    search_->style()->unpolish(search_);
    search_->style()->polish(search_);
    problem_->setText(message);
    problem_->show();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
    play_when_shown_ = play_when_shown_ || play_on_select_->isChecked();
    show_current();
  });
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LibraryPage::show_counts);
  connect(table_, &ClipTable::label_key, this, [this](int key) {
    if (key == 0) return label_selection(0);
    if (const db::LabelRow* label = labels_->label_of_key(key)) label_selection(label->id.value);
    else bench_.say(tr("No label has the key %1: make one with \"New label…\", or right-click a label to give it this key.").arg(key));
  });
  connect(table_, &ClipTable::rate_key, this, &LibraryPage::set_rating);
  connect(table_, &ClipTable::exclude_key, this, &LibraryPage::toggle_excluded);
  connect(table_, &ClipTable::content_key, this, [this] { choose_slot(true); });
  connect(table_, &ClipTable::style_key, this, [this] { choose_slot(false); });
  connect(table_, &ClipTable::compare_key, this, [this] {
    for (const SoundChoice& choice : chosen()) bench_.add_to_comparison(choice);
  });
  connect(table_, &ClipTable::play_key, this, [this] { view_->play(0); });
  connect(table_, &QTableView::doubleClicked, this, [this] { view_->play(0); });
  connect(table_, &ClipTable::move_in_sound, this, [this](double by) { bench_.player().seek(bench_.player().position() + by); });
  connect(table_, &QTableView::customContextMenuRequested, this, &LibraryPage::open_clip_menu);

  connect(labels_, &LabelBar::chosen, this, &LibraryPage::label_selection);
  connect(labels_, &LabelBar::new_requested, this, &LibraryPage::new_label);
  connect(labels_, &LabelBar::show_only, search_, &QLineEdit::setText);
  connect(labels_, &LabelBar::rename_requested, this, [this](qint64 id) {
    bool ok = false;
    const QString name = QInputDialog::getText(this, tr("Rename label"), tr("New name:"), QLineEdit::Normal, {}, &ok).trimmed();
    if (!ok || name.isEmpty()) return;
    bench_.edit(tr("rename a label %1").arg(name), [id, n = name.toStdString()](db::Catalog& catalog) {
      catalog.labels().rename_label(db::LabelId{id}, n);
    });
  });
  connect(labels_, &LabelBar::color_requested, this, [this](qint64 id) {
    const QColor color = QColorDialog::getColor(label_color({}, id), this, tr("Colour of the label"));
    if (!color.isValid()) return;
    bench_.edit(tr("colour a label"), [id, c = color.name().toStdString()](db::Catalog& catalog) {
      catalog.labels().set_color(db::LabelId{id}, c);
    });
  });
  connect(labels_, &LabelBar::key_requested, this, [this](qint64 id, int key) {
    bench_.edit(tr("give a label the key %1").arg(key),
                [id, key](db::Catalog& catalog) { catalog.labels().set_key(db::LabelId{id}, key); });
  });
  connect(labels_, &LabelBar::remove_requested, this, [this](qint64 id) {
    if (!confirm(this, tr("Remove this label?"), tr("Its clips stay, without a label. Ctrl+Z brings it back."), tr("Remove label"))) return;
    bench_.edit(tr("remove a label"), [id](db::Catalog& catalog) { catalog.labels().remove_label(db::LabelId{id}); });
  });
}

// --- lists -----------------------------------------------------------------------------------------------------------

void LibraryPage::workspace_opened() {
  current_ = 0;
  search_->clear();
  filter_->clear();
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
    qint64 all = 0, unlabelled = 0;
  };
  counts_ticket_ = counts_ticket_.next();
  bench_.catalog()->read(
      this, counts_ticket_,
      [](db::Catalog& catalog) {
        return Counts{catalog.labels().labels(), catalog.clips().count(), catalog.clips().count("inst:none")};
      },
      [this](Counts counts) {
        all_clips_ = counts.all;
        fill_filter(counts.labels, counts.unlabelled, counts.all);
        labels_->set_labels(std::move(counts.labels));
        list_loaded();
      });
}

void LibraryPage::fill_filter(const std::vector<db::LabelRow>& labels, qint64 unlabelled, qint64 all) {
  const QString before = filter_->currentData().toString();
  const QSignalBlocker block(filter_);
  filter_->clear();
  filter_->addItem(tr("All clips  %1").arg(QLocale().toString(all)), QString());
  filter_->addItem(tr("Without label  %1").arg(QLocale().toString(unlabelled)), QString("inst:none"));
  for (const db::LabelRow& label : labels) {
    filter_->addItem(text(label.name) + "  " + QLocale().toString(static_cast<qlonglong>(label.clips)),
                     "inst:\"" + text(label.name) + "\"");
  }
  const int at = filter_->findData(before);
  filter_->setCurrentIndex(at < 0 ? 0 : at);
}

void LibraryPage::search_now() {
  if (search_->property("wrong").toBool()) {
    search_->setProperty("wrong", false);
    search_->style()->unpolish(search_);
    search_->style()->polish(search_);
    problem_->hide();
  }
  const QString words = search_->text().trimmed(), field = filter_->currentData().toString();
  model_->set_query(field.isEmpty() ? words : words.isEmpty() ? field : field + " " + words);
}

void LibraryPage::list_loaded() {
  const bool none = model_->rowCount() == 0 && !model_->loading();
  stack_->setCurrentIndex(none ? 1 : 0);
  empty_buttons_->setVisible(all_clips_ == 0);
  empty_text_->setText(all_clips_ == 0
                           ? tr("No clips yet. Drop sound files or folders here, import them, or let Luthier render phrases to try it out.")
                           : tr("No clip matches \"%1\". Change the search, or press Esc to clear it.").arg(model_->query()));
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

QString LibraryPage::count_text(std::size_t clips) const {
  return clips == 1 ? tr("1 clip") : tr("%1 clips").arg(QLocale().toString(static_cast<qulonglong>(clips)));
}

void LibraryPage::show_counts() {
  const int chosen_rows = static_cast<int>(table_->selectionModel()->selectedRows().size());
  QString words = count_text(model_->ids().size());
  if (chosen_rows > 1) words += tr(", %1 chosen").arg(QLocale().toString(chosen_rows));
  counts_->setText(words);
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

void LibraryPage::label_selection(qint64 label) {
  const auto ids = selection();
  if (ids.empty()) {
    bench_.say(tr("Choose clips in the table first, then label them."));
    return;
  }
  QString name = tr("none");
  for (const db::LabelRow& row : labels_->labels()) {
    if (row.id.value == label) name = text(row.name);
  }
  bench_.edit(tr("label %1 %2").arg(count_text(ids.size()), name), [ids, label](db::Catalog& catalog) {
    catalog.clips().set_label(ids, label ? std::optional(db::LabelId{label}) : std::nullopt);
  });
  bench_.say(tr("%1: %2").arg(name, count_text(ids.size())));
  if (ids.size() == 1) after_labelling();
}

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

void LibraryPage::set_rating(int change) {
  const auto ids = selection();
  const db::ClipView* view = model_->view_at(table_->currentIndex().row());
  if (ids.empty() || !view) return;
  const int rating = std::clamp(view->clip.rating + change, 0, 5);
  bench_.edit(tr("rate %1 %2").arg(count_text(ids.size())).arg(rating),
              [ids, rating](db::Catalog& catalog) { catalog.clips().set_rating(ids, rating); });
}

void LibraryPage::toggle_excluded() {
  const auto ids = selection();
  const db::ClipView* view = model_->view_at(table_->currentIndex().row());
  if (ids.empty() || !view) return;
  const bool exclude = !view->clip.excluded;
  bench_.edit((exclude ? tr("exclude %1") : tr("include %1")).arg(count_text(ids.size())),
              [ids, exclude](db::Catalog& catalog) { catalog.clips().set_excluded(ids, exclude); });
  bench_.say((exclude ? tr("%1 excluded from training, pairs and export.") : tr("%1 included again.")).arg(count_text(ids.size())));
}

void LibraryPage::remove_selection() {
  const auto ids = selection();
  if (ids.empty()) return;
  if (!confirm(this, tr("Remove %1 from the library?").arg(count_text(ids.size())),
               tr("Their pairs go along. The sound files stay where they are, and Ctrl+Z brings the clips back."),
               tr("Remove %1").arg(count_text(ids.size())))) {
    return;
  }
  bench_.edit(tr("remove %1").arg(count_text(ids.size())), [ids](db::Catalog& catalog) { catalog.clips().remove(ids); });
}

void LibraryPage::new_label() {
  bool ok = false;
  const QString name =
      QInputDialog::getText(this, tr("New label"), tr("Name of the instrument or sound:"), QLineEdit::Normal, {}, &ok).trimmed();
  if (!ok || name.isEmpty()) return;
  const auto ids = selection();
  bench_.edit(tr("new label %1").arg(name), [ids, n = name.toStdString()](db::Catalog& catalog) {
    const db::LabelId label = catalog.labels().label(n);
    if (!ids.empty()) catalog.clips().set_label(ids, label);
  });
}

void LibraryPage::select_all() { table_->selectAll(); }

void LibraryPage::focus_table() { table_->setFocus(); }

void LibraryPage::focus_search() {
  search_->setFocus();
  search_->selectAll();
}

std::vector<SoundChoice> LibraryPage::chosen() const {
  std::vector<SoundChoice> choices;
  for (const QModelIndex& index : table_->selectionModel()->selectedRows()) {
    const db::ClipView* view = model_->view_at(index.row());
    if (view) choices.push_back({view->clip.id.value, {}, text(view->name), text(view->label)});
  }
  return choices;
}

void LibraryPage::choose_slot(bool content) {
  const db::ClipView* view = model_->view_at(table_->currentIndex().row());
  if (!view) {
    bench_.say(tr("Choose a clip in the table first."));
    return;
  }
  bench_.set_slot(content, {view->clip.id.value, {}, text(view->name), text(view->label)});
  bench_.say((content ? tr("Content of the next transfer: %1") : tr("Style of the next transfer: %1")).arg(text(view->name)));
}

// --- menus, keys and drops -------------------------------------------------------------------------------------------

void LibraryPage::open_clip_menu(const QPoint& at) {
  const auto ids = selection();
  if (ids.empty()) return;
  QMenu menu(this);
  menu.addAction(icon("play"), tr("Play\tEnter"), this, [this] { view_->play(0); });
  menu.addAction(icon("content"), tr("Use as content\tC"), this, [this] { choose_slot(true); });
  menu.addAction(icon("style"), tr("Use as style\tS"), this, [this] { choose_slot(false); });
  menu.addAction(icon("compare"), tr("Add to the comparison\tV"), this, [this] {
    for (const SoundChoice& choice : chosen()) bench_.add_to_comparison(choice);
  });
  menu.addSeparator();
  QMenu* label = menu.addMenu(icon("label"), tr("Label"));
  for (const db::LabelRow& row : labels_->labels()) {
    const QString key = row.key > 0 ? "\t" + QString::number(row.key) : QString();
    label->addAction(text(row.name) + key, this, [this, id = row.id.value] { label_selection(id); });
  }
  label->addAction(tr("None\t0"), this, [this] { label_selection(0); });
  label->addAction(icon("add"), tr("New label…"), this, &LibraryPage::new_label);
  QMenu* rating = menu.addMenu(icon("star"), tr("Rating"));
  for (int stars = 5; stars >= 0; --stars) {
    rating->addAction(stars ? QString(stars, QChar(0x2605)) : tr("Not rated"), this, [this, ids, stars] {
      bench_.edit(tr("rate %1 %2").arg(count_text(ids.size())).arg(stars),
                  [ids, stars](db::Catalog& catalog) { catalog.clips().set_rating(ids, stars); });
    });
  }
  menu.addAction(icon("label"), tr("Add tag…"), this, [this, ids] {
    bool ok = false;
    const QString name = QInputDialog::getText(this, tr("Add tag"), tr("Tag:"), QLineEdit::Normal, {}, &ok).trimmed();
    if (!ok || name.isEmpty()) return;
    bench_.edit(tr("tag %1 %2").arg(count_text(ids.size()), name), [ids, n = name.toStdString()](db::Catalog& catalog) {
      catalog.clips().add_tag(ids, catalog.labels().tag(n));
    });
  });
  menu.addAction(icon("exclude"), tr("Exclude or include\tX"), this, &LibraryPage::toggle_excluded);
  menu.addSeparator();
  const db::ClipView* view = model_->view_at(table_->currentIndex().row());
  if (view && bench_.has_workspace()) {
    const QString file = text(bench_.workspace().resolve(view->path).string());
    menu.addAction(icon("folder"), tr("Open its folder"), this,
                   [file] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(file).absolutePath())); });
    menu.addAction(icon("copy"), tr("Copy file name"), this, [file] { QGuiApplication::clipboard()->setText(file); });
  }
  menu.addAction(icon("remove"), tr("Remove…\tDel"), this, &LibraryPage::remove_selection);
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
      QSettings().setValue("library/columns", table_->horizontalHeader()->saveState());
    });
  }
  menu.exec(table_->horizontalHeader()->mapToGlobal(at));
}

bool LibraryPage::eventFilter(QObject* watched, QEvent* event) {
  if (watched == search_ && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Escape) {
      if (search_->text().isEmpty()) table_->setFocus();
      search_->clear();
      return true;
    }
    if (key == Qt::Key_Down) {
      table_->setFocus();
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
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
