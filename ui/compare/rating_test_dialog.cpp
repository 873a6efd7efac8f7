#include "ui/compare/rating_test_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QJsonArray>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QSlider>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "audio/resampler.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/compare/score_slider.h"

namespace luthier::ui {
namespace {

using Question = RatingTest::Question;

constexpr int kAnchorRate = 7000;  // Hz: nothing above 3.5 kHz is left, the low anchor of BS.1534

const char* name_of(Question question) { return question == Question::closer ? "closer" : "better"; }

SoundPtr low_anchor(const Sound& sound) {
  audio::AudioBuffer low = audio::resample(audio::resample(sound.buffer, kAnchorRate), sound.buffer.sample_rate);
  for (auto& channel : low.channels) channel.resize(sound.buffer.length());
  return make_sound("anchor:" + sound.key, QObject::tr("anchor: reference below 3.5 kHz"), std::move(low));
}

}  // namespace

RatingTestDialog::RatingTestDialog(Workbench& bench, std::vector<SoundPtr> sounds, std::size_t reference, quint32 seed, QWidget* parent)
    : QDialog(parent), bench_(bench), sounds_(std::move(sounds)), log_(bench, "rating"), given_(sounds_.size()) {
  setWindowTitle(tr("Rating test"));
  resize(760, 520);
  auto* column = new QVBoxLayout(this);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(make_settings(seed, reference));
  pages_->addWidget(make_trial());
  pages_->addWidget(make_results());
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);  // Enter does not end the test
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  column->addWidget(pages_, 1);
  column->addWidget(buttons);
  add_keys();
  equal_before_ = bench_.player().equal_loudness();
  bench_.player().set_equal_loudness(true);
}

RatingTestDialog::~RatingTestDialog() {
  bench_.player().stop();
  bench_.player().set_loop(std::nullopt);
  bench_.player().set_equal_loudness(equal_before_);
}

/// Esc, Close and the cross: scores are not left behind by a slip.
void RatingTestDialog::reject() {
  if (test_ && !test_->finished()) {
    const auto& scores = test_->trial().scores;
    const bool begun = test_->current() > 0 || std::any_of(scores.begin(), scores.end(), [](const auto& score) { return score.has_value(); });
    if (begun && !confirm(this, tr("End the test? %1 of %2 answered").arg(test_->current()).arg(test_->trials().size()),
                          tr("A test that is broken off cannot be gone on with; the scores of its last trial are in no log."), tr("End the test")))
      return;
  }
  QDialog::reject();
}

QWidget* RatingTestDialog::make_settings(quint32 seed, std::size_t reference) {
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  auto* words = new QLabel(tr("You hear the sounds without their names, in an order drawn anew for each trial, and give each 0 to 100. The reference is "
                              "also hidden among them. “Closer” and “better” are asked in passes of their own. All are brought to equal loudness."), page);
  words->setWordWrap(true);
  words->setProperty("role", "hint");
  auto* rows = new QFormLayout;
  reference_ = new QComboBox(page);
  reference_->setAccessibleName(tr("Reference"));
  reference_->setWhatsThis(tr("The sound all others are held against: the truth where there is one. It is also hidden among them."));
  for (const SoundPtr& sound : sounds_) reference_->addItem(sound->title);
  reference_->setCurrentIndex(static_cast<int>(reference));
  questions_ = new QComboBox(page);
  questions_->setAccessibleName(tr("Questions"));
  questions_->setWhatsThis(tr("What is asked. Two questions are asked in two passes, as one answer would lead the other."));
  questions_->addItem(tr("Closer to the reference, then better"), 0);
  questions_->addItem(tr("Closer to the reference only"), 1);
  questions_->addItem(tr("Better only"), 2);
  rounds_ = new QSpinBox(page);
  rounds_->setAccessibleName(tr("Trials for each question"));
  rounds_->setWhatsThis(tr("How often each question is asked, from 1 to 20; the order of the sounds is drawn anew each time."));
  rounds_->setRange(1, 20);
  rounds_->setValue(2);
  seed_ = new QSpinBox(page);
  seed_->setAccessibleName(tr("Seed"));
  seed_->setRange(0, std::numeric_limits<int>::max());
  seed_->setValue(static_cast<int>(seed & 0x7fffffffu));
  seed_->setToolTip(tr("Decides the orders; the same seed gives the same test again"));
  anchor_ = new QCheckBox(tr("Add a low anchor (the reference without what lies above 3.5 kHz)"), page);
  anchor_->setObjectName("anchor");
  anchor_->setWhatsThis(tr("A sound that is sure to be worse, so that scores of different listeners can be compared."));
  anchor_->setEnabled(sounds_.size() < 9);
  rows->addRow(tr("Reference"), reference_);
  rows->addRow(tr("Questions"), questions_);
  rows->addRow(tr("Trials for each question"), rounds_);
  rows->addRow(tr("Seed"), seed_);
  rows->addRow(anchor_);
  start_ = new QPushButton(accent_icon("play"), tr("Start"), page);
  start_->setObjectName("start_rating");
  start_->setWhatsThis(tr("Begins the first trial. Reference, questions and seed are fixed from then on."));
  start_->setProperty("primary", true);
  connect(start_, &QPushButton::clicked, this, &RatingTestDialog::start);
  column->addWidget(words);
  column->addLayout(rows);
  column->addWidget(start_, 0, Qt::AlignLeft);
  column->addStretch();
  return page;
}

QWidget* RatingTestDialog::make_trial() {
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  question_ = new QLabel(page);
  question_->setProperty("role", "heading");
  question_->setWordWrap(true);
  auto* hint = new QLabel(tr("Keys: 1 to 9 the sounds, 0 or R the reference, A and B set the ends of a loop, L takes it away, Space stops."), page);
  hint->setProperty("role", "hint");
  hint->setWordWrap(true);
  auto* middle = new QHBoxLayout;
  reference_button_ = new QPushButton(icon("play"), tr("Reference"), page);
  reference_button_->setObjectName("hear_reference");
  reference_button_->setWhatsThis(tr("Plays the reference from where the other one stood. The keys 0 and R do the same."));
  reference_button_->setAutoDefault(false);
  connect(reference_button_, &QPushButton::clicked, this, [this] { hear(0); });
  places_ = new QHBoxLayout;
  middle->addWidget(reference_button_, 0, Qt::AlignTop);
  middle->addLayout(places_, 1);
  auto* below = new QHBoxLayout;
  count_ = new QLabel(page);
  count_->setProperty("role", "hint");
  next_ = new QPushButton(icon("next"), tr("Next"), page);
  next_->setObjectName("next_trial");
  next_->setWhatsThis(tr("Writes the scores of this trial down and goes on. It waits until every sound has a score."));
  next_->setProperty("primary", true);
  next_->setAutoDefault(false);
  connect(next_, &QPushButton::clicked, this, &RatingTestDialog::go_on);
  waits_ = new QLabel(tr("Move every slider to go on"), page);
  waits_->setObjectName("next_waits");
  waits_->setProperty("role", "hint");
  below->addWidget(count_, 1);
  below->addWidget(waits_);
  below->addWidget(next_);
  column->addWidget(question_);
  column->addWidget(hint);
  column->addLayout(middle, 1);
  column->addLayout(below);
  return page;
}

QWidget* RatingTestDialog::make_results() {
  auto* page = new QWidget(this);
  auto* column = new QVBoxLayout(page);
  table_ = new QTableWidget(page);
  table_->setObjectName("rating_results");
  table_->setAccessibleName(tr("Results"));
  table_->setWhatsThis(tr("Mean score of each sound with its 95 % interval, for each question."));
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  verdict_ = new QLabel(page);
  verdict_->setWordWrap(true);
  verdict_->setTextFormat(Qt::PlainText);  // a folder's name
  pair_table_ = new QTableWidget(page);
  pair_table_->setObjectName("rating_pairs");
  pair_table_->setAccessibleName(tr("Pairs of sounds"));
  pair_table_->setWhatsThis(tr("For each two sounds, how often scores that differ so much or more would come if nothing were heard: the exact test that turns the signs of their differences, "
                               "trial by trial. Below 0.05 in bold. The values hold for all pairs together (Holm)."));
  pair_table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  column->addWidget(table_, 1);
  column->addWidget(pair_table_, 1);
  column->addWidget(verdict_);
  return page;
}

void RatingTestDialog::add_keys() {
  auto key = [this](const QKeySequence& keys, auto action) { connect(new QShortcut(keys, this), &QShortcut::activated, this, action); };
  for (std::size_t place = 0; place <= 9; ++place) key(QKeySequence(QString::number(place)), [this, place] { hear(place); });
  key(QKeySequence(Qt::Key_R), [this] { hear(0); });
  key(QKeySequence(Qt::Key_Space), [this] { bench_.player().toggle(); });
  key(QKeySequence(Qt::Key_A), [this] { loop_begin_ = bench_.player().position(); });
  key(QKeySequence(Qt::Key_B), [this] {
    const double end = bench_.player().position(), begin = loop_begin_.value_or(0);
    if (end > begin + 0.05) bench_.player().set_loop(std::make_pair(begin, end));
  });
  key(QKeySequence(Qt::Key_L), [this] {
    loop_begin_.reset();
    bench_.player().set_loop(std::nullopt);
  });
}

void RatingTestDialog::start() {
  if (test_) return;
  if (anchor_->isChecked() && sounds_.size() < 9) {
    // Made on a job's thread: two resamplings of a long sound take a while.
    auto made = std::make_shared<SoundPtr>();
    const SoundPtr of = sounds_[static_cast<std::size_t>(reference_->currentIndex())];
    BackgroundTask* task = bench_.start_task(tr("Low anchor"), [made, of](std::stop_token, const ProgressSink&) { *made = low_anchor(*of); });
    start_->setEnabled(false);
    connect(task, &BackgroundTask::ended, start_, [this] { start_->setEnabled(true); });
    connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, tr("The low anchor cannot be made (%1); take the tick away to test without it.").arg(message)); });
    connect(task, &BackgroundTask::done, this, [this, made] {
      if (test_) return;
      sounds_.push_back(*made);
      begin();
    });
    return;
  }
  begin();
}

void RatingTestDialog::begin() {
  const int chosen = questions_->currentData().toInt();
  std::vector<Question> passes;
  if (chosen != 2) passes.push_back(Question::closer);
  if (chosen != 1) passes.push_back(Question::better);
  log_.set_sounds(sounds_);
  test_.emplace(sounds_.size(), static_cast<std::size_t>(reference_->currentIndex()), passes, rounds_->value(), static_cast<quint32>(seed_->value()));
  for (std::size_t i = 0; i < sounds_.size(); ++i) {
    auto* column = new QVBoxLayout;
    auto* slider = new ScoreSlider(static_cast<int>(i) + 1, this);
    auto* button = new QPushButton(icon("play"), QString::number(i + 1), this);
    button->setObjectName(QStringLiteral("hear_%1").arg(i + 1));
    button->setAccessibleName(tr("Hear sound %1").arg(i + 1));
    button->setWhatsThis(tr("Plays this sound from where the other one stood. Its number on the keyboard does the same."));
    button->setAutoDefault(false);
    connect(slider, &ScoreSlider::scored, this, [this, i](int score) { scored(i, score); });
    connect(button, &QPushButton::clicked, this, [this, i] { hear(i + 1); });
    column->addWidget(slider, 1);
    column->addWidget(button);
    places_->addLayout(column);
    sliders_.push_back(slider);
    buttons_.push_back(button);
  }
  pages_->setCurrentIndex(1);
  show_trial();
}

void RatingTestDialog::show_trial() {
  const RatingTest::Trial& trial = test_->trial();
  question_->setText(trial.question == Question::closer ? tr("How close is each sound to the reference? 100: no difference is heard.")
                                                        : tr("How good is each sound, heard by itself? 100: it could not be better. The reference does not matter now."));
  count_->setText(tr("Trial %1 of %2").arg(test_->current() + 1).arg(test_->trials().size()));
  reference_button_->setVisible(trial.question == Question::closer);
  for (ScoreSlider* slider : sliders_) slider->reset();
  if (!sliders_.empty()) sliders_.front()->slider().setFocus();  // Next, which had it, has to wait
  show_next();
  loop_begin_.reset();
  const QString stem = QStringLiteral("rating:%1:").arg(++number_);
  std::vector<SoundPtr> deck;
  if (trial.question == Question::closer) deck.push_back(blind_copy(sounds_[test_->reference()], stem + "r", tr("Reference")));
  for (std::size_t place = 0; place < trial.order.size(); ++place) {
    deck.push_back(blind_copy(sounds_[trial.order[place]], stem + QString::number(place), tr("Sound %1").arg(place + 1)));
  }
  bench_.player().stop();
  bench_.player().set_deck(std::move(deck), 0, false);
  bench_.player().set_loop(std::nullopt);
  clock_.start();
}

void RatingTestDialog::hear(std::size_t place) {
  if (!test_ || test_->finished()) return;
  const bool with_reference = test_->trial().question == Question::closer;
  if (place > sounds_.size() || (place == 0 && !with_reference)) return;
  bench_.player().select(with_reference ? place : place - 1);
  if (!bench_.player().playing()) bench_.player().play();
  for (std::size_t i = 0; i < buttons_.size(); ++i) buttons_[i]->setDown(i + 1 == place);
}

void RatingTestDialog::scored(std::size_t place, int score) {
  if (!test_ || test_->finished()) return;
  test_->set_score(place, score);
  sliders_[place]->show_score(score);
  show_next();
}

void RatingTestDialog::show_next() {
  next_->setEnabled(test_->trial().complete());
  waits_->setVisible(!test_->trial().complete());
}

void RatingTestDialog::go_on() {
  test_->next(static_cast<double>(clock_.elapsed()) / 1000);
  write_log();
  if (!test_->finished()) return show_trial();
  bench_.player().stop();
  show_results();
}

void RatingTestDialog::show_results() {
  std::vector<Question> asked;
  for (const Question question : {Question::closer, Question::better}) {
    if (test_->summary(0, question).answers > 0) asked.push_back(question);
  }
  table_->setRowCount(static_cast<int>(sounds_.size()));
  table_->setColumnCount(1 + static_cast<int>(asked.size()));
  QStringList head{tr("Sound")};
  for (const Question question : asked) head << (question == Question::closer ? tr("Closer, 0 to 100") : tr("Better, 0 to 100"));
  table_->setHorizontalHeaderLabels(head);
  for (std::size_t i = 0; i < sounds_.size(); ++i) {
    const int row = static_cast<int>(i);
    table_->setItem(row, 0, new QTableWidgetItem(sounds_[i]->title + (i == test_->reference() ? tr(" (hidden reference)") : QString())));
    for (std::size_t k = 0; k < asked.size(); ++k) {
      const auto sum = test_->summary(i, asked[k]);
      QString text = QString::number(sum.mean, 'f', 1);
      if (sum.answers > 1) text += QStringLiteral(" ± %1").arg(sum.half_width, 0, 'f', 1);
      table_->setItem(row, static_cast<int>(k) + 1, new QTableWidgetItem(text));
    }
  }
  table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  show_pairs(asked);
  QStringList words;
  if (const int trials = test_->summary(0, asked.empty() ? Question::closer : asked.front()).answers; trials < 6)
    words << tr("With %1 trials for each question no p value can be below %2; six or more can show a difference between two sounds.").arg(trials).arg(std::ldexp(2.0, -trials), 0, 'g', 2);
  if (const auto missed = test_->missed_reference(); missed && *missed > 0.15)
    words << tr("The hidden reference got less than 90 in %1 % of the trials: these answers are not reliable (BS.1534).").arg(*missed * 100, 0, 'f', 0);
  words << (log_file().isEmpty() ? tr("No workspace is open, so no log was written.") : tr("Mean and 95 % interval over trials. Log: %1").arg(log_file()));
  verdict_->setText(words.join('\n'));
  pages_->setCurrentIndex(2);
}

void RatingTestDialog::show_pairs(const std::vector<Question>& asked) {
  pair_table_->setColumnCount(1 + static_cast<int>(asked.size()));
  QStringList head{tr("Pair")};
  for (const Question question : asked) head << (question == Question::closer ? tr("Closer: p") : tr("Better: p"));
  pair_table_->setHorizontalHeaderLabels(head);
  pair_table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  for (std::size_t k = 0; k < asked.size(); ++k) {
    const auto pairs = test_->pairs(asked[k]);
    pair_table_->setRowCount(static_cast<int>(pairs.size()));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const RatingTest::Pair& pair = pairs[i];
      const int row = static_cast<int>(i);
      if (k == 0) pair_table_->setItem(row, 0, new QTableWidgetItem(tr("%1 against %2").arg(sounds_[pair.first]->title, sounds_[pair.second]->title)));
      auto* cell = new QTableWidgetItem(QString::number(pair.p_holm, 'g', 2));
      cell->setToolTip(tr("%1 points on average; p of this pair alone %2").arg(pair.mean, 0, 'f', 1).arg(pair.p, 0, 'g', 2));
      QFont font = cell->font();
      font.setBold(pair.p_holm < 0.05);
      cell->setFont(font);
      pair_table_->setItem(row, static_cast<int>(k) + 1, cell);
    }
  }
}

void RatingTestDialog::write_log() {
  QJsonArray names, trials, pairs;
  for (const Question question : {Question::closer, Question::better}) {
    if (!test_->finished()) break;  // who may stop at a lucky difference proves nothing
    for (const RatingTest::Pair& pair : test_->pairs(question)) {
      pairs.append(QJsonObject{{"question", name_of(question)}, {"first", sounds_[pair.first]->title}, {"second", sounds_[pair.second]->title},
                               {"mean_difference", pair.mean}, {"p", pair.p}, {"p_holm", pair.p_holm}});
    }
  }
  for (std::size_t i = 0; i < sounds_.size(); ++i) {
    names.append(QJsonObject{{"anchor", i >= given_}, {"reference", i == test_->reference()}});
  }
  for (std::size_t t = 0; t < test_->current(); ++t) {
    const RatingTest::Trial& trial = test_->trials()[t];
    QJsonArray scores;
    for (std::size_t place = 0; place < trial.order.size(); ++place) {
      scores.append(QJsonObject{{"place", static_cast<int>(place) + 1}, {"sound", static_cast<int>(trial.order[place])}, {"score", *trial.scores[place]}});
    }
    trials.append(QJsonObject{{"question", name_of(trial.question)}, {"seconds", trial.seconds}, {"scores", scores}});
  }
  QJsonObject all{{"test", "rating"}, {"manner", "MUSHRA (ITU-R BS.1534)"}, {"truth", static_cast<int>(test_->reference()) + 1}, {"seed", static_cast<double>(test_->seed())},
                  {"equal_loudness", true}, {"sounds", names}, {"trials", trials}, {"finished", test_->finished()}};
  if (!pairs.isEmpty()) all["pairs"] = pairs;
  if (const auto missed = test_->missed_reference()) all["reference_below_90"] = *missed;
  log_.write(all);
}

}  // namespace luthier::ui
