#include "ui/spectrogram/imgui_input.h"

#include <imgui.h>

#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cfloat>
#include <iterator>

namespace luthier::ui {
namespace {

int number_of(Qt::MouseButton button) {
  if (button == Qt::LeftButton) return 0;
  if (button == Qt::RightButton) return 1;
  return button == Qt::MiddleButton ? 2 : -1;
}

ImVec2 vector(QPointF p) { return {static_cast<float>(p.x()), static_cast<float>(p.y())}; }

}  // namespace

void ImGuiInput::set_modifiers(Qt::KeyboardModifiers modifiers) {
  if (modifiers == modifiers_) return;
  modifiers_ = modifiers;
  post(-1, [modifiers](ImGuiIO& io) {
    io.KeyCtrl = modifiers & Qt::ControlModifier;
    io.KeyShift = modifiers & Qt::ShiftModifier;
    io.KeyAlt = modifiers & Qt::AltModifier;
  });
}

void ImGuiInput::mouse_moved(const QMouseEvent& event) {
  set_modifiers(event.modifiers());
  // Behind a waiting click a move must not overtake it, so it is queued as well.
  post(-1, [p = vector(event.position())](ImGuiIO& io) { io.MousePos = p; });
}

void ImGuiInput::mouse_button(const QMouseEvent& event, bool down) {
  mouse_moved(event);
  const int button = number_of(event.button());
  if (button >= 0) post(button, [button, down](ImGuiIO& io) { io.MouseDown[button] = down; });
}

void ImGuiInput::wheel(const QWheelEvent& event) {
  set_modifiers(event.modifiers());
  const QPointF notches = QPointF(event.angleDelta()) / 120.0;
  post(-1, [p = vector(event.position()), notches](ImGuiIO& io) {
    io.MousePos = p;
    io.MouseWheel += static_cast<float>(notches.y());
    io.MouseWheelH += static_cast<float>(notches.x());
  });
}

void ImGuiInput::left() {
  post(-1, [](ImGuiIO& io) { io.MousePos = ImVec2(-FLT_MAX, -FLT_MAX); });
}

void ImGuiInput::focus_lost() {
  set_modifiers({});
  post(-1, [](ImGuiIO& io) { std::fill(std::begin(io.MouseDown), std::end(io.MouseDown), false); });
}

bool ImGuiInput::pump(ImGuiIO& io) {
  bool changed[3] = {false, false, false};
  bool any = false;
  while (!queue_.empty()) {
    Change& change = queue_.front();
    if (change.button >= 0) {
      if (changed[change.button]) break;
      changed[change.button] = any = true;
    } else if (any) {
      break;  // what follows a click belongs to the next frame
    }
    change.apply(io);
    queue_.pop_front();
  }
  return !queue_.empty();
}

}  // namespace luthier::ui
