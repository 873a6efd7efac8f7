#pragma once
#include <QAbstractTableModel>
#include <QHash>
#include <list>
#include <optional>
#include <vector>

#include "db/pair_store.h"
#include "db/rows.h"
#include "ui/common/catalog_worker.h"

namespace luthier::ui {

/// A pair with the clips it names.
struct PairView {
  db::PairRow pair;
  db::ClipView content, style;
  std::optional<db::ClipView> target;
};

/// The pairs of one set: ids in memory, rows fetched by pages as they come into sight. GUI thread.
class PairTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { number, content, style, target, split, reason, column_count };
  static constexpr int kPage = 128;

  explicit PairTableModel(QObject* parent = nullptr);
  void set_catalog(CatalogWorker* worker);
  void set_set(db::PairSetId set);  ///< 0: none
  void refresh();
  const PairView* view_at(int row) const;
  qint64 id_at(int row) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 Q_SIGNALS:
  void loaded();
  void rows_arrived(int first, int last);

 private:
  void fetch(int page) const;

  CatalogWorker* worker_ = nullptr;
  db::PairSetId set_;
  std::vector<db::PairId> ids_;
  mutable QHash<int, std::vector<PairView>> pages_;
  mutable QHash<int, bool> asked_;
  Ticket ticket_;
  quint64 list_number_ = 0;
};

}  // namespace luthier::ui
