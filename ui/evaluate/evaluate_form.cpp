#include "ui/evaluate/evaluate_form.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/config/schema.h"
#include "core/session/command_words.h"
#include "core/session/evaluation_files.h"
#include "core/session/run_title.h"
#include "core/session/training_session.h"
#include "core/session/transfer_session.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/words.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

void name(QWidget* widget, const QString& title, const QString& tip) {
  widget->setAccessibleName(title);
  widget->setToolTip(tip);
  widget->setWhatsThis(tip);
}

struct FoundModels {
  QString shipped;
  std::vector<std::pair<QString, QString>> runs;  ///< id, name
};

}  // namespace

EvaluateForm::EvaluateForm(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  auto* heading = new QLabel(tr("Measure a model"), this);
  heading->setProperty("role", "heading");
  auto* hint = new QLabel(tr("Phrases that no model was trained on are played by two instruments, so that the truth is known. The first values give a first look in about a minute."), this);
  hint->setProperty("role", "hint");
  hint->setWordWrap(true);
  auto* rows = new QFormLayout;
  add_models(rows);
  protocol_ = new QComboBox(this);
  const std::pair<const char*, QString> protocols[] = {{"t1", tr("t1: unseen phrases")}, {"t1w", tr("t1w: the same at 44.1 kHz, treble too")}, {"t2", tr("t2: unseen soundfont of the content")},
                                                       {"t3", tr("t3: unseen soundfont of the style")}, {"t3x", tr("t3x: unseen instruments")}};
  for (const auto& [id, title] : protocols) protocol_->addItem(title, QString::fromLatin1(id));
  protocol_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  protocol_->setMinimumContentsLength(12);
  name(protocol_, tr("Protocol"), tr("What the model has not met in training"));
  const EvaluateRequest quick = quick_evaluation({}, {});
  phrases_ = new QSpinBox(this);
  phrases_->setObjectName("evaluated_phrases");
  phrases_->setRange(1, 60);
  phrases_->setValue(quick.protocol.phrases);
  name(phrases_, tr("Phrases"), tr("Each is played in all directions; 60 is the whole protocol"));
  steps_ = new QLineEdit("1", this);
  steps_->setObjectName("evaluated_steps");
  name(steps_, tr("Sampling steps"), tr("A row for each number, as in: 1 4 10 50"));
  judges_ = new QCheckBox(tr("Judges and Fréchet distance"), this);
  name(judges_, tr("Judges and Fréchet distance"), tr("Is the result taken for the target instrument? Trains two judges first, which takes minutes the first time"));
  swapped_ = new QCheckBox(tr("Control with the style swapped"), this);
  swapped_->setChecked(true);
  name(swapped_, tr("Control with the style swapped"), tr("A model that looks at the style must fail here"));
  oracle_ = new QCheckBox(tr("Oracle of the inverter"), this);
  oracle_->setChecked(true);
  name(oracle_, tr("Oracle of the inverter"), tr("The truth through the same representation and back: the best that the model could give"));
  rows->addRow(tr("Protocol"), protocol_);
  rows->addRow(tr("Phrases"), phrases_);
  rows->addRow(tr("Steps"), steps_);
  device_ = new QComboBox(this);
  device_->setObjectName("evaluated_device");
  device_->addItem(tr("automatic"), "auto");
  device_->addItem(tr("processor (cpu)"), "cpu");
  device_->addItem(tr("graphics card (cuda)"), "cuda");
  device_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  device_->setMinimumContentsLength(12);
  name(device_, tr("Device"), tr("Where the models run: on a graphics card where there is one, or always on the processor, so that times can be compared"));
  rows->addRow(tr("Device"), device_);
  words_ = new QLabel(this);
  words_->setProperty("role", "hint");
  words_->setWordWrap(true);
  bar_ = new QProgressBar(this);
  bar_->setRange(0, 1000);
  bar_->setTextVisible(false);
  bar_->setAccessibleName(tr("Progress of the measuring"));
  state_ = new QLabel(this);
  state_->setProperty("role", "hint");
  state_->setWordWrap(true);
  auto* buttons = new QHBoxLayout;
  auto* copy = new QToolButton(this);
  copy->setIcon(icon("copy"));
  name(copy, tr("Copy as command"), tr("Copy this measuring as a luthierctl command"));
  cancel_ = new QPushButton(icon("close"), tr("Cancel"), this);
  cancel_->setObjectName("cancel_evaluation");
  cancel_->setToolTip(tr("Stop the measuring"));
  start_ = new QPushButton(accent_icon("evaluate"), tr("Evaluate"), this);
  start_->setObjectName("start_evaluation");
  start_->setToolTip(tr("Render, transfer and measure in the background"));
  start_->setProperty("primary", true);
  buttons->addWidget(copy);
  buttons->addStretch();
  buttons->addWidget(cancel_);
  buttons->addWidget(start_);
  column->addWidget(heading);
  column->addWidget(hint);
  column->addLayout(rows);
  for (QWidget* widget : {static_cast<QWidget*>(judges_), static_cast<QWidget*>(swapped_), static_cast<QWidget*>(oracle_), static_cast<QWidget*>(words_),
                          static_cast<QWidget*>(bar_), static_cast<QWidget*>(state_)}) {
    column->addWidget(widget);
  }
  column->addLayout(buttons);
  column->addStretch();
  connect(protocol_, &QComboBox::currentIndexChanged, this, &EvaluateForm::update_words);
  connect(phrases_, &QSpinBox::valueChanged, this, &EvaluateForm::update_words);
  connect(steps_, &QLineEdit::textChanged, this, &EvaluateForm::update_words);
  for (QCheckBox* box : {judges_, swapped_, oracle_}) connect(box, &QCheckBox::toggled, this, &EvaluateForm::update_words);
  connect(start_, &QPushButton::clicked, this, &EvaluateForm::start);
  connect(cancel_, &QPushButton::clicked, this, &EvaluateForm::cancel);
  connect(copy, &QToolButton::clicked, this, [this] {
    const QString words = command();
    if (words.isEmpty()) return show_error(this, words_->text());  // it says what is wrong
    QGuiApplication::clipboard()->setText(words);
    bench_.say(tr("Copied: %1").arg(words));
  });
  update_words();
}

void EvaluateForm::add_models(QFormLayout* rows) {
  run_ = new QComboBox(this);
  run_->setObjectName("evaluated_run");
  run_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  run_->setMinimumContentsLength(12);
  run_->addItem(tr("Shipped weights"), QString());
  name(run_, tr("Model"), tr("The shipped weights, or a run of this workspace with its best checkpoint"));
  also_ = new QToolButton(this);
  also_->setObjectName("evaluated_also");
  also_->setText(tr("none"));
  also_->setPopupMode(QToolButton::InstantPopup);
  also_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  name(also_, tr("More models"), tr("Models that get rows in the same table, so that they are measured on the same cases"));
  also_menu_ = new QMenu(also_);
  also_->setMenu(also_menu_);
  rows->addRow(tr("Model"), run_);
  rows->addRow(tr("Also"), also_);
  connect(run_, &QComboBox::currentIndexChanged, this, &EvaluateForm::update_words);
}

void EvaluateForm::refresh() {
  if (!bench_.has_workspace()) return;
  in_background<FoundModels>(
      this,
      [folder = bench_.workspace().folder()] {
        FoundModels found;
        if (const auto shipped = shipped_models(); !shipped.empty()) found.shipped = text(shipped.front().string());
        const RunTitles titles = run_titles(Workspace::open(folder));
        for (const RunSummary& run : list_runs(folder)) {
          if (!run.best_checkpoint.empty() || !run.latest_checkpoint.empty()) found.runs.emplace_back(text(run.id), text(name_of(run.id, titles)));
        }
        return found;
      },
      [this](const FoundModels& found) { fill_models(found.shipped, found.runs); }, [this](const QString&) { fill_models({}, {}); });  // a workspace that has gone has no runs
}

void EvaluateForm::fill_models(const QString& shipped, const std::vector<std::pair<QString, QString>>& runs) {
  const QString before = wanted_run_.isNull() ? run_->currentData().toString() : wanted_run_;
  QStringList ticked;
  for (const QAction* action : also_menu_->actions()) {
    if (action->isChecked()) ticked << action->data().toString();
  }
  shipped_ = shipped;
  also_menu_->clear();
  const auto offer = [&](const QString& title, const QString& model) {
    QAction* action = also_menu_->addAction(title);
    action->setCheckable(true);
    action->setData(model);
    action->setChecked(ticked.contains(model));
    connect(action, &QAction::toggled, this, &EvaluateForm::update_words);
  };
  const QSignalBlocker block(run_);
  run_->clear();
  run_->addItem(tr("Shipped weights"), QString());
  if (!shipped_.isEmpty()) offer(tr("Shipped weights"), shipped_);
  for (const auto& [id, title] : runs) {
    run_->addItem(title, id);
    offer(title, id);
  }
  run_->setCurrentIndex(std::max(0, run_->findData(before)));
  wanted_run_ = QString();
  update_words();
}

/// As requests name them: none for the shipped weights alone.
std::vector<std::string> EvaluateForm::chosen_models() const {
  const QString first = run_->currentData().toString();
  QStringList models;
  for (const QAction* action : also_menu_->actions()) {
    const QString model = action->data().toString();
    if (action->isChecked() && model != first && !(first.isEmpty() && model == shipped_)) models << model;
  }
  if (!first.isEmpty()) models.prepend(first);
  else if (!models.isEmpty()) models.prepend(shipped_);
  models.removeAll(QString());
  std::vector<std::string> out;
  for (const QString& model : models) out.push_back(model.toStdString());
  return out;
}

void EvaluateForm::choose_run(const QString& run) {
  const int at = run_->findData(run);
  if (at >= 0) run_->setCurrentIndex(at);
  else wanted_run_ = run;
  refresh();
}

EvaluateRequest EvaluateForm::request() const {
  EvaluateRequest request;
  if (bench_.has_workspace()) request.workspace = bench_.workspace().folder();
  request.runs = chosen_models();
  request.device = device_->currentData().toString().toStdString();
  request.protocol.protocol = protocol_->currentData().toString().toStdString();
  request.protocol.phrases = phrases_->value();
  request.protocol.judges = judges_->isChecked();
  request.swapped = swapped_->isChecked();
  request.oracle = oracle_->isChecked();
  request.steps.clear();
  for (const QString& word : steps_->text().split(QRegularExpression("[,\\s]+"), Qt::SkipEmptyParts)) {
    bool number = false;
    const int steps = word.toInt(&number);
    if (!number || steps < 1 || steps > 1000) throw ConfigError(tr("“%1” is no number of sampling steps; write numbers from 1 to 1000, as in: 1 4 10").arg(word).toStdString());
    request.steps.push_back(steps);
  }
  if (request.steps.empty()) throw ConfigError(tr("Name at least one number of sampling steps, as in: 1 4 10").toStdString());
  return request;
}

QString EvaluateForm::command() const {
  try {
    const EvaluateRequest wanted = request();
    std::vector<std::string> words{"luthierctl"};
    if (!wanted.workspace.empty()) words.insert(words.end(), {"--workspace", wanted.workspace.string()});
    return text(shell_line(words) + " " + evaluate_command(wanted) + " --save");
  } catch (const std::exception&) {
    return {};
  }
}

void EvaluateForm::update_words() {
  QString problem;
  try {
    const EvaluateRequest wanted = request();
    const auto directions = protocol_directions(wanted.protocol.protocol).size();
    const std::size_t models = std::max<std::size_t>(1, wanted.runs.size()), each = wanted.protocol.protocol == "t1w" ? 2 : 1;
    const auto rows = 4 + models * each * wanted.steps.size() + (wanted.swapped ? 1 : 0) + (wanted.oracle ? 1 : 0);
    also_->setText(models > 1 ? counted(static_cast<qint64>(models) - 1, tr("more model"), tr("more models")) : tr("none"));
    words_->setText(tr("%1 directions, %2 cases of 8 s in each of %3 rows").arg(directions).arg(directions * static_cast<std::size_t>(phrases_->value())).arg(rows));
  } catch (const std::exception& error) {
    problem = QString::fromUtf8(error.what());
    words_->setText(problem);
  }
  steps_->setProperty("wrong", !problem.isEmpty());
  start_->setEnabled(problem.isEmpty() && !running());
  start_->setVisible(!running());
  cancel_->setVisible(running());
  bar_->setVisible(running());
}

void EvaluateForm::start() {
  if (running() || !bench_.has_workspace()) return;
  EvaluateRequest wanted;
  try {
    wanted = request();
  } catch (const std::exception& error) {
    return show_error(this, QString::fromUtf8(error.what()));
  }
  auto file = std::make_shared<QString>();
  task_ = bench_.start_task(tr("Evaluating"), [wanted, file](std::stop_token stop, const ProgressSink& sink) {
    const EvaluationTable table = evaluate_runs(wanted, sink, stop);
    if (!table.rows.empty()) *file = text(save_evaluation(wanted.workspace, wanted.runs.size() == 1 ? wanted.runs.front() : "", table).string());
  });
  connect(task_, &BackgroundTask::progressed, this, [this] {
    bar_->setValue(static_cast<int>(task_->fraction() * 1000));
    state_->setText(task_->text());
  });
  connect(task_, &BackgroundTask::failed, this, [this](const QString& message) {
    state_->setText(message);
    show_error(this, message, command());
  });
  connect(task_, &BackgroundTask::done, this, [this, file] { finish(*file, false); });
  connect(task_, &BackgroundTask::cancelled, this, [this, file] { finish(*file, true); });
  connect(task_, &BackgroundTask::ended, this, [this] {
    task_ = nullptr;
    update_words();
    Q_EMIT ended();
  });
  bar_->setValue(0);
  state_->setText(tr("Preparing"));
  update_words();
}

void EvaluateForm::cancel() {
  if (!task_) return;
  task_->cancel();
  cancel_->setVisible(false);  // answered; the job ends within a second
}

void EvaluateForm::finish(const QString& file, bool cancelled) {
  if (file.isEmpty()) state_->setText(tr("Cancelled before the first row was finished."));
  else state_->setText(cancelled ? tr("Cancelled; the rows that were finished are kept.") : tr("Kept as %1").arg(file));
  if (!file.isEmpty()) Q_EMIT measured(file);
}

}  // namespace luthier::ui
