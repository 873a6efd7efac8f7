#pragma once
class QTableView;

namespace luthier::ui {

/// A table as a list of rows: whole rows are chosen, one at a time; striped, close together, no grid; the last column takes what room
/// is left; Tab leaves the table. GUI thread.
void show_as_rows(QTableView& table);

}  // namespace luthier::ui
