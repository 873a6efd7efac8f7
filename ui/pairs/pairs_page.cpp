#include "ui/pairs/pairs_page.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/session/pair_session.h"
#include "db/pair_store.h"
#include "db/phrase_store.h"
#include "ui/application_style.h"
#include "ui/common/dot_delegate.h"
#include "ui/common/error_box.h"
#include "ui/common/kept_layout.h"
#include "ui/common/row_table.h"
#include "ui/pairs/generate_dialog.h"
#include "ui/pairs/pair_maker.h"
#include "ui/pairs/pair_table_model.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {
namespace {
QString text(const std::string& value) { return QString::fromStdString(value); }
SoundChoice choice_of(const db::ClipView& view) { return {view.clip.id.value, {}, text(view.name), text(view.label)}; }
}  // namespace

PairsPage::PairsPage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
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
  connect(&bench_, &Workbench::catalog_changed, this, &PairsPage::refresh_sets);
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
  sets_->setWhatsThis(tr("Sets of pairs. A paired training reads one of them; the pairs of the chosen set are listed at the right."));
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
  auto* import = tool("import", tr("CSV"), tr("Read pairs from a CSV file: label1,idx1,label2,idx2 without a header"));
  import->setAccessibleName(tr("Import pairs"));
  export_ = tool("export", tr("CSV"), tr("Write the chosen set to a CSV file"));
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
  connect(generate, &QPushButton::clicked, this, &PairsPage::ask_generate);
  connect(import, &QToolButton::clicked, this, &PairsPage::ask_import);
  connect(export_, &QToolButton::clicked, this, &PairsPage::ask_export);
  connect(remove_, &QToolButton::clicked, this, &PairsPage::remove_set);
  connect(sets_, &QListWidget::currentRowChanged, this, [this] {
    shown_ = 0;
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
    refresh_sets();
  });
  auto* upper = new QWidget(above);
  column->addWidget(maker_);
  column->addWidget(upper, 1);
  stack_ = new QStackedLayout(upper);
  table_ = new QTableView(upper);
  table_->setObjectName("pair_table");
  table_->setAccessibleName(tr("Pairs of the chosen set"));
  table_->setWhatsThis(tr("One pair a row: content, style and, where it is known, the target. A click shows and plays all of it."));
  table_->setModel(model_);
  show_as_rows(*table_);
  table_->setItemDelegate(new DotDelegate(table_));
  table_->setContextMenuPolicy(Qt::CustomContextMenu);
  const int widths[] = {55, 215, 215, 215, 150};
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
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &PairsPage::show_pair);
  connect(table_, &QTableView::clicked, this, &PairsPage::hear);
  connect(table_, &QTableView::activated, this, &PairsPage::hear);
  connect(table_, &QTableView::customContextMenuRequested, this, &PairsPage::open_pair_menu);
  connect(model_, &PairTableModel::loaded, this, [this] {
    stack_->setCurrentIndex(model_->rowCount() > 0 ? 0 : 1);
    if (model_->rowCount() > 0 && !table_->currentIndex().isValid()) table_->setCurrentIndex(model_->index(0, PairTableModel::content));
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
  refresh_sets();
}

void PairsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  refresh_sets();
}

db::PairSetId PairsPage::chosen_set() const {
  const int row = sets_->currentRow();
  return row >= 0 && row < static_cast<int>(rows_.size()) ? rows_[static_cast<std::size_t>(row)].id : db::PairSetId{};
}

QString PairsPage::set_for_hand() const {
  const int row = sets_->currentRow();
  if (row >= 0 && row < static_cast<int>(rows_.size()) && rows_[static_cast<std::size_t>(row)].kind == "manual") return text(rows_[static_cast<std::size_t>(row)].name);
  return QStringLiteral("by hand");
}

void PairsPage::refresh_sets() {
  if (!bench_.catalog()) return;
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
            auto* item = new QListWidgetItem(tr("%1\n%2 pairs, %3").arg(text(row.name), QLocale().toString(static_cast<qlonglong>(row.pairs)), text(row.kind)));
            item->setToolTip(tr("Made %1, seed %2").arg(text(row.created_at)).arg(row.seed));
            sets_->addItem(item);
            if (row.id == before && wanted_.isEmpty()) choose = static_cast<int>(i);
            if (text(row.name) == wanted_) choose = static_cast<int>(i);
          }
        }
        const bool same = choose >= 0 && rows_[static_cast<std::size_t>(choose)].id == before && wanted_.isEmpty();
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
        export_->setEnabled(choose >= 0);
        remove_->setEnabled(choose >= 0);
      });
}

// --- sets ------------------------------------------------------------------------------------------------------------

void PairsPage::ask_generate() {
  if (!bench_.catalog()) return;
  bench_.catalog()->run(
      this, [](db::Catalog& catalog) { return catalog.phrases().all().size() > 1; },
      [this](bool phrases) {
        GeneratePairsDialog dialog(phrases, this);
        if (dialog.exec() == QDialog::Accepted) generate(dialog.name(), dialog.count(), dialog.seed(), dialog.by_phrase());
      });
}

void PairsPage::generate(const QString& name, int count, quint64 seed, bool by_phrase) {
  if (!bench_.has_workspace()) return;
  QStringList words{"pairs", "generate", "--seed", QString::number(seed)};
  if (by_phrase) words << "--phrases";
  if (count > 0) words << "--count" << QString::number(count);
  if (!name.isEmpty()) words << "--name" << name;
  bench_.note_command(words);
  auto made = std::make_shared<PairSetSummary>();
  BackgroundTask* task = bench_.start_task(
      tr("Generating pairs"),
      [made, by_phrase, count, seed, workspace = bench_.workspace(), n = name.toStdString()](std::stop_token stop, const ProgressSink& sink) {
        sink({0, "", -1});
        const auto start = static_cast<std::uint32_t>(seed);
        *made = by_phrase ? generate_phrase_pairs(workspace, count, start, n) : generate_pairs(workspace, count, start, n, sink, stop);
      });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, made] {
    wanted_ = text(made->name);
    bench_.say(tr("Pair set \"%1\" with %2 pairs.").arg(wanted_, QLocale().toString(static_cast<qlonglong>(made->pairs))));
    refresh_sets();
  });
}

void PairsPage::ask_import() {
  const QString file = QFileDialog::getOpenFileName(this, tr("Read pairs from a CSV file"), QSettings().value("files/csv").toString(),
                                                    tr("CSV (*.csv *.txt);;All files (*)"));
  if (file.isEmpty()) return;
  QSettings().setValue("files/csv", QFileInfo(file).absolutePath());
  import_file(file, {});
}

void PairsPage::import_file(const QString& file, const QString& name) {
  if (!bench_.has_workspace()) return;
  auto made = std::make_shared<PairSetSummary>();
  BackgroundTask* task = bench_.start_task(tr("Reading pairs"), [made, workspace = bench_.workspace(), path = file.toStdString(),
                                                                 n = name.toStdString()](std::stop_token, const ProgressSink&) {
    *made = import_pairs(workspace, path, n);
  });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, made] {
    wanted_ = text(made->name);
    refresh_sets();
  });
}

void PairsPage::ask_export() {
  const int row = sets_->currentRow();
  if (row < 0) return;
  const QString start = QSettings().value("files/csv").toString() + "/" + text(rows_[static_cast<std::size_t>(row)].name) + ".csv";
  const QString file = QFileDialog::getSaveFileName(this, tr("Write pairs to a CSV file"), start, tr("CSV (*.csv)"));
  if (file.isEmpty()) return;
  QSettings().setValue("files/csv", QFileInfo(file).absolutePath());
  export_file(file);
}

void PairsPage::export_file(const QString& file) {
  const int row = sets_->currentRow();
  if (row < 0 || !bench_.has_workspace()) return;
  const std::string name = rows_[static_cast<std::size_t>(row)].name;
  BackgroundTask* task = bench_.start_task(tr("Writing pairs"), [workspace = bench_.workspace(), path = file.toStdString(),
                                                                 name](std::stop_token, const ProgressSink&) {
    export_pairs(workspace, path, name);
  });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, file] { bench_.say(tr("Pairs written to %1").arg(file)); });
}

void PairsPage::remove_set() {
  const int row = sets_->currentRow();
  if (row < 0) return;
  const db::PairSetRow set = rows_[static_cast<std::size_t>(row)];
  if (!confirm(this, tr("Remove the pair set \"%1\"?").arg(text(set.name)), tr("Its clips stay. Ctrl+Z brings it back."), tr("Remove pair set"))) return;
  bench_.edit(tr("remove the pair set %1").arg(text(set.name)), [id = set.id](db::Catalog& catalog) { catalog.pairs().remove_set(id); });
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

void PairsPage::open_pair_menu(const QPoint& at) {
  const PairView* view = model_->view_at(table_->indexAt(at).row());
  if (!view) return;
  QMenu menu(this);
  menu.addAction(icon("transfer"), tr("Use in a transfer"), this, [this, content = choice_of(view->content), style = choice_of(view->style)] {
    bench_.set_slot(true, content);
    bench_.set_slot(false, style);
    Q_EMIT bench_.page_requested("transfer");
  });
  menu.addAction(icon("remove"), tr("Remove this pair"), this, [this, id = view->pair.id] {
    bench_.edit(tr("remove a pair"), [id](db::Catalog& catalog) { catalog.pairs().remove({id}); });
  });
  menu.exec(table_->viewport()->mapToGlobal(at));
}

}  // namespace luthier::ui
