#include "ui/common/kept_layout.h"

#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QSplitter>
#include <QTabWidget>
#include <utility>

namespace luthier::ui {

void keep_splitter(QSplitter& splitter, const QString& key) {
  splitter.restoreState(QSettings().value(key).toByteArray());
  QObject::connect(&splitter, &QSplitter::splitterMoved, &splitter, [&splitter, key] { QSettings().setValue(key, splitter.saveState()); });
}

void keep_tab(QTabWidget& tabs, const QString& key) {
  tabs.setCurrentIndex(QSettings().value(key, tabs.currentIndex()).toInt());
  QObject::connect(&tabs, &QTabWidget::currentChanged, &tabs, [key](int tab) { QSettings().setValue(key, tab); });
}

KeptColumns::KeptColumns(QHeaderView& header, const QString& key) : QObject(&header), header_(header), key_(key) {
  header_.setSectionsMovable(true);
  header_.setContextMenuPolicy(Qt::CustomContextMenu);
  restore();
  connect(&header_, &QHeaderView::sectionResized, this, &KeptColumns::resized);
  connect(&header_, &QHeaderView::sectionMoved, this, &KeptColumns::remember);
  connect(&header_, &QHeaderView::customContextMenuRequested, this, [this](const QPoint& at) {
    QMenu menu(&header_);
    fill_menu(menu);
    menu.exec(header_.mapToGlobal(at));
  });
}

QString KeptColumns::place() const { return QStringLiteral("%1-%2").arg(key_).arg(header_.count()); }

bool KeptColumns::restore() {
  const QByteArray kept = header_.count() > 0 ? QSettings().value(place()).toByteArray() : QByteArray();
  own_ = true;
  const bool done = !kept.isEmpty() && header_.restoreState(kept);
  own_ = false;
  return done;
}

void KeptColumns::settle() {
  if (restore()) return;
  own_ = true;
  header_.resizeSections(QHeaderView::ResizeToContents);
  own_ = false;
}

void KeptColumns::resized(int column) {
  // These follow the window, or the program, not the user.
  const bool follows = header_.sectionResizeMode(column) == QHeaderView::Stretch || header_.sectionResizeMode(column) == QHeaderView::Fixed || (header_.stretchLastSection() && header_.visualIndex(column) == header_.count() - 1);
  if (!follows || header_.isSectionHidden(column)) remember();
}

void KeptColumns::remember() {
  if (!own_) QSettings().setValue(place(), header_.saveState());
}

void KeptColumns::fill_menu(QMenu& menu) {
  for (int i = 0; i < header_.count(); ++i) {
    QString title = header_.model()->headerData(i, header_.orientation(), Qt::AccessibleTextRole).toString();
    if (title.isEmpty()) title = header_.model()->headerData(i, header_.orientation()).toString();
    QAction* action = menu.addAction(title);
    action->setCheckable(true);
    action->setChecked(!header_.isSectionHidden(i));
    action->setEnabled(i > 0);
    connect(action, &QAction::toggled, this, [this, i](bool on) {
      header_.setSectionHidden(i, !on);
      remember();
    });
  }
}

}  // namespace luthier::ui
