#pragma once
#include <QObject>

namespace luthier::ui {

/// Gives every control a what's-this text (Shift+F1, and what screen readers call help): the tip of the control, kept in step with it,
/// unless it was given one of its own; the buttons that dialogs share have theirs from here. Installed on the application, lives as
/// long as its parent. GUI thread.
class TipHelp : public QObject {
  Q_OBJECT
 public:
  explicit TipHelp(QObject* parent);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace luthier::ui
