#include <QKeyEvent>
#include <QLineEdit>
#include <QShortcut>

#include "ui/common/workbench.h"
#include "ui/library/clip_panel.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/label_bar.h"
#include "ui/library/library_page.h"
#include "ui/library/recut_tools.h"
#include "ui/library/search_bar.h"
#include "ui/spectrogram/spectrogram_view.h"

namespace luthier::ui {

/// They work wherever the focus is on the page, except in text fields.
void LibraryPage::connect_keys() {
  const auto key = [this](int which, QObject* receiver, auto action) {
    auto* shortcut = new QShortcut(QKeySequence(which), this);
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(shortcut, &QShortcut::activated, receiver, action);
  };
  for (int number = 0; number <= 9; ++number) key(Qt::Key_0 + number, actions_, [this, number] { actions_->label_by_key(number); });
  key(Qt::Key_C, actions_, [this] { actions_->use(true); });
  key(Qt::Key_S, actions_, [this] { actions_->use(false); });
  key(Qt::Key_V, actions_, [this] { actions_->compare(); });
  key(Qt::Key_X, actions_, [this] { actions_->toggle_excluded(); });
  key(Qt::Key_Minus, actions_, [this] { actions_->change_rating(-1); });
  key(Qt::Key_Equal, actions_, [this] { actions_->change_rating(1); });  // the plus key of many keyboards; plus itself is in keyPressEvent
  key(Qt::Key_F2, this, [this] {
    const db::ClipView* view = model_->view_at(table_->currentIndex().row());
    if (view && view->clip.label) Q_EMIT labels_->rename_requested(view->clip.label->value);
    else bench_.say(tr("F2 renames the label of the clip, and this one has none yet."));
  });
  key(Qt::Key_T, &panel_->recut(), [this] { panel_->recut().trim(); });
  key(Qt::Key_N, &panel_->recut(), [this] { panel_->recut().cut_new(); });
  key(Qt::Key_W, &panel_->recut(), [this] { panel_->recut().toggle_whole(); });
}

void LibraryPage::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Plus) return actions_->change_rating(1);  // as a shortcut it would take Shift++ from the FFT
  if (event->key() != Qt::Key_Escape) return QWidget::keyPressEvent(event);
  if (!view().drop_selection()) search_->field().clear();
}

}  // namespace luthier::ui
