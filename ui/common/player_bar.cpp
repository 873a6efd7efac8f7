#include "ui/common/player_bar.h"

#include <QApplication>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMetaObject>
#include <QPointer>
#include <QSettings>
#include <QSignalBlocker>
#include <QSlider>
#include <QThreadPool>
#include <QToolButton>
#include <algorithm>
#include <utility>

#include "audio/device/device_list.h"
#include "ui/application_style.h"
#include "ui/common/background_task.h"
#include "ui/common/sound_player.h"

namespace luthier::ui {
namespace {

QToolButton* button(const QString& icon_name, const QString& name, const QString& tip, QWidget* parent) {
  auto* b = new QToolButton(parent);
  b->setIcon(icon(icon_name));
  b->setIconSize({20, 20});
  b->setAccessibleName(name);
  b->setToolTip(tip);
  return b;
}

constexpr int kSteps = 10000;  // of the seek slider

}  // namespace

PlayerBar::PlayerBar(SoundPlayer& player, QWidget* parent) : QWidget(parent), player_(player) {
  setObjectName("player_bar");
  setWhatsThis(tr("The player: what it plays is what the page shows. Space plays, L repeats, [ and ] change the speed, Alt+1 … Alt+9 switch between "
                  "the sounds of a page at the same position."));
  setAttribute(Qt::WA_StyledBackground);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(10, 5, 10, 5);
  row->setSpacing(4);
  play_ = button("play", tr("Play or pause"), tr("Play or pause (Space)"), this);
  play_->setObjectName("play_button");
  stop_ = button("stop", tr("Stop"), tr("Stop and go back to the start (Shift+Space)"), this);
  loop_ = button("loop", tr("Loop"), tr("Repeat the selection, or the whole sound (L)"), this);
  loop_->setCheckable(true);
  loop_->setObjectName("loop_button");
  time_ = new QLabel("0:00.0 / 0:00.0", this);
  time_->setMinimumWidth(fontMetrics().horizontalAdvance("00:00.0 / 00:00.0") + 8);
  time_->setAlignment(Qt::AlignCenter);
  time_->setAccessibleName(tr("Position and length"));
  seek_ = new QSlider(Qt::Horizontal, this);
  seek_->setRange(0, kSteps);
  seek_->setPageStep(kSteps / 10);
  seek_->setAccessibleName(tr("Position"));
  seek_->setToolTip(tr("Position in the sound; click or drag to go there"));
  title_ = new QLabel(tr("Nothing loaded"), this);
  title_->setMinimumWidth(140);
  title_->setMaximumWidth(260);
  title_->setProperty("role", "hint");
  sounds_ = new QComboBox(this);
  sounds_->setAccessibleName(tr("Sound to hear"));
  sounds_->setToolTip(tr("Switch between the sounds at the same position (Alt+1, Alt+2, …)"));
  sounds_->setMaximumWidth(260);
  speed_ = new QComboBox(this);
  speed_->setObjectName("speed");
  speed_->setAccessibleName(tr("Speed"));
  speed_->setToolTip(tr("Speed; the pitch stays ([ slower, ] faster)"));
  for (double factor : SoundPlayer::speeds()) speed_->addItem(QString::number(factor) + QStringLiteral("×"), factor);
  equal_ = button("equal", tr("Equal loudness"), tr("Bring the sounds to equal loudness, so that they can be compared fairly"), this);
  equal_->setCheckable(true);
  mute_ = button("volume", tr("Mute"), tr("Mute (M)"), this);
  mute_->setCheckable(true);
  volume_ = new QSlider(Qt::Horizontal, this);
  volume_->setRange(0, 100);
  volume_->setFixedWidth(90);
  volume_->setAccessibleName(tr("Volume"));
  volume_->setToolTip(tr("Volume"));
  device_ = new QComboBox(this);
  device_->setAccessibleName(tr("Sound output"));
  device_->setToolTip(tr("Sound output"));
  device_->setMinimumWidth(150);
  device_->setMaximumWidth(190);
  device_->addItem(tr("Looking for outputs…"), -1);
  for (QWidget* w : {static_cast<QWidget*>(play_), static_cast<QWidget*>(stop_), static_cast<QWidget*>(loop_)}) row->addWidget(w);
  row->addWidget(title_);
  row->addWidget(sounds_);
  row->addWidget(seek_, 1);
  row->addWidget(time_);
  row->addWidget(equal_);
  row->addWidget(speed_);
  row->addWidget(mute_);
  row->addWidget(volume_);
  row->addWidget(device_);

  connect(play_, &QToolButton::clicked, &player_, &SoundPlayer::toggle);
  connect(stop_, &QToolButton::clicked, &player_, &SoundPlayer::stop);
  connect(loop_, &QToolButton::clicked, this, &PlayerBar::repeat_requested);
  connect(seek_, &QSlider::sliderPressed, this, [this] { scrubbing_ = true; });
  connect(seek_, &QSlider::sliderReleased, this, [this] {
    scrubbing_ = false;
    player_.seek(player_.length() * seek_->value() / kSteps);
  });
  connect(seek_, &QSlider::actionTriggered, this, [this](int action) {
    if (action == QSlider::SliderMove) return;  // a drag seeks when the handle is let go
    player_.seek(player_.length() * seek_->sliderPosition() / kSteps);
  });
  connect(sounds_, &QComboBox::activated, this, [this](int index) { player_.select(static_cast<std::size_t>(index)); });
  connect(volume_, &QSlider::valueChanged, this, [this](int value) {
    player_.set_volume(value / 100.0);
    QSettings().setValue("player/volume", value);
  });
  connect(mute_, &QToolButton::toggled, &player_, &SoundPlayer::set_muted);
  connect(speed_, &QComboBox::activated, this, [this] { player_.set_speed(speed_->currentData().toDouble()); });
  connect(equal_, &QToolButton::toggled, this, [this](bool on) {
    QSettings().setValue("player/equal", on);
    player_.set_equal_loudness(on);
  });
  connect(&player_, &SoundPlayer::volume_changed, this, &PlayerBar::show_volume);
  connect(&player_, &SoundPlayer::speed_changed, this, &PlayerBar::show_speed);
  connect(device_, &QComboBox::activated, this, [this] {
    if (device_->currentData().toInt() == audio::kLookAgain) return look_again();
    // Kept by name: the numbers of the outputs change when one is plugged in.
    const bool usual = device_->currentData().toInt() < 0;
    QSettings().setValue("player/output", usual ? QString() : device_->currentText());
    player_.set_device(device_->currentData().toInt());
  });
  connect(&player_, &SoundPlayer::deck_changed, this, &PlayerBar::show_deck);
  connect(&player_, &SoundPlayer::state_changed, this, &PlayerBar::show_state);
  connect(&player_, &SoundPlayer::position_changed, this, &PlayerBar::show_position);
  connect(&player_, &SoundPlayer::device_changed, this, &PlayerBar::fill_devices);
  volume_->setValue(QSettings().value("player/volume", 80).toInt());
  equal_->setChecked(QSettings().value("player/equal", false).toBool());
  show_volume();
  show_speed();
  show_deck();
  show_state();
}

void PlayerBar::show_deck() {
  const auto& deck = player_.deck();
  const QSignalBlocker block(sounds_);
  sounds_->clear();
  for (std::size_t i = 0; i < deck.size(); ++i) {
    sounds_->addItem(deck.size() > 1 ? tr("%1  %2").arg(i + 1).arg(deck[i]->title) : deck[i]->title);
  }
  sounds_->setCurrentIndex(static_cast<int>(player_.selected()));
  sounds_->setVisible(deck.size() > 1);
  equal_->setVisible(deck.size() > 1);
  title_->setVisible(deck.size() < 2);
  const auto now = player_.current();
  const QString text = now ? now->title : tr("Nothing loaded");
  title_->setText(title_->fontMetrics().elidedText(text, Qt::ElideMiddle, 250));
  title_->setToolTip(now ? now->title : QString());
  show_state();
  show_position(player_.position());
}

void PlayerBar::show_state() {
  const bool any = !player_.deck().empty();
  play_->setIcon(icon(player_.playing() ? "pause" : "play"));
  for (QWidget* w : {static_cast<QWidget*>(play_), static_cast<QWidget*>(stop_), static_cast<QWidget*>(loop_),
                     static_cast<QWidget*>(seek_)}) {
    w->setEnabled(any);
  }
  const QSignalBlocker block(loop_);
  loop_->setChecked(player_.loop().has_value());
}

void PlayerBar::show_volume() {
  const QSignalBlocker block(mute_), block_equal(equal_);
  mute_->setChecked(player_.muted());
  mute_->setIcon(icon(player_.muted() || player_.volume() <= 0 ? "mute" : "volume"));
  equal_->setChecked(player_.equal_loudness());
}

void PlayerBar::show_speed() {
  const QSignalBlocker block(speed_);
  speed_->setCurrentIndex(std::max(0, speed_->findData(player_.speed())));
}

void PlayerBar::show_position(double seconds) {
  const double length = player_.length();
  time_->setText(position_text(seconds) + " / " + position_text(length));
  if (scrubbing_) return;
  const QSignalBlocker block(seek_);
  seek_->setValue(length > 0 ? static_cast<int>(seconds / length * kSteps) : 0);
}

void PlayerBar::look_again() {
  const QSignalBlocker block(device_);
  device_->clear();
  device_->addItem(tr("Looking for outputs…"), -1);
  device_->setEnabled(false);
  player_.set_device(audio::kLookAgain);
}

void PlayerBar::fill_devices() {
  QPointer<PlayerBar> self(this);
  QThreadPool::globalInstance()->start([self] {
    auto devices = std::make_shared<std::vector<audio::SoundDevice>>(audio::list_devices());
    QMetaObject::invokeMethod(
        qApp,
        [self, devices] {
          if (!self) return;
          QComboBox* box = self->device_;
          const QSignalBlocker block(box);
          box->clear();
          for (const auto& device : *devices) {
            if (device.output_channels <= 0) continue;
            const QString name = QString::fromStdString(device.name);
            box->addItem(device.default_output ? tr("Default: %1").arg(name) : name,
                         device.default_output ? -1 : device.index);
            box->setItemData(box->count() - 1, name + " (" + QString::fromStdString(device.host) + ")", Qt::ToolTipRole);
          }
          if (box->count() == 0) box->addItem(tr("No sound output"), -1);
          box->insertSeparator(box->count());
          box->addItem(icon("refresh"), tr("Look again"), audio::kLookAgain);
          box->setItemData(box->count() - 1, tr("Lists the outputs anew, after one was plugged in or taken away. What plays pauses for a moment."), Qt::ToolTipRole);
          const QString wanted = QSettings().value("player/output").toString();
          const int kept = wanted.isEmpty() ? -1 : box->findText(wanted);
          const bool first_look = !std::exchange(self->looked_, true);
          if (first_look && kept >= 0 && box->itemData(kept).toInt() != self->player_.device()) self->player_.set_device(box->itemData(kept).toInt());
          const int at = box->findData(self->player_.device());
          box->setCurrentIndex(at < 0 ? 0 : at);
          box->setEnabled(true);
          box->setToolTip(self->player_.description());
        },
        Qt::QueuedConnection);
  });
}

}  // namespace luthier::ui
