#pragma once
#include <QStringList>
#include <QWidget>

namespace luthier::ui::testing {

/// The controls in `root` (buttons, fields, lists, sliders, tables), hidden ones too, without those that Qt puts into others.
QList<QWidget*> controls_of(QWidget& root);
/// Those of them that a screen reader has no name for, or that have no what's-this text, own or of the row they stand in; one
/// sentence each.
QStringList unexplained_controls(QWidget& root);

}  // namespace luthier::ui::testing
