#pragma once
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

#include "core/session/training_session.h"

namespace small_run {

using namespace luthier;
namespace fs = std::filesystem;

/// Keeps the events; can ask for a stop at a step.
struct Log : RunListener {
  std::vector<RunEvent> events;
  std::stop_source stop;
  std::int64_t stop_at = -1;
  void on_event(const RunEvent& event) override {
    events.push_back(event);
    if (const auto* step = std::get_if<StepDone>(&event.data); step && step->step == stop_at) stop.request_stop();
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> out;
    for (const auto& event : events)
      if (const auto* data = std::get_if<T>(&event.data)) out.push_back(*data);
    return out;
  }
  std::string run() const { return events.back().run; }
};

inline std::string text_of(const fs::path& path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

/// The real family at a size that trains in a second.
inline TrainingRequest small(const fs::path& workspace) {
  TrainingRequest request;
  request.workspace = workspace;
  request.family = "latent_diffusion";
  request.preset = "tiny";
  request.device = "cpu";
  using I = std::int64_t;
  request.overrides = {{"ae_steps", I{6}}, {"steps", I{10}}, {"width", I{16}}, {"deep_width", I{16}}, {"style_width", I{16}}, {"embedding", I{16}}, {"ae_width", I{16}},
                       {"latent", I{16}}, {"bands", I{48}}, {"n_fft", I{512}}, {"batch", I{2}}, {"frames", I{32}}, {"style_frames", I{32}}, {"attention_heads", I{2}},
                       {"validate_every", I{5}}, {"preview_every", I{8}}, {"checkpoint_every", I{1000}}};
  return request;
}

/// The same run, gone on with.
inline TrainingRequest resumed(const fs::path& workspace, const std::string& run) {
  TrainingRequest request;
  request.workspace = workspace, request.resume = run, request.device = "cpu";
  return request;
}

}  // namespace small_run
