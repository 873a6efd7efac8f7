#pragma once
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>

#include "core/run/progress.h"

namespace luthier {

/// Calls work(i, worker) for i = 0 … count-1 from `threads` threads, worker = 0 … threads-1, and tick(done) about ten times
/// a second from the caller's thread. Returns when all is done. The first exception of a worker ends the rest and is
/// rethrown; a stop request ends it with Cancelled.
void run_parallel(std::size_t count, int threads, const std::function<void(std::size_t, std::size_t)>& work,
                  const std::function<void(std::size_t)>& tick, std::stop_token stop);

/// A tick that reports "<text>, 3 of 12" with the time left to `progress` (which may be empty).
std::function<void(std::size_t)> counted(const ProgressSink& progress, std::string text, std::size_t count);

}  // namespace luthier
