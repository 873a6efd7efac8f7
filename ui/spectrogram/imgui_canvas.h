#pragma once
#include <QElapsedTimer>
#include <QOpenGLFunctions_3_3_Core>
#include <QOpenGLWidget>
#include <map>

#include "ui/spectrogram/imgui_input.h"
#include "ui/spectrogram/scene_painter.h"

struct ImGuiContext;

namespace luthier::ui {

class SpectrogramScene;

/// Shows a SpectrogramScene with Dear ImGui on OpenGL 3.3. One ImGui context a widget. Make it only when gl_works().
class ImGuiCanvas : public QOpenGLWidget, protected QOpenGLFunctions_3_3_Core {
  Q_OBJECT
 public:
  explicit ImGuiCanvas(SpectrogramScene& scene, QWidget* parent = nullptr);
  ~ImGuiCanvas() override;
  bool settled() const { return !input_.waiting() && settle_ == 0; }
  int frames_drawn() const { return frames_; }
  /// The ImGui texture of a picture, uploaded when it is new or has changed. Only while painting.
  unsigned texture(const SceneImage& image);

 protected:
  void initializeGL() override;
  void paintGL() override;
  bool event(QEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  struct Texture {
    unsigned name = 0;
    quint64 revision = 0;
    int last_used = 0;
  };
  void build_frame();
  void load_font();
  void drop_old_textures();
  void release_gl();
  void wake();

  SpectrogramScene& scene_;
  ImGuiContext* context_ = nullptr;
  ImGuiInput input_;
  std::map<quint64, Texture> textures_;
  QElapsedTimer clock_;
  QByteArray font_;
  bool ready_ = false;
  int settle_ = 0;  ///< frames still to be drawn after the last change, as ImGui answers one frame late
  int frames_ = 0;
};

}  // namespace luthier::ui
