#include "ui/training/resume_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>
#include <map>

#include "core/session/family_catalog.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/workbench.h"
#include "ui/form/config_field.h"
#include "ui/form/config_form.h"
#include "ui/training/run_check.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }
QString number(std::int64_t value) { return QLocale().toString(static_cast<qlonglong>(value)); }

/// Values of the schema's own settings; what came with a later version has its default.
Config known_values(const Schema& schema, const Config& recorded) {
  Config known;
  for (const Setting& setting : schema) {
    if (const auto found = recorded.find(setting.name); found != recorded.end()) known[setting.name] = found->second;
  }
  return complete(schema, known);
}

}  // namespace

ResumeDialog::ResumeDialog(Workbench& bench, const luthier::RunRecord& record, QWidget* parent)
    : QDialog(parent), bench_(bench), record_(record), before_(known_values(family_entry(record.status.family).schema, record.config)),
      steps_name_(length_setting(before_)) {
  setWindowTitle(tr("Go on with a run"));
  setAttribute(Qt::WA_DeleteOnClose);
  resize(520, 640);
  auto* column = new QVBoxLayout(this);
  auto* heading = new QLabel(text(record.status.id), this);
  heading->setProperty("role", "heading");
  heading->setTextFormat(Qt::PlainText);
  auto* where = new QLabel(tr("%1, preset %2: %3 of %4 steps.").arg(text(family_entry(record.status.family).title), text(record.status.preset),
                                                                    number(record.status.step), number(record.status.total_steps)), this);
  where->setProperty("role", "hint");
  where->setTextFormat(Qt::PlainText);
  column->addWidget(heading);
  column->addWidget(where);
  auto* row = new QFormLayout;
  more_ = new QSpinBox(this);
  more_->setObjectName("more_steps");
  more_->setRange(0, 10000000);
  more_->setSingleStep(1000);
  more_->setGroupSeparatorShown(true);
  more_->setSpecialValueText(tr("none"));
  more_->setAccessibleName(tr("More steps"));
  more_->setToolTip(tr("Trains for so many steps more than the run was to have; schedules that depend on the whole length follow"));
  row->addRow(tr("More steps"), more_);
  column->addLayout(row);
  fixed_ = new QCheckBox(tr("Show what is fixed, too"), this);
  fixed_->setToolTip(tr("What shapes the networks, the sound or the data stays as it is for the life of a run"));
  column->addWidget(fixed_);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* body = new QWidget(scroll);
  body->setObjectName("form_body");
  auto* body_column = new QVBoxLayout(body);
  form_ = new ConfigForm(body);
  body_column->addWidget(form_);
  body_column->addStretch();
  scroll->setWidget(body);
  column->addWidget(scroll, 1);
  changes_ = new QLabel(this);
  changes_->setProperty("role", "hint");
  changes_->setTextFormat(Qt::PlainText);
  changes_->setWordWrap(true);
  column->addWidget(changes_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  go_on_ = buttons->addButton(tr("Go on"), QDialogButtonBox::AcceptRole);
  go_on_->setProperty("primary", true);
  go_on_->setToolTip(tr("Train on from the last checkpoint, with what was changed here"));
  go_on_->setDefault(true);
  auto* check = buttons->addButton(tr("Check first"), QDialogButtonBox::ActionRole);
  check->setToolTip(tr("Tries a few steps without training: memory, time left, and whether it goes on bit for bit"));
  auto* copy = buttons->addButton(tr("Copy as command"), QDialogButtonBox::ActionRole);
  copy->setObjectName("copy_resume");
  copy->setToolTip(tr("Copy this as a luthierctl command"));
  column->addWidget(buttons);

  connect(more_, &QSpinBox::valueChanged, this, &ResumeDialog::extend);
  connect(fixed_, &QCheckBox::toggled, this, &ResumeDialog::show_form);
  connect(form_, &ConfigForm::changed, this, &ResumeDialog::show_changes);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  // Every use of the form ends with the same sentence when a field is wrong.
  auto with_request = [this](auto use) {
    return [this, use] {
      try {
        use(request());
      } catch (const std::exception& error) {
        show_error(this, QString::fromUtf8(error.what()));
      }
    };
  };
  connect(check, &QPushButton::clicked, this, with_request([this](const TrainingRequest& request) {
    check_run(bench_, this, request, [this](const QString& setting, std::int64_t batch) { form_->set_values({{setting.toStdString(), batch}}); });
  }));
  connect(copy, &QPushButton::clicked, this, with_request([this](const TrainingRequest& request) {
    QGuiApplication::clipboard()->setText(train_command(request));
    bench_.say(tr("Copied: %1").arg(train_command(request)));
  }));
  show_form(false);
}

void ResumeDialog::show_form(bool fixed_too) {
  const Schema& schema = family_entry(record_.status.family).schema;
  Config kept;
  std::map<std::string, QString> wrong;  ///< as it was typed, to be put right
  for (const ConfigField* field : form_->fields()) {
    if (!form_->differs(*field)) continue;
    const auto* line = qobject_cast<QLineEdit*>(field->control());
    if (field->valid()) kept[field->setting().name] = field->value();
    else if (line) wrong[field->setting().name] = line->text();
  }
  std::set<std::string> hidden;
  for (const Setting& setting : schema) {
    if (!fixed_too && !changeable_on_resume(setting)) hidden.insert(setting.name);
  }
  form_->set_schema(schema, before_, hidden);
  const QSignalBlocker block(form_);  // what follows from the entries is shown once all are in
  form_->set_values(kept);
  for (const auto& [name, typed] : wrong) {
    const ConfigField* field = form_->field(name);
    if (auto* line = field ? qobject_cast<QLineEdit*>(field->control()) : nullptr) line->setText(typed);
  }
  for (ConfigField* field : form_->fields()) {
    if (changeable_on_resume(field->setting())) continue;
    field->setEnabled(false);
    field->setToolTip(tr("Fixed for the life of a run. %1").arg(text(field->setting().help)));
  }
  show_changes();
}

void ResumeDialog::extend(int steps) {
  const auto was = before_.find(steps_name_);
  if (was == before_.end()) return;
  form_->set_values({{steps_name_, std::get<std::int64_t>(was->second) + steps}});
}

std::int64_t ResumeDialog::added_steps() const {
  const auto was = before_.find(steps_name_);
  const ConfigField* steps = form_->field(steps_name_);
  if (was == before_.end() || !steps || !steps->valid()) return 0;
  return std::get<std::int64_t>(steps->value()) - std::get<std::int64_t>(was->second);
}

void ResumeDialog::show_changes() {
  const bool finished = record_.status.status == "done" && record_.status.step >= record_.status.total_steps;
  const std::int64_t added = added_steps();
  const bool longer = added > 0;
  // The two fields say one thing, except while what is typed into the form is no number of steps.
  const ConfigField* steps = form_->field(steps_name_);
  const int more = static_cast<int>(std::clamp<std::int64_t>(added, more_->minimum(), more_->maximum()));
  if (steps && steps->valid() && more_->value() != more) {
    const QSignalBlocker block(more_);
    more_->setValue(more);
  }
  go_on_->setEnabled(form_->valid() && (!finished || longer));
  if (finished && !longer) changes_->setText(tr("The run has made all its steps; give it more to go on."));
  else if (form_->changed_count() > 0) changes_->setText(tr("Changed settings are bold; they are kept in the run's record."));
  else changes_->setText(tr("Nothing is changed: the run goes on as it was."));
}

TrainingRequest ResumeDialog::request() const {
  TrainingRequest request;
  if (bench_.has_workspace()) request.workspace = bench_.workspace().folder();
  request.resume = record_.status.id;
  request.family = record_.status.family;
  for (const auto& [name, value] : form_->overrides()) {
    for (const Setting& setting : family_entry(record_.status.family).schema) {
      if (setting.name == name && changeable_on_resume(setting)) request.overrides[name] = value;
    }
  }
  return request;
}

void ask_to_resume(Workbench& bench, QWidget* parent, const QString& run, std::function<void(const TrainingRequest&)> go_on) {
  auto record = std::make_shared<luthier::RunRecord>();
  const auto folder = bench.workspace().runs() / run.toStdString();
  BackgroundTask* task = bench.start_task(ResumeDialog::tr("Reading the run's settings"), [record, folder](std::stop_token, const ProgressSink&) { *record = load_run_record(folder); });
  QObject::connect(task, &BackgroundTask::failed, parent, [parent](const QString& message) { show_error(parent, message); });
  QObject::connect(task, &BackgroundTask::done, parent, [&bench, parent, record, go_on] {
    try {
      auto* dialog = new ResumeDialog(bench, *record, parent);
      QObject::connect(dialog, &QDialog::accepted, parent, [dialog, parent, go_on] {
        try {
          go_on(dialog->request());
        } catch (const std::exception& error) {
          show_error(parent, QString::fromUtf8(error.what()));
        }
      });
      dialog->open();
    } catch (const std::exception& error) {
      show_error(parent, QString::fromUtf8(error.what()));
    }
  });
}

}  // namespace luthier::ui
