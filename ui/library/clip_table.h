#pragma once
#include <QTableView>

namespace luthier::ui {

/// A table of clips that turns keys into requests: 1-9 label, 0 unlabel, C and S slots, X exclude, Enter play, arrows left
/// and right move in the sound. Letters do not search the table: the search field does that.
class ClipTable : public QTableView {
  Q_OBJECT
 public:
  explicit ClipTable(QWidget* parent = nullptr);
  void keyboardSearch(const QString&) override {}

 Q_SIGNALS:
  void label_key(int key);  ///< 0..9
  void rate_key(int change);
  void content_key();
  void style_key();
  void compare_key();
  void exclude_key();
  void play_key();
  void move_in_sound(double seconds);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
};

}  // namespace luthier::ui
