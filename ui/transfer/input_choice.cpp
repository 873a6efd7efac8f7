#include "ui/transfer/input_choice.h"

#include <vector>

#include "audio/device/device_list.h"
#include "ui/common/in_background.h"

namespace luthier::ui {

InputChoice::InputChoice(QWidget* parent) : QComboBox(parent) {
  setAccessibleName(tr("Sound input"));
  setToolTip(tr("The microphone or line that is listened to"));
  setWhatsThis(toolTip());
  setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  setMinimumContentsLength(14);
  setPlaceholderText(tr("looking…"));
  setEnabled(false);
  in_background<std::vector<audio::SoundDevice>>(
      this, [] { return audio::list_devices(); },
      [this](std::vector<audio::SoundDevice> devices) {
        for (const auto& device : devices) {
          if (device.input_channels < 1) continue;
          addItem(QString::fromStdString(device.name), device.index);
          if (device.default_input) setCurrentIndex(count() - 1);
        }
        found_ = count() > 0;
        setPlaceholderText(tr("no sound input found"));
        setEnabled(found_);
        Q_EMIT looked();
      },
      {});
}

int InputChoice::device() const { return currentIndex() < 0 ? -1 : currentData().toInt(); }

}  // namespace luthier::ui
