#include "ui/library/label_actions.h"

#include <QColorDialog>
#include <QInputDialog>
#include <QLineEdit>

#include "db/label_store.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/workbench.h"

namespace luthier::ui {

LabelActions::LabelActions(Workbench& bench, QWidget* window) : QObject(window), bench_(bench), window_(window) {}

void LabelActions::rename(qint64 label) {
  bool ok = false;
  const QString name = QInputDialog::getText(window_, tr("Rename label"), tr("New name:"), QLineEdit::Normal, {}, &ok).trimmed();
  if (!ok || name.isEmpty()) return;
  bench_.edit(tr("rename a label %1").arg(name),
              [label, n = name.toStdString()](db::Catalog& catalog) { catalog.labels().rename_label(db::LabelId{label}, n); });
}

void LabelActions::choose_color(qint64 label) {
  const QColor color = QColorDialog::getColor(label_color({}, label), window_, tr("Colour of the label"));
  if (!color.isValid()) return;
  bench_.edit(tr("colour a label"),
              [label, c = color.name().toStdString()](db::Catalog& catalog) { catalog.labels().set_color(db::LabelId{label}, c); });
}

void LabelActions::set_key(qint64 label, int key) {
  bench_.edit(tr("give a label the key %1").arg(key), [label, key](db::Catalog& catalog) { catalog.labels().set_key(db::LabelId{label}, key); });
}

void LabelActions::remove(qint64 label) {
  if (!confirm(window_, tr("Remove this label?"), tr("Its clips stay, without a label. Ctrl+Z brings it back."), tr("Remove label"))) return;
  bench_.edit(tr("remove a label"), [label](db::Catalog& catalog) { catalog.labels().remove_label(db::LabelId{label}); });
}

}  // namespace luthier::ui
