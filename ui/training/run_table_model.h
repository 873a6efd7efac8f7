#pragma once
#include <QAbstractTableModel>
#include <QStringList>
#include <QTimer>
#include <filesystem>
#include <vector>

#include "core/session/run_title.h"
#include "core/session/training_session.h"

namespace luthier::ui {

/// All runs of a workspace, newest first, whoever trains them. The folders are read on another thread; call refresh() as
/// often as wanted. The name can be edited, which asks for a title. GUI thread.
class RunTableModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { name, family, preset, state, progress, best, device, started, column_count };

  explicit RunTableModel(QObject* parent = nullptr);
  void set_workspace(const std::filesystem::path& folder);  ///< empty: none
  void refresh();
  const std::vector<RunSummary>& runs() const { return runs_; }
  const RunSummary* at(int row) const;
  int row_of(const QString& id) const;
  QString name_of(const QString& id) const;  ///< the user's title, or the id
  /// The run that this window trains now, with what is known of it live; empty: none.
  void set_live(const QString& run, const QString& words, qint64 at);
  /// Runs that are ticked: their curves are drawn beside the chosen one's.
  const QStringList& pinned() const { return pinned_; }
  void set_pinned(const QStringList& runs);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 Q_SIGNALS:
  void refreshed();
  void pins_changed();
  void rename_requested(const QString& run, const QString& title);

 private:
  void take(std::vector<RunSummary> runs, RunTitles titles);

  std::filesystem::path folder_;
  std::vector<RunSummary> runs_;
  RunTitles titles_;
  quint64 number_ = 0;
  bool reading_ = false;
  QString live_, live_state_;
  qint64 live_step_ = 0;
  QStringList pinned_;
};

/// "running", "done" … for people.
QString run_state_text(const std::string& status);

}  // namespace luthier::ui
