#include "core/session/progress_meter.h"

#include <algorithm>

namespace luthier {

void ProgressMeter::report(double done, const std::string& text) {
  const auto now = Clock::now();
  if (!sink_ || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  const double fraction = total_ > 0 ? std::clamp(done / total_, 0.0, 1.0) : 0.0;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  // The first moments say nothing about the rest.
  const double left = fraction > 0.01 && elapsed > 0.5 ? elapsed * (1 - fraction) / fraction : -1;
  sink_({fraction, text, left});
}

void ProgressMeter::finish(const std::string& text) {
  if (sink_) sink_({1, text, 0});
}

}  // namespace luthier
