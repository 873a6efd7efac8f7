#pragma once

namespace luthier {

/// How much the process grew at most since this was made, from VmHWM of /proc/self/status. One at a time: the mark is the
/// process's own.
class PeakMemory {
 public:
  PeakMemory();
  /// MiB; < 0 where the system does not tell.
  double growth_mb() const;

 private:
  double start_mb_ = -1;
};

}  // namespace luthier
