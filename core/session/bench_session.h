#pragma once
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace luthier {

/// One measurement. Times are wall clock, the median of `repeats` after one to warm up.
struct BenchFigure {
  std::string name;            ///< "audio.stft", "training_step.melgan.tiny" …
  std::string device = "cpu";
  double milliseconds = 0;     ///< of one call
  double fastest = 0;          ///< ms
  int repeats = 0;
  std::string work;            ///< what one call does: "10 s at 22,050 Hz, window 2048, hop 512"
  double real_time = 0;        ///< seconds of sound worked on in a second; 0: not a matter of sound
  std::string peer;            ///< another way to the same result in the same program; empty: none
  double peer_milliseconds = 0;
  double ratio = 0;            ///< peer / own: above 1 the own way is faster; 0: no peer
};

struct BenchRequest {
  std::string filter;          ///< only names that hold this; empty: all
  std::string device = "auto"; ///< of training steps and transfers; the rest is always on the CPU
  double seconds = 1;          ///< about how long each is repeated, and at least three times
};

/// All names, in the order in which they run.
std::vector<std::string> bench_names();
/// Measures one after the other on the caller's thread; each figure comes when it is there. Needs no workspace; what the
/// catalog is measured on lies in a temporary folder. Throws ConfigError where the filter matches no name. A stop ends it
/// after the call that runs.
void run_benchmarks(const BenchRequest& request, const std::function<void(const BenchFigure&)>& tell, std::stop_token stop);

}  // namespace luthier
