#pragma once
#include <QString>

class QAbstractItemView;

namespace luthier::ui {

/// Says in the middle of a list or table that has no rows why, or how some come there. Call it when the view has its model. Lives as
/// long as the view. GUI thread.
void say_when_empty(QAbstractItemView& view, const QString& words);

}  // namespace luthier::ui
