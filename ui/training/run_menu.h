#pragma once

class QPoint;
class QTableView;

namespace luthier::ui {

class RunNames;
class RunTableModel;
class Workbench;

/// What can be done with the run in the table's row at a point of its viewport. GUI thread.
void show_run_menu(Workbench& bench, QTableView& table, const RunTableModel& runs, RunNames& names, const QPoint& at);

}  // namespace luthier::ui
