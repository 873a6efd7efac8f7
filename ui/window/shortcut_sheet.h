#pragma once
class QWidget;

namespace luthier::ui {

/// Opens the list of all keys, in a window of its own that may stay open. GUI thread.
void show_shortcut_sheet(QWidget* parent);

}  // namespace luthier::ui
