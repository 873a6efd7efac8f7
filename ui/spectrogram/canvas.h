#pragma once

class QWidget;

namespace luthier::ui {

class SpectrogramScene;

/// The widget that shows a scene: Dear ImGui on OpenGL where that works, else QPainter. Takes the pointer and hands it to
/// the scene. `scene` must outlive it.
QWidget* make_canvas(SpectrogramScene& scene, QWidget* parent);
/// False while pointer events wait to be drawn (tests wait for true).
bool canvas_settled(const QWidget* canvas);

}  // namespace luthier::ui
