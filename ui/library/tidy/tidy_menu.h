#pragma once

class QMenu;
class QWidget;

namespace luthier::ui {

class Workbench;

/// What keeps a library in order: the same sound twice, files that are missing, space on the disk. Each line opens a dialog.
void fill_tidy_menu(QMenu& menu, Workbench& bench, QWidget* window);

}  // namespace luthier::ui
