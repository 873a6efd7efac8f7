#include "ui/pairs/pair_table_model.h"

#include <QRegularExpression>
#include <algorithm>
#include <map>

#include "core/session/pair_session.h"
#include "db/clip_store.h"
#include "ui/application_style.h"

namespace luthier::ui {
namespace {

QString name_of(const db::ClipView& view) {
  QString words = QString::fromStdString(view.name);
  if (!view.label.empty()) words += "  ·  " + QString::fromStdString(view.label);
  return words;
}

/// Why the pair is none, or empty: splits change after a pair was made.
QString problem_of(const PairView& view) {
  const auto paired = [](const db::ClipView& clip) { return PairedClip{clip.clip.id, clip.clip.split}; };
  return QString::fromStdString(pair_problem(paired(view.content), paired(view.style), view.target ? std::optional(paired(*view.target)) : std::nullopt));
}

/// "train", or where its clips part "train / test".
QString splits_of(const PairView& view) {
  QStringList all;
  for (const db::ClipView* clip : {&view.content, &view.style, view.target ? &*view.target : nullptr}) {
    const QString split = !clip || clip->clip.split == db::Split::none ? QString() : QString::fromLatin1(db::to_text(clip->clip.split));
    if (clip && !all.contains(split)) all << split;
  }
  if (all.size() > 1) all.replaceInStrings(QRegularExpression("^$"), QStringLiteral("–"));
  return all.join(" / ");
}

QVariant split_data(const PairView& view, int role) {
  if (role == Qt::DisplayRole) return splits_of(view);
  if (role != Qt::ForegroundRole && role != Qt::ToolTipRole) return {};
  const QString problem = problem_of(view);
  if (role == Qt::ForegroundRole) return problem.isEmpty() ? QVariant() : QVariant(theme().danger);
  if (!problem.isEmpty()) return problem;
  const db::Split split = view.content.clip.split;
  return split == db::Split::validation || split == db::Split::test ? QVariant(PairTableModel::tr("A training leaves this pair out: its clips are kept for %1.").arg(db::to_text(split))) : QVariant();
}

std::vector<PairView> read_pairs(db::Catalog& catalog, const std::vector<db::PairId>& ids) {
  std::vector<db::ClipId> wanted;
  const std::vector<db::PairRow> rows = catalog.pairs().rows(ids);
  for (const db::PairRow& row : rows) {
    wanted.push_back(row.content);
    wanted.push_back(row.style);
    if (row.target) wanted.push_back(*row.target);
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::map<std::int64_t, db::ClipView> clips;
  for (db::ClipView& view : catalog.clips().views(wanted)) clips.emplace(view.clip.id.value, std::move(view));
  std::vector<PairView> views;
  for (const db::PairRow& row : rows) {
    PairView view{row, clips[row.content.value], clips[row.style.value], std::nullopt};
    if (row.target) view.target = clips[row.target->value];
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace

PairTableModel::PairTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void PairTableModel::set_catalog(CatalogWorker* worker) {
  worker_ = worker;
  ticket_ = Ticket();
  set_set({});
}

void PairTableModel::set_set(db::PairSetId set) {
  set_ = set;
  beginResetModel();
  ids_.clear();
  pages_.clear();
  asked_.clear();
  ++list_number_;
  endResetModel();
  refresh();
}

void PairTableModel::refresh() {
  ticket_ = ticket_.next();
  if (!worker_ || !set_) {
    Q_EMIT loaded();
    return;
  }
  worker_->read(
      this, ticket_, [set = set_](db::Catalog& catalog) { return catalog.pairs().ids(set); },
      [this](std::vector<db::PairId> ids) {
        if (ids == ids_) {
          pages_.clear();
          asked_.clear();
          ++list_number_;
          if (!ids_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, column_count - 1));
        } else {
          beginResetModel();
          ids_ = std::move(ids);
          pages_.clear();
          asked_.clear();
          ++list_number_;
          endResetModel();
        }
        Q_EMIT loaded();
      });
}

qint64 PairTableModel::id_at(int row) const {
  return row >= 0 && row < rowCount() ? ids_[static_cast<std::size_t>(row)].value : 0;
}

const PairView* PairTableModel::view_at(int row) const {
  if (row < 0 || row >= rowCount()) return nullptr;
  const int page = row / kPage;
  auto found = pages_.constFind(page);
  if (found == pages_.constEnd()) {
    fetch(page);
    return nullptr;
  }
  const auto at = static_cast<std::size_t>(row % kPage);
  if (at >= found->size() || (*found)[at].pair.id != ids_[static_cast<std::size_t>(row)]) return nullptr;
  return &(*found)[at];
}

void PairTableModel::fetch(int page) const {
  if (!worker_ || asked_.value(page)) return;
  asked_[page] = true;
  const auto begin = static_cast<std::size_t>(page) * kPage, end = std::min(begin + kPage, ids_.size());
  std::vector<db::PairId> wanted(ids_.begin() + static_cast<std::ptrdiff_t>(begin), ids_.begin() + static_cast<std::ptrdiff_t>(end));
  auto* self = const_cast<PairTableModel*>(this);
  worker_->run(
      self, [wanted](db::Catalog& catalog) { return read_pairs(catalog, wanted); },
      [self, page, list = list_number_](std::vector<PairView> views) {
        if (list != self->list_number_) return;
        if (self->pages_.size() > 128) self->pages_.clear(), self->asked_.clear();
        self->pages_.insert(page, std::move(views));
        const int first = page * kPage, last = std::min(first + kPage, self->rowCount()) - 1;
        Q_EMIT self->dataChanged(self->index(first, 0), self->index(last, column_count - 1));
        Q_EMIT self->rows_arrived(first, last);
      });
}

int PairTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(ids_.size()); }
int PairTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : column_count; }

QVariant PairTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const PairView* view = view_at(index.row());
  if (role == Qt::DisplayRole && index.column() == number) return index.row() + 1;
  if (role == Qt::TextAlignmentRole && index.column() == number) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
  if (!view) return role == Qt::DisplayRole && index.column() == content ? QVariant(QStringLiteral("…")) : QVariant();
  if (index.column() == split) return split_data(*view, role);
  const db::ClipView* clip = index.column() == content ? &view->content
                             : index.column() == style ? &view->style
                             : index.column() == target && view->target ? &*view->target
                                                                         : nullptr;
  if (role == Qt::DecorationRole && clip && clip->clip.label) return label_color({}, clip->clip.label->value);
  if (role == Qt::ToolTipRole && clip) return tr("Click to hear %1").arg(QString::fromStdString(clip->name));
  if (role != Qt::DisplayRole) return {};
  if (clip) return name_of(*clip);
  if (index.column() == target) return QStringLiteral("–");
  return index.column() == reason ? QString::fromStdString(view->pair.reason) : QString();
}

QVariant PairTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  static const char* titles[column_count] = {QT_TR_NOOP("No."), QT_TR_NOOP("Content"), QT_TR_NOOP("Style"), QT_TR_NOOP("Target"),
                                             QT_TR_NOOP("Split"), QT_TR_NOOP("Reason")};
  return section >= 0 && section < column_count ? tr(titles[section]) : QString();
}

}  // namespace luthier::ui
