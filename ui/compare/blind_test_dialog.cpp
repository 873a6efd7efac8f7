#include "ui/compare/blind_test_dialog.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QShortcut>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "ui/application_style.h"
#include "ui/common/error_box.h"

namespace luthier::ui {

BlindTestDialog::BlindTestDialog(Workbench& bench, SoundPtr a, SoundPtr b, quint32 seed, QWidget* parent, SoundPtr reference)
    : QDialog(parent), bench_(bench), a_(std::move(a)), b_(std::move(b)), reference_(std::move(reference)), test_(seed & 0x7fffffff), log_(bench, "abx") {
  setWindowTitle(tr("Blind test (ABX)"));
  setMinimumWidth(520);
  auto* column = new QVBoxLayout(this);
  auto* names = new QLabel(tr("A: %1\nB: %2").arg(a_->title, b_->title), this);
  names->setTextFormat(Qt::PlainText);
  auto* hint = new QLabel(tr("X is A or B, drawn anew each time. Switch while it plays (keys A, B, X), then say which one X is. "
                             "All are brought to equal loudness. I and O set the ends of a loop, L takes it away, Space stops."), this);
  hint->setProperty("role", "hint");
  hint->setWordWrap(true);
  plan_ = new QWidget(this);
  auto* plan = new QHBoxLayout(plan_);
  plan->setContentsMargins(0, 0, 0, 0);
  const auto number = [&](const QString& name, const QString& words, int least, int most, int value) {
    auto* box = new QSpinBox(plan_);
    box->setObjectName(name);
    box->setAccessibleName(words);
    box->setRange(least, most);
    box->setValue(value);
    auto* label = new QLabel(words, plan_);
    label->setBuddy(box);
    plan->addWidget(label);
    plan->addWidget(box);
    plan->addSpacing(12);
    // Enter is done with a number: the keys are the test's again.
    if (auto* line = box->findChild<QLineEdit*>()) connect(line, &QLineEdit::returnPressed, this, [this] { hear_[2]->setFocus(); });
    return box;
  };
  planned_ = std::clamp(QSettings().value("abx/trials", planned_).toInt(), 5, 200);
  trials_ = number("trials", tr("Trials"), 5, 200, planned_);
  seed_ = number("seed", tr("Seed"), 0, std::numeric_limits<int>::max(), static_cast<int>(seed & 0x7fffffff));
  trials_->setToolTip(tr("Fixed before the first answer: a test that may end at a lucky score proves nothing"));
  seed_->setToolTip(tr("The same seed draws the same order of A and B"));
  plan->addStretch();
  connect(trials_, &QSpinBox::valueChanged, this, &BlindTestDialog::set_trials);
  connect(seed_, &QSpinBox::valueChanged, this, [this](int value) {
    test_ = BlindTest(static_cast<quint32>(value));
    next_trial();
  });
  auto* row = new QHBoxLayout;
  const char* letters[] = {"A", "B", "X"};
  for (std::size_t i = 0; i < 3; ++i) {
    hear_[i] = new QPushButton(icon("play"), tr("Hear %1").arg(letters[i]), this);
    hear_[i]->setObjectName(QStringLiteral("hear_%1").arg(letters[i]));
    hear_[i]->setWhatsThis(tr("Plays this sound from where the other one stood, without a gap. The letter on the keyboard does the same."));
    hear_[i]->setAutoDefault(false);
    row->addWidget(hear_[i]);
    connect(hear_[i], &QPushButton::clicked, this, [this, i] { hear(i); });
    connect(new QShortcut(QKeySequence(letters[i]), this), &QShortcut::activated, this, [this, i] { hear(i); });
  }
  if (reference_) {
    auto* button = new QPushButton(icon("play"), tr("Reference"), this);
    button->setObjectName("hear_reference");
    button->setWhatsThis(tr("Plays the truth from where the other one stood. The keys 0 and R do the same."));
    button->setAutoDefault(false);
    row->addWidget(button);
    connect(button, &QPushButton::clicked, this, [this] { hear(3); });
    for (const int key : {Qt::Key_0, Qt::Key_R}) connect(new QShortcut(QKeySequence(key), this), &QShortcut::activated, this, [this] { hear(3); });
  }
  connect(new QShortcut(QKeySequence(Qt::Key_Space), this), &QShortcut::activated, this, [this] { bench_.player().toggle(); });
  // Not A and B, as in the rating test: those are sounds here.
  connect(new QShortcut(QKeySequence(Qt::Key_I), this), &QShortcut::activated, this, [this] { loop_begin_ = bench_.player().position(); });
  connect(new QShortcut(QKeySequence(Qt::Key_O), this), &QShortcut::activated, this, [this] { loop_to(bench_.player().position()); });
  connect(new QShortcut(QKeySequence(Qt::Key_L), this), &QShortcut::activated, this, [this] {
    loop_begin_ = 0;
    bench_.player().set_loop(std::nullopt);
  });
  auto* answers = new QHBoxLayout;
  for (const bool b_said : {false, true}) {
    auto* button = new QPushButton(b_said ? tr("X is B (2)") : tr("X is A (1)"), this);
    button->setObjectName(b_said ? "x_is_b" : "x_is_a");
    button->setWhatsThis(tr("Your answer to this trial. It is written down at once and cannot be changed; the score is told after the last trial."));
    button->setProperty("primary", true);
    button->setAutoDefault(false);
    answers->addWidget(button);
    answer_[b_said ? 1 : 0] = button;
    connect(button, &QPushButton::clicked, this, [this, b_said] { answer(b_said); });
    connect(new QShortcut(QKeySequence(b_said ? "2" : "1"), this), &QShortcut::activated, this, [this, b_said] { answer(b_said); });
  }
  state_ = new QLabel(this);
  state_->setWordWrap(true);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);  // Enter in a number does not end the test
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  column->addWidget(names);
  column->addWidget(hint);
  column->addWidget(plan_);
  column->addLayout(row);
  column->addLayout(answers);
  column->addWidget(state_);
  column->addStretch();
  column->addWidget(buttons);
  log_.set_sounds(reference_ ? std::vector{a_, b_, reference_} : std::vector{a_, b_});
  equal_before_ = bench_.player().equal_loudness();
  bench_.player().set_equal_loudness(true);
  next_trial();
  hear_[2]->setFocus();  // in the first of the numbers 1 and 2 would be digits, not answers
}

BlindTestDialog::~BlindTestDialog() {
  bench_.player().stop();
  bench_.player().set_loop(std::nullopt);
  bench_.player().set_equal_loudness(equal_before_);
}

/// Esc, Close and the cross: answers are not left behind by a slip.
void BlindTestDialog::reject() {
  const auto answered = static_cast<int>(test_.trials().size());
  if (answered > 0 && !over() &&
      !confirm(this, tr("End the test? %1 of %2 answered").arg(answered).arg(planned_), tr("A test that is broken off cannot be gone on with, and tells no score."), tr("End the test")))
    return;
  QDialog::reject();
}

void BlindTestDialog::next_trial() {
  ++number_;
  const QString stem = QStringLiteral("abx:%1:").arg(number_);
  const auto loop = bench_.player().loop();
  std::vector<SoundPtr> deck{blind_copy(a_, stem + "a", "A"), blind_copy(b_, stem + "b", "B"), blind_copy(test_.x_is_b() ? b_ : a_, stem + "x", "X")};
  if (reference_) deck.push_back(blind_copy(reference_, stem + "r", tr("Reference")));
  bench_.player().set_deck(std::move(deck), 2, false);
  if (loop && number_ > 1) bench_.player().set_loop(loop);  // a deck begins without; what was in the player before the test is not meant
  clock_.start();
  show_state();
}

void BlindTestDialog::hear(std::size_t index) {
  bench_.player().select(index);
  if (!bench_.player().playing()) bench_.player().play();
}

void BlindTestDialog::loop_to(double end) {
  if (end > loop_begin_ + 0.05) bench_.player().set_loop(std::make_pair(loop_begin_, end));
}

void BlindTestDialog::set_trials(int trials) {
  if (!test_.trials().empty()) return;
  planned_ = trials;
  trials_->setValue(trials);
  QSettings().setValue("abx/trials", trials);
  show_state();
}

void BlindTestDialog::answer(bool b) {
  if (over()) return;
  plan_->setEnabled(false);
  test_.answer(b, static_cast<double>(clock_.elapsed()) / 1000);
  write_log();
  if (over()) {
    bench_.player().stop();
    for (QPushButton* button : answer_) button->setEnabled(false);
    show_state();
    return;
  }
  const bool was_playing = bench_.player().playing();
  next_trial();
  if (was_playing) bench_.player().play();
}

void BlindTestDialog::show_state() {
  const auto trials = static_cast<int>(test_.trials().size());
  if (!over()) {
    state_->setText(tr("Trial %1 of %2. The score is told after the last one.").arg(trials + 1).arg(planned_));
    return;
  }
  const double p = test_.p_value();
  QString words = tr("%1 of %2 right. By guessing, so many or more come with p = %3.").arg(test_.correct()).arg(trials).arg(p, 0, 'g', 3);
  words += " " + (p < 0.05 ? tr("You hear a difference.") : tr("A difference is not shown."));
  state_->setText(words);
}

void BlindTestDialog::write_log() {
  QJsonArray trials;
  for (const BlindTest::Trial& trial : test_.trials()) {
    trials.append(QJsonObject{{"x", trial.x_is_b ? "B" : "A"}, {"answer", trial.said_b ? "B" : "A"}, {"correct", trial.correct()},
                              {"seconds", trial.seconds}});
  }
  QJsonArray sounds{QJsonObject{{"letter", "A"}}, QJsonObject{{"letter", "B"}}};
  if (reference_) sounds.append(QJsonObject{{"reference", true}});
  const QJsonObject all{{"test", "ABX"}, {"sounds", sounds}, {"truth", reference_ ? 3 : 0},
                        {"seed", static_cast<double>(test_.seed())}, {"equal_loudness", true}, {"planned_trials", planned_}, {"trials", trials},
                        {"complete", over()}, {"correct", test_.correct()}, {"p_value", test_.p_value()}};
  log_.write(all);
}

}  // namespace luthier::ui
