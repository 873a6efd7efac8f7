#include "ui/transfer/preset_bar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/workbench.h"

namespace luthier::ui {

PresetBar::PresetBar(Workbench& bench, std::function<TransferRequest()> current, QWidget* parent)
    : QWidget(parent), bench_(bench), current_(std::move(current)) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  auto* title = new QLabel(tr("Preset"), this);
  names_ = new QComboBox(this);
  names_->setObjectName("transfer_preset");
  names_->setAccessibleName(tr("Saved settings"));
  names_->setToolTip(tr("Recall settings that you saved: model, vocoder, treble and all that the form holds"));
  names_->setWhatsThis(names_->toolTip());
  names_->setPlaceholderText(tr("none saved yet"));
  names_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  names_->setMinimumContentsLength(8);
  title->setBuddy(names_);
  auto tool = [this](const char* name, const QString& words, const QString& tip, const char* object) {
    auto* b = new QToolButton(this);
    b->setObjectName(object);
    b->setIcon(icon(name));
    b->setAccessibleName(words);
    b->setToolTip(tip);
    return b;
  };
  auto* save = tool("add", tr("Save these settings"), tr("Save these settings under a name"), "save_preset");
  remove_ = tool("remove", tr("Remove the saved settings"), tr("Remove the saved settings that are chosen"), "remove_preset");
  row->addWidget(title);
  row->addWidget(names_, 1);
  row->addWidget(save);
  row->addWidget(remove_);
  connect(names_, &QComboBox::activated, this, [this](int at) {
    if (at >= 0 && at < static_cast<int>(presets_.size())) Q_EMIT recalled(presets_[static_cast<std::size_t>(at)]);
    remove_->setEnabled(at >= 0);
  });
  connect(save, &QToolButton::clicked, this, &PresetBar::ask_and_save);
  connect(remove_, &QToolButton::clicked, this, &PresetBar::remove);
  remove_->setEnabled(false);
}

void PresetBar::refresh() {
  if (!bench_.has_workspace()) return;
  in_background<std::vector<TransferPreset>>(
      this, [folder = bench_.workspace().folder()] { return transfer_presets(folder); },
      [this](std::vector<TransferPreset> presets) {
        const QString before = names_->currentText();
        presets_ = std::move(presets);
        const QSignalBlocker block(names_);
        names_->clear();
        for (const TransferPreset& preset : presets_) names_->addItem(QString::fromStdString(preset.name));
        names_->setPlaceholderText(presets_.empty() ? tr("none saved yet") : tr("choose saved settings"));
        names_->setCurrentIndex(names_->findText(before));
        names_->setEnabled(!presets_.empty());
        remove_->setEnabled(names_->currentIndex() >= 0);
      },
      {});
}

void PresetBar::ask_and_save() {
  if (!bench_.has_workspace()) return;
  const QString name = QInputDialog::getText(this, tr("Save these settings"), tr("Name"), QLineEdit::Normal, names_->currentText()).trimmed();
  if (name.isEmpty()) return;
  const bool known = std::any_of(presets_.begin(), presets_.end(), [&](const TransferPreset& preset) { return preset.name == name.toStdString(); });
  if (known && !confirm(this, tr("Settings are saved as “%1” already. Replace them?").arg(name), tr("The old ones are then gone."), tr("Replace"))) return;
  save(name);
}

void PresetBar::save(const QString& name) {
  try {
    const TransferPreset preset = preset_of(current_(), name.toStdString());
    in_background<bool>(
        this,
        [folder = bench_.workspace().folder(), preset] {
          save_transfer_preset(folder, preset, true);
          return true;
        },
        [this, name](bool) {
          names_->setCurrentIndex(-1);
          names_->addItem(name);
          names_->setCurrentIndex(names_->count() - 1);
          refresh();
          bench_.say(tr("Saved: %1").arg(name));
        },
        [this](const QString& problem) { show_error(this, problem); });
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
}

void PresetBar::remove() {
  const QString name = names_->currentText();
  if (name.isEmpty() || !bench_.has_workspace()) return;
  if (!confirm(this, tr("Remove the saved settings “%1”?").arg(name), tr("Results that were made with them stay."), tr("Remove"))) return;
  in_background<bool>(
      this,
      [folder = bench_.workspace().folder(), name = name.toStdString()] {
        remove_transfer_preset(folder, name);
        return true;
      },
      [this](bool) {
        names_->setCurrentIndex(-1);
        refresh();
      },
      [this](const QString& problem) { show_error(this, problem); });
}

}  // namespace luthier::ui
