#include "ui/transfer/record_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include "audio/device/device_list.h"
#include "core/session/recording_session.h"
#include "ui/application_style.h"
#include "ui/common/in_background.h"
#include "ui/transfer/input_choice.h"
#include "ui/transfer/level_meter.h"
#include "ui/transfer/live_spectrogram.h"

namespace luthier::ui {

RecordDialog::RecordDialog(Workbench& bench, QWidget* parent) : QDialog(parent), bench_(bench) {
  setWindowTitle(tr("Record"));
  setMinimumWidth(460);
  auto* column = new QVBoxLayout(this);
  auto* rows = new QFormLayout;
  input_ = new InputChoice(this);
  meter_ = new LevelMeter(tr("Level of the input"), this);
  rows->addRow(tr("Input"), input_);
  rows->addRow(tr("Level"), meter_);
  column->addLayout(rows);
  picture_ = new LiveSpectrogram(bench.spectrograms(), this);
  column->addWidget(picture_, 1);
  words_ = new QLabel(this);
  words_->setWordWrap(true);
  column->addWidget(words_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  record_ = new QPushButton(icon("microphone"), tr("Record"), this);
  record_->setObjectName("record");
  record_->setWhatsThis(tr("Begins to record, and ends it. The recording becomes a clip of the library."));
  record_->setEnabled(false);
  buttons->addButton(record_, QDialogButtonBox::ActionRole);
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(record_, &QPushButton::clicked, this, [this] { recorder_ ? stop() : start(); });
  connect(input_, &InputChoice::looked, this, [this] {
    record_->setEnabled(input_->found());
    picture_->setVisible(input_->found());
    if (input_->found()) say(tr("The recording becomes a clip of the library."));
    else say(QString::fromUtf8(audio::kNoInputMessage), true);
  });
  timer_.setInterval(40);
  connect(&timer_, &QTimer::timeout, this, &RecordDialog::show_level);
  say(tr("Looking for sound inputs…"));
}

RecordDialog::~RecordDialog() = default;

void RecordDialog::say(const QString& words, bool wrong) {
  words_->setProperty("role", wrong ? "error" : "hint");
  words_->style()->unpolish(words_);
  words_->style()->polish(words_);
  words_->setText(words);
}

void RecordDialog::start() {
  record_->setEnabled(false);
  input_->setEnabled(false);
  in_background<std::shared_ptr<audio::Recorder>>(
      this,
      [device = input_->device()] {
        audio::RecorderOptions options;
        options.device = device;
        auto recorder = std::make_shared<audio::Recorder>(options);
        recorder->start();
        return recorder;
      },
      [this](std::shared_ptr<audio::Recorder> recorder) {
        recorder_ = std::move(recorder);
        drawn_ = 0;
        picture_->start(recorder_->sample_rate());
        record_->setText(tr("Stop and keep"));
        record_->setIcon(icon("stop"));
        record_->setEnabled(true);
        timer_.start();
      },
      [this](const QString& problem) {
        say(problem, true);
        input_->setEnabled(true);
        record_->setEnabled(true);
      });
}

void RecordDialog::show_level() {
  meter_->set_level(recorder_->level());
  const std::vector<float> fresh = recorder_->recorded_from(drawn_);
  drawn_ += fresh.size();
  picture_->add(fresh);
  say(recorder_->overflowed() ? tr("%1 s recorded; some samples were lost, as the machine is busy").arg(recorder_->seconds(), 0, 'f', 1)
                              : tr("%1 s recorded").arg(recorder_->seconds(), 0, 'f', 1));
}

void RecordDialog::stop() {
  timer_.stop();
  record_->setEnabled(false);
  in_background<qint64>(
      this,
      [recorder = std::exchange(recorder_, nullptr), workspace = bench_.workspace()] {
        const std::string source = recorder->description();
        return keep_recording(workspace, recorder->stop(), source).value;
      },
      [this](qint64 clip) {
        recorded_ = {clip, {}, tr("clip %1").arg(clip), {}};
        bench_.note_catalog_change();
        accept();
      },
      [this](const QString& problem) {
        say(problem, true);
        record_->setText(tr("Record"));
        record_->setIcon(icon("microphone"));
        record_->setEnabled(true);
        input_->setEnabled(true);
      });
}

}  // namespace luthier::ui
