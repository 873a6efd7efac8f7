#pragma once
#include <QString>
#include <map>
#include <string>
#include <vector>

#include "core/run/events.h"

namespace luthier::ui {

/// What is known of one run: its events, gathered. Events may come twice or from two sources (file and live): older ones
/// are ignored, so applying is safe. A plain value.
class RunRecord {
 public:
  struct Series {
    std::vector<double> steps, values;
  };
  struct Preview {
    std::int64_t step = 0;
    QString title, image, audio;
  };
  struct PhaseStart {
    std::int64_t step = 0;
    QString name;
  };

  void clear() { *this = RunRecord(); }
  void apply(const RunEvent& event);
  /// Takes over a sitting of the same run that was gathered by itself, as if its events had been applied here; nothing of one that
  /// has not started yet. Costs a copy of its figures, however many events there were.
  void go_on_with(const RunRecord& sitting);

  QString id, family, preset, device, phase, message;
  std::int64_t first_step = 0;  ///< of the last sitting: the checkpoint's that it went on from
  std::int64_t step = 0, total_steps = 0, parameters = 0, clips = 0, best_step = -1;
  double learning_rate = 0, steps_per_second = 0, seconds_left = -1, best = 0;
  bool started = false, paused = false, finished = false;
  Outcome outcome = Outcome::done;
  std::vector<std::string> loss_names, metric_names;  ///< in the order of their events, the first is the one that counts
  std::map<std::string, Series> losses, metrics;      ///< by step and by validation
  std::vector<Preview> previews;                      ///< by step
  std::vector<PhaseStart> phases;
  std::vector<QString> warnings;

 private:
  void begin(const RunStarted& event);
  void cut_to(std::int64_t last);
  void put(Preview preview);
  void add(std::map<std::string, Series>& all, std::vector<std::string>& names, const Figures& figures, std::int64_t at);
  std::int64_t last_validation_ = -1;
};

}  // namespace luthier::ui
