#include "ui/training/run_program.h"

#include <signal.h>

#include <QCoreApplication>
#include <QProcess>
#include <QStandardPaths>
#include <atomic>
#include <fstream>
#include <set>

#include "core/session/run_record.h"
#include "core/session/text_file.h"
#include "core/session/train_words.h"
#include "core/session/workspace.h"
#include "ui/common/in_background.h"

namespace luthier::ui {
namespace {

namespace fs = std::filesystem;

QString tr(const char* words) { return QCoreApplication::translate("RunProgram", words); }

std::set<std::string> runs_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) names.insert(it->path().filename().string());
  return names;
}

qint64 holder_of(const fs::path& run) {
  qint64 process = 0;
  std::ifstream(run / "lock") >> process;
  return process;
}

bool is_alive(qint64 process) {
  std::error_code error;
  return fs::exists("/proc/" + std::to_string(process), error);
}

/// What a program said last, without its name; empty: nothing.
QString last_line(const fs::path& log) {
  std::ifstream file(log);
  std::string last;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) last = line;
  const QString text = QString::fromStdString(last);
  return text.startsWith("luthierctl: ") ? text.mid(12) : text;
}

/// One look at a process that was started.
struct Look {
  QString run, problem;  ///< both empty: not known yet
};

}  // namespace

QString run_program() {
  const QString here = QCoreApplication::applicationDirPath();
  const QString beside = QStandardPaths::findExecutable("luthierctl", {here, here + "/../bin"});
  return beside.isEmpty() ? QStandardPaths::findExecutable("luthierctl") : beside;
}

qint64 start_run_program(const std::vector<std::string>& words, const fs::path& log) {
  const QString program = run_program();
  if (program.isEmpty()) throw SessionError(tr("The program luthierctl is neither beside this one nor on PATH, so no process of its own can train; install it, or train in the window.").toStdString());
  QStringList arguments;
  for (const std::string& word : words) arguments << QString::fromStdString(word);
  QProcess process;
  process.setProgram(program);
  process.setArguments(arguments.mid(1));  // the first is its name
  process.setStandardInputFile(QProcess::nullDevice());
  process.setStandardOutputFile(QString::fromStdString(log.string()), QIODevice::Append);
  process.setStandardErrorFile(QString::fromStdString(log.string()), QIODevice::Append);
  qint64 number = 0;
  if (!process.startDetached(&number))
    throw SessionError(tr("The program '%1' could not be started (%2); check that it may be run, and that there is free space for its log.").arg(program, process.errorString()).toStdString());
  return number;
}

struct RunLaunch::Wait {
  TrainingRequest request;
  fs::path runs, log;
  std::set<std::string> before;  ///< names that were there
  std::size_t sittings_before = 0;  ///< of a run that goes on
  std::atomic<qint64> process{0};
  bool stopped = false;  ///< GUI thread

  /// The run is known once its clips are read and it steps, or has ended.
  Look look() const {
    const bool alive = is_alive(process);
    const Look seen = request.resume.empty() ? look_for_new() : look_at_resumed();
    if (alive || !seen.run.isEmpty()) return seen;
    const QString why = last_line(log);
    std::error_code error;
    if (request.resume.empty()) fs::remove(log, error);
    return {{}, why.isEmpty() ? tr("The process that was to train ended without saying why.") : why};
  }

  /// The log gets its place in the run's folder; the process writes on into it.
  Look look_for_new() const {
    for (const std::string& name : runs_in(runs)) {
      if (before.contains(name) || holder_of(runs / name) != process || !is_run(runs / name)) continue;
      std::error_code error;
      fs::rename(log, runs / name / "luthierctl.log", error);
      return {QString::fromStdString(name), {}};
    }
    return {};
  }

  Look look_at_resumed() const {
    const fs::path run = runs / request.resume;
    if (holder_of(run) != process) return {};
    return load_run_record(run).sittings.size() > sittings_before ? Look{QString::fromStdString(request.resume), {}} : Look{};
  }
};

RunLaunch::RunLaunch(QObject* parent) : QObject(parent) {
  again_.setSingleShot(true);
  again_.setInterval(200);
  connect(&again_, &QTimer::timeout, this, &RunLaunch::look);
}

QString RunLaunch::resumed() const { return wait_ ? QString::fromStdString(wait_->request.resume) : QString(); }

void RunLaunch::stop() {
  if (!wait_) return;
  wait_->stopped = true;
  if (wait_->process > 0) ::kill(static_cast<pid_t>(wait_->process), SIGTERM);  // it is this window's own, and has not ended as far as was seen
}

void RunLaunch::leave() {
  again_.stop();
  wait_.reset();
  pending_ = false;
}

void RunLaunch::start(const TrainingRequest& request) {
  leave();
  pending_ = true;
  const auto wait = wait_ = std::make_shared<Wait>();
  wait->request = request;
  in_background<bool>(
      this,
      [wait] {
        const std::string resumed = wait->request.resume;
        const Workspace workspace = Workspace::open(wait->request.workspace);
        wait->runs = workspace.runs();
        wait->before = runs_in(wait->runs);
        if (!resumed.empty()) wait->sittings_before = load_run_record(wait->runs / resumed).sittings.size();
        wait->log = resumed.empty() ? workspace.folder() / ("luthierctl-" + utc_now() + ".log") : wait->runs / resumed / "luthierctl.log";
        wait->process = start_run_program(train_words(wait->request), wait->log);
        return true;
      },
      [this, wait](bool) {
        if (wait != wait_) return;
        if (wait->stopped) stop();  // it was not there yet when that was asked
        again_.start();
      },
      [this, wait](const QString& message) {
        if (wait != wait_) return;
        leave();
        Q_EMIT failed(message);
      });
}

void RunLaunch::look() {
  in_background<Look>(
      this, [wait = wait_] { return wait->look(); },
      [this, wait = wait_](const Look& seen) {
        if (wait != wait_) return;
        if (seen.run.isEmpty() && seen.problem.isEmpty()) return again_.start();
        leave();
        if (seen.run.isEmpty()) Q_EMIT failed(wait->stopped ? QString() : seen.problem);
        else Q_EMIT started(wait->request.workspace, seen.run);
      },
      [this, wait = wait_](const QString& message) {
        if (wait != wait_) return;
        leave();
        Q_EMIT failed(message);
      });
}

}  // namespace luthier::ui
