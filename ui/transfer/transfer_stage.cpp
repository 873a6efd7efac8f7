#include "ui/transfer/transfer_stage.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

#include "core/session/text_file.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/compare/export_dialog.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/transfer/branch_dialog.h"
#include "ui/transfer/step_bar.h"
#include "ui/transfer/step_sounds.h"

namespace luthier::ui {

TransferStage::TransferStage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  column->addWidget(make_head());
  view_ = new SpectrogramView(bench_.player(), bench_.pictures(), bench_.spectrograms(), this);
  view_->set_hint(tr("Content and style appear here, and the result below them.\nChoose both at the left, or drop two sounds here, then press Transfer."));
  column->addWidget(view_, 1);
  bar_ = new StepBar(this);
  bar_->hide();
  column->addWidget(bar_);
  sounds_ = new StepSounds(this);
  connect(bar_, &StepBar::chosen, this, &TransferStage::show_step);
  connect(bar_, &StepBar::hear_requested, this, &TransferStage::hear);
  connect(bar_, &StepBar::keep_requested, this, &TransferStage::keep_requested);
  connect(bar_, &StepBar::branch_requested, this, &TransferStage::branch_requested);
  connect(sounds_, &StepSounds::ready, this, [this](int step, const SoundPtr& sound) {
    bar_->set_busy(false);
    if (step == bar_->step()) step_ready(sound);
  });
  connect(sounds_, &StepSounds::failed, this, [this](const QString& problem) {
    bar_->set_busy(false);
    show_error(this, problem);
  });
  show_inputs(nullptr, nullptr);
}

QWidget* TransferStage::make_head() {
  auto* head = new QWidget(this);
  auto* row = new QHBoxLayout(head);
  row->setContentsMargins(0, 0, 0, 0);
  const QString names[] = {tr("Content"), tr("Style"), tr("Result")};
  for (int i = 0; i < 3; ++i) {
    hear_[i] = new QPushButton(icon("play"), names[i], head);
    hear_[i]->setAccessibleName(tr("Hear the %1").arg(names[i].toLower()));
    hear_[i]->setToolTip(tr("Hear it; while it plays, switch with Alt+%1").arg(i + 1));
    row->addWidget(hear_[i]);
    connect(hear_[i], &QPushButton::clicked, this, [this, i] { play(i == 0 ? content_ : i == 1 ? style_ : result_); });
  }
  message_ = new QLabel(head);
  message_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  compare_ = new QPushButton(icon("compare"), tr("Compare"), head);
  compare_->setToolTip(tr("Add the result to the page Compare"));
  export_ = new QPushButton(icon("export"), tr("Export…"), head);
  export_->setObjectName("export_transfer");
  export_->setToolTip(tr("Pictures (PNG, SVG), sounds (WAV or FLAC) and the record (JSON) into a folder"));
  row->addWidget(message_, 1);
  row->addWidget(compare_);
  row->addWidget(export_);
  connect(export_, &QPushButton::clicked, this, &TransferStage::export_result);
  connect(compare_, &QPushButton::clicked, this, &TransferStage::compare);
  return head;
}

// --- what is on stage -----------------------------------------------------------------------------------------------------

void TransferStage::show_inputs(SoundPtr content, SoundPtr style) {
  if (job_) disconnect(job_, nullptr, this, nullptr);
  job_ = nullptr;
  content_ = std::move(content), style_ = std::move(style);
  result_.reset(), step_sound_.reset();
  pictures_.clear();
  record_.clear();
  sounds_->set_steps(nullptr);
  waiting_to_play_ = false;
  bar_->set_steps({}, 0, false);
  bar_->set_busy(false);
  say({});
  show_lanes(false);
  update_buttons();
}

void TransferStage::show_job(TransferJob& job) {
  show_inputs(job.content(), job.style());
  job_ = &job;
  record_["run"] = job.request().run.empty() ? "shipped weights" : job.request().run;
  bar_->set_branching(BranchDialog::possible(job.schema()));
  connect(&job, &TransferJob::step_arrived, this, &TransferStage::follow_job);
  connect(&job, &TransferJob::finished, this, &TransferStage::job_ended);
  connect(&job, &TransferJob::progressed, this, [this] {
    if (job_ && job_->running()) say(job_->state_text());
  });
  follow_job();
  if (job.ended()) job_ended();
  else show_lanes(true);
}

void TransferStage::show_earlier(SoundPtr content, SoundPtr style, SoundPtr result, const std::map<std::string, std::string>& record, const QString& words) {
  show_inputs(std::move(content), std::move(style));
  result_ = std::move(result);
  record_ = record;
  say(words);
  show_lanes(false);
  update_buttons();
}

void TransferStage::follow_job() {
  pictures_ = job_->pictures();
  sounds_->set_steps(job_->steps());
  std::vector<int> steps;
  for (const StepPicture& picture : pictures_) steps.push_back(picture.step);
  bar_->set_steps(std::move(steps), pictures_.empty() ? 0 : pictures_.back().total, result_ != nullptr);
  show_step(bar_->index());
}

void TransferStage::job_ended() {
  const TransferResult& outcome = job_->outcome();
  result_ = job_->result();
  sounds_->set_steps(job_->steps());
  if (result_) {
    say(tr("Saved, after %1 s (%2 × real time)").arg(outcome.seconds, 0, 'f', 1).arg(outcome.real_time_factor, 0, 'g', 2));
    message_->setToolTip(tr("Saved as %1").arg(QString::fromStdString(outcome.output.string())));
    record_["output"] = outcome.output.string();
    in_background<std::string>(
        this, [file = outcome.record] { return read_text(file); }, [this, job = job_](const std::string& text) {
          if (job == job_) record_["transfer"] = text;
        },
        {});
    follow_job();
    bar_->choose(-1);
  } else if (job_->state() == TransferJob::State::cancelled) {
    say(pictures_.empty() ? tr("The transfer was cancelled; nothing was saved.") : tr("The transfer was cancelled. Its steps so far can still be heard and kept."));
  } else {
    say(QString::fromStdString(outcome.message), true);
  }
  show_lanes(true);
  show_step(bar_->index());
  update_buttons();
}

void TransferStage::say(const QString& words, bool wrong) {
  message_->setProperty("role", wrong ? "error" : "hint");
  message_->style()->unpolish(message_);
  message_->style()->polish(message_);
  message_->setText(words);
  message_->setToolTip(words);
}

void TransferStage::show_lanes(bool keep_view) {
  std::vector<LaneSource> lanes;
  if (content_) lanes.push_back({tr("1  Content: %1").arg(content_->title), content_, nullptr, {}, false});
  if (style_) lanes.push_back({tr("2  Style: %1").arg(style_->title), style_, nullptr, {}, false});
  const int index = bar_->index();
  if (index >= 0 && index < static_cast<int>(pictures_.size())) {
    const StepPicture& step = pictures_[static_cast<std::size_t>(index)];
    lanes.push_back({tr("3  Estimate"), step_sound_, step.picture, {}, false});
  } else if (result_) {
    lanes.push_back({tr("3  Result"), result_, nullptr, {}, false});
  } else if (!lanes.empty()) {
    LaneSource lane;
    lane.title = tr("3  Result");
    if (!job_) lane.note = content_ && style_ ? tr("Press Transfer") : content_ ? tr("Choose the style, unless a label stands for it") : tr("Choose content and style");
    else if (job_->state() == TransferJob::State::waiting) lane.note = tr("Waits in the queue…");
    else lane.note = job_->running() ? tr("The estimate appears with the first step…") : job_->state_text();
    lanes.push_back(std::move(lane));
  }
  view_->set_sources(std::move(lanes), keep_view);
}

// --- steps ----------------------------------------------------------------------------------------------------------------

void TransferStage::show_step(int index) {
  const bool was_heard = step_sound_ && bench_.player().playing() && bench_.player().current() == step_sound_;
  const int step = bar_->step();
  step_sound_ = step > 0 ? sounds_->cached(step) : nullptr;
  const std::size_t lane = result_lane();
  if (index >= 0 && !step_sound_ && !was_heard && lane < view_->scene().lanes().size() && !view_->scene().lanes()[lane].sound)
    view_->scene().set_picture(lane, pictures_[static_cast<std::size_t>(index)].picture);  // scrubbing: nothing but the picture is new
  else
    show_lanes(true);
  if (!was_heard) return;
  if (step > 0) hear();
  else if (result_) step_ready(result_);
}

void TransferStage::hear() {
  const int step = bar_->step();
  if (step == 0) {
    play(result_);
    return;
  }
  if (step_sound_ && bench_.player().playing() && bench_.player().current() == step_sound_) {
    bench_.player().pause();
    return;
  }
  bar_->set_busy(true);
  sounds_->request(step);
}

/// Plays a step where the one before it was, so that steps can be told apart in the middle of a phrase.
void TransferStage::step_ready(const SoundPtr& sound) {
  auto& player = bench_.player();
  const double at = player.current() && player.position() < player.length() ? player.position() : 0;
  if (sound != result_) step_sound_ = sound;
  show_lanes(true);
  play(sound);
  if (at > 0) player.seek(at);
}

void TransferStage::play(const SoundPtr& sound) {
  if (!sound) return;
  const auto all = view_->sounds();
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (all[k]->key == sound->key) view_->play(k);
  }
}

// --- going on -------------------------------------------------------------------------------------------------------------

void TransferStage::update_buttons() {
  hear_[0]->setEnabled(content_ != nullptr);
  hear_[1]->setEnabled(style_ != nullptr);
  hear_[2]->setEnabled(result_ != nullptr);
  export_->setEnabled(result_ != nullptr);
  compare_->setEnabled(content_ || style_ || result_);
}

/// Nothing here is the truth that the result should equal, so nothing is measured; its file keeps the record that made it.
void TransferStage::export_result() {
  auto record = record_;
  ComparisonExtras extras;
  extras.truth.reset();
  extras.transferred = 2;
  QStringList places, names;
  const std::pair<const char*, SoundPtr> shown[] = {{"content", content_}, {"style", style_}, {"result", result_}};
  for (const auto& [name, sound] : shown) {
    if (!sound) continue;
    const QString place = sound->clip != 0 ? QString::number(sound->clip) : sound->path;
    places << place;
    names << name;
    record["sound." + std::to_string(places.size())] = (sound->clip != 0 ? "clip " : "") + place.toStdString();
  }
  extras.command = QStringList{"compare"} + places + QStringList{"--name"} + names + QStringList{"--no-truth"};
  export_comparison(bench_, this, {content_, style_, result_}, {"content", "style", "result"}, record, extras);
}

void TransferStage::compare() {
  for (const SoundPtr& sound : {content_, style_, result_}) {
    if (sound && (sound->clip != 0 || !sound->path.isEmpty())) bench_.add_to_comparison({sound->clip, sound->clip ? QString() : sound->path, sound->title, sound->label});
  }
  Q_EMIT bench_.page_requested("compare");
}

}  // namespace luthier::ui
