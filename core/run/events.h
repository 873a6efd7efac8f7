#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace luthier {

/// Named figures in a fixed order, as a loss printed in the order it is summed.
using Figures = std::vector<std::pair<std::string, double>>;

enum class Outcome { done, failed, cancelled };

struct PhaseInfo {
  std::string name;          ///< "autoencoder", "diffusion"
  std::int64_t steps = 0;    ///< planned optimiser steps
};

/// The events of one run, plain values, in order, from the run's own thread.
struct RunPreparing {           ///< before RunStarted: clips are read, networks made
  double fraction = 0;          ///< 0..1
  std::string text;             ///< "reading clip 12 of 96"
  double seconds_left = -1;     ///< < 0: not known yet
};
struct RunStarted {
  std::string family, preset, device;
  std::vector<PhaseInfo> phases;
  std::int64_t total_steps = 0;
  std::int64_t first_step = 0;  ///< > 0 when resumed
  std::int64_t parameters = 0;
  std::int64_t clips = 0;       ///< clips trained on
};
struct StepDone {
  std::int64_t step = 0;        ///< 1-based over all phases
  std::int64_t total_steps = 0;
  std::string phase;
  Figures losses;               ///< first is the total
  double learning_rate = 0;
  double steps_per_second = 0;
  double seconds_left = 0;
};
struct ValidationDone {
  std::int64_t step = 0;
  std::string phase;
  Figures metrics;              ///< first is the criterion; lower is better
  bool best = false;
};
struct PreviewReady {
  std::int64_t step = 0;
  std::string title;            ///< "piano to violin, clip 12"
  std::string image;            ///< path of a PNG, or empty
  std::string audio;            ///< path of a WAV, or empty
};
struct CheckpointSaved {
  std::int64_t step = 0;
  std::string path;
  bool best = false;
};
struct RunWarning {
  std::string message;
};
struct RunPaused {
  std::int64_t step = 0;
  bool paused = true;           ///< false: going on
};
struct RunFinished {
  Outcome outcome = Outcome::done;
  std::string message;          ///< why it failed, or where the result lies
  std::int64_t step = 0;
  double seconds = 0;
};

using RunEventData =
    std::variant<RunStarted, StepDone, ValidationDone, PreviewReady, CheckpointSaved, RunWarning, RunPaused, RunFinished,
                 RunPreparing>;

struct RunEvent {
  std::string run;              ///< folder name of the run
  RunEventData data;
};

/// Receives a run's events on the run's own thread; must return quickly and not throw.
class RunListener {
 public:
  virtual ~RunListener() = default;
  virtual void on_event(const RunEvent& event) = 0;
};

/// "step", "validation" …: the `event` key of the JSON line.
std::string event_name(const RunEventData& data);
/// One JSON line (no newline) with `event` and `run`; the wire format of luthierctl --json and of runs/<id>/events.jsonl.
std::string to_json_line(const RunEvent& event);
/// Reads to_json_line's text back. Throws std::runtime_error with a sentence.
RunEvent event_from_json_line(const std::string& line);

}  // namespace luthier
