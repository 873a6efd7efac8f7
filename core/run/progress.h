#pragma once
#include <functional>
#include <string>

namespace luthier {

/// How far a long job is. A plain value; made on the worker's thread.
struct Progress {
  double fraction = 0;       ///< 0..1
  std::string text;          ///< what is being done now
  double seconds_left = -1;  ///< < 0: not known yet
};

/// Called on the worker's thread; returns quickly and does not throw. May be empty.
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace luthier
