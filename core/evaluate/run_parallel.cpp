#include "core/evaluate/run_parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/families/family.h"

namespace luthier {

void run_parallel(std::size_t count, int threads, const std::function<void(std::size_t, std::size_t)>& work,
                  const std::function<void(std::size_t)>& tick, std::stop_token stop) {
  std::atomic<std::size_t> next{0}, done{0};
  std::mutex mutex;
  std::condition_variable finished;
  std::exception_ptr failure;
  const std::size_t workers = std::min<std::size_t>(static_cast<std::size_t>(std::max(1, threads)), count);
  std::size_t running = workers;
  const auto body = [&](std::size_t worker) {
    try {
      for (std::size_t i = next++; i < count && !stop.stop_requested(); i = next++) {
        work(i, worker);
        ++done;
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
    const std::lock_guard lock(mutex);
    --running;
    finished.notify_all();
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t w = 0; w < workers; ++w) pool.emplace_back(body, w);
    std::unique_lock lock(mutex);
    while (!finished.wait_for(lock, std::chrono::milliseconds(100), [&] { return running == 0; })) {
      lock.unlock();
      if (tick) tick(done);
      lock.lock();
    }
  }
  if (tick) tick(done);
  if (failure) std::rethrow_exception(failure);
  if (stop.stop_requested()) throw Cancelled();
}

std::function<void(std::size_t)> counted(const ProgressSink& progress, std::string text, std::size_t count) {
  if (!progress) return {};
  const auto start = std::chrono::steady_clock::now();
  return [=](std::size_t done) {
    const double share = count == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(count);
    const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    progress({share, text + ", " + std::to_string(done) + " of " + std::to_string(count),
              share > 0.01 ? spent / share - spent : -1});
  };
}

}  // namespace luthier
