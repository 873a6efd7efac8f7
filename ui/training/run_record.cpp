#include "ui/training/run_record.h"

#include <algorithm>
#include <utility>

namespace luthier::ui {
namespace {

void cut(RunRecord::Series& series, std::int64_t last) {
  const auto end = std::upper_bound(series.steps.begin(), series.steps.end(), static_cast<double>(last));
  const auto keep = static_cast<std::size_t>(end - series.steps.begin());
  series.steps.resize(keep);
  series.values.resize(keep);
}

}  // namespace

/// A resumed run goes on from its checkpoint: what an interrupted sitting had written after it does not count.
void RunRecord::cut_to(std::int64_t last) {
  if (step <= last) return;
  for (auto& [name, series] : losses) cut(series, last);
  for (auto& [name, series] : metrics) cut(series, last);
  last_validation_ = std::min(last_validation_, last);
}

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
  cut_to(event.first_step);
  step = first_step = event.first_step;
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

void RunRecord::put(Preview preview) {
  const auto earlier = [](const Preview& a, const Preview& b) { return a.step < b.step; };
  const auto [first, end] = std::equal_range(previews.begin(), previews.end(), preview, earlier);
  const auto kept = std::remove_if(first, end, [&](const Preview& p) { return p.title == preview.title; });
  previews.insert(previews.erase(kept, end), std::move(preview));
}

void RunRecord::go_on_with(const RunRecord& sitting) {
  if (!sitting.started) return;
  RunRecord all = sitting;
  cut_to(sitting.first_step);
  const auto join = [](auto& figures, auto& names, const auto& older, const auto& older_names) {
    std::vector<std::string> order = older_names;
    for (const std::string& name : names)
      if (!older.contains(name)) order.push_back(name);
    names = std::move(order);
    for (const auto& [name, series] : older) {
      Series& to = figures[name];
      Series whole = series;  // a point that both have counts once
      const auto from = whole.steps.empty() ? 0 : std::upper_bound(to.steps.begin(), to.steps.end(), whole.steps.back()) - to.steps.begin();
      whole.steps.insert(whole.steps.end(), to.steps.begin() + from, to.steps.end());
      whole.values.insert(whole.values.end(), to.values.begin() + from, to.values.end());
      to = std::move(whole);
    }
  };
  join(all.losses, all.loss_names, losses, loss_names);
  join(all.metrics, all.metric_names, metrics, metric_names);
  all.last_validation_ = std::max(last_validation_, sitting.last_validation_);
  if (sitting.best_step < 0) all.best = best, all.best_step = best_step;
  all.previews = std::move(previews);
  for (const Preview& preview : sitting.previews) all.put(preview);
  all.warnings = std::move(warnings);
  for (const QString& text : sitting.warnings)
    if (std::find(all.warnings.begin(), all.warnings.end(), text) == all.warnings.end()) all.warnings.push_back(text);
  *this = std::move(all);
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
    put({preview->step, QString::fromStdString(preview->title), QString::fromStdString(preview->image), QString::fromStdString(preview->audio)});
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
