#include "ui/training/pinned_runs.h"

#include <QCoreApplication>
#include <QMetaObject>
#include <QPointer>
#include <QThreadPool>

#include "core/session/training_session.h"

namespace luthier::ui {

PinnedRuns::PinnedRuns(QObject* parent) : QObject(parent) {
  again_.setInterval(2000);
  connect(&again_, &QTimer::timeout, this, [this] {
    for (const QString& id : growing_) read(id);
  });
}

void PinnedRuns::set(const std::filesystem::path& runs_folder, const QStringList& ids, const QStringList& growing) {
  if (runs_folder != folder_) pins_.clear();
  folder_ = runs_folder;
  ++number_;
  for (const QString& id : pins_.keys()) {
    if (!ids.contains(id)) pins_.remove(id);
  }
  growing_.clear();
  for (const QString& id : ids) {
    if (growing.contains(id)) growing_ << id;
    pins_[id].reading = false;  // an answer to an earlier question is dropped
    read(id);
  }
  if (growing_.isEmpty()) again_.stop();
  else again_.start();
  if (ids.isEmpty()) Q_EMIT changed({});
}

void PinnedRuns::read(const QString& id) {
  Pin& pin = pins_[id];
  if (pin.reading) return;
  pin.reading = true;
  QPointer<PinnedRuns> self(this);
  QThreadPool::globalInstance()->start([self, id, number = number_, folder = folder_ / id.toStdString()] {
    auto record = std::make_shared<RunRecord>();
    try {
      for (const RunEvent& event : RunFollower(folder).poll()) record->apply(event);
    } catch (const std::exception&) {
      return;  // a run without readable events has no curve
    }
    QMetaObject::invokeMethod(
        qApp,
        [self, id, number, record] {
          if (self && number == self->number_) self->take(id, record);
        },
        Qt::QueuedConnection);
  });
}

void PinnedRuns::take(const QString& id, std::shared_ptr<const RunRecord> record) {
  const auto pin = pins_.find(id);
  if (pin == pins_.end()) return;
  pin->record = std::move(record);
  pin->reading = false;
  std::vector<std::shared_ptr<const RunRecord>> all;
  for (const Pin& each : pins_) {
    if (each.record) all.push_back(each.record);
  }
  Q_EMIT changed(all);
}

}  // namespace luthier::ui
