#include "ui/library/clip_prefetch.h"

#include <algorithm>
#include <utility>

namespace luthier::ui {

ClipPrefetch::ClipPrefetch(Workbench& bench, std::function<bool()> idle, QObject* parent) : QObject(parent), bench_(bench), idle_(std::move(idle)) {
  wait_.setSingleShot(true);
  wait_.setInterval(30);
  connect(&wait_, &QTimer::timeout, this, &ClipPrefetch::go_on);
  // Another analysis is wanted now; what is chosen next says so again.
  connect(&bench_.spectrograms(), &SpectrogramSettings::picture_changed, this, &ClipPrefetch::stop);
  connect(&bench_, &Workbench::workspace_closing, this, &ClipPrefetch::stop);
}

void ClipPrefetch::prepare(std::vector<db::ClipView> clips) {
  ++number_;
  std::reverse(clips.begin(), clips.end());
  waiting_ = std::move(clips);
  if (waiting_.empty()) wait_.stop();
  else wait_.start();
}

void ClipPrefetch::go_on() {
  if (working_ || waiting_.empty() || !bench_.has_workspace()) return;
  if (!idle_()) return wait_.start();
  const db::ClipView clip = std::move(waiting_.back());
  waiting_.pop_back();
  working_ = true;
  bench_.sounds().clip(
      bench_.workspace(), clip, this,
      [this, number = number_](const SoundPtr& sound) {
        if (number != number_) return end_one();
        bench_.pictures().request(
            sound, bench_.spectrograms().picture(), this, [this](const PicturePtr&) { end_one(); }, [this](const QString&) { end_one(); });
      },
      [this](const QString&) { end_one(); });  // a clip that cannot be read says so when it is chosen
}

void ClipPrefetch::end_one() {
  working_ = false;
  if (!waiting_.empty()) wait_.start();
}

}  // namespace luthier::ui
