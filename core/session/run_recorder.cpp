#include "core/session/run_recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>

#include "core/session/content_hash.h"
#include "core/session/text_file.h"
#include "db/pair_store.h"
#include "db/run_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kFlushEvery = std::chrono::seconds(1);

double wall_time() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

int open_to_append(const fs::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) throw SessionError("the file '" + path.string() + "' cannot be written (" + std::strerror(errno) + "); check free space and permissions");
  return file;
}

void write_all(int file, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw SessionError("the file '" + path.string() + "' cannot be written (" + std::strerror(errno) + "); check free space and permissions");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string number(double value) {
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// Keeps the header and the rows up to `step`; half a row at the end (a killed run) goes too.
void truncate_csv(const fs::path& path, std::int64_t step) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  std::string kept;
  const std::string text = read_text(path);
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string line = text.substr(at, end - at);
    std::int64_t row = 0;
    const auto [stop, bad] = std::from_chars(line.data(), line.data() + line.size(), row);
    if (bad != std::errc() || row <= step) kept += line + "\n";
  }
  if (kept != text) write_text(path, kept);
}

/// A killed run may leave half a line; the next line must not be glued to it.
void end_last_line(const fs::path& path, int file) {
  std::ifstream input(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::int64_t>(input.tellg());
  if (size <= 0) return;
  input.seekg(size - 1);
  if (input.get() != '\n') write_all(file, "\n", path);
}

db::RunState state_of(const std::string& status) {
  if (status == "done") return db::RunState::finished;
  if (status == "failed") return db::RunState::failed;
  if (status == "cancelled") return db::RunState::cancelled;
  if (status == "paused") return db::RunState::paused;
  return db::RunState::running;
}

std::string sentence_of(Outcome outcome) { return outcome == Outcome::done ? "done" : outcome == Outcome::failed ? "failed" : "cancelled"; }

}  // namespace

/// The catalog's side, on a connection of its own.
struct RunRecorder::Catalog {
  std::unique_ptr<db::Catalog> connection;
  db::RunRow row;

  Catalog(const Workspace& workspace, const RunRecord& record, std::int64_t first_step) : connection(workspace.open_catalog()) {
    row.folder = record.status.id, row.family = record.status.family, row.preset = record.status.preset, row.device = record.status.device;
    row.config = canonical_text(record.config), row.config_hash = record.config_hash, row.seed = static_cast<std::uint64_t>(record.seed);
    row.total_steps = record.status.total_steps, row.process = ::getpid(), row.step = first_step;
    if (const auto set = connection->pairs().find_set(record.pair_set)) row.pair_set = set->id;
    db::Transaction transaction(*connection);
    if (const auto known = connection->runs().find(row.folder)) {
      row.id = known->id;
      connection->runs().truncate_metrics(row.id, first_step);
      connection->runs().update_progress(row);
    } else {
      row.id = connection->runs().add(row);
    }
    transaction.commit();
  }
};

RunRecorder::RunRecorder(const Workspace& workspace, fs::path folder, RunRecord record, std::int64_t first_step,
                         std::function<void(const std::string&)> trouble)
    : folder_(std::move(folder)), record_(std::move(record)), trouble_(std::move(trouble)), seconds_before_(record_.status.seconds),
      started_(Clock::now()), flushed_(Clock::now()) {
  record_.status.status = "running";
  record_.status.message.clear();
  record_.status.finished.clear();
  record_.status.step = first_step;
  truncate_csv(folder_ / "metrics.csv", first_step);
  std::error_code error;
  const bool fresh = fs::file_size(folder_ / "metrics.csv", error) == 0 || error;
  metrics_ = open_to_append(folder_ / "metrics.csv");
  events_ = open_to_append(folder_ / "events.jsonl");
  if (fresh) write_all(metrics_, "step,phase,name,value\n", folder_ / "metrics.csv");
  end_last_line(folder_ / "events.jsonl", events_);
  tensorboard_ = std::make_unique<TensorBoardWriter>(folder_, wall_time(), first_step > 0 ? first_step + 1 : 0);
  save_run_record(folder_, record_);
  guarded([&] { catalog_ = std::make_unique<Catalog>(workspace, record_, first_step); });
}

RunRecorder::~RunRecorder() {
  if (metrics_ >= 0) ::close(metrics_);
  if (events_ >= 0) ::close(events_);
}

void RunRecorder::on_event(const RunEvent& event) {
  guarded([&] { write_line(event); });
  guarded([&] { std::visit([this](const auto& data) { apply(data); }, event.data); });
}

void RunRecorder::note_state(bool same) {
  RecordedSitting& sitting = record_.sittings.back();
  sitting.same_state = same;
  if (!same) sitting.inexact.push_back("the state that was loaded is not the one that was saved");
  guarded([&] { save_run_record(folder_, record_); });
}

void RunRecorder::guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    if (troubled_) return;
    troubled_ = true;
    if (trouble_) trouble_("The run's record is not complete: " + std::string(error.what()));
  }
}

std::string RunRecorder::relative(const std::string& path) const {
  if (path.empty()) return path;
  const auto inside = fs::path(path).lexically_relative(folder_);
  return inside.empty() || *inside.begin() == ".." ? path : inside.generic_string();
}

// Paths stand relative to the run's folder, so that a workspace can be moved.
void RunRecorder::write_line(const RunEvent& event) {
  RunEvent kept = event;
  if (auto* preview = std::get_if<PreviewReady>(&kept.data)) preview->image = relative(preview->image), preview->audio = relative(preview->audio);
  if (auto* checkpoint = std::get_if<CheckpointSaved>(&kept.data)) checkpoint->path = relative(checkpoint->path);
  write_all(events_, to_json_line(kept) + "\n", folder_ / "events.jsonl");
}

void RunRecorder::figure(std::int64_t step, const std::string& phase, const std::string& name, double value) {
  csv_ += std::to_string(step) + "," + phase + "," + name + "," + number(value) + "\n";
  tensorboard_->scalar(name, step, value, wall_time());
  if (std::isfinite(value)) rows_.push_back({step, name, value});
}

void RunRecorder::apply(const RunStarted& event) {
  record_.status.device = event.device;
  record_.status.total_steps = event.total_steps;
  flush(true);
}

void RunRecorder::apply(const StepDone& event) {
  record_.status.step = event.step;
  record_.status.total_steps = event.total_steps;
  phase_ = event.phase;
  for (const auto& [name, value] : event.losses) figure(event.step, event.phase, name, value);
  figure(event.step, event.phase, "learning_rate", event.learning_rate);
  flush(false);
}

void RunRecorder::apply(const ValidationDone& event) {
  for (const auto& [name, value] : event.metrics) figure(event.step, event.phase, "validation/" + name, value);
  criterion_ = event.metrics.empty() ? std::numeric_limits<double>::quiet_NaN() : event.metrics.front().second;
  if (event.best) record_.status.best = criterion_;
  flush(true);
}

void RunRecorder::apply(const PreviewReady& event) {
  if (!catalog_) return;
  catalog_->connection->runs().add_preview({{}, catalog_->row.id, event.step, event.title, relative(event.image), relative(event.audio)});
}

void RunRecorder::apply(const CheckpointSaved& event) {
  const std::string path = relative(event.path);
  (event.best ? record_.status.best_checkpoint : record_.status.latest_checkpoint) = path;
  flush(true);
  if (!catalog_) return;
  db::CheckpointRow row;
  row.run = catalog_->row.id, row.path = path, row.step = event.step, row.best = event.best;
  std::error_code error;
  row.bytes = static_cast<std::int64_t>(fs::file_size(event.path, error));
  // The newest state is replaced every minute; only what stays is worth its hash.
  if (fs::path(path).stem() != "latest") row.sha256 = sha256_of_file(event.path);
  if (event.best && std::isfinite(criterion_)) row.criterion = criterion_;
  catalog_->connection->runs().add_checkpoint(row);
}

void RunRecorder::apply(const RunWarning& event) {
  record_.warnings.push_back(event.message);
  save_run_record(folder_, record_);
}

void RunRecorder::apply(const RunPaused& event) {
  record_.status.status = event.paused ? "paused" : "running";
  flush(true);
}

void RunRecorder::apply(const RunFinished& event) {
  record_.status.status = sentence_of(event.outcome);
  record_.status.message = event.message;
  record_.status.finished = utc_now();
  flush(true);
  save_run_record(folder_, record_);
}

void RunRecorder::flush(bool now) {
  if (!now && Clock::now() - flushed_ < kFlushEvery) return;
  flushed_ = Clock::now();
  record_.status.seconds = seconds_before_ + std::chrono::duration<double>(flushed_ - started_).count();
  const std::string lines = std::move(csv_);
  csv_.clear();
  write_all(metrics_, lines, folder_ / "metrics.csv");
  save_run_status(folder_, record_.status);
  if (!catalog_) return rows_.clear();
  auto& row = catalog_->row;
  row.state = state_of(record_.status.status), row.message = record_.status.message, row.phase = phase_, row.step = record_.status.step;
  row.total_steps = record_.status.total_steps, row.seconds = record_.status.seconds, row.device = record_.status.device;
  const auto rows = std::move(rows_);
  rows_.clear();
  db::Transaction transaction(*catalog_->connection);
  if (!rows.empty()) catalog_->connection->runs().add_metrics(row.id, rows);
  catalog_->connection->runs().update_progress(row);
  transaction.commit();
}

}  // namespace luthier
