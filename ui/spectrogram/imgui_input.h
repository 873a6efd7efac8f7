#pragma once
#include <QPointF>
#include <Qt>
#include <deque>
#include <functional>

struct ImGuiIO;
class QMouseEvent;
class QWheelEvent;

namespace luthier::ui {

/// Turns Qt's pointer events into Dear ImGui's input. ImGui 1.86 reads the state of a frame, so a press and its release
/// within one frame would be lost: changes are queued and at most one change of a button is handed over per frame.
class ImGuiInput {
 public:
  void mouse_moved(const QMouseEvent& event);
  /// down: pressed (also by a double click), else released.
  void mouse_button(const QMouseEvent& event, bool down);
  void wheel(const QWheelEvent& event);
  void left();
  /// Buttons and modifiers are taken as released, for their release may go elsewhere; the pointer stays where it is, which
  /// ImGui's own focus event would forget.
  void focus_lost();
  /// Hands changes to ImGui before NewFrame. Returns true when more are waiting for the next frame.
  bool pump(ImGuiIO& io);
  bool waiting() const { return !queue_.empty(); }
  Qt::KeyboardModifiers modifiers() const { return modifiers_; }

 private:
  struct Change {
    int button;  ///< -1: may come together with others
    std::function<void(ImGuiIO&)> apply;
  };
  void post(int button, std::function<void(ImGuiIO&)> apply) { queue_.push_back({button, std::move(apply)}); }
  void set_modifiers(Qt::KeyboardModifiers modifiers);

  std::deque<Change> queue_;
  Qt::KeyboardModifiers modifiers_;
};

}  // namespace luthier::ui
