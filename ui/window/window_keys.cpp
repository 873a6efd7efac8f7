#include "ui/window/window_keys.h"

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QShortcut>
#include <QStackedWidget>
#include <algorithm>
#include <utility>

#include "ui/common/workbench.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {

WindowKeys::WindowKeys(Workbench& bench, QStackedWidget& pages, QWidget* window)
    : QObject(window), bench_(bench), pages_(pages), window_(window) {
  player_keys();
  picture_keys();
  qApp->installEventFilter(this);
}

template <class Action>
void WindowKeys::key(const QKeySequence& keys, Action action) {
  auto* shortcut = new QShortcut(keys, window_);
  connect(shortcut, &QShortcut::activated, this, action);
}

void WindowKeys::player_keys() {
  // Space plays wherever the focus is, except in text; a button that was reached by Tab is pressed instead.
  key(QKeySequence(Qt::Key_Space), [this] {
    QWidget* focus = QApplication::focusWidget();
    if (auto* button = qobject_cast<QAbstractButton*>(focus)) button->click();
    else if (auto* box = qobject_cast<QComboBox*>(focus)) box->showPopup();
    else bench_.player().toggle();
  });
  key(QKeySequence(tr("Shift+Space")), [this] { bench_.player().stop(); });
  key(QKeySequence(Qt::Key_L), [this] {
    auto& player = bench_.player();
    if (player.loop()) return player.set_loop(std::nullopt);
    SpectrogramView* shown = view();
    if (shown && shown->scene().selection()) player.set_loop(shown->scene().selection());
    else player.set_loop(std::make_pair(0.0, player.length()));
  });
  key(QKeySequence(Qt::Key_M), [this] { bench_.player().set_muted(!bench_.player().muted()); });
  key(QKeySequence(Qt::Key_BracketLeft), [this] { bench_.player().step_speed(-1); });
  key(QKeySequence(Qt::Key_BracketRight), [this] { bench_.player().step_speed(1); });
  for (int i = 1; i <= 9; ++i) {
    key(QKeySequence(QStringLiteral("Alt+%1").arg(i)), [this, i] { bench_.player().select(static_cast<std::size_t>(i - 1)); });
  }
}

void WindowKeys::picture_keys() {
  key(QKeySequence(Qt::Key_F), [this] {
    if (SpectrogramView* shown = view()) shown->scene().fit();
  });
  key(QKeySequence::ZoomIn, [this] { zoom(1.6); });
  key(QKeySequence(tr("Ctrl+=")), [this] { zoom(1.6); });
  key(QKeySequence::ZoomOut, [this] { zoom(1 / 1.6); });
  key(QKeySequence(tr("Ctrl+E")), [this] {
    if (SpectrogramView* shown = view()) shown->scene().zoom_to_selection();
  });
  key(QKeySequence(Qt::Key_H), [this] { bench_.spectrograms().set_harmonics(!bench_.spectrograms().harmonics()); });
  key(QKeySequence(tr("Shift++")), [this] { change_fft(true); });
  key(QKeySequence(tr("Shift+-")), [this] { change_fft(false); });
  key(QKeySequence(tr("Shift+_")), [this] { change_fft(false); });
}

SpectrogramView* WindowKeys::view() const {
  for (SpectrogramView* shown : pages_.currentWidget()->findChildren<SpectrogramView*>()) {
    if (shown->isVisible()) return shown;
  }
  return nullptr;
}

void WindowKeys::zoom(double factor) {
  SpectrogramView* shown = view();
  if (!shown) return;
  const auto [begin, end] = shown->scene().visible_time();
  shown->scene().zoom_time(factor, (begin + end) / 2);
}

void WindowKeys::change_fft(bool larger) {
  PictureSettings settings = bench_.spectrograms().picture();
  settings.n_fft = std::clamp(larger ? settings.n_fft * 2 : settings.n_fft / 2, 512, 8192);
  bench_.spectrograms().set_picture(settings);
}

bool WindowKeys::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    const bool typing = qobject_cast<QLineEdit*>(watched) || qobject_cast<QPlainTextEdit*>(watched) || qobject_cast<QAbstractSpinBox*>(watched);
    const auto* pressed = static_cast<QKeyEvent*>(event);
    if (typing && !(pressed->modifiers() & (Qt::ControlModifier | Qt::AltModifier)) &&
        ((!pressed->text().isEmpty() && pressed->text()[0].isPrint()) || pressed->key() == Qt::Key_Delete)) {
      event->accept();
      return true;
    }
  }
  return QObject::eventFilter(watched, event);
}

}  // namespace luthier::ui
