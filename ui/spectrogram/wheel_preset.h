#pragma once

namespace luthier::ui {

/// What the wheel does in a spectrogram: it scrolls in time and zooms with Ctrl, or, as in Sonic Visualiser, zooms in time and scrolls
/// with Ctrl. Shift and Alt stay. Kept in QSettings. GUI thread.
bool wheel_zooms();
void set_wheel_zooms(bool on);

}  // namespace luthier::ui
