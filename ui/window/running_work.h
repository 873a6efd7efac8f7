#pragma once

class QWidget;

namespace luthier::ui {

class TrainingPage;
class TransferPage;
class Workbench;

enum class Leaving { program, workspace };

/// True when nothing runs that leaving would stop, or when the user agrees to stop it; asks once for each kind of work. GUI thread.
bool may_stop_work(QWidget* window, Workbench& bench, TrainingPage& training, TransferPage& transfer, Leaving what);

}  // namespace luthier::ui
