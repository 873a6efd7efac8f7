#include "ui/transfer/branch_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/config/branches.h"
#include "ui/form/config_form.h"

namespace luthier::ui {

bool BranchDialog::possible(const Schema& schema) {
  return std::any_of(schema.begin(), schema.end(), [](const Setting& setting) { return setting.name == "branches"; });
}

BranchDialog::BranchDialog(const Schema& schema, const Config& options, int step, int total, QWidget* parent)
    : QDialog(parent), schema_(schema), options_(options), step_(step) {
  setWindowTitle(tr("Branch from step %1 of %2").arg(step).arg(total));
  setMinimumWidth(420);
  auto* column = new QVBoxLayout(this);
  auto* words = new QLabel(tr("Up to step %1 all stays as it was. From there on these hold; another seed or temperature draws the noise anew.").arg(step), this);
  words->setWordWrap(true);
  words->setProperty("role", "hint");
  column->addWidget(words);
  Schema changing;
  const Config all = complete(schema, options);
  Config base;
  for (const Setting& setting : schema) {
    const auto& names = branch_settings();
    if (std::find(names.begin(), names.end(), setting.name) == names.end()) continue;
    changing.push_back(setting);
    base[setting.name] = all.at(setting.name);
  }
  form_ = new ConfigForm(this);
  form_->set_schema(changing, base);
  column->addWidget(form_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  start_ = buttons->button(QDialogButtonBox::Ok);
  start_->setText(tr("Go on from here"));
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(form_, &ConfigForm::changed, this, &BranchDialog::show_state);
  // Another seed is what is wanted most often.
  if (const auto seed = base.find("seed"); seed != base.end()) form_->set_values({{"seed", std::get<std::int64_t>(seed->second) + 1}});
  show_state();
}

void BranchDialog::show_state() { start_->setEnabled(form_->valid() && form_->changed_count() > 0); }

Config BranchDialog::options() const {
  Config options = options_;
  const auto known = options.find("branches");
  options["branches"] = with_branch(known == options.end() ? "" : std::get<std::string>(known->second), {step_, form_->overrides()}, schema_);
  return options;
}

}  // namespace luthier::ui
