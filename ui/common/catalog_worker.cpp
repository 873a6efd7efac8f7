#include "ui/common/catalog_worker.h"

#include <QMetaObject>
#include <chrono>

namespace luthier::ui {

CatalogWorker::CatalogWorker(Workspace workspace, QObject* parent)
    : QObject(parent), workspace_(std::move(workspace)), thread_([this] { serve(); }) {}

CatalogWorker::~CatalogWorker() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    std::erase_if(queue_, [](const Entry& entry) { return !entry.keep_on_close; });
  }
  wake_.notify_all();
  thread_.join();
}

void CatalogWorker::post(Posted job, bool keep_on_close) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back({std::move(job), keep_on_close});
  }
  wake_.notify_one();
}

void CatalogWorker::deliver(QPointer<QObject> alive, std::function<void()> call) {
  // A std::function may hold things only the GUI thread may destroy, so it is shared and dies with the queued call.
  QMetaObject::invokeMethod(
      this,
      [alive, call = std::move(call)] {
        if (alive) call();
      },
      Qt::QueuedConnection);
}

void CatalogWorker::serve() {
  std::unique_ptr<db::Catalog> catalog;
  QString open_error;
  try {
    catalog = workspace_.open_catalog();
  } catch (const std::exception& error) {
    open_error = QString::fromUtf8(error.what());
    QMetaObject::invokeMethod(this, [this, open_error] { Q_EMIT failed(open_error); }, Qt::QueuedConnection);
  }
  std::int64_t seen = 0;
  auto look_for_changes = [&] {
    if (!catalog) return;
    try {
      const std::int64_t now = catalog->data_version();
      if (seen != 0 && now != seen) {
        QMetaObject::invokeMethod(this, [this] { Q_EMIT changed_elsewhere(); }, Qt::QueuedConnection);
      }
      seen = now;
    } catch (const std::exception&) {
      // Busy or gone for a moment: the next read says so in its own words.
    }
  };
  look_for_changes();
  for (;;) {
    Entry entry;
    bool idle = false;
    {
      std::unique_lock lock(mutex_);
      idle = !wake_.wait_for(lock, std::chrono::milliseconds(500), [this] { return closing_ || !queue_.empty(); });
      if (!idle) {
        if (queue_.empty()) return;
        entry = std::move(queue_.front());
        queue_.pop_front();
      }
    }
    if (idle) look_for_changes();
    else entry.job(catalog.get(), open_error);
  }
}

}  // namespace luthier::ui
