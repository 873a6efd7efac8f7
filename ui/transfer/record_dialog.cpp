#include "ui/transfer/record_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QThreadPool>
#include <QVBoxLayout>
#include <utility>

#include "audio/device/device_list.h"
#include "audio/writer.h"
#include "core/session/recording_session.h"
#include "db/label_store.h"
#include "ui/application_style.h"
#include "ui/common/drawing_export.h"
#include "ui/common/error_box.h"
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
  make_choices(*rows);
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
  record_->setDefault(true);
  buttons->addButton(record_, QDialogButtonBox::ActionRole);
  save_ = new QPushButton(icon("export"), tr("Save as a file…"), this);
  save_->setObjectName("save_take");
  save_->setWhatsThis(tr("Writes the recording, which could not be kept in the workspace, into a sound file elsewhere."));
  auto* bottom = new QHBoxLayout;  // not in the box, which shows what is hidden whenever it is laid out
  bottom->addWidget(save_);
  bottom->addWidget(buttons, 1);
  column->addLayout(bottom);
  save_->hide();
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(record_, &QPushButton::clicked, this, [this] { recorder_ ? stop() : take_ ? keep() : start(); });
  connect(save_, &QPushButton::clicked, this, [this] {
    const QString file = ask_for_file(this, tr("Save the recording"), "recording.wav", tr("Sounds (*.wav)"));
    if (!file.isEmpty()) save(file);
  });
  connect(input_, &InputChoice::looked, this, [this] {
    picture_->setVisible(input_->found());
    if (!input_->found()) return say(QString::fromUtf8(audio::kNoInputMessage), true);
    say(tr("The recording becomes a clip of the library."));
    listen();
  });
  for (QComboBox* choice : {static_cast<QComboBox*>(input_), channels_}) connect(choice, &QComboBox::activated, this, &RecordDialog::listen);
  timer_.setInterval(40);
  connect(&timer_, &QTimer::timeout, this, &RecordDialog::show_level);
  say(tr("Looking for sound inputs…"));
}

RecordDialog::~RecordDialog() {
  if (listener_ || recorder_) QThreadPool::globalInstance()->start([a = std::move(listener_), b = std::move(recorder_)] {});  // closing takes its time
}

void RecordDialog::make_choices(QFormLayout& rows) {
  channels_ = new QComboBox(this);
  channels_->addItem(tr("One (mono)"), 1);
  channels_->addItem(tr("Two (stereo)"), 2);
  channels_->setAccessibleName(tr("Channels"));
  channels_->setWhatsThis(tr("How many channels are recorded. Models hear one; a stereo recording is mixed for them."));
  label_ = new QComboBox(this);
  label_->setObjectName("record_label");
  label_->setEditable(true);
  label_->setInsertPolicy(QComboBox::NoInsert);
  label_->setAccessibleName(tr("Label"));
  label_->setWhatsThis(tr("The label of the new clip: one there is already, or a new one; left empty, it has none."));
  rows.addRow(tr("Channels"), channels_);
  rows.addRow(tr("Label"), label_);
  if (!bench_.catalog()) return;
  bench_.catalog()->run(
      this, [](db::Catalog& catalog) { return catalog.labels().labels(); },
      [this](std::vector<db::LabelRow> known) {
        const QString typed = label_->currentText();
        for (const db::LabelRow& row : known) label_->addItem(QString::fromStdString(row.name));
        label_->setCurrentText(typed);
      });
}

void RecordDialog::say(const QString& words, bool wrong) {
  words_->setProperty("role", wrong ? "error" : "hint");
  words_->style()->unpolish(words_);
  words_->style()->polish(words_);
  words_->setText(words);
}

void RecordDialog::open_input(double seconds, std::function<void(std::shared_ptr<audio::Recorder>)> done) {
  for (QWidget* widget : {static_cast<QWidget*>(record_), static_cast<QWidget*>(input_), static_cast<QWidget*>(channels_)}) widget->setEnabled(false);
  timer_.stop();
  audio::RecorderOptions options;
  options.device = input_->device();
  options.channels = channels_->currentData().toInt();
  options.max_seconds = seconds;
  in_background<std::shared_ptr<audio::Recorder>>(
      this,
      [options, before = std::exchange(listener_, nullptr)]() mutable {
        before.reset();
        auto recorder = std::make_shared<audio::Recorder>(options);
        recorder->start();
        return recorder;
      },
      std::move(done),
      [this](const QString& problem) {
        show_idle();
        say(problem, true);
      });
}

void RecordDialog::listen() {
  open_input(0.1, [this](std::shared_ptr<audio::Recorder> recorder) {
    listener_ = std::move(recorder);
    show_idle();
    timer_.start();
  });
}

void RecordDialog::start() {
  open_input(audio::RecorderOptions().max_seconds, [this](std::shared_ptr<audio::Recorder> recorder) {
    recorder_ = std::move(recorder);
    drawn_ = 0;
    picture_->start(recorder_->sample_rate());
    record_->setText(tr("Stop and keep"));
    record_->setIcon(icon("stop"));
    record_->setEnabled(true);
    timer_.start();
  });
}

/// Ready to record.
void RecordDialog::show_idle() {
  take_.reset();
  save_->hide();
  record_->setText(tr("Record"));
  record_->setIcon(icon("microphone"));
  for (QWidget* widget : {static_cast<QWidget*>(record_), static_cast<QWidget*>(input_), static_cast<QWidget*>(channels_)}) widget->setEnabled(true);
}

void RecordDialog::show_level() {
  if (listener_) return meter_->set_level(listener_->level());
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
  busy_ = true;
  source_ = recorder_->description();
  in_background<audio::AudioBuffer>(
      this, [recorder = std::exchange(recorder_, nullptr)] { return recorder->stop(); },
      [this](audio::AudioBuffer sound) {
        take_ = std::make_shared<const audio::AudioBuffer>(std::move(sound));
        keep();
      },
      [this](const QString& problem) {
        busy_ = false;
        show_idle();
        say(problem, true);
      });
}

void RecordDialog::keep() {
  busy_ = true;
  record_->setEnabled(false);
  save_->setEnabled(false);
  const QString label = label_->currentText().trimmed();
  in_background<qint64>(
      this, [take = take_, workspace = bench_.workspace(), source = source_, name = label.toStdString()] { return keep_recording(workspace, *take, source, name).value; },
      [this, label](qint64 clip) {
        QStringList words{"record", "--seconds", QString::number(static_cast<double>(take_->length()) / take_->sample_rate, 'f', 1)};
        if (input_->device() >= 0) words << "--input" << QString::number(input_->device());
        if (channels_->currentData().toInt() != 1) words << "--channels" << channels_->currentData().toString();
        if (!label.isEmpty()) words << "--label" << label;
        bench_.note_command(words);
        take_.reset();
        recorded_ = {clip, {}, tr("clip %1").arg(clip), label};
        bench_.note_catalog_change();
        accept();
      },
      [this](const QString& problem) {
        busy_ = false;
        if (take_->empty()) {
          show_idle();
          return say(problem, true);
        }
        record_->setText(tr("Keep it again"));
        record_->setIcon(icon("refresh"));
        record_->setEnabled(true);
        save_->setEnabled(true);
        save_->show();
        say(tr("%1 The recording is still here: try again, or save it as a file.").arg(problem), true);
      });
}

void RecordDialog::save(const QString& file) {
  busy_ = true;
  record_->setEnabled(false);
  save_->setEnabled(false);
  in_background<bool>(
      this,
      [take = take_, path = file.toStdString()] {
        audio::write_audio(path, *take, audio::FileFormat::wav_float);
        return true;
      },
      [this, file](bool) {
        busy_ = false;
        show_idle();
        listen();
        say(tr("Saved as %1. Import brings it into the library.").arg(file));
      },
      [this](const QString& problem) {
        busy_ = false;
        record_->setEnabled(true);
        save_->setEnabled(true);
        say(problem, true);
      });
}

/// Esc, Cancel and the cross: nothing that was recorded is lost by a slip.
void RecordDialog::reject() {
  if (busy_) return say(tr("The recording is being written; a moment."));
  const double seconds = recorder_ ? recorder_->seconds() : take_ ? static_cast<double>(take_->length()) / take_->sample_rate : 0;
  if (seconds > 0 && !confirm(this, tr("Discard the recording?"), tr("%1 s were recorded, and are in no file yet.").arg(seconds, 0, 'f', 1), tr("Discard"))) return;
  QDialog::reject();
}

}  // namespace luthier::ui
