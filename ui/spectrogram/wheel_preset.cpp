#include "ui/spectrogram/wheel_preset.h"

#include <QSettings>

namespace luthier::ui {
namespace {

constexpr const char* kKey = "keys/wheel_zooms";

}  // namespace

bool wheel_zooms() { return QSettings().value(kKey, false).toBool(); }
void set_wheel_zooms(bool on) { QSettings().setValue(kKey, on); }

}  // namespace luthier::ui
