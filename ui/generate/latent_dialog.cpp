#include "ui/generate/latent_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSlider>
#include <cmath>
#include <set>

#include "core/session/command_words.h"
#include "ui/application_style.h"
#include "ui/common/background_task.h"
#include "ui/common/error_box.h"
#include "ui/form/config_form.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {
namespace {

constexpr int kSteps = 20;  ///< places of a slider for each unit of the latent space

bool is_axis(const Setting& setting) { return setting.name.starts_with("axis_"); }

}  // namespace

LatentDialog::LatentDialog(Workbench& bench, const QString& run, QWidget* parent)
    : QDialog(parent), bench_(bench), run_(run), worker_(bench.workspace().folder(), run.toStdString()) {
  setWindowTitle(tr("Made from noise: %1").arg(run));
  resize(1040, 620);
  auto* outer = new QVBoxLayout(this);
  auto* row = new QHBoxLayout;
  row->addWidget(make_left());
  view_ = new SpectrogramView(bench_.player(), bench_.pictures(), bench_.spectrograms(), this);
  view_->set_hint(tr("The model is being loaded…"));
  row->addWidget(view_, 1);
  outer->addLayout(row, 1);

  auto* below = new QHBoxLayout;
  play_ = new QPushButton(icon("play"), tr("Hear it"), this);
  play_->setObjectName("play_sample");
  play_->setWhatsThis(tr("Plays what the sliders have made."));
  play_->setEnabled(false);
  save_ = new QPushButton(icon("export"), tr("Keep it"), this);
  save_->setObjectName("save_sample");
  save_->setToolTip(tr("Writes sound, picture and record into the workspace's folder transfers"));
  save_->setEnabled(false);
  auto* copy = new QPushButton(icon("copy"), tr("Copy as command"), this);
  copy->setToolTip(tr("Copy this sample as a luthierctl command"));
  auto* close = new QPushButton(tr("Close"), this);
  close->setWhatsThis(tr("Closes the dialog; what was kept stays. Esc does the same."));
  for (auto* button : {play_, save_, copy, close}) button->setAutoDefault(false);
  message_ = new QLabel(this);
  message_->setProperty("role", "hint");
  message_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  below->addWidget(play_);
  below->addWidget(save_);
  below->addWidget(copy);
  below->addWidget(message_, 1);
  below->addWidget(close);
  outer->addLayout(below);

  rest_.setSingleShot(true);
  rest_.setInterval(250);
  connect(&rest_, &QTimer::timeout, this, [this] {
    if (form_->valid()) worker_.ask(options(), true);
  });
  connect(&worker_, &SampleWorker::loaded, this, &LatentDialog::add_sliders);
  connect(&worker_, &SampleWorker::pictured, this, [this](const PicturePtr& picture) {
    picture_ = picture;
    show_lane();
  });
  connect(&worker_, &SampleWorker::sounded, this, [this](const SoundPtr& sound) {
    sound_ = sound;
    show_lane();
  });
  connect(&worker_, &SampleWorker::failed, this, [this](const QString& text) {
    view_->set_hint(text);
    message_->setText(text);
  });
  connect(play_, &QPushButton::clicked, this, [this] { view_->play(0); });
  connect(save_, &QPushButton::clicked, this, &LatentDialog::save);
  connect(copy, &QPushButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(command());
    message_->setText(tr("Copied: %1").arg(command()));
  });
  connect(close, &QPushButton::clicked, this, &QDialog::accept);
}

QWidget* LatentDialog::make_left() {
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFixedWidth(330);
  auto* body = new QWidget(scroll);
  body->setObjectName("form_body");
  auto* column = new QVBoxLayout(body);
  column->setContentsMargins(0, 0, 8, 0);
  auto* hint = new QLabel(tr("Each slider moves the noise along one of the directions that change the result most, the strongest first."), body);
  hint->setProperty("role", "hint");
  hint->setWordWrap(true);
  column->addWidget(hint);
  slider_column_ = new QVBoxLayout;
  column->addLayout(slider_column_);
  auto* middle = new QPushButton(icon("refresh"), tr("All to the middle"), body);
  middle->setWhatsThis(tr("Sets every slider back to where the noise is as it was drawn."));
  middle->setAutoDefault(false);
  column->addWidget(middle);
  form_ = new ConfigForm(body);
  column->addWidget(form_);
  column->addStretch();
  scroll->setWidget(body);
  connect(middle, &QPushButton::clicked, this, [this] {
    for (QSlider* slider : sliders_) slider->setValue(0);
  });
  connect(form_, &ConfigForm::changed, this, &LatentDialog::moved);
  return scroll;
}

void LatentDialog::add_sliders(const Schema& schema) {
  std::set<std::string> axes;
  for (const Setting& setting : schema) {
    if (!is_axis(setting)) continue;
    axes.insert(setting.name);
    auto* row = new QHBoxLayout;
    const QString name = tr("Direction %1").arg(axes.size());
    auto* label = new QLabel(name, this);
    label->setMinimumWidth(80);
    auto* slider = new QSlider(Qt::Horizontal, this);
    slider->setObjectName(QString::fromStdString(setting.name));
    slider->setAccessibleName(name);
    slider->setWhatsThis(QString::fromStdString(setting.help));
    slider->setRange(static_cast<int>(setting.minimum * kSteps), static_cast<int>(setting.maximum * kSteps));
    slider->setPageStep(kSteps);
    auto* place = new QLabel(QStringLiteral("0.0"), this);
    place->setMinimumWidth(34);
    place->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addWidget(label);
    row->addWidget(slider, 1);
    row->addWidget(place);
    slider_column_->addLayout(row);
    sliders_.push_back(slider);
    places_.push_back(place);
    connect(slider, &QSlider::valueChanged, this, [this, place](int value) {
      place->setText(QString::number(static_cast<double>(value) / kSteps, 'f', 1));
      moved();
    });
  }
  form_->set_schema(schema, {}, axes);
  form_->set_values(first_);
  for (QSlider* slider : sliders_) {
    const auto place = first_.find(slider->objectName().toStdString());
    if (place != first_.end() && std::holds_alternative<double>(place->second)) slider->setValue(static_cast<int>(std::lround(std::get<double>(place->second) * kSteps)));
  }
  save_->setEnabled(true);
  moved();
}

Config LatentDialog::options() const {
  Config all = form_->overrides();
  for (const QSlider* slider : sliders_) {
    if (slider->value() != 0) all[slider->objectName().toStdString()] = static_cast<double>(slider->value()) / kSteps;
  }
  return all;
}

void LatentDialog::moved() {
  if (!form_->valid()) return;
  sound_.reset();
  play_->setEnabled(false);
  worker_.ask(options(), false);
  rest_.start();
}

void LatentDialog::show_lane() {
  LaneSource lane;
  lane.title = tr("Made from noise");
  lane.sound = sound_;
  lane.picture = picture_;
  view_->set_sources({lane}, true);
  play_->setEnabled(sound_ != nullptr);
}

QString LatentDialog::command() const {
  std::vector<std::string> words{"luthierctl", "--workspace", bench_.workspace().folder().string(), "sample", "--run", run_.toStdString()};
  try {
    for (const auto& [name, value] : options()) words.insert(words.end(), {"--" + name, to_text(value)});
  } catch (const std::exception&) {
    // a wrong field is left out of the command
  }
  return QString::fromStdString(shell_line(words));
}

void LatentDialog::save() {
  SampleRequest request;
  try {
    request.options = options();
  } catch (const std::exception& error) {
    return show_error(this, QString::fromUtf8(error.what()));
  }
  request.workspace = bench_.workspace().folder();
  request.run = run_.toStdString();
  auto result = std::make_shared<SampleResult>();
  save_->setEnabled(false);
  BackgroundTask* task = bench_.start_task(tr("Keeping a sample"), [request, result](std::stop_token stop, const ProgressSink& sink) {
    *result = sample(request, [&](double fraction, const std::string& text) { sink({fraction, text, -1}); }, stop);
    if (result->outcome == Outcome::failed) throw std::runtime_error(result->message);
  });
  connect(task, &BackgroundTask::failed, this, [this](const QString& text) { show_error(this, text); });
  connect(task, &BackgroundTask::ended, this, [this, result] {
    save_->setEnabled(true);
    if (result->output.empty()) return;
    const QString file = QString::fromStdString(result->output.string());
    message_->setText(tr("Kept as %1").arg(file));
    Q_EMIT saved(file);
  });
}

}  // namespace luthier::ui
