#include "ui/transfer/model_choice.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/session/run_title.h"
#include "ui/application_style.h"
#include "ui/common/in_background.h"
#include "ui/common/workbench.h"
#include "ui/form/config_form.h"
#include "ui/form/scrolled_form.h"
#include "ui/transfer/model_files.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

QComboBox* make_box(QWidget* parent, const QString& name, const QString& tip) {
  auto* box = new QComboBox(parent);
  box->setAccessibleName(name);
  box->setToolTip(tip);
  box->setWhatsThis(tip);
  box->setFocusPolicy(Qt::StrongFocus);
  box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  box->setMinimumContentsLength(8);
  return box;
}

void choose_data(QComboBox* box, const QVariant& data) {
  const int at = box->findData(data);
  if (at >= 0) box->setCurrentIndex(at);
}

/// A run that is chosen but not listed has no checkpoints; so has a family of which only the name is known, and no title.
bool is_gone(const TransferModel& model) { return (!model.run.empty() && model.checkpoints.empty()) || (!model.family.empty() && model.title.empty()); }

}  // namespace

ModelChoice::ModelChoice(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  auto* row = new QHBoxLayout;
  auto* title = new QLabel(tr("Model"), this);
  run_ = make_box(this, tr("Model"), tr("The trained run, or the shipped weights, that does the transfer"));
  run_->setObjectName("transfer_run");
  title->setBuddy(run_);
  menu_ = new QToolButton(this);
  menu_->setObjectName("model_menu");
  menu_->setIcon(icon("menu"));
  menu_->setAccessibleName(tr("Models from and to files"));
  menu_->setToolTip(tr("Install a model from a file, or give this one away"));
  menu_->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(menu_);
  menu->addAction(icon("import"), tr("Install a model from a file…"), this, [this] { install_model(bench_, this, [this](const QString& installed) { choose(installed); }); });
  auto* give = menu->addAction(icon("export"), tr("Give this model away as a file…"), this, [this] { give_model_away(bench_, this, model_request()); });
  connect(menu, &QMenu::aboutToShow, this, [this, give] { give->setEnabled(chosen() && chosen()->family.empty() && !gone()); });
  menu_->setMenu(menu);
  row->addWidget(title);
  row->addWidget(run_, 1);
  row->addWidget(menu_);
  column->addLayout(row);
  hint_ = new QLabel(this);
  hint_->setProperty("role", "hint");
  hint_->setWordWrap(true);
  column->addWidget(hint_);
  scroll_ = new ScrolledForm(this);
  column->addWidget(scroll_, 1);
  make_sound_rows();
  connect(run_, &QComboBox::currentIndexChanged, this, [this] {
    show_checkpoints({});
    read_settings();
    read_vocoders();
  });
  connect(&bench_, &Workbench::workspace_opened, this, &ModelChoice::forget);
  connect(checkpoint_, &QComboBox::currentIndexChanged, this, &ModelChoice::read_settings);
  connect(&scroll_->form(), &ConfigForm::changed, this, &ModelChoice::changed);
}

void ModelChoice::make_sound_rows() {
  auto* rows_widget = new QWidget(scroll_);
  auto* rows = new QFormLayout(rows_widget);
  rows->setContentsMargins(0, 6, 0, 0);
  rows->setVerticalSpacing(5);
  rows->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  auto* heading = new QLabel(tr("Model and sound"), rows_widget);
  heading->setProperty("role", "heading");
  rows->addRow(heading);
  checkpoint_ = make_box(rows_widget, tr("Checkpoint"), tr("Which state of the run's training; the best on its validation clips is taken unless you choose another"));
  checkpoint_->setObjectName("checkpoint");
  vocoder_ = make_box(rows_widget, tr("Vocoder"), tr("What turns the spectrogram into sound. Griffin-Lim starts from the content's own phase; trained vocoders are listed where they take this model's spectrograms"));
  vocoder_->setObjectName("vocoder");
  vocoder_->addItem(tr("Griffin-Lim, content's phase"), QString());
  treble_ = new QCheckBox(tr("above the model's own band"), rows_widget);
  treble_->setObjectName("treble");
  treble_->setAccessibleName(tr("Treble above the model's own band"));
  treble_->setToolTip(tr("Makes treble after the style's where the content's sample rate has room above the model's"));
  treble_->setWhatsThis(treble_->toolTip());
  treble_->setChecked(true);
  device_ = make_box(rows_widget, tr("Device"), tr("Where the model is computed; automatic takes the graphics card when there is one"));
  device_->addItem(tr("automatic"), "auto");
  device_->addItem(tr("processor (cpu)"), "cpu");
  device_->addItem(tr("graphics card (cuda)"), "cuda");
  rows->addRow(tr("Checkpoint"), checkpoint_);
  rows->addRow(tr("Vocoder"), vocoder_);
  rows->addRow(tr("Treble"), treble_);
  rows->addRow(tr("Device"), device_);
  scroll_->add_below(rows_widget);
  for (QComboBox* box : {vocoder_, device_}) connect(box, &QComboBox::currentIndexChanged, this, &ModelChoice::changed);
  connect(treble_, &QCheckBox::toggled, this, &ModelChoice::changed);
}

ConfigForm& ModelChoice::form() { return scroll_->form(); }
bool ModelChoice::empty() const { return !chosen(); }
bool ModelChoice::gone() const { return chosen() && is_gone(*chosen()); }
bool ModelChoice::ready() const { return chosen() && !gone() && !schema_.empty() && scroll_->form().valid(); }
QString ModelChoice::run() const { return chosen() ? text(chosen()->run) : QString(); }

const TransferModel* ModelChoice::chosen() const {
  const int at = run_->currentIndex();
  return at >= 0 && at < static_cast<int>(models_.size()) ? &models_[static_cast<std::size_t>(at)] : nullptr;
}

TransferRequest ModelChoice::model_request() const {
  TransferRequest request;
  if (bench_.has_workspace()) request.workspace = bench_.workspace().folder();
  if (!chosen()) return request;
  request.run = chosen()->run, request.family = chosen()->family;
  request.checkpoint = checkpoint_->currentData().toString().toStdString();
  return request;
}

void ModelChoice::fill(TransferRequest& request) const {
  const TransferRequest model = model_request();
  request.run = model.run, request.family = model.family, request.checkpoint = model.checkpoint;
  request.options = gone() && wanted_options_ ? *wanted_options_ : scroll_->form().overrides();
  request.vocoder = gone() && wanted_vocoder_ ? *wanted_vocoder_ : vocoder_->currentData().toString().toStdString();
  request.treble = treble_->isChecked();
  request.device = device_->currentData().toString().toStdString();
}

void ModelChoice::take(const TransferRequest& request) {
  wanted_model_ = request;
  otherwise_.reset();
  wanted_options_ = request.options;
  wanted_vocoder_ = request.vocoder;
  choose_data(device_, text(request.device));
  treble_->setChecked(request.treble);
  refresh();
}

void ModelChoice::choose(const QString& run) {
  TransferRequest request = model_request();
  try {
    fill(request);
  } catch (const std::exception&) {
    // wrong entries are not taken over
  }
  const TransferRequest before = request;
  request.run = run.toStdString(), request.family.clear(), request.checkpoint.clear();
  take(request);
  otherwise_ = before;  // a vocoder, or a run that has yet to learn more, has been trained: no reason to choose another model
}

void ModelChoice::forget() {
  ++models_number_, ++settings_number_, ++vocoder_number_;
  models_.clear();
  wanted_model_.reset(), otherwise_.reset(), wanted_vocoder_.reset();
  const QSignalBlocker block(run_);
  run_->clear();
  Q_EMIT changed();
}

// --- lists ---------------------------------------------------------------------------------------------------------------

void ModelChoice::refresh() {
  if (!bench_.has_workspace()) return;
  const quint64 number = ++models_number_;
  const auto show = [this, number](const std::vector<TransferModel>& models) {
    if (number == models_number_) show_models(models);
  };
  in_background<std::vector<TransferModel>>(this, [folder = bench_.workspace().folder()] { return transfer_models(folder); }, show, [show](const QString&) { show({}); });
}

void ModelChoice::show_models(const std::vector<TransferModel>& models) {
  TransferRequest before = wanted_model_ ? *wanted_model_ : model_request();
  const bool first = models_.empty() && !wanted_model_;
  models_ = models;
  const auto find = [this](const std::string& run, const std::string& family) {
    const auto found = std::find_if(models_.begin(), models_.end(), [&](const TransferModel& model) { return model.run == run && model.family == family; });
    return found == models_.end() ? -1 : static_cast<int>(found - models_.begin());
  };
  // The shipped weights are the one model that is known to be good; a run of one's own is taken when it has just been trained, or
  // was chosen.
  int at = models_.empty() ? -1 : std::max(0, find({}, {}));
  if (!first) {
    if (otherwise_ && find(before.run, before.family) < 0) before = *otherwise_;
    if (const int known = find(before.run, before.family); known >= 0) {
      at = known;
    } else if (!before.run.empty() || !before.family.empty()) {
      at = static_cast<int>(models_.size());
      models_.push_back({before.run, before.run.empty() ? before.family : std::string(), {}, {}, {}});
    }
  }
  {
    const QSignalBlocker block(run_);
    run_->clear();
    for (const TransferModel& model : models_) {
      if (is_gone(model)) run_->addItem(tr("%1  (not here any more)").arg(text(model.run.empty() ? model.family : model.run)));
      else if (!model.run.empty()) run_->addItem(tr("%1  (%2)").arg(text(model.title.empty() ? model.about : model.title), text(model.title.empty() ? model.run : model.about)));
      else run_->addItem(model.family.empty() ? tr("Shipped weights") : tr("%1 (no training)").arg(text(model.title)));
      run_->setItemData(run_->count() - 1, model.run.empty() ? text(model.about) : text(model.run), Qt::ToolTipRole);
    }
    run_->setCurrentIndex(at);
  }
  show_checkpoints(wanted_model_ ? std::optional(before.checkpoint) : std::nullopt);
  wanted_model_.reset(), otherwise_.reset();
  read_settings();
  read_vocoders();
}

void ModelChoice::show_checkpoints(const std::optional<std::string>& wanted) {
  const QSignalBlocker block(checkpoint_);
  const QString before = wanted ? text(*wanted) : checkpoint_->currentData().toString();
  checkpoint_->clear();
  const TransferModel* model = chosen();
  const bool choice = model && !model->checkpoints.empty() && !model->run.empty();
  checkpoint_->addItem(choice ? tr("the best (%1)").arg(text(model->checkpoints.front().stem().string())) : tr("the only one"), QString());
  if (choice) {
    for (const auto& file : model->checkpoints) checkpoint_->addItem(text(file.stem().string()), text(file.string()));
  }
  if (wanted && !wanted->empty() && checkpoint_->findData(before) < 0) checkpoint_->addItem(QString(before).section('/', -1), before);
  choose_data(checkpoint_, before);
  checkpoint_->setEnabled(checkpoint_->count() > 1);
}

void ModelChoice::read_vocoders() {
  const quint64 number = ++vocoder_number_;
  if (!chosen() || gone()) return;
  struct Vocoders {
    std::vector<RunSummary> runs;
    RunTitles titles;
  };
  in_background<Vocoders>(
      this, [request = model_request()] { return Vocoders{fitting_vocoders(request.workspace, request), run_titles(Workspace::open(request.workspace))}; },
      [this, number](const Vocoders& vocoders) {
        if (number != vocoder_number_) return;
        const QSignalBlocker block(vocoder_);
        const QString before = wanted_vocoder_ ? text(*wanted_vocoder_) : vocoder_->currentData().toString();
        vocoder_->clear();
        vocoder_->addItem(tr("Griffin-Lim, content's phase"), QString());
        for (const RunSummary& run : vocoders.runs) vocoder_->addItem(tr("%1  (%2)").arg(text(name_of(run.id, vocoders.titles)), text(run.family)), text(run.id));
        if (wanted_vocoder_ && vocoder_->findData(before) < 0) vocoder_->addItem(before.section('/', -1), before);
        choose_data(vocoder_, before);
        wanted_vocoder_.reset();
        vocoder_->setEnabled(vocoder_->count() > 1);
        Q_EMIT changed();
      },
      {});
}

// --- settings ------------------------------------------------------------------------------------------------------------

void ModelChoice::read_settings() {
  if (!chosen() || !bench_.has_workspace()) {
    show_schema({}, tr("No trained model yet: train one on the page Train, or install one from a file. Runs appear here as soon as they have a checkpoint."));
    return;
  }
  const quint64 number = ++settings_number_;
  if (gone()) {
    const QString name = text(chosen()->run.empty() ? chosen()->family : chosen()->run);
    return show_schema({}, tr("“%1” is not in this workspace any more, or has no checkpoint to transfer with. Choose another model, or install its weights from a file; the settings stay.").arg(name));
  }
  in_background<Schema>(
      this, [request = model_request()] { return transfer_schema_of(request); },
      [this, number](Schema schema) {
        if (number == settings_number_) show_schema(schema, {});
      },
      [this, number](const QString& problem) {
        if (number == settings_number_) show_schema({}, problem);
      });
}

void ModelChoice::show_schema(const Schema& schema, const QString& problem) {
  ConfigForm& form = scroll_->form();
  Config keep;
  try {
    keep = wanted_options_ ? *wanted_options_ : form.overrides();
  } catch (const std::exception&) {
    // a wrong entry is not taken over
  }
  if (!schema.empty()) wanted_options_.reset();
  else if (gone()) wanted_options_ = keep;  // for the model that is chosen instead
  schema_ = schema;
  form.set_schema(schema);
  for (const Setting& setting : schema) {
    const auto found = keep.find(setting.name);
    if (found == keep.end()) continue;
    try {
      complete(schema, {*found});
      form.set_values({*found});
    } catch (const std::exception&) {
      // out of this model's range: its own default stands
    }
  }
  hint_->setText(problem);
  hint_->setVisible(!problem.isEmpty());
  Q_EMIT changed();
}

}  // namespace luthier::ui
