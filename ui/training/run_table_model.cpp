#include "ui/training/run_table_model.h"

#include <QCoreApplication>
#include <QLocale>
#include <QMetaObject>
#include <QPointer>
#include <QThreadPool>
#include <algorithm>
#include <cmath>
#include <memory>

#include "ui/application_style.h"

namespace luthier::ui {

QString run_state_text(const std::string& status) {
  if (status == "running") return QObject::tr("training");
  if (status == "paused") return QObject::tr("paused");
  if (status == "done") return QObject::tr("done");
  if (status == "failed") return QObject::tr("failed");
  if (status == "cancelled") return QObject::tr("stopped");
  if (status == "interrupted") return QObject::tr("interrupted");
  return QString::fromStdString(status);
}

RunTableModel::RunTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunTableModel::set_workspace(const std::filesystem::path& folder) {
  folder_ = folder;
  ++number_;
  reading_ = false;
  pinned_.clear();
  Q_EMIT pins_changed();
  take({}, {});
  refresh();
}

void RunTableModel::refresh() {
  if (folder_.empty() || reading_) return;
  reading_ = true;
  QPointer<RunTableModel> self(this);
  QThreadPool::globalInstance()->start([self, folder = folder_, number = number_] {
    auto runs = std::make_shared<std::vector<RunSummary>>();
    auto titles = std::make_shared<RunTitles>();
    try {
      *runs = list_runs(folder);
      *titles = run_titles(Workspace::open(folder));
    } catch (const std::exception&) {
      // The workspace has gone or cannot be read now; the old list stays until the next look.
      runs.reset();
    }
    QMetaObject::invokeMethod(
        qApp,
        [self, number, runs, titles] {
          if (!self || number != self->number_) return;
          self->reading_ = false;
          if (runs) self->take(std::move(*runs), std::move(*titles));
        },
        Qt::QueuedConnection);
  });
}

void RunTableModel::set_live(const QString& run, const QString& words, qint64 at) {
  live_ = run;
  live_state_ = words;
  live_step_ = at;
  const int row = row_of(run);
  if (row >= 0) Q_EMIT dataChanged(index(row, 0), index(row, column_count - 1));
}

void RunTableModel::set_pinned(const QStringList& runs) {
  if (runs == pinned_) return;
  pinned_ = runs;
  if (!runs_.empty()) Q_EMIT dataChanged(index(0, name), index(rowCount() - 1, name), {Qt::CheckStateRole});
  Q_EMIT pins_changed();
}

void RunTableModel::take(std::vector<RunSummary> runs, RunTitles titles) {
  titles_ = std::move(titles);
  bool same = runs.size() == runs_.size();
  for (std::size_t i = 0; same && i < runs.size(); ++i) same = runs[i].id == runs_[i].id;
  if (same) {
    runs_ = std::move(runs);
    if (!runs_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, column_count - 1));
  } else {
    beginResetModel();
    runs_ = std::move(runs);
    endResetModel();
  }
  Q_EMIT refreshed();
}

const RunSummary* RunTableModel::at(int row) const {
  return row >= 0 && row < rowCount() ? &runs_[static_cast<std::size_t>(row)] : nullptr;
}

int RunTableModel::row_of(const QString& id) const {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (runs_[i].id == id.toStdString()) return static_cast<int>(i);
  }
  return -1;
}

QString RunTableModel::name_of(const QString& id) const { return QString::fromStdString(luthier::name_of(id.toStdString(), titles_)); }

int RunTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(runs_.size()); }
int RunTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : column_count; }

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
  const RunSummary* run = index.isValid() ? at(index.row()) : nullptr;
  if (!run) return {};
  if (role == Qt::ToolTipRole) return QString::fromStdString(run->message.empty() ? run->folder.string() : run->message);
  if (role == Qt::EditRole && index.column() == name) return titles_.contains(run->id) ? QString::fromStdString(titles_.at(run->id)) : QString();
  const bool live = !live_.isEmpty() && run->id == live_.toStdString();
  if (role == Qt::ForegroundRole && index.column() == state) {
    if (live) return theme().accent;
    if (run->status == "failed") return theme().danger;
    if (run->status == "running" || run->status == "paused") return theme().accent;
    if (run->status == "done") return theme().good;
    return theme().dim;
  }
  if (role == Qt::TextAlignmentRole && (index.column() == progress || index.column() == best)) {
    return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
  }
  if (role == Qt::CheckStateRole && index.column() == name) {
    return pinned_.contains(QString::fromStdString(run->id)) ? Qt::Checked : Qt::Unchecked;
  }
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case name: return name_of(QString::fromStdString(run->id));
    case family: return QString::fromStdString(run->family);
    case preset: return QString::fromStdString(run->preset);
    case state: return live ? live_state_ : run_state_text(run->status);
    case progress:
      if (run->total_steps <= 0) return QString();
      return tr("%1 of %2").arg(QLocale().toString(static_cast<qlonglong>(live ? std::max<qint64>(live_step_, run->step) : run->step)),
                                QLocale().toString(static_cast<qlonglong>(run->total_steps)));
    case best: return std::isnan(run->best) ? QString() : QString::number(run->best, 'g', 4);
    case device: return QString::fromStdString(run->device);
    case started: return QString::fromStdString(run->started).replace('T', ' ').remove('Z');
    default: return {};
  }
}

bool RunTableModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  const RunSummary* run = index.isValid() ? at(index.row()) : nullptr;
  if (!run || (role != Qt::CheckStateRole && role != Qt::EditRole) || index.column() != name) return false;
  const QString id = QString::fromStdString(run->id);
  if (role == Qt::EditRole) {
    const QString title = value.toString().trimmed();
    if (title == index.data(Qt::EditRole).toString()) return false;
    titles_[run->id] = title.toStdString();
    if (title.isEmpty()) titles_.erase(run->id);
    Q_EMIT dataChanged(index, index);
    Q_EMIT rename_requested(id, title);
    return true;
  }
  pinned_.removeAll(id);
  if (value.toInt() == Qt::Checked) pinned_ << id;
  Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
  Q_EMIT pins_changed();
  return true;
}

Qt::ItemFlags RunTableModel::flags(const QModelIndex& index) const {
  Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  if (index.column() == name) flags |= Qt::ItemIsUserCheckable | Qt::ItemIsEditable;
  return flags;
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation == Qt::Horizontal && role == Qt::ToolTipRole && section == name) {
    return tr("Tick runs to draw their curves beside those of the chosen one");
  }
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  static const char* titles[column_count] = {QT_TR_NOOP("Run"),  QT_TR_NOOP("Family"), QT_TR_NOOP("Preset"), QT_TR_NOOP("State"),
                                             QT_TR_NOOP("Step"), QT_TR_NOOP("Best"),   QT_TR_NOOP("Device"), QT_TR_NOOP("Started, UTC")};
  return section >= 0 && section < column_count ? tr(titles[section]) : QString();
}

}  // namespace luthier::ui
