#pragma once
#include <QRectF>
#include <QString>

#include "ui/common/sound.h"
#include "ui/spectrogram/picture.h"
#include "ui/spectrogram/scene_painter.h"

namespace luthier::ui {

/// The samples from `begin` to `end` seconds as one column a pixel; quiet sounds are drawn larger. Null: the middle line only.
void draw_waveform(ScenePainter& painter, const QRectF& area, const Sound* sound, double begin, double end);
/// What the height of the strip stands for, left of it: "±0.21".
void draw_waveform_scale(ScenePainter& painter, const QRectF& area, const Sound& sound);
/// " · peak −12.3 dBFS", of the 20 ms around a time; empty beyond the sound.
QString level_text(const Sound& sound, double seconds);
/// " · 1,046 Hz · C6 · −23.4 dB" for a point of a spectrogram; `part` is the place on the frequency axis, 0 to 1.
QString point_text(const Picture& picture, double part, double seconds);

}  // namespace luthier::ui
