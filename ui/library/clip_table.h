#pragma once
#include <QTableView>

namespace luthier::ui {

/// A table of clips that turns keys into requests: Enter plays, arrows left and right move in the sound. Home and End go to the first
/// and the last row. Letters do not search
/// the table: the search field does that, and the page has keys of its own.
class ClipTable : public QTableView {
  Q_OBJECT
 public:
  explicit ClipTable(QWidget* parent = nullptr);
  void keyboardSearch(const QString&) override {}
  /// While a key or a click of the user is being handled: a row that becomes current then was chosen by hand, and did not merely
  /// move with the list.
  bool by_hand() const { return by_hand_; }

 Q_SIGNALS:
  void play_key();
  void move_in_sound(double seconds);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;

 private:
  bool by_hand_ = false;
};

}  // namespace luthier::ui
