#include "ui/training/run_head.h"

#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>
#include <filesystem>

#include "core/session/family_catalog.h"
#include "ui/application_style.h"
#include "ui/common/background_task.h"
#include "ui/common/words.h"
#include "ui/training/run_controller.h"
#include "ui/training/run_exactness.h"
#include "ui/training/run_record.h"
#include "ui/training/run_table_model.h"

namespace luthier::ui {
namespace {

bool is_mine(const QString& shown, const RunController& controller) {
  return controller.running() && controller.run() == shown;
}

/// Another program trains it, or holds it.
bool is_elsewhere(const QString& shown, const RunSummary* summary, const RunController& controller) {
  return !is_mine(shown, controller) && summary && (summary->status == "running" || summary->status == "paused");
}

/// Its events are quicker than the list.
bool is_paused(const RunRecord& record, const RunSummary& summary) {
  return record.started && !record.finished ? record.paused : summary.status == "paused";
}

QString number(std::int64_t value) { return QLocale().toString(static_cast<qlonglong>(value)); }

}  // namespace

RunHead::RunHead(QWidget* parent) : QFrame(parent) {
  setObjectName("card");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 8, 12, 8);
  column->setSpacing(5);
  auto* row = new QHBoxLayout;
  title_ = new QLabel(this);
  title_->setProperty("role", "heading");
  title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  exact_ = new QLabel(this);
  exact_->setProperty("role", "hint");
  exact_->hide();
  state_ = new QLabel(this);
  auto button = [this](const QString& icon_name, const QString& words, const QString& tip, const char* name) {
    auto* made = new QPushButton(icon(icon_name), words, this);
    made->setToolTip(tip);
    made->setWhatsThis(tip);
    made->setObjectName(name);
    return made;
  };
  transfer_ = button("transfer", tr("Use in a transfer"), tr("Choose this run on the page Transfer"), "use_run");
  change_ = button("train", tr("Change or extend…"), tr("Go on with other settings, or for more steps"), "change_run");
  resume_ = button("refresh", tr("Go on"), tr("Trains on from the last checkpoint, as if it had never stopped"), "resume_run");
  pause_ = button("pause", tr("Pause"), tr("Waits after the present step; nothing is lost"), "pause_training");
  stop_ = button("stop", tr("Stop and save"), tr("Ends the run after its present step and saves a checkpoint: it can be used, and gone on with"), "stop_training");
  drop_ = button("remove", tr("Abort"), tr("Ends the run after its present step and saves nothing: it stays as its last checkpoint has it, a minute old at most"), "drop_training");
  row->addWidget(title_, 1);
  row->addWidget(exact_);
  row->addWidget(state_);
  row->addSpacing(8);
  for (QLabel* told : {title_, exact_, state_}) told->setTextFormat(Qt::PlainText);  // runs are named by the user
  for (QPushButton* b : {transfer_, change_, resume_, pause_, stop_, drop_}) row->addWidget(b);
  bar_ = new QProgressBar(this);
  bar_->setRange(0, 1000);
  bar_->setAccessibleName(tr("Progress of the run"));
  figures_ = new QLabel(this);
  figures_->setProperty("role", "hint");
  figures_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  message_ = new QLabel(this);
  for (QLabel* told : {figures_, message_}) told->setTextFormat(Qt::PlainText);
  message_->setWordWrap(true);
  message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  message_->hide();
  column->addLayout(row);
  column->addWidget(bar_);
  column->addWidget(figures_);
  column->addWidget(message_);
  connect(pause_, &QPushButton::clicked, this, [this] { Q_EMIT pause_clicked(!paused_); });
  connect(stop_, &QPushButton::clicked, this, &RunHead::stop_clicked);
  connect(drop_, &QPushButton::clicked, this, &RunHead::drop_clicked);
  connect(resume_, &QPushButton::clicked, this, &RunHead::resume_clicked);
  connect(change_, &QPushButton::clicked, this, &RunHead::change_clicked);
  connect(transfer_, &QPushButton::clicked, this, &RunHead::transfer_clicked);
}

QString RunHead::state_text(const QString& shown, const RunRecord& record, const RunSummary* summary, const RunController& controller) {
  if (is_mine(shown, controller)) {
    if (controller.stopping()) return controller.discarding() ? tr("ending") : tr("saving a checkpoint");
    if (controller.paused()) return tr("paused");
    return record.started ? tr("training") : tr("preparing");
  }
  if (is_elsewhere(shown, summary, controller)) return run_state_text(is_paused(record, *summary) ? "paused" : "running");
  return summary ? run_state_text(summary->status) : QString();
}

void RunHead::show_run(const QString& shown, const QString& name, const RunRecord& record, const RunSummary* summary, const RunController& controller) {
  const bool mine = is_mine(shown, controller), any = !shown.isEmpty() || mine || launching_;
  title_->setText(!any ? tr("No run yet: choose a family and a preset at the left, and start.") : shown.isEmpty() ? tr("New run") : name);
  title_->setToolTip(shown);
  state_->setText(launching_ && !mine ? tr("preparing") : any ? state_text(shown, record, summary, controller) : QString());
  bar_->setVisible(any);
  show_progress(record, summary, mine);
  show_figures(record, mine);
  show_message(record, summary, mine);
  show_buttons(shown, record, summary, controller);
}

void RunHead::show_buttons(const QString& shown, const RunRecord& record, const RunSummary* summary, const RunController& controller) {
  const bool mine = is_mine(shown, controller), elsewhere = is_elsewhere(shown, summary, controller);
  paused_ = mine ? controller.paused() : elsewhere && is_paused(record, *summary);
  pause_->setVisible(mine || elsewhere);
  pause_->setEnabled(elsewhere || !controller.stopping());
  pause_->setText(paused_ ? tr("Go on") : tr("Pause"));
  pause_->setIcon(icon(paused_ ? "play" : "pause"));
  stop_->setVisible(mine || elsewhere);
  stop_->setEnabled(elsewhere || !controller.stopping());
  drop_->setVisible(mine || elsewhere || launching_);
  drop_->setEnabled(elsewhere || launching_ || !controller.discarding());
  const bool resting = !shown.isEmpty() && !mine && !elsewhere && summary;
  const bool saved = resting && !summary->latest_checkpoint.empty();
  resume_->setVisible(saved && summary->status != "done");
  change_->setVisible(saved);
  for (QPushButton* b : {resume_, change_}) b->setEnabled(can_start_);
  const std::string role = summary ? family_role(summary->family) : std::string();
  transfer_->setVisible(saved && role != "vocoder");
  const bool generator = role == "generator";
  transfer_->setText(generator ? tr("Make sounds…") : tr("Use in a transfer"));
  transfer_->setToolTip(generator ? tr("Hear what this model makes from noise, with sliders over its latent space") : tr("Choose this run on the page Transfer"));
  transfer_->setWhatsThis(transfer_->toolTip());
  transfer_->setAccessibleName(generator ? tr("Make sounds with this run") : tr("Use this run in a transfer"));
}

void RunHead::show_exactness(const RunExactness& exactness) {
  exact_->setVisible(exactness.resumed > 0 && (exactness.checked || !exactness.why.isEmpty()));
  exact_->setText(exactness.why.isEmpty() ? tr("✓ bit-exact") : tr("not bit-exact"));
  exact_->setToolTip(exactness.why.isEmpty()
                         ? tr("Gone on with %1, and checked each time: the state in memory (weights, averages, optimisers, counters) had the hash it was saved with, "
                              "and settings, clips, build, LibTorch, processor and number of threads were those of before. So its steps are those of an unbroken run.").arg(counted(exactness.resumed, tr("time"), tr("times")))
                         : tr("It was gone on with, but not as an unbroken run would have: %1").arg(exactness.why.join("; ")));
}

void RunHead::show_progress(const RunRecord& record, const RunSummary* summary, bool mine) {
  // Until its events are read, or where there are none, the list knows how far it came.
  const bool told = record.total_steps > 0 || !summary;
  const std::int64_t step = told ? record.step : summary->step, total = told ? record.total_steps : summary->total_steps;
  const double share = total > 0 ? static_cast<double>(step) / static_cast<double>(total) : 0;
  bar_->setValue(static_cast<int>(1000.0 * share));
  const bool at_work = mine || launching_ || !summary || summary->status == "running" || summary->status == "paused";
  QString text = at_work ? tr("preparing") : tr("ended before its first step");
  if (total > 0) {
    text = tr("step %1 of %2 – %3 %").arg(number(step), number(total)).arg(100.0 * share, 0, 'f', 0);
    if (mine && record.seconds_left >= 0 && record.steps_per_second > 0) text += tr(" – %1 left").arg(duration_text(record.seconds_left));
  }
  bar_->setFormat(text);
}

void RunHead::show_figures(const RunRecord& record, bool mine) {
  QStringList parts;
  if (!record.phase.isEmpty()) parts << tr("phase %1").arg(record.phase);
  if (mine && record.steps_per_second > 0) parts << tr("%1 steps/s").arg(record.steps_per_second, 0, 'g', 3);
  if (record.learning_rate > 0) parts << tr("learning rate %1").arg(record.learning_rate, 0, 'g', 3);
  if (record.parameters > 0) parts << tr("%1 parameters").arg(number(record.parameters));
  if (record.clips > 0) parts << tr("%1 clips").arg(number(record.clips));
  if (!record.device.isEmpty()) parts << record.device;
  if (record.best_step >= 0) parts << tr("best %1 at step %2").arg(record.best, 0, 'g', 4).arg(record.best_step);
  figures_->setText(parts.join("  ·  "));
  figures_->setToolTip(parts.join("\n"));
  figures_->setVisible(!parts.isEmpty());
}

void RunHead::show_message(const RunRecord& record, const RunSummary* summary, bool mine) {
  QString words = record.message;
  if (words.isEmpty() && summary) words = QString::fromStdString(summary->message);
  // A run that is done says where it lies; its workspace may have been moved since.
  if (words.startsWith('/') && summary && !summary->latest_checkpoint.empty())
    words = QString::fromStdString(std::filesystem::path(summary->latest_checkpoint).parent_path().parent_path().string());
  const bool failed = (record.finished && record.outcome == Outcome::failed) || (summary && summary->status == "failed");
  if (!failed && !record.warnings.empty()) words = record.warnings.back();
  for (const char* hint : {"; go on with --resume", "; go on from it with --resume"}) {
    if (const auto at = words.indexOf(QLatin1String(hint)); at > 0 && !failed) words = words.left(at) + ".";  // here it is a button
  }
  message_->setProperty("role", failed ? "error" : "hint");
  message_->style()->unpolish(message_);
  message_->style()->polish(message_);
  message_->setText(words);
  message_->setVisible(!words.isEmpty() && !mine);
}

}  // namespace luthier::ui
