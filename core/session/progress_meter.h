#pragma once
#include <chrono>
#include <string>

#include "core/run/progress.h"

namespace luthier {

/// Turns "n of m done" into Progress with the time left, at most ten times a second (the last always). One thread.
class ProgressMeter {
 public:
  ProgressMeter(ProgressSink sink, double total) : sink_(std::move(sink)), total_(total) {}
  void report(double done, const std::string& text);
  void finish(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;
  ProgressSink sink_;
  double total_;
  Clock::time_point start_ = Clock::now(), last_{};
};

}  // namespace luthier
