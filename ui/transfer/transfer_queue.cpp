#include "ui/transfer/transfer_queue.h"

#include <algorithm>

namespace luthier::ui {

TransferQueue::~TransferQueue() {
  for (const auto& job : jobs_) disconnect(job.get(), nullptr, this, nullptr);
}

TransferJob& TransferQueue::add(TransferRequest request, SoundPtr content, SoundPtr style, Schema schema) {
  jobs_.push_back(std::make_unique<TransferJob>(std::move(request), std::move(content), std::move(style), std::move(schema)));
  TransferJob* job = jobs_.back().get();
  connect(job, &TransferJob::progressed, this, [this, job] { Q_EMIT progressed(job); });
  connect(job, &TransferJob::finished, this, [this, job] {
    Q_EMIT finished(job);
    Q_EMIT changed();
    start_next();
  });
  Q_EMIT changed();
  start_next();
  return *job;
}

TransferJob* TransferQueue::running() const {
  for (const auto& job : jobs_) {
    if (job->running()) return job.get();
  }
  return nullptr;
}

int TransferQueue::open_count() const {
  return static_cast<int>(std::count_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return !job->ended(); }));
}

void TransferQueue::start_next() {
  if (running()) return;
  for (const auto& job : jobs_) {
    if (job->state() != TransferJob::State::waiting) continue;
    job->start();
    Q_EMIT started(job.get());
    Q_EMIT changed();
    return;
  }
}

void TransferQueue::cancel_all() {
  // The waiting ones first: when the running one ends, none of them is to begin.
  for (std::size_t i = jobs_.size(); i-- > 0;) jobs_[i]->cancel();
}

void TransferQueue::clear_ended() {
  for (auto at = jobs_.begin(); at != jobs_.end();) {
    if (!(*at)->ended()) {
      ++at;
      continue;
    }
    Q_EMIT removing(at->get());
    at = jobs_.erase(at);
  }
  Q_EMIT changed();
}

}  // namespace luthier::ui
