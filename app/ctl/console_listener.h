#pragma once
#include <chrono>
#include <string>

#include "core/run/events.h"

namespace luthier::ctl {

/// Shows a run's events: with `json` one JSON line an event on stdout; else text on stderr, where a terminal gets one line
/// rewritten in place (bar, step, losses, time left) and a log a line every few seconds.
class ConsoleListener : public RunListener {
 public:
  explicit ConsoleListener(bool json);
  void on_event(const RunEvent& event) override;
  const std::string& run() const { return run_; }
  /// The last event's message; after the run.
  const RunFinished& finished() const { return finished_; }

 private:
  void show(const RunPreparing& event);
  void show(const RunStarted& event);
  void show(const StepDone& event);
  void show(const ValidationDone& event);
  void show(const PreviewReady& event);
  void show(const CheckpointSaved& event);
  void show(const RunWarning& event);
  void show(const RunPaused& event);
  void show(const RunFinished& event);
  void line(const std::string& text);       ///< stays
  void transient(const std::string& text);  ///< replaced by the next
  bool due();

  bool json_, terminal_, open_ = false;
  std::string run_;
  RunFinished finished_;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace luthier::ctl
