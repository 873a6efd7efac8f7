#pragma once

namespace luthier {

/// The most that the process had resident since this was made, from VmHWM of /proc/self/status. One at a time: the mark is
/// the process's own.
class PeakMemory {
 public:
  PeakMemory();
  /// MiB of the whole process; < 0 where the system does not tell.
  double peak_mb() const;

 private:
  bool reset_ = false;
};

}  // namespace luthier
