#include "ui/training/pinned_runs.h"

#include <QCoreApplication>
#include <QMetaObject>
#include <QPointer>
#include <QThreadPool>
#include <utility>

#include "core/session/training_session.h"

namespace luthier::ui {

/// What has been read of a run so far.
struct PinnedRuns::Source {
  explicit Source(std::filesystem::path folder) : follower(std::move(folder)) {}
  RunFollower follower;
  RunRecord record;
  std::stop_source stop;  ///< nobody wants it any more

  /// True when there was something new.
  bool read_on() {
    bool any = false;
    try {
      for (std::vector<RunEvent> events; !stop.stop_requested() && !(events = follower.poll()).empty(); any = true) {
        for (const RunEvent& event : events) record.apply(event);
      }
    } catch (const std::exception&) {
      // a folder that has just gone; the next look decides
    }
    return any;
  }
};

PinnedRuns::PinnedRuns(QObject* parent) : QObject(parent) {
  again_.setInterval(2000);
  connect(&again_, &QTimer::timeout, this, [this] {
    for (auto pin = pins_.begin(); pin != pins_.end(); ++pin) {
      if (pin->growing) read(pin.key());
    }
  });
}

PinnedRuns::~PinnedRuns() {
  for (const Pin& pin : pins_) pin.source->stop.request_stop();
}

void PinnedRuns::drop(const QString& id) { pins_.take(id).source->stop.request_stop(); }

void PinnedRuns::set(const std::filesystem::path& runs_folder, const QStringList& ids, const QStringList& growing) {
  bool fewer = false;
  for (const QString& id : pins_.keys()) {
    if (runs_folder == folder_ && ids.contains(id)) continue;
    drop(id);
    fewer = true;
  }
  folder_ = runs_folder;
  bool any_grows = false;
  for (const QString& id : ids) {
    Pin& pin = pins_[id];
    const bool is_new = !pin.source, ended = pin.growing && !growing.contains(id);
    if (is_new) pin.source = std::make_shared<Source>(folder_ / id.toStdString());
    pin.growing = growing.contains(id);
    any_grows |= pin.growing;
    if (is_new || ended) read(id);  // once more after its end, for its last figures
  }
  if (!any_grows) again_.stop();
  else if (!again_.isActive()) again_.start();
  if (fewer) tell();
}

void PinnedRuns::read(const QString& id) {
  Pin& pin = pins_[id];
  pin.once_more = pin.reading;
  if (std::exchange(pin.reading, true)) return;
  QPointer<PinnedRuns> self(this);
  QThreadPool::globalInstance()->start([self, id, source = pin.source] {
    auto record = source->read_on() ? std::make_shared<const RunRecord>(source->record) : nullptr;
    QMetaObject::invokeMethod(
        qApp,
        [self, id, source, record] {
          if (self) self->take(id, source, record);
        },
        Qt::QueuedConnection);
  });
}

void PinnedRuns::take(const QString& id, const std::shared_ptr<Source>& source, std::shared_ptr<const RunRecord> record) {
  const auto pin = pins_.find(id);
  if (pin == pins_.end() || pin->source != source) return;
  pin->reading = false;
  if (pin->once_more) read(id);
  if (!record) return;
  pin->record = std::move(record);
  tell();
}

void PinnedRuns::tell() {
  std::vector<std::shared_ptr<const RunRecord>> all;
  for (const Pin& pin : pins_) {
    if (pin.record) all.push_back(pin.record);
  }
  Q_EMIT changed(all);
}

}  // namespace luthier::ui
