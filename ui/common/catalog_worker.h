#pragma once
#include <QObject>
#include <QPointer>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "core/session/workspace.h"
#include "db/catalog.h"

namespace luthier::ui {

/// Marks the newest of several questions of one kind, so that answers to older ones can be dropped. Copyable; any thread.
class Ticket {
 public:
  Ticket() : newest_(std::make_shared<std::atomic<quint64>>(0)) {}
  /// A new ticket of the same roll; every earlier one is out of date from now on.
  Ticket next() const {
    Ticket ticket(*this);
    ticket.mine_ = newest_->fetch_add(1) + 1;
    return ticket;
  }
  bool current() const { return mine_ == newest_->load(); }

 private:
  std::shared_ptr<std::atomic<quint64>> newest_;
  quint64 mine_ = 0;
};

/// One thread with its own Catalog connection: every SQL statement of the window runs there, in the order it was asked.
/// Answers come to the GUI thread as queued calls, and not at all when `context` is gone by then. Owned by the GUI thread.
class CatalogWorker : public QObject {
  Q_OBJECT
 public:
  using Failed = std::function<void(const QString&)>;

  /// Opens the catalog on its thread; `failed` is emitted when that does not work.
  explicit CatalogWorker(Workspace workspace, QObject* parent = nullptr);
  /// Finishes what was asked with keep_on_close, drops the rest.
  ~CatalogWorker() override;

  /// Runs `job(catalog)` on the worker thread, then `done(result)` on the GUI thread (or `done()` for void). An exception
  /// goes to `on_failure`, or to the signal `failed` when there is none.
  template <class Job, class Done>
  void run(QObject* context, Job job, Done done, Failed on_failure = {}) {
    post(wrap(context, std::move(job), std::move(done), std::move(on_failure)), true);
  }
  /// The same for a read that a newer one replaces: it is skipped, or its answer dropped, once `ticket` is not current.
  template <class Job, class Done>
  void read(QObject* context, Ticket ticket, Job job, Done done, Failed on_failure = {}) {
    using Result = std::invoke_result_t<Job, db::Catalog&>;
    auto guarded = [ticket, job = std::move(job)](db::Catalog& catalog) mutable -> std::optional<Result> {
      if (!ticket.current()) return std::nullopt;
      return job(catalog);
    };
    auto take = [ticket, done = std::move(done)](std::optional<Result> result) mutable {
      if (result && ticket.current()) done(std::move(*result));
    };
    auto fail = [ticket, on_failure, this](const QString& message) {
      if (!ticket.current()) return;
      if (on_failure) on_failure(message);
      else Q_EMIT failed(message);
    };
    post(wrap(context, std::move(guarded), std::move(take), fail), false);
  }

 Q_SIGNALS:
  /// One sentence for the user; GUI thread.
  void failed(const QString& message);
  /// Another connection or program has committed something. Looked for twice a second.
  void changed_elsewhere();

 private:
  using Posted = std::function<void(db::Catalog*, const QString& open_error)>;

  template <class Job, class Done>
  Posted wrap(QObject* context, Job job, Done done, Failed on_failure) {
    using Result = std::invoke_result_t<Job, db::Catalog&>;
    QPointer<QObject> alive(context);
    return [this, alive, job = std::move(job), done = std::move(done), on_failure = std::move(on_failure)](
               db::Catalog* catalog, const QString& open_error) mutable {
      QString message = open_error;
      if (catalog) {
        try {
          if constexpr (std::is_void_v<Result>) {
            job(*catalog);
            deliver(alive, [done = std::move(done)]() mutable { done(); });
          } else {
            auto result = std::make_shared<Result>(job(*catalog));
            deliver(alive, [done = std::move(done), result]() mutable { done(std::move(*result)); });
          }
          return;
        } catch (const std::exception& error) {
          message = QString::fromUtf8(error.what());
        }
      }
      deliver(alive, [this, on_failure = std::move(on_failure), message] {
        if (on_failure) on_failure(message);
        else Q_EMIT failed(message);
      });
    };
  }

  void post(Posted job, bool keep_on_close);
  /// Calls `call` on the GUI thread if `alive` still lives then.
  void deliver(QPointer<QObject> alive, std::function<void()> call);
  void serve();

  Workspace workspace_;
  std::mutex mutex_;
  std::condition_variable wake_;
  struct Entry {
    Posted job;
    bool keep_on_close;
  };
  std::deque<Entry> queue_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace luthier::ui
