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
};

struct DemoResult {
  Outcome outcome = Outcome::done;
  std::string message;
  std::filesystem::path comparison;   ///< the folder with comparison.png, sounds and record.json
  std::string run;
};

/// The main job without a screen: renders paired clips, makes pairs, trains, transfers, writes the comparison.
DemoResult run_demo(const DemoRequest& request, RunListener& listener, const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
