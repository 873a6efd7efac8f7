#include "ui/library/clip_columns.h"

#include <QGuiApplication>
#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QSignalBlocker>
#include <algorithm>

#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"

namespace luthier::ui {
namespace {

constexpr std::size_t kMostKeys = 3;
constexpr const char* kLayout = "library/columns-3";
constexpr const char* kSort = "library/sort";

const QList<int> kHiddenAtFirst = {ClipTableModel::peak,  ClipTableModel::rate,  ClipTableModel::split, ClipTableModel::source,
                                   ClipTableModel::notes, ClipTableModel::added, ClipTableModel::rights};

}  // namespace

ClipColumns::ClipColumns(ClipTable& table, ClipTableModel& model) : QObject(&table), table_(table), model_(model) {
  restore();
  QHeaderView* header = table_.horizontalHeader();
  header->setSortIndicatorShown(true);
  header->setSortIndicatorClearable(true);
  header->setSectionsClickable(true);
  connect(header, &QHeaderView::sectionResized, this, &ClipColumns::remember);
  connect(header, &QHeaderView::sectionMoved, this, &ClipColumns::remember);
  connect(header, &QHeaderView::sortIndicatorChanged, this, &ClipColumns::sort_by);
  connect(header, &QHeaderView::customContextMenuRequested, this, [this, header](const QPoint& at) {
    QMenu menu(&table_);
    fill_menu(menu);
    menu.exec(header->mapToGlobal(at));
  });
}

void ClipColumns::restore() {
  QHeaderView* header = table_.horizontalHeader();
  QSettings stored;
  if (!header->restoreState(stored.value(kLayout).toByteArray())) {
    const int widths[] = {300, 120, 85, 160, 85, 125, 140, 95, 80, 80, 160, 120, 140, 75, 140};
    static_assert(std::size(widths) == ClipTableModel::column_count);
    for (int i = 0; i < ClipTableModel::column_count; ++i) table_.setColumnWidth(i, widths[i]);
    for (const int column : kHiddenAtFirst) table_.setColumnHidden(column, true);
    header->moveSection(header->visualIndex(ClipTableModel::start), 2);
  }
  std::vector<ClipTableModel::SortKey> keys;
  for (const QString& word : stored.value(kSort).toStringList()) {
    const int column = word.mid(1).toInt();
    if (column >= 0 && column < ClipTableModel::column_count && keys.size() < kMostKeys)
      keys.push_back({column, word.startsWith('-') ? Qt::DescendingOrder : Qt::AscendingOrder});
  }
  model_.set_sort(std::move(keys));
  show_sort();
}

void ClipColumns::remember() {
  QStringList words;
  for (const auto& key : model_.sort_keys()) words << (key.order == Qt::DescendingOrder ? "-" : "+") + QString::number(key.column);
  QSettings stored;
  stored.setValue(kLayout, table_.horizontalHeader()->saveState());
  stored.setValue(kSort, words);
}

void ClipColumns::sort_by(int column, Qt::SortOrder order) {
  auto keys = model_.sort_keys();
  const bool further = QGuiApplication::keyboardModifiers() & Qt::ShiftModifier;
  if (!further || keys.empty()) {
    keys.clear();
    if (column >= 0) keys.push_back({column, order});
  } else if (column >= 0) {
    const auto known = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.column == column; });
    if (known != keys.end()) known->order = known->order == Qt::AscendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder;
    else keys.push_back({column, Qt::AscendingOrder});
    if (keys.size() > kMostKeys) keys.erase(keys.begin() + 1);
  }
  model_.set_sort(std::move(keys));
  show_sort();
  remember();
}

void ClipColumns::show_sort() {
  QHeaderView* header = table_.horizontalHeader();
  const QSignalBlocker block(header);
  const auto& keys = model_.sort_keys();
  header->setSortIndicator(keys.empty() ? -1 : keys.front().column, keys.empty() ? Qt::AscendingOrder : keys.front().order);
  header->viewport()->update();
}

void ClipColumns::fill_menu(QMenu& menu) {
  for (int i = 0; i < ClipTableModel::column_count; ++i) {
    QAction* action = menu.addAction(model_.headerData(i, Qt::Horizontal, Qt::AccessibleTextRole).toString());
    action->setCheckable(true);
    action->setChecked(!table_.isColumnHidden(i));
    action->setEnabled(i != ClipTableModel::name);
    connect(action, &QAction::toggled, this, [this, i](bool on) {
      table_.setColumnHidden(i, !on);
      remember();
    });
  }
}

}  // namespace luthier::ui
