#include "ui/library/recut_tools.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <memory>

#include "core/session/library_session.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/workbench.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {
namespace {

constexpr double kLongest = 1800;  ///< seconds of a recording that can be shown whole

QString seconds_text(double seconds) { return QLocale().toString(seconds, 'f', 2); }

}  // namespace

RecutTools::RecutTools(Workbench& bench, SpectrogramView& view, QWidget* parent) : QWidget(parent), bench_(bench), view_(view) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(2);
  auto button = [&](const char* icon_name, const QString& words) {
    auto* b = new QToolButton(this);
    b->setIcon(icon(icon_name));
    b->setIconSize({18, 18});
    b->setText(words);
    b->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    row->addWidget(b);
    return b;
  };
  trim_ = button("trim", tr("Trim"));
  trim_->setObjectName("trim_clip");
  cut_ = button("cut", tr("New clip"));
  cut_->setObjectName("cut_new_clip");
  whole_ = button("recording", tr("Recording"));
  whole_->setObjectName("whole_recording");
  whole_->setCheckable(true);
  connect(trim_, &QToolButton::clicked, this, &RecutTools::trim);
  connect(cut_, &QToolButton::clicked, this, &RecutTools::cut_new);
  connect(whole_, &QToolButton::toggled, this, &RecutTools::whole_changed);
  connect(&view_.scene(), &SpectrogramScene::needs_paint, this, [this] {
    if (view_.scene().selection() != seen_) update_state();
  });
  update_state();
}

void RecutTools::set_clip(std::optional<db::ClipView> clip) {
  clip_ = std::move(clip);
  update_state();
}

bool RecutTools::whole() const {
  return whole_->isChecked() && clip_ && clip_->sample_rate > 0 && static_cast<double>(clip_->recording_frames) / clip_->sample_rate <= kLongest;
}

void RecutTools::toggle_whole() {
  if (whole_->isEnabled()) whole_->toggle();
}

std::pair<double, double> RecutTools::extent() const {
  if (!clip_ || clip_->sample_rate <= 0) return {0, 0};
  const double start = whole() ? static_cast<double>(clip_->clip.start_frame) / clip_->sample_rate : 0;
  return {start, start + static_cast<double>(clip_->clip.frame_count) / clip_->sample_rate};
}

std::optional<std::pair<std::int64_t, std::int64_t>> RecutTools::selected_frames() const {
  const auto selection = view_.scene().selection();
  if (!clip_ || !selection || clip_->missing) return std::nullopt;
  const std::int64_t base = whole() ? 0 : clip_->clip.start_frame;
  const std::int64_t end = whole() ? clip_->recording_frames : base + clip_->clip.frame_count;
  const auto frame = [&](double seconds) {
    return std::clamp(base + static_cast<std::int64_t>(std::llround(seconds * clip_->sample_rate)), base, end);
  };
  const std::int64_t first = frame(selection->first), last = frame(selection->second);
  if (last - first < clip_->sample_rate / 100) return std::nullopt;  // a slip of the hand
  return std::pair(first, last - first);
}

void RecutTools::update_state() {
  seen_ = view_.scene().selection();
  const auto frames = selected_frames();
  const bool same = frames && frames->first == clip_->clip.start_frame && frames->second == clip_->clip.frame_count;
  trim_->setEnabled(frames && !same);
  cut_->setEnabled(frames.has_value());
  const QString how = tr("Drag over the waveform or the picture to select a range first.");
  const QString length = frames ? seconds_text(static_cast<double>(frames->second) / clip_->sample_rate) : QString();
  trim_->setToolTip(frames ? tr("Cut this clip to the selected %1 s (T). Ctrl+Z takes it back.").arg(length) : tr("Trim this clip to a range (T). %1").arg(how));
  cut_->setToolTip(frames ? tr("Make a new clip of the selected %1 s, with the same label and tags (N)").arg(length)
                          : tr("Make a new clip of a range (N). %1").arg(how));
  const bool part = clip_ && (clip_->clip.frame_count < clip_->recording_frames || whole_->isChecked());
  const bool shown = clip_ && clip_->sample_rate > 0 && static_cast<double>(clip_->recording_frames) / clip_->sample_rate <= kLongest;
  whole_->setEnabled(part && shown);
  whole_->setToolTip(part && !shown ? tr("The recording is longer than half an hour: too long to be shown whole")
                                    : tr("Show the whole recording that the clip was cut from (W): select a longer range there, then trim"));
}

QStringList RecutTools::cut_words(std::pair<std::int64_t, std::int64_t> frames, bool add) const {
  const auto seconds = [this](std::int64_t frame) { return QString::number(static_cast<double>(frame) / clip_->sample_rate, 'f', 6); };
  const std::int64_t base = whole() ? 0 : clip_->clip.start_frame;
  QStringList words{"cut", QString::number(clip_->clip.id.value), "--from", seconds(frames.first - base), "--to", seconds(frames.first + frames.second - base)};
  if (whole()) words << "--in-recording";
  if (add) words << "--new";
  return words;
}

void RecutTools::trim() {
  const auto frames = selected_frames();
  if (!frames) return bench_.say(tr("Drag over the waveform or the picture to select a range first."));
  const bool phrase = !clip_->phrase.empty();
  const double seconds = static_cast<double>(frames->second) / clip_->sample_rate;
  auto* task = bench_.start_task(tr("Trimming a clip"), [workspace = bench_.workspace(), id = clip_->clip.id, frames](std::stop_token, const ProgressSink&) {
    recut_clip(workspace, *workspace.open_catalog(), id, frames->first, frames->second);
  });
  bench_.note_command(cut_words(*frames, false));
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, seconds, phrase] {
    view_.scene().set_selection(std::nullopt);
    bench_.player().set_loop(std::nullopt);
    bench_.say(phrase ? tr("Trimmed to %1 s; the clip no longer belongs to its phrase. Ctrl+Z takes it back.").arg(seconds_text(seconds))
                      : tr("Trimmed to %1 s. Ctrl+Z takes it back.").arg(seconds_text(seconds)));
  });
}

void RecutTools::cut_new() {
  const auto frames = selected_frames();
  if (!frames) return bench_.say(tr("Drag over the waveform or the picture to select a range first."));
  auto made = std::make_shared<db::ClipId>();
  auto* task = bench_.start_task(tr("Cutting a new clip"), [made, workspace = bench_.workspace(), id = clip_->clip.id, frames](std::stop_token, const ProgressSink&) {
    *made = cut_new_clip(workspace, *workspace.open_catalog(), id, frames->first, frames->second);
  });
  bench_.note_command(cut_words(*frames, true));
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, made] {
    bench_.choose_clips({*made});
    bench_.say(tr("A new clip was cut, number %1. Ctrl+Z takes it back.").arg(made->value));
  });
}

}  // namespace luthier::ui
