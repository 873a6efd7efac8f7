#include "ui/transfer/transfer_history.h"

#include <QAction>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPixmap>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <optional>
#include <utility>
#include <vector>

#include "core/session/disk_session.h"
#include "core/session/transfer_list.h"
#include "db/transfer_store.h"
#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/empty_hint.h"
#include "ui/common/workbench.h"
#include "ui/transfer/transfer_commands.h"

namespace luthier::ui {
namespace {

constexpr int kPage = 200;  ///< rows that are shown at first, and more at a time
constexpr int kKept = Qt::UserRole + 1;

QString text(const std::string& value) { return QString::fromStdString(value); }

QStringList numbers(const std::vector<db::TransferId>& ids) {
  QStringList words;
  for (const db::TransferId id : ids) words << QString::number(id.value);
  return words;
}

constexpr int kStar = 14;

/// As wide as the star, so that what is kept does not stand further to the right.
QIcon no_star() {
  QPixmap blank(kStar, kStar);
  blank.fill(Qt::transparent);
  return blank;
}

/// "branch: 2 seed=9", of a result that left another one's way; else empty.
QString branch_text(const std::string& settings_json) {
  const QString way = QJsonDocument::fromJson(QByteArray::fromStdString(settings_json)).object()["branches"].toString();
  return way.isEmpty() ? QString() : "   " + QObject::tr("branch after step %1").arg(way);
}

QListWidgetItem* make_item(const db::TransferRow& row, const QString& model) {
  auto* item = new QListWidgetItem(QObject::tr("%1   %2  →  %3   (%4)")
                                       .arg(text(row.created_at).replace('T', ' ').remove('Z').left(16), text(row.content), text(row.style), model) + branch_text(row.settings_json));
  item->setData(Qt::UserRole, static_cast<qlonglong>(row.id.value));
  item->setData(kKept, row.kept);
  item->setToolTip(text(row.settings_json));
  item->setIcon(row.kept ? icon("star") : no_star());
  if (row.kept) {
    item->setData(Qt::AccessibleTextRole, QObject::tr("%1, kept").arg(item->text()));
  }
  return item;
}

}  // namespace

QString result_file(const Workbench& bench, const db::TransferRow& row) { return text((bench.workspace().folder() / row.folder / row.audio).string()); }

QString TransferHistory::model_title(const std::string& model) const {
  const std::string name = model_name(model, titles_);
  return name == "shipped weights" ? QObject::tr("shipped weights") : text(name);
}

TransferHistory::TransferHistory(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench), limit_(kPage) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(4, 4, 4, 4);
  column->setSpacing(3);
  auto* row = new QHBoxLayout;
  search_ = new QLineEdit(this);
  search_->setObjectName("search_transfers");
  search_->setPlaceholderText(tr("Search: a sound, a run, a setting, a day"));
  search_->setAccessibleName(tr("Search the earlier transfers"));
  search_->setToolTip(tr("Shows the results that have all of these words in content, style, model, settings or time"));
  search_->setClearButtonEnabled(true);
  more_ = new QPushButton(this);
  more_->setObjectName("more_transfers");
  more_->setAccessibleName(tr("Show more transfers"));
  more_->setToolTip(tr("Older results are not shown yet; show more of them"));
  list_ = new QListWidget(this);
  list_->setObjectName("transfer_history");
  list_->setAccessibleName(tr("Earlier transfers"));
  list_->setWhatsThis(tr("Every result of this workspace, those that are kept with a star. Choose one to see and hear it; Enter or a double-click brings its content, style, model and settings back; Delete removes what is chosen, after a question."));
  list_->setAlternatingRowColors(true);
  list_->setIconSize({kStar, kStar});
  say_when_empty(*list_, tr("No transfers yet. Each result is kept here, with its settings."));
  list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  list_->setContextMenuPolicy(Qt::ActionsContextMenu);
  row->addWidget(search_, 1);
  row->addWidget(more_);
  column->addLayout(row);
  column->addWidget(list_, 1);
  restore_ = make_tool("undo", tr("Bring its settings back"), tr("Bring content, style, model and settings of this result back (Enter, double-click)"), "restore_transfer");
  again_ = make_tool("refresh", tr("Make its steps again"), tr("Do this transfer again, so that its steps can be seen, heard, kept and branched from"), "again_transfer");
  keep_ = make_tool("star", tr("Keep"), tr("Keep: what is kept stays when the dialog “Space on the disk” frees transfers"), "keep_transfer");
  keep_->setCheckable(true);
  copy_ = make_tool("copy", tr("Copy as command"), tr("Copy a luthierctl command that does this transfer again"), "copy_earlier");
  remove_ = make_tool("remove", tr("Remove…"), tr("Remove what is chosen, with its sounds and pictures (Delete)"), "remove_transfer");
  connect(search_, &QLineEdit::textChanged, this, [this] {
    limit_ = kPage;
    refresh();
  });
  connect(more_, &QPushButton::clicked, this, [this] {
    limit_ += kPage;
    refresh();
  });
  connect(list_, &QListWidget::currentRowChanged, this, [this](int at) {
    if (at >= 0) with_current([this](const db::TransferRow& found) { Q_EMIT chosen(found); });
  });
  connect(list_, &QListWidget::itemSelectionChanged, this, &TransferHistory::update_tools);
  const auto restore = [this] {
    with_current([this](const db::TransferRow& found) { Q_EMIT restore_requested(found); });
  };
  connect(restore_, &QAction::triggered, this, restore);
  connect(list_, &QListWidget::itemActivated, this, restore);
  connect(again_, &QAction::triggered, this, [this] {
    with_current([this](const db::TransferRow& found) { Q_EMIT again_requested(found); });
  });
  connect(keep_, &QAction::triggered, this, &TransferHistory::keep_selected);
  connect(copy_, &QAction::triggered, this, [this] {
    with_current([this](const db::TransferRow& found) { copy_command(bench_, command_of_result(result_file(bench_, found))); });
  });
  connect(remove_, &QAction::triggered, this, &TransferHistory::remove_selected);
  more_->hide();
  update_tools();
}

/// A button in the upper row, and the same in the list's menu.
QAction* TransferHistory::make_tool(const char* icon_name, const QString& words, const QString& tip, const char* object) {
  auto* action = new QAction(icon(icon_name), words, this);
  action->setToolTip(tip);
  action->setWhatsThis(tip);
  list_->addAction(action);
  auto* button = new QToolButton(this);
  button->setDefaultAction(action);
  button->setObjectName(object);
  button->setAccessibleName(words);
  static_cast<QHBoxLayout*>(layout()->itemAt(0)->layout())->addWidget(button);
  return action;
}

void TransferHistory::with_current(std::function<void(const db::TransferRow&)> then) {
  if (!list_->currentItem() || !bench_.catalog()) return;
  const db::TransferId id{list_->currentItem()->data(Qt::UserRole).toLongLong()};
  bench_.catalog()->run(
      this, [id](db::Catalog& catalog) { return catalog.transfers().get(id); },
      [then = std::move(then)](std::optional<db::TransferRow> found) {
        if (found) then(*found);
      });
}

std::vector<db::TransferId> TransferHistory::selected() const {
  std::vector<db::TransferId> ids;
  for (const QListWidgetItem* item : list_->selectedItems()) ids.push_back({item->data(Qt::UserRole).toLongLong()});
  return ids;
}

void TransferHistory::update_tools() {
  const auto items = list_->selectedItems();
  for (QAction* action : {restore_, again_, copy_}) action->setEnabled(items.size() == 1);
  for (QAction* action : {keep_, remove_}) action->setEnabled(!items.empty());
  keep_->setChecked(!items.empty() && std::all_of(items.begin(), items.end(), [](const QListWidgetItem* item) { return item->data(kKept).toBool(); }));
}

void TransferHistory::keep_selected() {
  const auto ids = selected();
  if (ids.empty() || !bench_.catalog()) return;
  const bool kept = keep_->isChecked();
  const auto failed = [this](const QString& problem) {
    show_error(this, problem);
    refresh();
  };
  bench_.catalog()->run(
      this, [ids, kept](db::Catalog& catalog) { mark_transfers(catalog, ids, kept); },
      [this, ids, kept] {
        bench_.note_command(QStringList{"transfers", kept ? "--keep" : "--unkeep"} + numbers(ids));
        bench_.say(kept ? tr("Kept: %1").arg(counted(static_cast<qint64>(ids.size()), tr("transfer"), tr("transfers")))
                        : tr("Not kept any more: %1").arg(counted(static_cast<qint64>(ids.size()), tr("transfer"), tr("transfers"))));
        refresh();
      },
      failed);
}

void TransferHistory::remove_selected() {
  const auto ids = selected();
  if (ids.empty() || !bench_.catalog()) return;
  const QString what = ids.size() == 1 ? list_->selectedItems().front()->text() : counted(static_cast<qint64>(ids.size()), tr("transfer"), tr("transfers"));
  if (!confirm(this, tr("Remove this for good? %1").arg(what), tr("The sounds, pictures and records go with it. It cannot be brought back."), tr("Remove"))) return;
  bench_.catalog()->run(
      this,
      [ids, workspace = bench_.workspace()](db::Catalog& catalog) {
        for (const db::TransferId id : ids) free_transfer(workspace, catalog, id, false);
      },
      [this, ids, what] {
        bench_.note_command(QStringList{"transfers", "--remove"} + numbers(ids));
        bench_.say(tr("Removed: %1").arg(what));
        refresh();
        Q_EMIT removed();
      },
      [this](const QString& problem) {
        show_error(this, problem);
        refresh();
      });
}

void TransferHistory::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Delete) remove_selected();
  else QWidget::keyPressEvent(event);
}

void TransferHistory::unmark() {
  const QSignalBlocker block(list_);
  list_->setCurrentRow(-1);
  list_->clearSelection();
  update_tools();
}

void TransferHistory::show_newest() {
  newest_wanted_ = true;
  const QSignalBlocker block(search_);
  search_->clear();
  refresh();
}

void TransferHistory::refresh() {
  if (!bench_.catalog()) return;
  ticket_ = ticket_.next();
  bench_.catalog()->read(
      this, ticket_, [query = TransferQuery{search_->text().toStdString(), false, limit_}](db::Catalog& catalog) { return find_transfers(catalog, query); },
      [this](const FoundTransfers& found) {
        titles_ = found.titles;
        QSignalBlocker block(list_);
        const QVariant before = list_->currentItem() ? list_->currentItem()->data(Qt::UserRole) : QVariant();
        const auto chosen_before = selected();
        list_->clear();
        for (const db::TransferRow& row : found.rows) {
          auto* item = make_item(row, model_title(row.model));
          list_->addItem(item);
          if (item->data(Qt::UserRole) == before) list_->setCurrentItem(item, QItemSelectionModel::NoUpdate);
          if (std::find(chosen_before.begin(), chosen_before.end(), row.id) != chosen_before.end()) item->setSelected(true);
        }
        const auto shown = static_cast<std::int64_t>(found.rows.size());
        more_->setVisible(found.count > shown);
        more_->setText(tr("Show more (%1 of %2)").arg(QLocale().toString(static_cast<qlonglong>(shown)), QLocale().toString(static_cast<qlonglong>(found.count))));
        update_tools();
        if (!std::exchange(newest_wanted_, false)) return;
        list_->setCurrentRow(-1);
        list_->clearSelection();  // a row that is made the current one joins what is selected
        block.unblock();
        list_->setCurrentRow(0);
      });
}

}  // namespace luthier::ui
