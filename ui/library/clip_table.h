#pragma once
#include <QTableView>

namespace luthier::ui {

/// A table of clips that turns keys into requests: Enter plays, arrows left and right move in the sound. Letters do not search
/// the table: the search field does that, and the page has keys of its own.
class ClipTable : public QTableView {
  Q_OBJECT
 public:
  explicit ClipTable(QWidget* parent = nullptr);
  void keyboardSearch(const QString&) override {}

 Q_SIGNALS:
  void play_key();
  void move_in_sound(double seconds);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
};

}  // namespace luthier::ui
