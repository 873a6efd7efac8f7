#pragma once
#include <QStringList>
#include <functional>

class QToolButton;
class QWidget;

namespace luthier::ui {

class Workbench;

/// What one types to do the same without the window: the program, the workspace and these words, quoted for a shell.
QString command_text(const Workbench& bench, const QStringList& words);
/// Puts that on the clipboard and says so in the status bar.
void copy_command(Workbench& bench, const QStringList& words);
/// A button that copies the command of this moment and says so in the status bar. The name and tip come with it.
QToolButton* make_copy_command_button(Workbench& bench, QWidget* parent, std::function<QStringList()> words);

}  // namespace luthier::ui
