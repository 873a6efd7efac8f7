#pragma once
#include <QIcon>

class QColor;

namespace luthier::ui {

/// A round dot of a label's colour on a picture of `size` pixels, with 4 left free around it. GUI thread.
QIcon dot_icon(const QColor& colour, int size);

}  // namespace luthier::ui
