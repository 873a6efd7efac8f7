#include "ui/training/run_record.h"

#include <algorithm>

namespace luthier::ui {
namespace {

void cut(RunRecord::Series& series, std::int64_t last) {
  const auto end = std::upper_bound(series.steps.begin(), series.steps.end(), static_cast<double>(last));
  const auto keep = static_cast<std::size_t>(end - series.steps.begin());
  series.steps.resize(keep);
  series.values.resize(keep);
}

}  // namespace

void RunRecord::begin(const RunStarted& event) {
  family = QString::fromStdString(event.family);
  preset = QString::fromStdString(event.preset);
  device = QString::fromStdString(event.device);
  total_steps = event.total_steps;
  parameters = event.parameters;
  clips = event.clips;
  started = true;
  paused = finished = false;
  message.clear();
  // A resumed run goes on from its checkpoint: what an interrupted sitting had written after it does not count.
  if (step > event.first_step) {
    for (auto& [name, series] : losses) cut(series, event.first_step);
    for (auto& [name, series] : metrics) cut(series, event.first_step);
    step = event.first_step;
    last_validation_ = std::min(last_validation_, event.first_step);
  }
  step = event.first_step;
  phases.clear();
  std::int64_t at = 0;
  for (const PhaseInfo& info : event.phases) {
    phases.push_back({at, QString::fromStdString(info.name)});
    at += info.steps;
  }
}

void RunRecord::add(std::map<std::string, Series>& all, std::vector<std::string>& names, const Figures& figures, std::int64_t at) {
  for (const auto& [name, value] : figures) {
    auto [place, is_new] = all.try_emplace(name);
    if (is_new) names.push_back(name);
    place->second.steps.push_back(static_cast<double>(at));
    place->second.values.push_back(value);
  }
}

void RunRecord::apply(const RunEvent& event) {
  if (!event.run.empty()) id = QString::fromStdString(event.run);
  if (const auto* e = std::get_if<RunStarted>(&event.data)) {
    begin(*e);
  } else if (const auto* done = std::get_if<StepDone>(&event.data)) {
    if (done->step <= step && !losses.empty()) return;
    step = done->step;
    total_steps = done->total_steps;
    phase = QString::fromStdString(done->phase);
    learning_rate = done->learning_rate;
    steps_per_second = done->steps_per_second;
    seconds_left = done->seconds_left;
    paused = finished = false;
    add(losses, loss_names, done->losses, done->step);
    add(losses, loss_names, {{"learning_rate", done->learning_rate}}, done->step);
  } else if (const auto* validation = std::get_if<ValidationDone>(&event.data)) {
    if (validation->step <= last_validation_) return;
    last_validation_ = validation->step;
    add(metrics, metric_names, validation->metrics, validation->step);
    if (validation->best && !validation->metrics.empty()) {
      best = validation->metrics.front().second;
      best_step = validation->step;
    }
  } else if (const auto* preview = std::get_if<PreviewReady>(&event.data)) {
    const QString title = QString::fromStdString(preview->title);
    std::erase_if(previews, [&](const Preview& p) { return p.step == preview->step && p.title == title; });
    previews.push_back({preview->step, title, QString::fromStdString(preview->image), QString::fromStdString(preview->audio)});
    std::stable_sort(previews.begin(), previews.end(), [](const Preview& a, const Preview& b) { return a.step < b.step; });
  } else if (const auto* warning = std::get_if<RunWarning>(&event.data)) {
    const QString text = QString::fromStdString(warning->message);
    if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(text);
  } else if (const auto* pause = std::get_if<RunPaused>(&event.data)) {
    paused = pause->paused;
  } else if (const auto* end = std::get_if<RunFinished>(&event.data)) {
    finished = true;
    paused = false;
    outcome = end->outcome;
    message = QString::fromStdString(end->message);
    seconds_left = 0;
  }
}

}  // namespace luthier::ui
