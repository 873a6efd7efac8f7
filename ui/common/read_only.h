#pragma once
#include <QString>

namespace luthier::ui {

class Workbench;

/// Why the open workspace cannot be written, as a sentence; empty while it can, and without one. GUI thread.
QString read_only(const Workbench& bench);
/// False, with that sentence shown, where nothing can be written: before a change is begun, so that nobody is told it was made.
bool may_write(const Workbench& bench);
/// By the workbench alone, when it has looked at a workspace it is about to open.
void set_read_only(Workbench& bench, const QString& why);

}  // namespace luthier::ui
