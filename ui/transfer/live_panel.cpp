#include "ui/transfer/live_panel.h"

#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

#include "core/session/command_words.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/workbench.h"
#include "ui/transfer/input_choice.h"
#include "ui/transfer/level_meter.h"
#include "ui/transfer/transfer_commands.h"

namespace luthier::ui {

LivePanel::LivePanel(Workbench& bench, std::function<TransferRequest()> current, QWidget* parent)
    : QWidget(parent), bench_(bench), current_(std::move(current)) {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(8, 6, 8, 6);
  grid->setVerticalSpacing(4);
  source_ = new QComboBox(this);
  source_->setObjectName("live_source");
  source_->addItem(tr("sound input"), "input");
  source_->addItem(tr("the content"), "content");
  source_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  source_->setMinimumContentsLength(10);
  source_->setAccessibleName(tr("What comes in"));
  source_->setToolTip(tr("What comes in: a microphone or line, or the content at its own pace"));
  input_ = new InputChoice(this);
  auto seconds = [this](const QString& name, const QString& tip, double value, double low, double high) {
    auto* box = new QDoubleSpinBox(this);
    box->setRange(low, high);
    box->setSingleStep(0.05);
    box->setDecimals(2);
    box->setSuffix(tr(" s"));
    box->setValue(value);
    box->setAccessibleName(name);
    box->setToolTip(tip);
    box->setWhatsThis(tip);
    return box;
  };
  hop_ = seconds(tr("Hop"), tr("How much comes out at a time; shorter means less latency and more computing"), 0.25, 0.05, 2.0);
  ahead_ = seconds(tr("Look-ahead"), tr("How much the model knows of what comes; shorter means less latency, and rougher joints"), 0.25, 0.05, 1.0);
  start_ = new QPushButton(icon("microphone"), tr("Start"), this);
  start_->setObjectName("start_live");
  start_->setWhatsThis(tr("Begins and ends the stream: what comes in is transferred piece by piece and played at once. Use headphones with a microphone."));
  auto* copy = new QToolButton(this);
  copy->setIcon(icon("copy"));
  copy->setAccessibleName(tr("Copy as command"));
  copy->setToolTip(tr("Copy this stream as a luthierctl command"));
  in_ = new LevelMeter(tr("Level in"), this);
  out_ = new LevelMeter(tr("Level out"), this);
  words_ = new QLabel(this);
  words_->setObjectName("live_words");
  words_->setProperty("role", "hint");
  words_->setWordWrap(true);
  auto label = [this](const QString& text, QWidget* buddy) {
    auto* l = new QLabel(text, this);
    l->setBuddy(buddy);
    return l;
  };
  grid->addWidget(label(tr("In"), source_), 0, 0);
  grid->addWidget(source_, 0, 1);
  grid->addWidget(input_, 0, 2);
  grid->addWidget(label(tr("Hop"), hop_), 0, 3);
  grid->addWidget(hop_, 0, 4);
  grid->addWidget(label(tr("Look-ahead"), ahead_), 0, 5);
  grid->addWidget(ahead_, 0, 6);
  grid->addWidget(copy, 0, 7);
  grid->addWidget(start_, 0, 8);
  grid->addWidget(label(tr("Levels"), in_), 1, 0);
  grid->addWidget(in_, 1, 1);
  grid->addWidget(out_, 1, 2);
  grid->addWidget(words_, 2, 0, 1, 9);
  grid->setColumnStretch(2, 1);
  grid->setRowStretch(3, 1);
  connect(source_, &QComboBox::currentIndexChanged, this, &LivePanel::show_state);
  connect(input_, &InputChoice::looked, this, [this] {
    if (!input_->found()) source_->setCurrentIndex(1);
    show_state();
  });
  connect(start_, &QPushButton::clicked, this, [this] { running() ? stop() : start(); });
  connect(copy, &QToolButton::clicked, this, &LivePanel::copy);
  timer_.setInterval(60);
  connect(&timer_, &QTimer::timeout, this, &LivePanel::show_state);
  show_state();
}

LivePanel::~LivePanel() = default;

LiveRequest LivePanel::request() const {
  const TransferRequest model = current_();
  if (!model.family.empty()) throw ConfigError("A live stream needs a trained model; choose a run or the shipped weights.");
  LiveRequest request;
  request.workspace = model.workspace, request.run = model.run, request.checkpoint = model.checkpoint;
  request.style = model.style, request.options = model.options, request.device = model.device;
  if (source_->currentData() == "content") {
    request.content = model.content;
    if (request.content.empty()) throw ConfigError("Choose the content first, or let the sound input come in.");
  }
  if (request.style.empty()) throw ConfigError("Choose the style first.");
  request.input_device = input_->device();
  request.output_device = bench_.player().device();
  request.hop = hop_->value(), request.ahead = ahead_->value();
  request.play = true, request.paced = true;
  return request;
}

void LivePanel::start() {
  if (running()) return;
  try {
    const LiveRequest wanted = request();
    bench_.player().pause();
    board_ = std::make_shared<Board>();
    result_ = std::make_shared<LiveResult>();
    task_ = std::make_unique<BackgroundTask>(tr("Live"), [wanted, board = board_, result = result_](std::stop_token stop, const ProgressSink&) {
      *result = live(wanted, [&board](const LiveState& state) {
        const std::lock_guard lock(board->mutex);
        board->state = state;
      }, stop);
    });
    connect(task_.get(), &BackgroundTask::ended, this, &LivePanel::ended);
    task_->start();
    timer_.start();
    bench_.note_command(command_of(wanted));
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
  show_state();
}

void LivePanel::stop() {
  if (task_) task_->cancel();
  show_state();
}

void LivePanel::ended() {
  timer_.stop();
  task_.release()->deleteLater();
  in_->set_level(0);
  out_->set_level(0);
  show_state();
  if (result_->outcome == Outcome::failed) show_error(this, QString::fromStdString(result_->message));
  if (!result_->output.empty()) {
    bench_.note_catalog_change();
    Q_EMIT kept();
  }
}

void LivePanel::show_state() {
  const bool on = running();
  start_->setText(on ? task_->cancel_requested() ? tr("Stopping") : tr("Stop") : tr("Start"));
  start_->setIcon(icon(on ? "stop" : "microphone"));
  const bool from_input = source_->currentData() == "input";
  for (QWidget* w : {static_cast<QWidget*>(source_), static_cast<QWidget*>(hop_), static_cast<QWidget*>(ahead_)}) w->setEnabled(!on);
  input_->setVisible(from_input);
  input_->setEnabled(!on && input_->found());
  start_->setEnabled(on || !from_input || input_->found());
  LiveState state;
  {
    const std::lock_guard lock(board_->mutex);
    state = board_->state;
  }
  if (on) {
    in_->set_level(state.level_in);
    out_->set_level(state.level_out);
    if (state.made > 0 || state.heard > 0) {
      words_->setText(tr("%1 s in · latency %2 ms (computing %3 ms) · late %4 · gaps %5")
                          .arg(state.heard, 0, 'f', 1).arg(state.latency * 1000, 0, 'f', 0).arg(state.computing * 1000, 0, 'f', 0).arg(state.late).arg(state.gaps));
    } else {
      words_->setText(tr("Loading the model…"));
    }
  } else if (!result_->output.empty()) {
    words_->setText(tr("Kept %1 s · latency %2 ms · computing %3 ms a block")
                        .arg(result_->state.made, 0, 'f', 1).arg(result_->state.latency * 1000, 0, 'f', 0).arg(result_->computing_mean * 1000, 0, 'f', 0));
  } else {
    words_->setText(tr("Plays what comes in with the sound of the style, window by window; at least %1 ms late.").arg((hop_->value() + ahead_->value()) * 1000, 0, 'f', 0));
  }
  words_->setToolTip(words_->text());
}

void LivePanel::copy() {
  try {
    const QString words = QString::fromStdString(shell_line(live_words(request())));
    QGuiApplication::clipboard()->setText(words);
    bench_.say(tr("Copied: %1").arg(words));
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
}

}  // namespace luthier::ui
