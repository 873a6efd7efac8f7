#pragma once
#include <QList>
#include <QObject>
#include <QPointer>
#include <QWidget>

class QKeyEvent;
class QKeySequence;
class QStackedWidget;

namespace luthier::ui {

class MainWindow;
class SpectrogramView;
class Workbench;

/// The keys that work whatever has the focus, except in text fields, where letters and Space are text. GUI thread.
class WindowKeys : public QObject {
  Q_OBJECT
 public:
  WindowKeys(Workbench& bench, QStackedWidget& pages, MainWindow& window);
  /// J, K and L go back, play and go on, as in film editing; kept in QSettings. Without it L repeats the selection.
  static bool editing_keys();
  static void set_editing_keys(bool on);
  /// Repeats the selection of what is shown, or the whole sound; where something is repeated, it ends that.
  void repeat();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  template <class Action>
  void key(const QKeySequence& keys, Action action);
  void player_keys();
  void picture_keys();
  /// The spectrogram that is seen now, or null.
  SpectrogramView* view() const;
  void zoom(double factor);
  void change_fft(bool larger);
  void change_scale();
  void look_through_model();
  bool tick(QObject* watched, QEvent* event);
  bool move_by_key(QObject* watched, const QKeyEvent& pressed);
  void press_or_play();
  bool say_why_silent();
  void repeat_what_is_seen();
  void move_in_sound(double seconds);
  void step_pane(int by);
  /// Parts of the window that F6 goes through, in the order of the screen.
  QList<QWidget*> panes() const;

  Workbench& bench_;
  QStackedWidget& pages_;
  MainWindow& window_;
  QPointer<QWidget> tabbed_to_;  ///< has the focus, and got it by Tab or F6
};

}  // namespace luthier::ui
