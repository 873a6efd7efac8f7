#include "ui/library/clip_table.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QScopedValueRollback>
#include <algorithm>

#include "ui/common/dot_delegate.h"

namespace luthier::ui {

ClipTable::ClipTable(QWidget* parent) : QTableView(parent) {
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setAlternatingRowColors(true);
  setShowGrid(false);
  setWordWrap(false);
  setItemDelegate(new DotDelegate(this));
  setTabKeyNavigation(false);
  setDragEnabled(true);
  setDragDropMode(QAbstractItemView::DragOnly);
  setContextMenuPolicy(Qt::CustomContextMenu);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  verticalHeader()->hide();
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
  horizontalHeader()->setHighlightSections(false);
  horizontalHeader()->setSectionsMovable(true);
  horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
  horizontalHeader()->setStretchLastSection(true);
}

void ClipTable::keyPressEvent(QKeyEvent* event) {
  const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
  if (plain) {
    const double by = event->modifiers() & Qt::ShiftModifier ? 5 : 0.5;
    switch (event->key()) {
      case Qt::Key_Return:
      case Qt::Key_Enter: return void(Q_EMIT play_key());
      case Qt::Key_Left: return void(Q_EMIT move_in_sound(-by));
      case Qt::Key_Right: return void(Q_EMIT move_in_sound(by));
      case Qt::Key_Escape:  // the page has a use for these
      case Qt::Key_Plus: return event->ignore();
      default: break;
    }
  }
  const QScopedValueRollback hand(by_hand_, true);
  QTableView::keyPressEvent(event);
}

void ClipTable::mousePressEvent(QMouseEvent* event) {
  const QScopedValueRollback hand(by_hand_, true);
  QTableView::mousePressEvent(event);
}

/// A row is one clip, so its first and last cell are of no use.
QModelIndex ClipTable::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
  if (action != MoveHome && action != MoveEnd) return QTableView::moveCursor(action, modifiers);
  return model()->index(action == MoveHome ? 0 : model()->rowCount() - 1, std::max(0, currentIndex().column()));
}

}  // namespace luthier::ui
