#include "ui/compare/difference_panel.h"

#include <QCoreApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QMetaObject>
#include <QPointer>
#include <QPushButton>
#include <QSignalBlocker>
#include <QThreadPool>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/session/sound_difference.h"
#include "ui/application_style.h"

namespace luthier::ui {

QString gain_words(double db) {
  const QString size = QString::number(std::abs(db), 'f', 1);
  if (size == "0.0") return DifferencePanel::tr("second as loud as it is");
  return db < 0 ? DifferencePanel::tr("second lowered by %1 dB").arg(size) : DifferencePanel::tr("second raised by %1 dB").arg(size);
}

DifferencePanel::DifferencePanel(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  show_ = new QCheckBox(tr("Difference of two sounds"), this);
  show_->setObjectName("show_difference");
  show_->setToolTip(tr("Shows first − second below the sounds, dB by dB: red where the first is louder, blue where the second is"));
  auto* pair = new QHBoxLayout;
  auto combo = [this](const QString& name) {
    auto* box = new QComboBox(this);
    box->setAccessibleName(name);
    box->setToolTip(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(5);
    return box;
  };
  first_ = combo(tr("First sound of the difference"));
  second_ = combo(tr("Second sound of the difference"));
  auto* swap = new QToolButton(this);
  swap->setIcon(icon("swap"));
  swap->setAccessibleName(tr("Swap the two sounds"));
  swap->setToolTip(tr("Swap the two sounds"));
  pair->addWidget(first_, 1);
  pair->addWidget(swap);
  pair->addWidget(second_, 1);
  auto* options = new QHBoxLayout;
  range_ = combo(tr("Range of the difference in dB"));
  for (int db : {6, 10, 20, 40, 60}) range_->addItem(tr("±%1 dB").arg(db), db);
  range_->setCurrentIndex(range_->findData(20));
  equal_ = new QCheckBox(tr("at equal loudness"), this);
  equal_->setToolTip(tr("Brings the second sound to the loudness of the first before they are subtracted"));
  equal_->setChecked(true);
  options->addWidget(range_);
  options->addWidget(equal_, 1);
  auto* hearing = new QHBoxLayout;
  hear_residual_ = new QPushButton(icon("play"), tr("Residual"), this);
  hear_residual_->setObjectName("hear_residual");
  hear_residual_->setToolTip(tr("Hear the first sound minus the second, sample by sample: silence for two equal sounds"));
  hear_excess_ = new QPushButton(icon("play"), tr("Only in first"), this);
  hear_excess_->setToolTip(tr("Hear what the first sound has more of than the second, whatever their phases"));
  hearing->addWidget(hear_residual_);
  hearing->addWidget(hear_excess_);
  words_ = new QLabel(this);
  words_->setProperty("role", "hint");
  words_->setWordWrap(true);
  column->addWidget(show_);
  column->addLayout(pair);
  column->addLayout(options);
  column->addLayout(hearing);
  column->addWidget(words_);
  connect(show_, &QCheckBox::toggled, this, &DifferencePanel::restart);
  for (QComboBox* box : {first_, second_}) {
    connect(box, &QComboBox::activated, this, [this] {
      by_hand_ = true;
      restart();
    });
  }
  connect(equal_, &QCheckBox::toggled, this, &DifferencePanel::restart);
  connect(range_, &QComboBox::activated, this, &DifferencePanel::range_changed);
  connect(swap, &QToolButton::clicked, this, [this] {
    by_hand_ = true;
    const int before = first_->currentIndex();
    first_->setCurrentIndex(second_->currentIndex());
    second_->setCurrentIndex(before);
    restart();
  });
  connect(hear_residual_, &QPushButton::clicked, this, [this] { hear(residual_); });
  connect(hear_excess_, &QPushButton::clicked, this, [this] { hear(excess_); });
  connect(&bench_.spectrograms(), &SpectrogramSettings::picture_changed, this, &DifferencePanel::restart);
  update_controls();
}

void DifferencePanel::set_sounds(std::vector<NumberedSound> sounds) {
  const auto same = [](const NumberedSound& a, const NumberedSound& b) { return a.place == b.place && a.title == b.title && a.sound->key == b.sound->key; };
  if (std::equal(sounds.begin(), sounds.end(), sounds_.begin(), sounds_.end(), same)) return;
  const QString first = first_->currentData().toString(), second = second_->currentData().toString();
  sounds_ = std::move(sounds);
  for (QComboBox* box : {first_, second_}) {
    const QSignalBlocker block(box);
    box->clear();
    for (const NumberedSound& sound : sounds_) box->addItem(QStringLiteral("%1  %2").arg(sound.place + 1).arg(sound.title), sound.sound->key);
  }
  // Until somebody chooses they are the first two, in whatever order the files come in.
  first_->setCurrentIndex(by_hand_ ? std::max(0, first_->findData(first)) : 0);
  const int kept = by_hand_ ? second_->findData(second) : -1;
  const int other = std::min(first_->currentIndex() == 0 ? 1 : 0, second_->count() - 1);  // two sounds, where there are two
  second_->setCurrentIndex(kept >= 0 && kept != first_->currentIndex() ? kept : other);
  restart();
}

bool DifferencePanel::shown() const { return show_->isChecked() && sounds_.size() >= 2; }
void DifferencePanel::set_shown(bool on) { show_->setChecked(on); }
bool DifferencePanel::equal_loudness() const { return equal_->isChecked(); }
void DifferencePanel::set_equal_loudness(bool on) { equal_->setChecked(on); }
void DifferencePanel::choose_range(double db) {
  int best = 0;
  for (int i = 1; i < range_->count(); ++i) {
    if (std::abs(range_->itemData(i).toDouble() - db) < std::abs(range_->itemData(best).toDouble() - db)) best = i;
  }
  range_->setCurrentIndex(best);
  Q_EMIT range_changed();
}

double DifferencePanel::range() const { return range_->currentData().toDouble(); }

void DifferencePanel::choose(std::size_t first, std::size_t second) {
  by_hand_ = true;
  for (std::size_t i = 0; i < sounds_.size(); ++i) {
    if (sounds_[i].place == first) first_->setCurrentIndex(static_cast<int>(i));
    if (sounds_[i].place == second) second_->setCurrentIndex(static_cast<int>(i));
  }
  restart();
}

std::optional<std::pair<std::size_t, std::size_t>> DifferencePanel::pair() const {
  const int a = first_->currentIndex(), b = second_->currentIndex();
  if (sounds_.size() < 2 || a < 0 || b < 0) return std::nullopt;
  return std::make_pair(sounds_[static_cast<std::size_t>(a)].place, sounds_[static_cast<std::size_t>(b)].place);
}

std::optional<LaneSource> DifferencePanel::lane() const {
  if (!shown()) return std::nullopt;
  return LaneSource{title_, nullptr, picture_, problem_.isEmpty() ? tr("Subtracting…") : problem_, false};
}

void DifferencePanel::restart() {
  const quint64 generation = ++generation_;
  picture_.reset();
  residual_.reset();
  excess_.reset();
  problem_.clear();
  title_.clear();
  update_controls();
  if (shown()) {
    const NumberedSound a = sounds_[static_cast<std::size_t>(first_->currentIndex())], b = sounds_[static_cast<std::size_t>(second_->currentIndex())];
    title_ = tr("%1 − %2").arg(a.place + 1).arg(b.place + 1);
    const QString key = QStringLiteral("difference:%1:%2:%3").arg(equal_->isChecked()).arg(a.sound->key, b.sound->key);
    QThreadPool::globalInstance()->start([self = QPointer<DifferencePanel>(this), generation, key, a, b, title = title_, equal = equal_->isChecked(), settings = bench_.spectrograms().picture()] {
      Result result;
      QString message;
      try {
        SoundDifference difference = subtract_sounds(a.sound->buffer, b.sound->buffer, equal);
        result.picture = make_difference(key + "|" + settings.text(), difference.first.mono(), difference.second.mono(), difference.first.sample_rate, settings);
        result.excess = make_sound("excess:" + key, tr("only in %1").arg(a.place + 1), excess_of(difference.first, difference.second));
        result.residual = make_sound("residual:" + key, tr("residual of %1").arg(title), std::move(difference.residual));
        result.residual_db = difference.residual_db;
        result.gain_db = difference.gain_db;
      } catch (const std::exception& error) {
        message = QString::fromUtf8(error.what());
      }
      QMetaObject::invokeMethod(
          qApp, [self, generation, result, message] {
            if (!self || generation != self->generation_) return;
            self->problem_ = message;
            self->take(result);
          }, Qt::QueuedConnection);
    });
  }
  Q_EMIT changed();
}

void DifferencePanel::take(const Result& result) {
  picture_ = result.picture;
  residual_ = result.residual;
  excess_ = result.excess;
  if (picture_) {
    const QString below = result.residual_db <= -199 ? tr("silent: the sounds are equal") : tr("%1 dB against the first").arg(result.residual_db, 0, 'f', 1);
    words_->setText(tr("Residual %1; %2.").arg(below, gain_words(result.gain_db)));
  }
  update_controls();
  Q_EMIT changed();
}

void DifferencePanel::hear(const SoundPtr& sound) {
  auto& player = bench_.player();
  if (!sound) return;
  if (player.playing() && player.current() && player.current()->key == sound->key) player.pause();
  else player.set_deck({sound}, 0, true);
}

void DifferencePanel::update_controls() {
  const bool enough = sounds_.size() >= 2;
  show_->setEnabled(enough);
  for (QWidget* w : {static_cast<QWidget*>(first_), static_cast<QWidget*>(second_)}) w->setEnabled(enough);
  range_->setEnabled(shown());
  equal_->setEnabled(shown());
  hear_residual_->setVisible(shown());
  hear_excess_->setVisible(shown());
  hear_residual_->setEnabled(residual_ != nullptr);
  hear_excess_->setEnabled(excess_ != nullptr);
  words_->setVisible(shown() && picture_);
}

}  // namespace luthier::ui
