#include "app/ctl/console_listener.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "app/ctl/arguments.h"

namespace luthier::ctl {
namespace {

constexpr std::chrono::milliseconds kOnTerminal{100}, kInLog{5000};
constexpr int kBarWidth = 24;

std::string figures_text(const Figures& figures, std::size_t limit) {
  std::string text;
  for (std::size_t i = 0; i < std::min(limit, figures.size()); ++i) {
    char cell[64];
    std::snprintf(cell, sizeof cell, "%s%s %.4g", i ? "  " : "", figures[i].first.c_str(), figures[i].second);
    text += cell;
  }
  return text;
}

std::string bar(double fraction) {
  const int full = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kBarWidth);
  return "[" + std::string(static_cast<std::size_t>(full), '#') + std::string(static_cast<std::size_t>(kBarWidth - full), '.') + "]";
}

/// The event as progress has it: null for what is not known yet.
Json plain(const RunEvent& event) {
  Json line = Json::parse(to_json_line(event));
  if (event.run.empty()) line["run"] = nullptr;
  if (const auto left = line.find("seconds_left"); left != line.end() && left->is_number() && left->get<double>() < 0) *left = nullptr;
  return line;
}

double part(std::int64_t step, std::int64_t total) { return total > 0 ? static_cast<double>(step) / static_cast<double>(total) : 1.0; }

}  // namespace

ConsoleListener::ConsoleListener(bool json) : json_(json), terminal_(isatty(2) != 0) {}

void ConsoleListener::on_event(const RunEvent& event) {
  run_ = event.run;
  if (const auto* finished = std::get_if<RunFinished>(&event.data)) finished_ = *finished;
  if (json_) print_json(plain(event));
  else std::visit([this](const auto& data) { show(data); }, event.data);
}

bool ConsoleListener::due() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < (terminal_ ? kOnTerminal : kInLog)) return false;
  last_ = now;
  return true;
}

void ConsoleListener::line(const std::string& text) {
  if (open_) std::cerr << "\r\033[K";
  open_ = false;
  std::cerr << text << '\n' << std::flush;
}

void ConsoleListener::transient(const std::string& text) {
  if (!terminal_) return line(text);
  std::cerr << '\r' << text.substr(0, 150) << "\033[K" << std::flush;
  open_ = true;
}

void ConsoleListener::show(const RunPreparing& event) {
  if (!due()) return;
  transient(bar(event.fraction) + " " + event.text + (event.seconds_left > 1 ? ", " + time_text(event.seconds_left) + " left" : ""));
}

void ConsoleListener::show(const RunStarted& event) {
  std::string phases;
  for (const auto& phase : event.phases) phases += (phases.empty() ? "" : ", then ") + phase.name + " " + std::to_string(phase.steps);
  line("run " + run_ + ": " + event.family + ", preset " + event.preset + ", " + std::to_string(event.parameters) + " parameters, " + std::to_string(event.clips) +
       " clips, on " + event.device + "; steps: " + phases + (event.first_step > 0 ? "; goes on after step " + std::to_string(event.first_step) : ""));
}

void ConsoleListener::show(const StepDone& event) {
  if (event.step < event.total_steps && !due()) return;
  char pace[64];
  std::snprintf(pace, sizeof pace, "  %.1f/s  ", event.steps_per_second);
  transient(bar(part(event.step, event.total_steps)) + " " + event.phase + " " + std::to_string(event.step) + "/" + std::to_string(event.total_steps) + pace +
            time_text(event.seconds_left) + " left  " + figures_text(event.losses, 4));
}

void ConsoleListener::show(const ValidationDone& event) {
  line("step " + std::to_string(event.step) + " " + event.phase + " validation: " + figures_text(event.metrics, 8) + (event.best ? "  (best)" : ""));
}

void ConsoleListener::show(const PreviewReady& event) {
  line("step " + std::to_string(event.step) + " preview: " + event.title + (event.image.empty() ? "" : "  " + event.image) + (event.audio.empty() ? "" : "  " + event.audio));
}

void ConsoleListener::show(const CheckpointSaved&) {}
void ConsoleListener::show(const RunWarning& event) { line("warning: " + event.message); }
void ConsoleListener::show(const RunPaused& event) { line(event.paused ? "paused at step " + std::to_string(event.step) : "going on"); }

void ConsoleListener::show(const RunFinished& event) {
  const char* word = event.outcome == Outcome::done ? "done" : event.outcome == Outcome::failed ? "failed" : "stopped";
  const std::string reason = event.outcome == Outcome::failed ? "" : ": " + event.message;  // the verb says why it failed
  line(std::string(word) + (event.step > 0 ? " after step " + std::to_string(event.step) : "") + " in " + time_text(event.seconds) + " s" + reason);
}

}  // namespace luthier::ctl
