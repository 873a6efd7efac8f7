#pragma once
#include <QAccessible>
#include <QString>

class QWidget;

namespace luthier::ui {

/// What the cursor of a drawing points at, for screen readers: its value and its description, told at every move of the cursor.
/// Before anything else is told of the drawing.
void make_spoken(QWidget& drawing, QAccessible::Role role);
/// The cursor has moved; empty: it points at nothing. GUI thread.
void speak_reading(QWidget& drawing, const QString& words);

}  // namespace luthier::ui
