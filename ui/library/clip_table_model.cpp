#include "ui/library/clip_table_model.h"

#include <QFont>
#include <QMimeData>
#include <QSet>
#include <algorithm>
#include <utility>

#include "ui/application_style.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_drag.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

db::ClipColumn sort_column(int column) {
  switch (column) {
    case ClipTableModel::name: return db::ClipColumn::name;
    case ClipTableModel::label: return db::ClipColumn::label;
    case ClipTableModel::start: return db::ClipColumn::start;
    case ClipTableModel::seconds: return db::ClipColumn::seconds;
    case ClipTableModel::phrase: return db::ClipColumn::phrase;
    case ClipTableModel::rating: return db::ClipColumn::rating;
    case ClipTableModel::loudness: return db::ClipColumn::loudness;
    case ClipTableModel::peak: return db::ClipColumn::peak;
    case ClipTableModel::rate: return db::ClipColumn::sample_rate;
    case ClipTableModel::split: return db::ClipColumn::split;
    case ClipTableModel::added: return db::ClipColumn::added;
    case ClipTableModel::source: return db::ClipColumn::source;
    case ClipTableModel::rights: return db::ClipColumn::rights;
    case ClipTableModel::notes: return db::ClipColumn::notes;
    default: return db::ClipColumn::id;
  }
}

}  // namespace

ClipTableModel::ClipTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void ClipTableModel::set_catalog(CatalogWorker* worker) {
  worker_ = worker;
  ticket_ = Ticket();
  begun_ = false;
  beginResetModel();
  ids_.clear();
  rows_.clear();
  pages_.clear();
  recent_.clear();
  ++list_number_;
  endResetModel();
  if (worker_) refresh();
}

void ClipTableModel::set_query(const QString& query) {
  if (query == query_) return;
  query_ = query;
  refresh();
}

void ClipTableModel::set_restriction(std::optional<std::vector<db::ClipId>> clips) {
  if (!clips && !restriction_) return;
  restriction_.reset();
  if (clips) {
    auto kept = std::make_shared<std::unordered_set<std::int64_t>>();
    for (const db::ClipId id : *clips) kept->insert(id.value);
    restriction_ = std::move(kept);
  }
  refresh();
}

void ClipTableModel::sort(int column, Qt::SortOrder order) { set_sort(column < 0 ? std::vector<SortKey>{} : std::vector<SortKey>{{column, order}}); }

void ClipTableModel::set_sort(std::vector<SortKey> keys) {
  if (keys == keys_) return;
  keys_ = std::move(keys);
  Q_EMIT headerDataChanged(Qt::Horizontal, 0, column_count - 1);
  refresh();
}

void ClipTableModel::refresh() {
  if (!worker_) return;
  loading_ = true;
  ticket_ = ticket_.next();
  std::vector<db::ClipOrder> orders;
  for (const SortKey& key : keys_) orders.push_back({sort_column(key.column), key.order == Qt::DescendingOrder});
  if (ids_.empty() && !restriction_ && query_.isEmpty() && keys_.empty()) read_first_rows();
  worker_->read(
      this, ticket_,
      [query = query_.toStdString(), orders, kept = restriction_](db::Catalog& catalog) {
        ClipList list{catalog.clips().ids(query, orders), {}, {}};
        if (kept) std::erase_if(list.ids, [&](db::ClipId id) { return !kept->contains(id.value); });
        list.rows.reserve(static_cast<qsizetype>(list.ids.size()));
        for (std::size_t i = 0; i < list.ids.size(); ++i) list.rows.insert(list.ids[i].value, static_cast<int>(i));
        const auto end = list.ids.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(kPage, list.ids.size()));
        list.first_page = placed({list.ids.begin(), end}, catalog);
        return list;
      },
      [this](ClipList list) { take(std::move(list)); },
      [this](const QString& message) {
        loading_ = false;
        Q_EMIT query_failed(message);
      });
}

/// Where nothing is shown yet: what is seen at once, before all ids are read. Unsorted clips stand by their numbers, so the lowest
/// numbers are the first rows.
void ClipTableModel::read_first_rows() {
  worker_->read(
      this, ticket_,
      [](db::Catalog& catalog) {
        ClipList list{catalog.clips().ids("id:1.." + std::to_string(8 * kPage)), {}, {}};
        if (list.ids.size() > kPage) list.ids.resize(kPage);
        for (std::size_t i = 0; i < list.ids.size(); ++i) list.rows.insert(list.ids[i].value, static_cast<int>(i));
        list.first_page = placed(list.ids, catalog);
        return list;
      },
      [this](ClipList list) {
        if (list.ids.size() < kPage) return;  // few clips, or their first are gone: the list itself is as quick
        show_list(std::move(list));
        begun_ = true;
        Q_EMIT begun();
      });
}

void ClipTableModel::take(ClipList list) {
  loading_ = false;
  const bool begun = std::exchange(begun_, false);
  if (list.ids == ids_) {
    for (Page& page : pages_) {
      page.stale = true;
      page.requested = false;
    }
    ++list_number_;
    if (!ids_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, column_count - 1));
  } else if (begun && list.ids.size() > ids_.size() && std::equal(ids_.begin(), ids_.end(), list.ids.begin())) {
    beginInsertRows({}, rowCount(), static_cast<int>(list.ids.size()) - 1);  // the list goes on; what is shown stays
    ids_ = std::move(list.ids);
    rows_ = std::move(list.rows);
    endInsertRows();
  } else {
    show_list(std::move(list));
  }
  Q_EMIT loaded();
}

void ClipTableModel::show_list(ClipList list) {
  beginResetModel();
  ids_ = std::move(list.ids);
  rows_ = std::move(list.rows);
  pages_.clear();
  recent_.clear();
  ++list_number_;
  if (!list.first_page.empty()) {
    Page& first = add_page(0);
    first.rows = std::move(list.first_page);
    first.fetched = true;
  }
  endResetModel();
  if (rowCount() > 0) Q_EMIT rows_arrived(0, std::min(kPage, rowCount()) - 1);
}

qint64 ClipTableModel::id_at(int row) const {
  return row >= 0 && row < rowCount() ? ids_[static_cast<std::size_t>(row)].value : 0;
}

int ClipTableModel::row_of(qint64 id) const { return rows_.value(id, -1); }

const db::ClipView* ClipTableModel::view_at(int row) const {
  if (row < 0 || row >= rowCount()) return nullptr;
  const int number = row / kPage;
  auto found = pages_.find(number);
  if (found == pages_.end()) {
    fetch(number);
    return nullptr;
  }
  if (found->stale && !found->requested) fetch(number);
  recent_.splice(recent_.begin(), recent_, found->use);
  if (!found->fetched) return nullptr;
  const auto at = static_cast<std::size_t>(row % kPage);
  if (at >= found->rows.size() || found->rows[at].clip.id != ids_[static_cast<std::size_t>(row)]) return nullptr;
  return &found->rows[at];
}

/// The views of these clips; those that are gone leave holes, so that the others keep their place.
std::vector<db::ClipView> ClipTableModel::placed(const std::vector<db::ClipId>& wanted, db::Catalog& catalog) {
  auto rows = catalog.clips().views(wanted);
  std::vector<db::ClipView> all(wanted.size());
  std::size_t from = 0;
  for (std::size_t i = 0; i < wanted.size() && from < rows.size(); ++i)
    if (rows[from].clip.id == wanted[i]) all[i] = std::move(rows[from++]);
  return all;
}

ClipTableModel::Page& ClipTableModel::add_page(int number) const {
  while (static_cast<int>(recent_.size()) >= kKeptPages) {
    pages_.remove(recent_.back());
    recent_.pop_back();
  }
  recent_.push_front(number);
  Page& page = *pages_.insert(number, Page{});
  page.use = recent_.begin();
  return page;
}

void ClipTableModel::fetch(int number) const {
  if (!worker_) return;
  const auto found = pages_.find(number);
  Page& asked = found == pages_.end() ? add_page(number) : *found;
  asked.requested = true;
  asked.stale = false;
  const auto begin = static_cast<std::size_t>(number) * kPage;
  const auto end = std::min(begin + kPage, ids_.size());
  std::vector<db::ClipId> wanted(ids_.begin() + static_cast<std::ptrdiff_t>(begin), ids_.begin() + static_cast<std::ptrdiff_t>(end));
  auto* self = const_cast<ClipTableModel*>(this);
  worker_->run(
      self, [wanted](db::Catalog& catalog) { return placed(wanted, catalog); },
      [self, number, list = list_number_, wanted](std::vector<db::ClipView> rows) {
        if (list != self->list_number_) return;
        auto page = self->pages_.find(number);
        if (page == self->pages_.end()) return;
        page->rows = std::move(rows);
        page->fetched = true;
        page->requested = false;
        const int first = number * kPage, last = first + static_cast<int>(wanted.size()) - 1;
        Q_EMIT self->dataChanged(self->index(first, 0), self->index(last, column_count - 1));
        Q_EMIT self->rows_arrived(first, last);
      });
}

int ClipTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(ids_.size());
}

int ClipTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : column_count; }

QVariant ClipTableModel::text_of(const db::ClipView& view, int column) const {
  const db::ClipRow& clip = view.clip;
  switch (column) {
    case name: return text(view.name);
    case label: return text(view.label);
    case seconds: return QString::number(clip.seconds, 'f', 2);
    case phrase: return text(view.phrase);
    case rating: return QString(clip.rating, QChar(0x2605));
    case tags: {
      QStringList all;
      for (const auto& tag : view.tags) all << text(tag);
      return all.join(", ");
    }
    case loudness: return clip.loudness ? QString::number(*clip.loudness, 'f', 1) : QString();
    case peak: return clip.peak ? QString::number(*clip.peak, 'f', 1) : QString();
    case rate: return QString::number(view.sample_rate);
    case split: return clip.split == db::Split::none ? QString() : QString::fromLatin1(db::to_text(clip.split));
    case source: return text(view.source);
    case rights: return text(view.rights);
    case notes: return text(clip.notes);
    case start: return view.sample_rate > 0 ? QString::number(static_cast<double>(clip.start_frame) / view.sample_rate, 'f', 2) : QString();
    case added: return text(clip.added_at).replace('T', ' ').remove('Z');
    default: return {};
  }
}

QVariant ClipTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const db::ClipView* view = view_at(index.row());
  if (!view) {
    if (role == Qt::DisplayRole && index.column() == name) return QStringLiteral("…");
    return {};
  }
  const bool number = index.column() == seconds || index.column() == start || index.column() == loudness || index.column() == peak || index.column() == rate;
  switch (role) {
    case Qt::DisplayRole: return text_of(*view, index.column());
    case Qt::AccessibleTextRole: {
      const QString value = text_of(*view, index.column()).toString();
      return index.column() == rating ? counted(view->clip.rating, tr("star"), tr("stars")) : value;
    }
    case Qt::DecorationRole:
      if (index.column() == label && view->clip.label) return label_color({}, view->clip.label->value);
      return {};
    case Qt::ForegroundRole:
      if (view->missing) return theme().danger;
      if (view->clip.excluded) return theme().faint;
      return index.column() == rating ? QVariant(theme().accent) : QVariant();
    case Qt::FontRole: {
      if (!view->clip.excluded) return {};
      QFont font;
      font.setStrikeOut(true);
      return font;
    }
    case Qt::TextAlignmentRole: return static_cast<int>((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::ToolTipRole:
      if (view->missing) return tr("The file is missing: %1").arg(text(view->path));
      if (view->clip.excluded) return tr("Excluded from training, pairs and export");
      return text_of(*view, index.column());
    default: return {};
  }
}

QVariant ClipTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
  if (role == Qt::TextAlignmentRole) {
    const bool number = section == seconds || section == start || section == loudness || section == peak || section == rate;
    return static_cast<int>((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  }
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
  static const char* titles[column_count] = {
      QT_TR_NOOP("Name"), QT_TR_NOOP("Label"), QT_TR_NOOP("Length, s"), QT_TR_NOOP("Phrase"), QT_TR_NOOP("Rating"),
      QT_TR_NOOP("Loudness, LUFS"), QT_TR_NOOP("Tags"), QT_TR_NOOP("Peak, dBFS"), QT_TR_NOOP("Rate, Hz"),
      QT_TR_NOOP("Split"), QT_TR_NOOP("Source"), QT_TR_NOOP("Notes"), QT_TR_NOOP("Added, UTC"), QT_TR_NOOP("Start, s"), QT_TR_NOOP("Rights")};
  if (section < 0 || section >= column_count) return {};
  const QString title = tr(titles[section]);
  if (role == Qt::ToolTipRole) return tr("%1: a click sorts, Shift+click adds a second and a third key, a right click chooses columns").arg(title);
  if (role != Qt::DisplayRole || keys_.size() < 2) return title;
  for (std::size_t i = 1; i < keys_.size(); ++i) {
    if (keys_[i].column == section) return tr("%1  %2%3").arg(title).arg(i + 1).arg(keys_[i].order == Qt::AscendingOrder ? QChar(0x25B4) : QChar(0x25BE));
  }
  return title;
}

Qt::ItemFlags ClipTableModel::flags(const QModelIndex& index) const {
  if (!index.isValid()) return Qt::NoItemFlags;
  return Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemIsDragEnabled | Qt::ItemNeverHasChildren;
}

QStringList ClipTableModel::mimeTypes() const { return {kClipMime, "text/uri-list"}; }

QMimeData* ClipTableModel::mimeData(const QModelIndexList& indexes) const {
  std::vector<db::ClipId> ids;
  QSet<int> rows;
  for (const QModelIndex& index : indexes) {
    if (rows.contains(index.row())) continue;
    rows.insert(index.row());
    ids.push_back(db::ClipId{id_at(index.row())});
  }
  if (workspace_) {
    auto* drag = new ClipDrag(*workspace_, std::move(ids));
    connect(drag, &ClipDrag::fell_short, this, &ClipTableModel::files_fell_short);
    return drag;
  }
  QStringList lines;
  for (const db::ClipId id : ids) lines << QString::number(id.value);
  auto* data = new QMimeData;
  data->setData(kClipMime, lines.join('\n').toUtf8());
  return data;
}

}  // namespace luthier::ui
