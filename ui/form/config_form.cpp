#include "ui/form/config_form.h"

#include <QFormLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/form/config_field.h"

namespace luthier::ui {

ConfigForm::ConfigForm(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  problem_ = new QLabel(this);
  problem_->setProperty("role", "error");
  problem_->setWordWrap(true);
  problem_->hide();
  column->addWidget(problem_);
}

Value ConfigForm::base_of(const Setting& setting) const {
  auto found = base_.find(setting.name);
  return found == base_.end() ? setting.default_value : found->second;
}

void ConfigForm::set_schema(const Schema& schema, const Config& base, const std::set<std::string>& hidden) {
  delete body_;
  fields_.clear();
  titles_.clear();
  schema_ = schema;
  base_ = base;
  body_ = new QWidget(this);
  body_->setObjectName("form_body");
  rows_ = new QFormLayout(body_);
  rows_->setContentsMargins(0, 0, 0, 0);
  rows_->setVerticalSpacing(5);
  rows_->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  rows_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  std::string group;
  for (const Setting& setting : schema_) {
    if (hidden.contains(setting.name)) continue;
    if (setting.group != group) {
      group = setting.group;
      QString name = QString::fromStdString(group);
      if (!name.isEmpty()) name[0] = name[0].toUpper();
      auto* heading = new QLabel(name, body_);
      heading->setProperty("role", "heading");
      heading->setContentsMargins(0, fields_.empty() ? 0 : 8, 0, 0);
      rows_->addRow(heading);
    }
    auto* field = new ConfigField(setting, body_);
    field->set_value(base_of(setting));
    auto* title = new QLabel(setting_title(setting.name), body_);
    title->setBuddy(field->control());
    title->setMinimumHeight(field->sizeHint().height());  // QFormLayout puts labels at the top of their row
    title->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    title->setToolTip(field->toolTip());
    title->setWhatsThis(field->whatsThis());
    rows_->addRow(title, field);
    fields_.push_back(field);
    titles_.push_back(title);
    connect(field, &ConfigField::changed, this, [this] {
      mark();
      Q_EMIT changed();
    });
  }
  layout()->addWidget(body_);
  body_->show();
  mark();
}

void ConfigForm::set_base(const Config& base) {
  base_ = base;
  reset();
}

void ConfigForm::reset() {
  for (ConfigField* field : fields_) field->set_value(base_of(field->setting()));
  mark();
  Q_EMIT changed();
}

Config ConfigForm::values() const {
  Config all;
  for (ConfigField* field : fields_) {
    try {
      all[field->setting().name] = field->value();
    } catch (const ConfigError&) {
      field->control()->setFocus();
      throw;
    }
  }
  return all;
}

Config ConfigForm::overrides() const {
  Config changed_values;
  for (const auto& [name, value] : values()) {
    const ConfigField* own = field(name);
    if (own && value != base_of(own->setting())) changed_values[name] = value;
  }
  return changed_values;
}

void ConfigForm::set_values(const Config& values) {
  for (const auto& [name, value] : values) {
    if (ConfigField* own = field(name)) own->set_value(value);
  }
}

bool ConfigForm::valid() const {
  for (const ConfigField* field : fields_) {
    if (!field->valid()) return false;
  }
  return true;
}

int ConfigForm::changed_count() const {
  int count = 0;
  for (const ConfigField* field : fields_) count += differs(*field);
  return count;
}

bool ConfigForm::differs(const ConfigField& field) const { return !field.valid() || field.value() != base_of(field.setting()); }

ConfigField* ConfigForm::field(const std::string& name) const {
  for (ConfigField* field : fields_) {
    if (field->setting().name == name) return field;
  }
  return nullptr;
}

void ConfigForm::mark() {
  QString problem;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (problem.isEmpty()) problem = fields_[i]->problem();
    const bool own = differs(*fields_[i]);
    QFont font = titles_[i]->font();
    if (font.bold() == own) continue;
    font.setBold(own);  // bold: differs from the preset
    titles_[i]->setFont(font);
  }
  problem_->setText(problem);
  problem_->setVisible(!problem.isEmpty());
}

}  // namespace luthier::ui
