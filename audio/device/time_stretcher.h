#pragma once
#include <memory>
#include <span>
#include <vector>

namespace luthier::audio::detail {

/// Plays faster or slower at the same pitch (Rubber Band, real-time mode). The feeder's thread only.
class TimeStretcher {
 public:
  static bool available();
  /// `speed` > 1 is faster.
  TimeStretcher(int sample_rate, int channels, double speed);
  ~TimeStretcher();

  /// Takes interleaved frames, appends what is ready to `out`.
  void process(std::span<const float> interleaved, std::vector<float>& out);
  void finish(std::vector<float>& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier::audio::detail
