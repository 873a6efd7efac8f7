#include "ui/library/clip_columns.h"

#include <QGuiApplication>
#include <QHeaderView>
#include <QSettings>
#include <QSignalBlocker>
#include <algorithm>

#include "ui/common/kept_layout.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"

namespace luthier::ui {
namespace {

constexpr std::size_t kMostKeys = 3;
constexpr const char* kSort = "library/sort";

const QList<int> kHiddenAtFirst = {ClipTableModel::peak,  ClipTableModel::rate,  ClipTableModel::split, ClipTableModel::source,
                                   ClipTableModel::notes, ClipTableModel::added, ClipTableModel::rights};

}  // namespace

ClipColumns::ClipColumns(ClipTable& table, ClipTableModel& model) : QObject(&table), table_(table), model_(model) {
  QHeaderView* header = table_.horizontalHeader();
  const int widths[] = {300, 120, 85, 160, 85, 125, 140, 95, 80, 80, 160, 120, 140, 75, 140};
  static_assert(std::size(widths) == ClipTableModel::column_count);
  for (int i = 0; i < ClipTableModel::column_count; ++i) table_.setColumnWidth(i, widths[i]);
  for (const int column : kHiddenAtFirst) table_.setColumnHidden(column, true);
  header->moveSection(header->visualIndex(ClipTableModel::start), 2);
  kept_ = new KeptColumns(*header, "library/columns");
  header->setSortIndicatorShown(true);
  header->setSortIndicatorClearable(true);
  header->setSectionsClickable(true);
  restore_sort();
  connect(header, &QHeaderView::sortIndicatorChanged, this, &ClipColumns::sort_by);
}

void ClipColumns::restore_sort() {
  std::vector<ClipTableModel::SortKey> keys;
  for (const QString& word : QSettings().value(kSort).toStringList()) {
    const int column = word.mid(1).toInt();
    if (column >= 0 && column < ClipTableModel::column_count && keys.size() < kMostKeys)
      keys.push_back({column, word.startsWith('-') ? Qt::DescendingOrder : Qt::AscendingOrder});
  }
  model_.set_sort(std::move(keys));
  show_sort();
}

void ClipColumns::remember_sort() {
  QStringList words;
  for (const auto& key : model_.sort_keys()) words << (key.order == Qt::DescendingOrder ? "-" : "+") + QString::number(key.column);
  QSettings().setValue(kSort, words);
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
  remember_sort();
}

void ClipColumns::show_sort() {
  QHeaderView* header = table_.horizontalHeader();
  const QSignalBlocker block(header);
  const auto& keys = model_.sort_keys();
  header->setSortIndicator(keys.empty() ? -1 : keys.front().column, keys.empty() ? Qt::AscendingOrder : keys.front().order);
  header->viewport()->update();
}

void ClipColumns::fill_menu(QMenu& menu) { kept_->fill_menu(menu); }

}  // namespace luthier::ui
