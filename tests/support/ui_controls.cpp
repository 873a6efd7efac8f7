#include "tests/support/ui_controls.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTextEdit>

namespace luthier::ui::testing {
namespace {

template <class... Kinds>
bool is_one_of(const QWidget* widget) {
  return (... || (qobject_cast<const Kinds*>(widget) != nullptr));
}

bool part_of_another(const QWidget* widget) {
  const QWidget* parent = widget->parentWidget();
  if (widget->objectName().startsWith("qt_") || is_one_of<QScrollBar>(widget)) return true;
  if (is_one_of<QAbstractSpinBox, QComboBox>(parent) || (parent && parent->inherits("QComboBoxPrivateContainer"))) return true;
  for (const char* part : {"QHeaderView", "QTableCornerButton", "QLineEditIconButton", "QToolBarExtension", "QMenuBarExtension", "QRollEffect"}) {
    if (widget->inherits(part)) return true;
  }
  return parent && parent->inherits("QTabBar");
}

}  // namespace

QList<QWidget*> controls_of(QWidget& root) {
  QList<QWidget*> found;
  for (QWidget* widget : root.findChildren<QWidget*>()) {
    const bool control = is_one_of<QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QAbstractSlider, QAbstractItemView>(widget);
    if (control && !part_of_another(widget)) found << widget;
  }
  return found;
}

QStringList unexplained_controls(QWidget& root) {
  QStringList problems;
  for (QWidget* widget : controls_of(root)) {
    QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(widget);
    QString name = widget->accessibleName();  // of a list alone: Qt gives what is chosen in it for its name
    if (name.isEmpty() && spoken && !is_one_of<QComboBox>(widget)) name = spoken->text(QAccessible::Name);
    const QWidget* row = widget->parentWidget();
    const bool explained = !widget->whatsThis().isEmpty() || (row && !row->whatsThis().isEmpty());
    if (!name.isEmpty() && explained) continue;
    problems << QStringLiteral("%1 '%2' (%3) in %4 has no %5")
                    .arg(widget->metaObject()->className(), name, widget->objectName(), row ? row->metaObject()->className() : "",
                         name.isEmpty() ? explained ? "name" : "name and no what's-this" : "what's-this");
  }
  return problems;
}

}  // namespace luthier::ui::testing
