#pragma once
#include <QObject>

class QKeySequence;
class QStackedWidget;

namespace luthier::ui {

class SpectrogramView;
class Workbench;

/// The keys that work whatever has the focus, except in text fields, where letters and Space are text. GUI thread.
class WindowKeys : public QObject {
  Q_OBJECT
 public:
  WindowKeys(Workbench& bench, QStackedWidget& pages, QWidget* window);

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

  Workbench& bench_;
  QStackedWidget& pages_;
  QWidget* window_;
};

}  // namespace luthier::ui
