#pragma once
#include <QCoreApplication>
#include <QMetaObject>
#include <QPointer>
#include <QThreadPool>
#include <functional>
#include <memory>

namespace luthier::ui {

/// Does short work that reads files on a pool's thread, then calls `done` with its answer, or `failed` with what it threw, on the
/// GUI thread; neither when `context` is gone by then.
template <class Answer>
void in_background(QObject* context, std::function<Answer()> work, std::function<void(Answer)> done, std::function<void(const QString&)> failed) {
  QThreadPool::globalInstance()->start([context = QPointer<QObject>(context), work = std::move(work), done = std::move(done), failed = std::move(failed)] {
    auto answer = std::make_shared<std::unique_ptr<Answer>>();
    QString problem;
    try {
      *answer = std::make_unique<Answer>(work());
    } catch (const std::exception& error) {
      problem = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        qApp,
        [context, answer, problem, done, failed] {
          if (!context) return;
          if (*answer) done(std::move(**answer));
          else if (failed) failed(problem);
        },
        Qt::QueuedConnection);
  });
}

}  // namespace luthier::ui
