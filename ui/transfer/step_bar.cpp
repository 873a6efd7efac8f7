#include "ui/transfer/step_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/common/words.h"

namespace luthier::ui {

StepBar::StepBar(QWidget* parent) : QWidget(parent) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  words_ = new QLabel(this);
  words_->setProperty("role", "hint");
  words_->setMinimumWidth(180);
  slider_ = new QSlider(Qt::Horizontal, this);
  slider_->setObjectName("step_slider");
  slider_->setAccessibleName(tr("Sampling step"));
  slider_->setToolTip(tr("The clean estimate after each sampling step (arrow keys); the last place is the result"));
  slider_->setWhatsThis(tr("Each sampling step leaves a clean estimate of the result. Scrub through them, hear any, keep one as a result of its own, or go on "
                           "from it another way."));
  slider_->setPageStep(5);
  auto tool = [this](const char* name, const QString& words, const QString& tip, const char* object) {
    auto* b = new QToolButton(this);
    b->setObjectName(object);
    b->setIcon(icon(name));
    b->setIconSize({18, 18});
    b->setText(words);
    b->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    b->setToolTip(tip);
    return b;
  };
  hear_ = tool("play", tr("Hear"), tr("Hear this step; while it plays, other steps are heard as the slider moves"), "hear_step");
  keep_ = tool("star", tr("Keep"), tr("Keep this step as a result of its own, with its record"), "keep_step");
  branch_ = tool("branch", tr("Branch…"), tr("Go on from this step with another seed, temperature or guidance"), "branch_step");
  row->addWidget(words_);
  row->addWidget(slider_, 1);
  row->addWidget(hear_);
  row->addWidget(keep_);
  row->addWidget(branch_);
  connect(slider_, &QSlider::valueChanged, this, [this] {
    show_choice();
    Q_EMIT chosen(index());
  });
  connect(hear_, &QToolButton::clicked, this, &StepBar::hear_requested);
  connect(keep_, &QToolButton::clicked, this, [this] { Q_EMIT keep_requested(step()); });
  connect(branch_, &QToolButton::clicked, this, [this] { Q_EMIT branch_requested(step()); });
  show_choice();
}

int StepBar::index() const {
  const int at = slider_->value();
  return at >= 0 && at < static_cast<int>(steps_.size()) ? at : -1;
}

int StepBar::step() const { return index() < 0 ? 0 : steps_[static_cast<std::size_t>(index())]; }

void StepBar::set_steps(std::vector<int> steps, int total, bool has_result) {
  const bool at_end = steps_.empty() || slider_->value() >= slider_->maximum();
  steps_ = std::move(steps);
  total_ = total;
  has_result_ = has_result;
  const int last = std::max(0, static_cast<int>(steps_.size()) - (has_result ? 0 : 1));
  {
    const QSignalBlocker block(slider_);
    slider_->setRange(0, last);
    slider_->setValue(at_end ? last : std::min(slider_->value(), last));
  }
  setVisible(!steps_.empty());
  show_choice();
}

void StepBar::set_branching(bool possible) {
  branching_ = possible;
  show_choice();
}

void StepBar::set_busy(bool making) { hear_->setText(making ? tr("Making…") : tr("Hear")); }

void StepBar::choose(int index) { slider_->setValue(index < 0 ? slider_->maximum() : index); }

void StepBar::show_choice() {
  const int now = step();
  if (now > 0) words_->setText(tr("Clean estimate, step %1 of %2").arg(now).arg(total_));
  else words_->setText(has_result_ ? tr("Result (after %1)").arg(counted(total_, tr("step"), tr("steps"))) : QString());
  hear_->setEnabled(now > 0 || has_result_);
  keep_->setEnabled(now > 0);
  branch_->setVisible(branching_);
  branch_->setEnabled(now > 0 && now < total_);
}

}  // namespace luthier::ui
