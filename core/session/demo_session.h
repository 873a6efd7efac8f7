#pragma once
#include <filesystem>
#include <stop_token>

#include "core/run/events.h"
#include "core/run/progress.h"

namespace luthier {

struct DemoRequest {
  std::filesystem::path workspace;
  std::string preset = "quick";       ///< of latent_diffusion
  std::filesystem::path soundfont;    ///< empty: the installed one
  int phrases = 24;
  std::uint64_t seed = 7;
  bool train = true;                  ///< false: nothing is trained, the shipped weights do the transfer; some seconds after the rendering
};

struct DemoResult {
  Outcome outcome = Outcome::done;
  std::string message;
  std::filesystem::path comparison;   ///< the folder with comparison.png, sounds and record.json
  std::string run;                    ///< empty: the shipped weights
  /// What was compared, as sessions take it: clips by number, the result as a file. The truth last.
  std::string content, style, result, truth;
};

/// The main job without a screen: renders paired clips, makes pairs, trains (where that is asked for), transfers, writes the comparison.
DemoResult run_demo(const DemoRequest& request, RunListener& listener, const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
