#include "ui/spectrogram/imgui_canvas.h"

#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <QFile>
#include <QMouseEvent>
#include <QOpenGLContext>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/application_style.h"
#include "ui/spectrogram/spectrogram_scene.h"

namespace luthier::ui {
namespace {

constexpr float kFontSize = 15.0f;  // logical pixels

ImVec2 vector(QPointF p) { return {static_cast<float>(p.x()), static_cast<float>(p.y())}; }

ImU32 packed(const QColor& c) { return IM_COL32(c.red(), c.green(), c.blue(), c.alpha()); }

/// A ScenePainter that fills an ImGui draw list.
class DrawListPainter : public ScenePainter {
 public:
  DrawListPainter(ImDrawList& list, ImGuiCanvas& canvas) : list_(list), canvas_(canvas) {}
  void fill(const QRectF& area, const QColor& color) override {
    list_.AddRectFilled(vector(area.topLeft()), vector(area.bottomRight()), packed(color));
  }
  void frame(const QRectF& area, const QColor& color) override {
    list_.AddRect(vector(area.topLeft()), vector(area.bottomRight()), packed(color));
  }
  void line(QPointF from, QPointF to, const QColor& color, double width) override {
    list_.AddLine(vector(from), vector(to), packed(color), static_cast<float>(width));
  }
  void text(QPointF top_left, const QString& text, const QColor& color) override {
    const QByteArray bytes = text.toUtf8();
    const QPointF whole(std::round(top_left.x()), std::round(top_left.y()));
    list_.AddText(ImGui::GetFont(), kFontSize, vector(whole), packed(color), bytes.constData(),
                  bytes.constData() + bytes.size());
  }
  QSizeF text_size(const QString& text) override {
    const QByteArray bytes = text.toUtf8();
    const ImVec2 size = ImGui::GetFont()->CalcTextSizeA(kFontSize, FLT_MAX, 0, bytes.constData(),
                                                       bytes.constData() + bytes.size());
    return {size.x, size.y};
  }
  void image(const SceneImage& image, const QRectF& area, const QRectF& source) override {
    const auto id = reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(canvas_.texture(image)));
    list_.AddImage(id, vector(area.topLeft()), vector(area.bottomRight()), vector(source.topLeft()),
                   vector(source.bottomRight()));
  }
  void clip(const QRectF& area) override {
    list_.PushClipRect(vector(area.topLeft()), vector(area.bottomRight()), true);
  }
  void unclip() override { list_.PopClipRect(); }

 private:
  ImDrawList& list_;
  ImGuiCanvas& canvas_;
};

}  // namespace

ImGuiCanvas::ImGuiCanvas(SpectrogramScene& scene, QWidget* parent) : QOpenGLWidget(parent), scene_(scene) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(120, 60);
  ImGuiContext* before = ImGui::GetCurrentContext();
  context_ = ImGui::CreateContext();
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.BackendPlatformName = "luthier_qt6";
  ImGui::SetCurrentContext(before);
  connect(&scene_, &SpectrogramScene::needs_paint, this, QOverload<>::of(&QOpenGLWidget::update));
}

ImGuiCanvas::~ImGuiCanvas() {
  release_gl();
  ImGui::SetCurrentContext(context_);
  ImGui::DestroyContext(context_);
}

void ImGuiCanvas::release_gl() {
  if (!ready_) return;
  ready_ = false;
  makeCurrent();
  for (auto& [id, texture] : textures_) glDeleteTextures(1, &texture.name);
  textures_.clear();
  ImGui::SetCurrentContext(context_);
  ImGui_ImplOpenGL3_Shutdown();
  doneCurrent();
}

void ImGuiCanvas::load_font() {
  ImGuiIO& io = ImGui::GetIO();
  io.Fonts->Clear();
  QFile file(":/fonts/DejaVuSans.ttf");
  if (file.open(QIODevice::ReadOnly)) font_ = file.readAll();
  static const ImWchar ranges[] = {0x0020, 0x00ff, 0x2010, 0x2027, 0x2190, 0x2193, 0x2212, 0x2212, 0x266d, 0x266f, 0};
  ImFontConfig config;
  config.FontDataOwnedByAtlas = false;
  const float pixels = kFontSize * static_cast<float>(devicePixelRatioF());
  const bool loaded = !font_.isEmpty() && io.Fonts->AddFontFromMemoryTTF(font_.data(), static_cast<int>(font_.size()),
                                                                        pixels, &config, ranges);
  if (!loaded) io.Fonts->AddFontDefault();
}

void ImGuiCanvas::initializeGL() {
  if (!initializeOpenGLFunctions()) return;
  ImGui::SetCurrentContext(context_);
  load_font();
  ready_ = ImGui_ImplOpenGL3_Init("#version 330 core");
  connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, &ImGuiCanvas::release_gl);
  clock_.start();
}

unsigned ImGuiCanvas::texture(const SceneImage& image) {
  Texture& texture = textures_[image.id];
  texture.last_used = frames_;
  if (texture.name != 0 && texture.revision == image.revision) return texture.name;
  if (texture.name == 0) glGenTextures(1, &texture.name);
  texture.revision = image.revision;
  glBindTexture(GL_TEXTURE_2D, texture.name);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, static_cast<int>(image.pixels.bytesPerLine() / 4));
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, image.pixels.width(), image.pixels.height(), 0, GL_RGBA, GL_UNSIGNED_BYTE,
               image.pixels.constBits());
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  glGenerateMipmap(GL_TEXTURE_2D);
  return texture.name;
}

void ImGuiCanvas::drop_old_textures() {
  std::erase_if(textures_, [this](auto& entry) {
    if (frames_ - entry.second.last_used < 120) return false;
    glDeleteTextures(1, &entry.second.name);
    return true;
  });
}

void ImGuiCanvas::build_frame() {
  const ImGuiIO& io = ImGui::GetIO();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::Begin("scene", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoBackground);
  ImGui::InvisibleButton("canvas", io.DisplaySize, ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonMiddle);
  SceneInput now;
  now.inside = ImGui::IsItemHovered() || ImGui::IsItemActive();
  // The place counts outside, too: a drag may end there.
  now.mouse = ImGui::IsMousePosValid(&io.MousePos) ? QPointF(io.MousePos.x, io.MousePos.y) : QPointF(-1, -1);
  now.left = ImGui::IsItemActive() && io.MouseDown[0];
  now.middle = ImGui::IsItemActive() && io.MouseDown[2];
  now.double_clicked = now.inside && ImGui::IsMouseDoubleClicked(0);
  now.wheel_x = now.inside ? io.MouseWheelH : 0;
  now.wheel_y = now.inside ? io.MouseWheel : 0;
  now.modifiers = input_.modifiers();
  scene_.input(now);
  DrawListPainter painter(*ImGui::GetWindowDrawList(), *this);
  scene_.draw(painter, QSizeF(io.DisplaySize.x, io.DisplaySize.y));
  ImGui::End();
  ImGui::PopStyleVar();
}

void ImGuiCanvas::paintGL() {
  const QColor back = theme().window;
  glClearColor(static_cast<float>(back.redF()), static_cast<float>(back.greenF()), static_cast<float>(back.blueF()), 1);
  glClear(GL_COLOR_BUFFER_BIT);
  if (!ready_) return;
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  const float ratio = static_cast<float>(devicePixelRatioF());
  io.DisplaySize = ImVec2(static_cast<float>(width()), static_cast<float>(height()));
  io.DisplayFramebufferScale = ImVec2(ratio, ratio);
  io.DeltaTime = std::max(1e-4f, static_cast<float>(clock_.nsecsElapsed()) * 1e-9f);
  clock_.restart();
  const bool more = input_.pump(io);
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  build_frame();
  ImGui::Render();
  glViewport(0, 0, static_cast<int>(static_cast<float>(width()) * ratio), static_cast<int>(static_cast<float>(height()) * ratio));
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  ++frames_;
  drop_old_textures();
  if (settle_ > 0) --settle_;
  if (more || settle_ > 0) update();
}

void ImGuiCanvas::wake() {
  settle_ = 2;
  update();
}

bool ImGuiCanvas::event(QEvent* event) {
  if (event->type() == QEvent::FocusOut) {
    input_.focus_lost();
    wake();
  }
  return QOpenGLWidget::event(event);
}

void ImGuiCanvas::mousePressEvent(QMouseEvent* event) {
  input_.mouse_button(*event, true);
  wake();
}
void ImGuiCanvas::mouseReleaseEvent(QMouseEvent* event) {
  input_.mouse_button(*event, false);
  wake();
}
void ImGuiCanvas::mouseMoveEvent(QMouseEvent* event) {
  input_.mouse_moved(*event);
  wake();
}
void ImGuiCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  input_.mouse_button(*event, true);
  wake();
}
void ImGuiCanvas::wheelEvent(QWheelEvent* event) {
  input_.wheel(*event);
  event->accept();
  wake();
}
void ImGuiCanvas::leaveEvent(QEvent*) {
  input_.left();
  wake();
}

}  // namespace luthier::ui
