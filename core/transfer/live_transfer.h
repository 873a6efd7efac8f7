#pragma once
#include <torch/types.h>

#include <span>
#include <stop_token>
#include <vector>

#include "core/transfer/sound_inverter.h"

namespace luthier {

/// How a stream is cut. All in seconds.
struct LiveWindows {
  double window = 3.0;  ///< what the model hears at once
  double hop = 0.25;    ///< from one window to the next: as much comes out at a time
  double ahead = 0.25;  ///< of the window that lies after what comes out
  double fade = 0.05;   ///< over which two windows are cross-faded; at most `ahead` and `hop`
  /// Throws ConfigError unless 0 < fade <= min(ahead, hop), hop + ahead <= window and window <= 30.
  void check() const;
  /// From a sample's arrival until it can leave at the latest, computing left out.
  double latency() const { return hop + ahead; }
};

/// Takes a stream of mono sound through a model in overlapped windows. What comes out stands in time with what went in,
/// sample for sample. One thread at a time.
class LiveTransfer {
 public:
  /// `options` is complete for the model's transfer_schema(). Model and inverter are borrowed.
  LiveTransfer(FamilyTransfer& model, Config options, const SoundInverter& inverter, int sample_rate, LiveWindows windows);
  /// Takes samples; appends those that are ready. Throws Cancelled.
  void process(std::span<const float> in, std::vector<float>& out, std::stop_token stop = {});
  /// Appends the rest: as many samples have come out as went in. The stream may be used afresh afterwards.
  void finish(std::vector<float>& out, std::stop_token stop = {});
  std::size_t block() const { return hop_; }  ///< samples that come out at a time

 private:
  void advance(std::size_t end, std::size_t until, std::vector<float>& out, const std::stop_token& stop);
  std::vector<float> transferred(std::span<const float> window, const std::stop_token& stop) const;

  FamilyTransfer& model_;
  Config options_;
  const SoundInverter& inverter_;
  int rate_;
  std::size_t window_, hop_, ahead_, fade_;
  torch::Tensor style_;
  std::vector<float> heard_;        ///< the latest samples; the first of them is number first_
  std::vector<float> tail_;         ///< what the last window gave for the samples from emitted_ on
  std::size_t first_ = 0, received_ = 0, emitted_ = 0;
};

}  // namespace luthier
