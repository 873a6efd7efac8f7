#include "ui/transfer/step_sounds.h"

#include <QMetaObject>
#include <QPointer>

namespace luthier::ui {
namespace {

constexpr std::size_t kKept = 32;

}  // namespace

StepSounds::StepSounds(QObject* parent) : QObject(parent) { pool_.setMaxThreadCount(1); }

StepSounds::~StepSounds() {
  stop_.request_stop();
  pool_.clear();
  pool_.waitForDone();
}

void StepSounds::set_steps(std::shared_ptr<const TransferSteps> steps) {
  if (steps == steps_) return;
  stop_.request_stop();
  steps_ = std::move(steps);
  made_.clear();
  wanted_ = 0;
  ++number_;
  static quint64 count = 0;
  transfer_ = ++count;
}

SoundPtr StepSounds::cached(int step) const {
  for (const Made& made : made_) {
    if (made.step == step) return made.sound;
  }
  return nullptr;
}

void StepSounds::request(int step) {
  if (!steps_) return;
  if (step == wanted_) return;
  stop_.request_stop();
  stop_ = {};
  const quint64 number = ++number_;
  if (const SoundPtr known = cached(step)) {
    wanted_ = 0;
    Q_EMIT ready(step, known);
    return;
  }
  wanted_ = step;
  const QString key = QStringLiteral("step:%1:%2").arg(transfer_).arg(step);
  pool_.clear();
  pool_.start([self = QPointer<StepSounds>(this), steps = steps_, step, number, key, stop = stop_.get_token()] {
    SoundPtr sound;
    QString message;
    try {
      sound = make_sound(key, tr("Step %1").arg(step), steps->sound(step, stop));
    } catch (const std::exception& error) {
      if (stop.stop_requested()) return;
      message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        self.data(),
        [self, number, step, sound, message] {
          if (!self || number != self->number_) return;
          self->wanted_ = 0;
          if (!sound) {
            Q_EMIT self->failed(message);
            return;
          }
          self->made_.push_front({step, sound});
          if (self->made_.size() > kKept) self->made_.pop_back();
          Q_EMIT self->ready(step, sound);
        },
        Qt::QueuedConnection);
  });
}

}  // namespace luthier::ui
