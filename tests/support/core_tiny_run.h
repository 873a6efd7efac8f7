#pragma once
#include <string>

#include "core/session/training_session.h"
#include "core/session/workspace.h"

/// Trains to the end; returns the run's id, or what went wrong after "failed: ".
inline std::string train_to_the_end(const luthier::TrainingRequest& request) {
  using namespace luthier;
  struct Quiet : RunListener {
    std::string run, message;
    void on_event(const RunEvent& event) override {
      run = event.run;
      if (const auto* finished = std::get_if<RunFinished>(&event.data)) message = finished->message;
    }
  } quiet;
  return train(request, quiet, {}) == Outcome::done ? quiet.run : "failed: " + quiet.message;
}

/// Trains a studio model of a few thousand weights for two steps; returns as train_to_the_end() does.
inline std::string train_tiny_run(const luthier::Workspace& workspace) {
  using namespace luthier;
  TrainingRequest training;
  training.workspace = workspace.folder();
  training.family = "latent_diffusion", training.preset = "tiny", training.device = "cpu";
  using I = std::int64_t;
  training.overrides = {{"ae_steps", I{2}}, {"steps", I{2}}, {"width", I{16}}, {"deep_width", I{16}}, {"style_width", I{16}}, {"embedding", I{16}}, {"ae_width", I{16}},
                        {"latent", I{16}}, {"bands", I{48}}, {"n_fft", I{512}}, {"batch", I{2}}, {"frames", I{32}}, {"style_frames", I{32}}, {"attention_heads", I{2}}};
  return train_to_the_end(training);
}
