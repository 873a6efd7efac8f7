#include "ui/library/clip_panel.h"

#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_prefetch.h"
#include "ui/library/recut_tools.h"
#include "ui/spectrogram/spectrogram_tools.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

bool same_sound(const db::ClipView& a, const db::ClipView& b) {
  return a.clip.id == b.clip.id && a.clip.start_frame == b.clip.start_frame && a.clip.frame_count == b.clip.frame_count && a.clip.sha256 == b.clip.sha256 &&
         a.path == b.path && a.missing == b.missing;
}

constexpr const char* kPlaysWhenChosen = "library/play_on_select";

}  // namespace

bool plays_when_chosen() { return QSettings().value(kPlaysWhenChosen, true).toBool(); }

ClipPanel::ClipPanel(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  view_ = new SpectrogramView(bench_.player(), bench_.pictures(), bench_.spectrograms(), this);
  view_->set_hint(tr("Choose a clip to see and hear it.\nSpace plays · click in the picture to go there · drag to loop"));
  recut_ = new RecutTools(bench_, *view_, view_);
  static_cast<QHBoxLayout*>(view_->tools().layout())->insertWidget(0, recut_);
  prefetch_ = new ClipPrefetch(bench_, [this] { return !loading_ && view_->complete(); }, this);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addWidget(make_title_row());
  column->addWidget(view_, 1);
  column->addWidget(&view_->tools().readout());  // the row above is full
  static_cast<QHBoxLayout*>(view_->tools().layout())->addStretch(1);  // and where it is not, its boxes stay as wide as elsewhere
  connect(recut_, &RecutTools::whole_changed, this, [this] {
    if (shown_) load(false);
  });
}

QWidget* ClipPanel::make_title_row() {
  auto* widget = new QWidget(this);
  auto* row = new QHBoxLayout(widget);
  row->setContentsMargins(0, 2, 0, 0);
  title_ = new QLabel(widget);
  title_->setProperty("role", "heading");
  title_->setTextFormat(Qt::PlainText);
  title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  play_on_select_ = new QCheckBox(tr("Play when chosen"), widget);
  play_on_select_->setToolTip(tr("Play each clip as soon as it is chosen by a click or the arrows, here, on Explore and in dialogs that list clips"));
  play_next_ = new QCheckBox(tr("Go on after labelling"), widget);
  play_next_->setToolTip(tr("After a label key: go to the next clip and play it"));
  auto* content = new QPushButton(icon("content"), tr("Use as content"), widget);
  content->setToolTip(tr("Take this clip as the content of a transfer: its notes are kept (C)"));
  auto* style = new QPushButton(icon("style"), tr("Use as style"), widget);
  style->setToolTip(tr("Take this clip as the style of a transfer: its sound is taken (S)"));
  QSettings stored;
  play_on_select_->setChecked(plays_when_chosen());
  play_next_->setChecked(stored.value("library/play_next", true).toBool());
  connect(play_on_select_, &QCheckBox::toggled, this, [](bool on) { QSettings().setValue(kPlaysWhenChosen, on); });
  connect(play_next_, &QCheckBox::toggled, this, [](bool on) { QSettings().setValue("library/play_next", on); });
  connect(content, &QPushButton::clicked, this, [this] { Q_EMIT use_requested(true); });
  connect(style, &QPushButton::clicked, this, [this] { Q_EMIT use_requested(false); });
  row->addWidget(title_, 1);
  row->addWidget(play_on_select_);
  row->addWidget(play_next_);
  row->addWidget(content);
  row->addWidget(style);
  return widget;
}

bool ClipPanel::goes_on_after_labelling() const { return play_next_->isChecked(); }
bool ClipPanel::plays_on_choice() const { return play_on_select_->isChecked(); }

void ClipPanel::play() {
  if (loading_) play_when_loaded_ = true;
  else if (!problem_.isEmpty()) bench_.say(problem_);
  else view_->play(0);
}

void ClipPanel::start() {
  if (loading_ || view_->heard() != 0 || !bench_.player().playing()) play();
}

void ClipPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (!problem_.isEmpty()) bench_.player().clear();  // what another page has played is not this clip
}

void ClipPanel::clear() {
  ++load_number_;
  loading_ = play_when_loaded_ = false;
  problem_.clear();
  prefetch_->stop();
  shown_.reset();
  title_->clear();
  recut_->set_clip(std::nullopt);
  view_->set_sources({});
}

void ClipPanel::show_title(const db::ClipView& view) {
  QStringList parts{text(view.name)};
  if (view.clip.start_frame > 0 && view.sample_rate > 0) {
    const double start = static_cast<double>(view.clip.start_frame) / view.sample_rate;
    parts.last() += tr("  %1–%2 s").arg(start, 0, 'f', 2).arg(start + view.clip.seconds, 0, 'f', 2);
  }
  if (!view.label.empty()) parts << text(view.label);
  if (!view.phrase.empty()) parts << text(view.phrase);
  if (!view.rights.empty()) parts << text(view.rights);
  title_->setText(parts.join("  ·  "));
  title_->setToolTip(view.source.empty() ? text(view.path) : text(view.path) + "\n" + text(view.source));
}

void ClipPanel::show_clip(const db::ClipView& clip, bool play) {
  show_title(clip);
  const bool again = shown_ && same_sound(*shown_, clip);
  shown_ = clip;
  recut_->set_clip(clip);
  if (!again || play) load(play);
}

void ClipPanel::load(bool play) {
  if (!bench_.has_workspace()) return;
  const quint64 number = ++load_number_;
  const auto current = view_->sounds();
  const QString before = current.empty() ? QString() : current.front()->key;
  loading_ = true;
  play_when_loaded_ = play;
  problem_.clear();
  auto done = [this, number, before](SoundPtr sound) {
    if (number != load_number_) return;
    loading_ = false;
    take_sound(sound, sound->key == before, std::exchange(play_when_loaded_, false));
  };
  auto failed = [this, number](const QString& message) {
    if (number != load_number_) return;
    loading_ = false;
    problem_ = message;
    view_->set_sources({{{}, nullptr, nullptr, message, false}});
    if (isVisible()) bench_.player().clear();  // else Space would play the clip before
    if (std::exchange(play_when_loaded_, false)) bench_.say(message);
  };
  if (recut_->whole()) bench_.sounds().file(text(bench_.workspace().resolve(shown_->path).string()), this, done, failed);
  else bench_.sounds().clip(bench_.workspace(), *shown_, this, done, failed);
}

void ClipPanel::show_time_of(qint64 clip, std::pair<double, double> seconds) {
  wanted_time_ = {clip, seconds};
  show_wanted_time();
}

void ClipPanel::show_wanted_time() {
  const auto sounds = view_->sounds();
  if (!wanted_time_ || sounds.empty() || sounds.front()->clip != wanted_time_->first) return;
  const auto [begin, end] = std::exchange(wanted_time_, std::nullopt)->second;
  view_->scene().show_time(begin, end);
}

void ClipPanel::take_sound(const SoundPtr& sound, bool again, bool play) {
  if (!again) view_->set_sources({{{}, sound, nullptr, {}, true}, {{}, sound, nullptr, {}, false}});
  show_wanted_time();
  auto& scene = view_->scene();
  if (!recut_->whole()) {
    if (isVisible()) bench_.player().set_deck({sound}, 0, play);
    return;
  }
  const auto [begin, end] = recut_->extent();
  const double around = std::max(1.0, end - begin);
  scene.show_time(begin - around, end + around);
  scene.set_selection(std::pair(begin, end));
  if (!isVisible()) return;
  bench_.player().set_deck({sound}, 0, false);
  bench_.player().set_loop(std::pair(begin, end));
  bench_.player().seek(begin);
  if (play) bench_.player().play();
}

}  // namespace luthier::ui
