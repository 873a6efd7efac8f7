#include "ui/window/window_keys.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMouseEvent>
#include <QPlainTextEdit>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <algorithm>
#include <functional>
#include <utility>

#include "ui/common/workbench.h"
#include "ui/main_window.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {

WindowKeys::WindowKeys(Workbench& bench, QStackedWidget& pages, MainWindow& window)
    : QObject(&window), bench_(bench), pages_(pages), window_(window) {
  player_keys();
  picture_keys();
  key(QKeySequence(Qt::Key_F6), [this] { step_pane(1); });
  key(QKeySequence(tr("Shift+F6")), [this] { step_pane(-1); });
  key(QKeySequence(tr("Alt+Left")), [this] { window_.step_page(-1); });
  key(QKeySequence(tr("Alt+Right")), [this] { window_.step_page(1); });
  qApp->installEventFilter(this);
}

template <class Action>
void WindowKeys::key(const QKeySequence& keys, Action action) {
  auto* shortcut = new QShortcut(keys, &window_);
  connect(shortcut, &QShortcut::activated, this, action);
}

void WindowKeys::player_keys() {
  key(QKeySequence(Qt::Key_Space), [this] { press_or_play(); });
  key(QKeySequence(tr("Shift+Space")), [this] { bench_.player().stop(); });
  key(QKeySequence(Qt::Key_L), [this] { editing_keys() ? move_in_sound(1) : repeat(); });
  key(QKeySequence(Qt::Key_J), [this] {
    if (editing_keys()) move_in_sound(-1);
  });
  key(QKeySequence(Qt::Key_K), [this] {
    if (editing_keys()) bench_.player().toggle();
  });
  key(QKeySequence(Qt::Key_I), [this] { repeat_what_is_seen(); });
  key(QKeySequence(Qt::Key_M), [this] { bench_.player().set_muted(!bench_.player().muted()); });
  key(QKeySequence(Qt::Key_BracketLeft), [this] { bench_.player().step_speed(-1); });
  key(QKeySequence(Qt::Key_BracketRight), [this] { bench_.player().step_speed(1); });
  for (int i = 1; i <= 9; ++i) {
    key(QKeySequence(QStringLiteral("Alt+%1").arg(i)), [this, i] { bench_.player().select(static_cast<std::size_t>(i - 1)); });
  }
}

bool WindowKeys::editing_keys() { return QSettings().value("keys/editing", false).toBool(); }
void WindowKeys::set_editing_keys(bool on) { QSettings().setValue("keys/editing", on); }

/// Space plays wherever the focus is, except in text. A control that was reached by Tab is pressed instead; a click leaves the
/// focus on the control too, and whoever clicked wants to hear.
void WindowKeys::press_or_play() {
  QWidget* focus = QApplication::focusWidget();
  const bool by_keyboard = focus && focus == tabbed_to_;
  auto* button = qobject_cast<QAbstractButton*>(focus);
  auto* box = qobject_cast<QComboBox*>(focus);
  if (by_keyboard && button) button->click();
  else if (by_keyboard && box) box->showPopup();
  else if (!say_why_silent()) bench_.player().toggle();
}

/// Where nothing is loaded because the sound cannot be read, the reason stands in the picture.
bool WindowKeys::say_why_silent() {
  SpectrogramView* shown = bench_.player().deck().empty() ? view() : nullptr;
  if (!shown) return false;
  for (const Lane& lane : shown->scene().lanes()) {
    if (lane.sound || lane.note.isEmpty()) continue;
    bench_.say(lane.note);
    return true;
  }
  return false;
}

void WindowKeys::repeat() {
  auto& player = bench_.player();
  if (player.loop()) return player.set_loop(std::nullopt);
  SpectrogramView* shown = view();
  if (shown && shown->scene().selection()) player.set_loop(shown->scene().selection());
  else player.set_loop(std::make_pair(0.0, player.length()));
}

/// Sets the loop: the selection, or what is seen of the sound where nothing is selected.
void WindowKeys::repeat_what_is_seen() {
  SpectrogramView* shown = view();
  if (!shown || shown->sounds().empty()) return;
  const auto [begin, end] = shown->scene().visible_time();
  if (!shown->scene().selection()) shown->scene().set_selection(std::make_pair(std::max(0.0, begin), std::min(end, shown->scene().duration())));
  bench_.player().set_loop(shown->scene().selection());
}

void WindowKeys::move_in_sound(double seconds) { bench_.player().seek(std::max(0.0, bench_.player().position() + seconds)); }

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
  key(QKeySequence(Qt::Key_G), [this] { change_scale(); });
  key(QKeySequence(Qt::Key_E), [this] { look_through_model(); });
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

void WindowKeys::change_scale() {
  PictureSettings settings = bench_.spectrograms().picture();
  constexpr PictureKind next[] = {PictureKind::mel, PictureKind::cqt, PictureKind::linear};  // after linear, mel, constant-Q
  settings.kind = next[static_cast<int>(settings.kind)];
  bench_.spectrograms().set_picture(settings);
  bench_.say(settings.kind == PictureKind::linear ? tr("Frequency scale: linear")
             : settings.kind == PictureKind::mel  ? tr("Frequency scale: mel")
                                                  : tr("Frequency scale: constant-Q"));
}

void WindowKeys::look_through_model() {
  if (SpectrogramView* shown = view()) shown->tools().set_sight(shown->tools().sight() == Sight::sound ? Sight::representation : Sight::sound);
}

QList<QWidget*> WindowKeys::panes() const {
  QList<QWidget*> found;
  const std::function<void(QWidget*)> divide = [&](QWidget* part) {
    if (!part->isVisibleTo(&window_)) return;
    const auto* splitter = qobject_cast<QSplitter*>(part);
    QList<QWidget*> parts;
    if (splitter) {
      for (int i = 0; i < splitter->count(); ++i) parts << splitter->widget(i);
    } else {
      for (QWidget* child : part->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        if (qobject_cast<QSplitter*>(child) || child->objectName() == "card") parts << child;
      }
    }
    if (parts.isEmpty()) found << part;
    else std::for_each(parts.begin(), parts.end(), divide);
  };
  if (auto* bar = window_.findChild<QWidget*>("navigation_bar"); bar && bar->isVisible()) found << bar;
  divide(pages_.currentWidget());
  if (auto* bar = window_.findChild<QWidget*>("player_bar"); bar && bar->isVisible()) found << bar;
  return found;
}

void WindowKeys::step_pane(int by) {
  const QList<QWidget*> all = panes();
  const QWidget* focus = QApplication::focusWidget();
  qsizetype at = by > 0 ? -1 : 0;
  for (qsizetype i = 0; i < all.size(); ++i) {
    if (focus && (all[i] == focus || all[i]->isAncestorOf(focus))) at = i;
  }
  for (qsizetype tried = 1; tried <= all.size(); ++tried) {
    QWidget* pane = all[((at + by * tried) % all.size() + all.size()) % all.size()];
    // The list or the picture of a pane is where its work is done; a pane without one begins with its first control.
    QWidget* target = nullptr;
    for (QWidget* inside : pane->findChildren<QWidget*>()) {
      if (!inside->isVisible() || !inside->isEnabled() || !(inside->focusPolicy() & Qt::TabFocus)) continue;
      const bool main = qobject_cast<QAbstractItemView*>(inside) || inside->accessibleName() == SpectrogramView::tr("Spectrogram");
      if (main || !target) target = inside;
      if (main) break;
    }
    if (!target) continue;
    target->setFocus(Qt::TabFocusReason);
    return;
  }
}

/// Left, Right, Home and End move in the sound where the focus has no use for them: nothing before the window has taken the key, or it
/// is on a button, which would hand the focus on. True: the key was taken.
bool WindowKeys::move_by_key(QObject* watched, const QKeyEvent& pressed) {
  if (bench_.player().deck().empty() || (pressed.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier))) return false;
  const auto* button = qobject_cast<QAbstractButton*>(watched);
  const bool one_of_several = button && (button->autoExclusive() || button->group());
  const bool idle = watched == &window_ || (button && button == QApplication::focusWidget() && !one_of_several && window_.isAncestorOf(button));
  if (!idle) return false;
  const double step = pressed.modifiers() & Qt::ShiftModifier ? 5 : 0.5;
  switch (pressed.key()) {
    case Qt::Key_Left: move_in_sound(-step); return true;
    case Qt::Key_Right: move_in_sound(step); return true;
    case Qt::Key_Home: bench_.player().seek(0); return true;
    case Qt::Key_End: bench_.player().seek(bench_.player().length()); return true;
    default: return false;
  }
}

/// A menu of ticks stays open: one seldom ticks a single one. True: the click was taken.
bool WindowKeys::tick(QObject* watched, QEvent* event) {
  auto* menu = event->type() == QEvent::MouseButtonRelease ? qobject_cast<QMenu*>(watched) : nullptr;
  QAction* action = menu ? menu->actionAt(static_cast<QMouseEvent*>(event)->position().toPoint()) : nullptr;
  if (!action || !action->isCheckable() || !action->isEnabled() || action->actionGroup()) return false;
  action->trigger();
  return true;
}

bool WindowKeys::eventFilter(QObject* watched, QEvent* event) {
  if (tick(watched, event)) return true;
  if (event->type() == QEvent::KeyPress && move_by_key(watched, *static_cast<QKeyEvent*>(event))) return true;
  if (event->type() == QEvent::FocusIn) {
    const Qt::FocusReason reason = static_cast<QFocusEvent*>(event)->reason();
    const bool back_again = reason == Qt::ActiveWindowFocusReason || reason == Qt::PopupFocusReason;
    if (!back_again && watched->isWidgetType())
      tabbed_to_ = reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason ? static_cast<QWidget*>(watched) : nullptr;
  } else if (event->type() == QEvent::MouseButtonPress && watched == tabbed_to_) {
    tabbed_to_ = nullptr;
  }
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
