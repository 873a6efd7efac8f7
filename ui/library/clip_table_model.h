#pragma once
#include <QAbstractTableModel>
#include <QHash>
#include <QTimer>
#include <list>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "core/session/workspace.h"
#include "db/clip_store.h"
#include "db/rows.h"
#include "ui/common/catalog_worker.h"

namespace luthier::ui {

/// The clips that a search finds, in order: a list of ids in memory and pages of rows that are fetched as they come into
/// sight. data() never waits: a row that is not there yet shows its number only. GUI thread; SQL runs on the worker.
class ClipTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { name, label, seconds, phrase, rating, loudness, tags, peak, rate, split, source, notes, added, start, rights, column_count };
  /// A column to sort by.
  struct SortKey {
    int column = -1;
    Qt::SortOrder order = Qt::AscendingOrder;
    bool operator==(const SortKey&) const = default;
  };
  static constexpr int kPage = 128;       ///< rows fetched at once
  static constexpr int kKeptPages = 128;  ///< pages in memory

  explicit ClipTableModel(QObject* parent = nullptr);

  void set_catalog(CatalogWorker* worker);  ///< null: empty
  /// In the language of db/clip_query.h. The old list stays until the new one is there.
  void set_query(const QString& query);
  const QString& query() const { return query_; }
  /// Only clips of this list, as far as the search finds them; nothing: all.
  void set_restriction(std::optional<std::vector<db::ClipId>> clips);
  bool restricted() const { return restriction_ != nullptr; }
  void sort(int column, Qt::SortOrder order) override;
  /// By the first key, where that is equal by the second, and so on; none: in the order they came in.
  void set_sort(std::vector<SortKey> keys);
  const std::vector<SortKey>& sort_keys() const { return keys_; }
  /// Reads ids again and the visible rows anew; rows stay as they are meanwhile.
  void refresh();

  qint64 id_at(int row) const;
  int row_of(qint64 id) const;  ///< -1: not in this list
  /// The row if it is in memory.
  const db::ClipView* view_at(int row) const;
  const std::vector<db::ClipId>& ids() const { return ids_; }
  bool loading() const { return loading_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QStringList mimeTypes() const override;
  QMimeData* mimeData(const QModelIndexList& indexes) const override;
  void set_workspace(const Workspace* workspace) { workspace_ = workspace; }

 Q_SIGNALS:
  void loaded();                               ///< a new list of ids is shown
  void begun();                                ///< of a catalog that was opened the first rows are there; the list goes on
  void query_failed(const QString& message);   ///< the search text is wrong; the old list stays
  void rows_arrived(int first, int last);
  void files_fell_short(int files, int clips);  ///< another program took dragged clips, and got fewer files

 private:
  struct Page {
    std::vector<db::ClipView> rows;
    bool fetched = false, stale = false, requested = false;
    std::list<int>::iterator use;
  };
  void fetch(int page) const;
  Page& add_page(int number) const;
  static std::vector<db::ClipView> placed(const std::vector<db::ClipId>& wanted, db::Catalog& catalog);
  /// The clips of a list in order, where each stands, and the rows that are seen first; made on the catalog's thread.
  struct ClipList {
    std::vector<db::ClipId> ids;
    QHash<qint64, int> rows;
    std::vector<db::ClipView> first_page;
  };
  void read_first_rows();
  void take(ClipList list);
  void show_list(ClipList list);
  QVariant text_of(const db::ClipView& view, int column) const;

  CatalogWorker* worker_ = nullptr;
  const Workspace* workspace_ = nullptr;
  QString query_;
  std::vector<SortKey> keys_;
  std::shared_ptr<const std::unordered_set<std::int64_t>> restriction_;
  std::vector<db::ClipId> ids_;
  QHash<qint64, int> rows_;  ///< id -> row
  mutable QHash<int, Page> pages_;
  mutable std::list<int> recent_;  ///< pages, newest first
  Ticket ticket_;
  quint64 list_number_ = 0;
  bool loading_ = false;
  bool begun_ = false;  ///< of the list only the first rows are shown
};

}  // namespace luthier::ui
