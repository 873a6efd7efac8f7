#include "ui/library/clip_table.h"

#include <QHeaderView>
#include <QKeyEvent>

namespace luthier::ui {

ClipTable::ClipTable(QWidget* parent) : QTableView(parent) {
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setAlternatingRowColors(true);
  setShowGrid(false);
  setWordWrap(false);
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
    const int key = event->key();
    if (key >= Qt::Key_0 && key <= Qt::Key_9) return void(Q_EMIT label_key(key - Qt::Key_0));
    const double by = event->modifiers() & Qt::ShiftModifier ? 5 : 0.5;
    switch (key) {
      case Qt::Key_Plus: return void(Q_EMIT rate_key(1));
      case Qt::Key_Minus: return void(Q_EMIT rate_key(-1));
      case Qt::Key_C: return void(Q_EMIT content_key());
      case Qt::Key_S: return void(Q_EMIT style_key());
      case Qt::Key_V: return void(Q_EMIT compare_key());
      case Qt::Key_X: return void(Q_EMIT exclude_key());
      case Qt::Key_Return:
      case Qt::Key_Enter: return void(Q_EMIT play_key());
      case Qt::Key_Left: return void(Q_EMIT move_in_sound(-by));
      case Qt::Key_Right: return void(Q_EMIT move_in_sound(by));
      default: break;
    }
  }
  QTableView::keyPressEvent(event);
}

}  // namespace luthier::ui
