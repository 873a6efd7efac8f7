#include "ui/pairs/pairs_page.h"

#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QShortcut>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <functional>
#include <limits>

#include "db/pair_store.h"
#include "ui/application_style.h"
#include "ui/common/dot_delegate.h"
#include "ui/common/empty_hint.h"
#include "ui/common/kept_layout.h"
#include "ui/common/row_table.h"
#include "ui/common/words.h"
#include "ui/pairs/pair_maker.h"
#include "ui/pairs/pair_sets.h"
#include "ui/pairs/pair_table_model.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {
namespace {
QString text(const std::string& value) { return QString::fromStdString(value); }
SoundChoice choice_of(const db::ClipView& view) { return {view.clip.id.value, {}, text(view.name), text(view.label)}; }

void on_key(QWidget* widget, Qt::Key key, std::function<void()> action) {
  auto* shortcut = new QShortcut(QKeySequence(key), widget, nullptr, nullptr, Qt::WidgetShortcut);
  QObject::connect(shortcut, &QShortcut::activated, widget, std::move(action));
}

/// "3", "5-7": rows of a table as the command line counts them.
QStringList row_words(std::vector<int> rows) {
  std::sort(rows.begin(), rows.end());
  QStringList words;
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i + 1;
    while (end < rows.size() && rows[end] == rows[end - 1] + 1) ++end;
    words << QString::number(rows[i] + 1) + (end - i > 1 ? "-" + QString::number(rows[end - 1] + 1) : QString());
    i = end;
  }
  return words;
}
}  // namespace

PairsPage::PairsPage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench), actions_(new PairSets(bench, this)) {
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(10, 8, 10, 6);
  outer->setSpacing(10);
  outer->addWidget(make_left());
  outer->addWidget(make_right(), 1);
  connect(&bench_, &Workbench::workspace_opened, this, &PairsPage::workspace_opened);
  connect(&bench_, &Workbench::workspace_closing, this, [this] {
    model_->set_catalog(nullptr);
    view_->set_sources({});
    shown_ = 0;
  });
  connect(&bench_, &Workbench::catalog_changed, this, &PairsPage::note_change);
  connect(actions_, &PairSets::made, this, [this](const QString& name) {
    wanted_ = name;
    refresh_sets();
  });
}

QWidget* PairsPage::make_left() {
  auto* left = new QFrame(this);
  left->setObjectName("card");
  left->setFixedWidth(280);
  auto* column = new QVBoxLayout(left);
  column->setContentsMargins(12, 10, 12, 10);
  auto* heading = new QLabel(tr("Pair sets"), left);
  heading->setProperty("role", "heading");
  auto* hint = new QLabel(tr("A pair says which clip is content and which is style; a training reads a set of them."), left);
  hint->setProperty("role", "hint");
  hint->setWordWrap(true);
  auto* generate = new QPushButton(accent_icon("wand"), tr("Generate pairs…"), left);
  generate->setObjectName("generate_pairs");
  generate->setProperty("primary", true);
  generate->setToolTip(tr("Make a new set: at random between labels, or of clips that play the same phrase"));
  sets_ = new QListWidget(left);
  sets_->setAccessibleName(tr("Pair sets"));
  sets_->setAlternatingRowColors(true);
  sets_->setWhatsThis(tr("Sets of pairs. A paired training reads one of them; the pairs of the chosen set are listed at the right. F2 renames the chosen set, Del removes it; a right-click has both."));
  say_when_empty(*sets_, tr("No pair sets yet."));
  sets_->setContextMenuPolicy(Qt::CustomContextMenu);
  auto* row = new QHBoxLayout;
  auto tool = [&](const char* icon_name, const QString& name, const QString& tip) {
    auto* b = new QToolButton(left);
    b->setIcon(icon(icon_name));
    b->setIconSize({18, 18});
    b->setText(name);
    b->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    b->setToolTip(tip);
    row->addWidget(b);
    return b;
  };
  auto* import = tool("import", tr("Read CSV"), tr("Read pairs from a CSV file: label1,idx1,label2,idx2 without a header"));
  import->setAccessibleName(tr("Import pairs"));
  export_ = tool("export", tr("Write CSV"), tr("Write the chosen set to a CSV file, with its targets if it has any"));
  export_->setAccessibleName(tr("Export pairs"));
  row->addStretch();
  remove_ = tool("remove", {}, tr("Remove the chosen set"));
  remove_->setToolButtonStyle(Qt::ToolButtonIconOnly);
  remove_->setAccessibleName(tr("Remove pair set"));
  column->addWidget(heading);
  column->addWidget(hint);
  column->addWidget(generate);
  column->addWidget(sets_, 1);
  column->addLayout(row);
  const auto with_chosen = [this](void (PairSets::*action)(const db::PairSetRow&)) {
    return [this, action] {
      if (const auto* set = chosen_row()) (actions_->*action)(db::PairSetRow(*set));  // a copy: the list may be read again meanwhile
    };
  };
  connect(generate, &QPushButton::clicked, actions_, &PairSets::ask_generate);
  connect(import, &QToolButton::clicked, actions_, &PairSets::ask_import);
  connect(export_, &QToolButton::clicked, this, with_chosen(&PairSets::ask_export));
  connect(remove_, &QToolButton::clicked, this, with_chosen(&PairSets::ask_remove));
  on_key(sets_, Qt::Key_F2, with_chosen(&PairSets::ask_rename));
  on_key(sets_, Qt::Key_Delete, with_chosen(&PairSets::ask_remove));
  connect(sets_, &QListWidget::customContextMenuRequested, this, &PairsPage::open_set_menu);
  connect(sets_, &QListWidget::currentRowChanged, this, [this] {
    shown_ = 0;
    row_ = 0;
    view_->set_sources({});
    model_->set_set(chosen_set());
    const bool any = static_cast<bool>(chosen_set());
    export_->setEnabled(any);
    remove_->setEnabled(any);
  });
  return left;
}

QWidget* PairsPage::make_right() {
  model_ = new PairTableModel(this);
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->setChildrenCollapsible(false);
  auto* above = new QWidget(splitter);
  auto* column = new QVBoxLayout(above);
  column->setContentsMargins(0, 0, 0, 0);
  maker_ = new PairMaker(bench_, [this] { return set_for_hand(); }, this);
  connect(maker_, &PairMaker::added, this, [this](const QString& set) {
    wanted_ = set;
    to_last_ = true;
    refresh_sets();
  });
  auto* upper = new QWidget(above);
  column->addWidget(maker_);
  column->addWidget(upper, 1);
  stack_ = new QStackedLayout(upper);
  table_ = new QTableView(upper);
  table_->setObjectName("pair_table");
  table_->setAccessibleName(tr("Pairs of the chosen set"));
  table_->setWhatsThis(tr("One pair a row: content, style and, where it is known, the target. A click shows and plays all of it; Shift and Ctrl choose several, Del takes the chosen ones out of the set."));
  table_->setModel(model_);
  show_as_rows(*table_);
  table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  on_key(table_, Qt::Key_Delete, [this] { remove_pairs(); });
  table_->setItemDelegate(new DotDelegate(table_));
  table_->setContextMenuPolicy(Qt::CustomContextMenu);
  // In a window of 1280 the last one, which takes what is left, holds "same phrase, violin instead of piano".
  const int widths[] = {44, 178, 178, 178, 56, 150};
  for (int i = 0; i < PairTableModel::column_count; ++i) table_->setColumnWidth(i, widths[i]);
  new KeptColumns(*table_->horizontalHeader(), "pairs/columns");
  empty_ = new QLabel(tr("No pairs yet. Press \"Generate pairs…\" at the left, or read a CSV file."), upper);
  empty_->setAlignment(Qt::AlignCenter);
  empty_->setProperty("role", "hint");
  stack_->addWidget(table_);
  stack_->addWidget(empty_);
  view_ = new SpectrogramView(bench_.player(), bench_.pictures(), bench_.spectrograms(), splitter);
  view_->set_hint(tr("Choose a pair to see its sounds one above the other.\nClick content, style or target in the table to hear it."));
  splitter->addWidget(above);
  splitter->addWidget(view_);
  splitter->setSizes({260, 400});
  keep_splitter(*splitter, "pairs/splitter");
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
    if (now.isValid()) row_ = now.row();
    show_pair();
  });
  connect(table_, &QTableView::clicked, this, [this](const QModelIndex& index) {
    if (!(QGuiApplication::keyboardModifiers() & (Qt::ControlModifier | Qt::ShiftModifier))) hear(index);  // those choose several
  });
  connect(table_, &QTableView::activated, this, &PairsPage::hear);
  connect(table_, &QTableView::customContextMenuRequested, this, &PairsPage::open_pair_menu);
  connect(model_, &PairTableModel::loaded, this, [this] {
    stack_->setCurrentIndex(model_->rowCount() > 0 ? 0 : 1);
    if (model_->rowCount() > 0 && !table_->currentIndex().isValid())
      table_->setCurrentIndex(model_->index(std::min(row_, model_->rowCount() - 1), PairTableModel::content));
  });
  connect(model_, &PairTableModel::rows_arrived, this, &PairsPage::show_pair);
  return splitter;
}

void PairsPage::workspace_opened() {
  shown_ = 0;
  wanted_.clear();
  {
    const QSignalBlocker block(sets_);
    sets_->clear();
  }
  rows_.clear();
  model_->set_catalog(bench_.catalog());
  note_change();
}

void PairsPage::note_change() {
  stale_ = true;
  if (isVisible()) refresh_sets();
}

void PairsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (stale_) refresh_sets();
}

const db::PairSetRow* PairsPage::chosen_row() const {
  const int row = sets_->currentRow();
  return row >= 0 && row < static_cast<int>(rows_.size()) ? &rows_[static_cast<std::size_t>(row)] : nullptr;
}

db::PairSetId PairsPage::chosen_set() const { return chosen_row() ? chosen_row()->id : db::PairSetId{}; }

QString PairsPage::set_for_hand() const {
  return chosen_row() && chosen_row()->kind == "manual" ? text(chosen_row()->name) : QStringLiteral("by hand");
}

void PairsPage::refresh_sets() {
  if (!bench_.catalog()) return;
  stale_ = false;
  bench_.catalog()->run(
      this, [](db::Catalog& catalog) { return catalog.pairs().sets(); },
      [this](std::vector<db::PairSetRow> rows) {
        const db::PairSetId before = chosen_set();
        rows_ = std::move(rows);
        int choose = rows_.empty() ? -1 : 0;
        {
          const QSignalBlocker block(sets_);
          sets_->clear();
          for (std::size_t i = 0; i < rows_.size(); ++i) {
            const auto& row = rows_[i];
            auto* item = new QListWidgetItem(tr("%1\n%2, %3").arg(text(row.name), counted(row.pairs, tr("pair"), tr("pairs")), text(row.kind)));
            item->setToolTip(tr("Made %1, seed %2").arg(text(row.created_at)).arg(row.seed));
            sets_->addItem(item);
            if (row.id == before && wanted_.isEmpty()) choose = static_cast<int>(i);
            if (text(row.name) == wanted_) choose = static_cast<int>(i);
          }
        }
        const bool same = choose >= 0 && rows_[static_cast<std::size_t>(choose)].id == before;
        wanted_.clear();
        if (same) {
          const QSignalBlocker block(sets_);
          sets_->setCurrentRow(choose);
          model_->refresh();
        } else {
          sets_->setCurrentRow(-1);
          sets_->setCurrentRow(choose);
          if (choose < 0) model_->set_set({});
        }
        if (std::exchange(to_last_, false)) row_ = std::numeric_limits<int>::max();
        export_->setEnabled(choose >= 0);
        remove_->setEnabled(choose >= 0);
      });
}

// --- sets ------------------------------------------------------------------------------------------------------------

void PairsPage::generate(const QString& name, int count, quint64 seed, bool by_phrase) { actions_->generate(name, count, seed, by_phrase); }
void PairsPage::import_file(const QString& file, const QString& name) { actions_->import_file(file, name); }

void PairsPage::export_file(const QString& file) {
  if (const auto* set = chosen_row()) actions_->export_file(*set, file);
}

void PairsPage::rename_set(const QString& name) {
  if (const auto* set = chosen_row()) actions_->rename(*set, name);
}

void PairsPage::open_set_menu(const QPoint& at) {
  if (!sets_->itemAt(at) || !chosen_row()) return;
  QMenu menu(this);
  const db::PairSetRow set = *chosen_row();
  menu.addAction(tr("Rename…\tF2"), this, [this, set] { actions_->ask_rename(set); });
  menu.addAction(icon("export"), tr("Write to a CSV file…"), this, [this, set] { actions_->ask_export(set); });
  menu.addAction(icon("remove"), tr("Remove…\tDel"), this, [this, set] { actions_->ask_remove(set); });
  menu.exec(sets_->viewport()->mapToGlobal(at));
}

// --- the pair that is shown ------------------------------------------------------------------------------------------

void PairsPage::show_pair() {
  const PairView* view = model_->view_at(table_->currentIndex().row());
  if (!view || !bench_.has_workspace() || view->pair.id.value == shown_) return;
  shown_ = view->pair.id.value;
  loading_ = true;
  const quint64 number = ++load_number_;
  struct Loading {
    std::vector<SoundPtr> sounds{3};
    std::vector<QString> problems{3};
    int left = 0;
  };
  auto loading = std::make_shared<Loading>();
  const db::ClipView* clips[] = {&view->content, &view->style, view->target ? &*view->target : nullptr};
  for (const auto* clip : clips) loading->left += clip != nullptr;
  auto ready = [this, number, loading] {
    if (--loading->left > 0 || number != load_number_) return;
    loading_ = false;
    const QString titles[] = {tr("1  Content"), tr("2  Style"), tr("3  Target")};
    std::vector<LaneSource> lanes;
    for (std::size_t i = 0; i < 3; ++i) {
      if (loading->sounds[i]) lanes.push_back({titles[i] + ": " + loading->sounds[i]->title, loading->sounds[i], nullptr, {}, false});
      else if (!loading->problems[i].isEmpty()) lanes.push_back({titles[i], nullptr, nullptr, loading->problems[i], false});
    }
    view_->set_sources(std::move(lanes));
    const int role = std::exchange(play_role_, -1);
    const SoundPtr wanted = role >= 0 ? loading->sounds[static_cast<std::size_t>(role)] : nullptr;
    const auto all = view_->sounds();
    std::size_t at = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (wanted && all[i]->key == wanted->key) at = i;
    }
    if (isVisible()) bench_.player().set_deck(all, at, role >= 0);
  };
  for (std::size_t i = 0; i < 3; ++i) {
    if (!clips[i]) continue;
    bench_.sounds().clip(
        bench_.workspace(), *clips[i], this,
        [loading, ready, i](SoundPtr sound) {
          loading->sounds[i] = std::move(sound);
          ready();
        },
        [loading, ready, i](const QString& message) {
          loading->problems[i] = message;
          ready();
        });
  }
}

void PairsPage::hear(const QModelIndex& index) {
  const PairView* view = model_->view_at(index.row());
  const int role = index.column() - PairTableModel::content;
  if (!view || role < 0 || role > 2 || (role == 2 && !view->target)) return;
  play_role_ = role;
  if (view->pair.id.value != shown_) return show_pair();
  if (loading_) return;  // played when it has been read
  play_role_ = -1;
  const db::ClipView& clip = role == 0 ? view->content : role == 1 ? view->style : *view->target;
  const auto all = view_->sounds();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->clip == clip.clip.id.value) {
      bench_.player().set_deck(all, i, false);
      bench_.player().seek(0);
      bench_.player().play();
    }
  }
}

void PairsPage::remove_pairs() {
  std::vector<int> rows;
  std::vector<db::PairId> gone;
  for (const QModelIndex& index : table_->selectionModel()->selectedRows()) {
    rows.push_back(index.row());
    gone.push_back({model_->id_at(index.row())});
  }
  if (gone.empty() || !chosen_row()) return;
  row_ = *std::min_element(rows.begin(), rows.end());  // what comes after them is next
  bench_.note_command(QStringList{"pairs", "remove", "--set", text(chosen_row()->name)} + row_words(rows));
  const QString pairs = counted(static_cast<qint64>(gone.size()), tr("pair"), tr("pairs"));
  bench_.edit(gone.size() == 1 ? tr("remove a pair") : tr("remove %1").arg(pairs), [gone](db::Catalog& catalog) { catalog.pairs().remove(gone); },
              [this, pairs] { bench_.say(tr("%1 taken out of the set. Ctrl+Z brings back what was removed.").arg(pairs)); });
}

void PairsPage::open_pair_menu(const QPoint& at) {
  const PairView* view = model_->view_at(table_->indexAt(at).row());
  if (!view) return;
  const auto chosen = table_->selectionModel()->selectedRows().size();
  QMenu menu(this);
  menu.addAction(icon("transfer"), tr("Use in a transfer"), this, [this, content = choice_of(view->content), style = choice_of(view->style)] {
    bench_.set_slot(true, content);
    bench_.set_slot(false, style);
    Q_EMIT bench_.page_requested("transfer");
  });
  menu.addAction(icon("remove"), (chosen > 1 ? tr("Remove %1\tDel").arg(counted(chosen, tr("pair"), tr("pairs"))) : tr("Remove this pair\tDel")), this, &PairsPage::remove_pairs);
  menu.exec(table_->viewport()->mapToGlobal(at));
}

}  // namespace luthier::ui
