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

void LabelActions::with_label(qint64 label, std::function<void(const db::LabelRow&)> act) {
  if (!bench_.catalog()) return;
  bench_.catalog()->run(
      this, [label](db::Catalog& catalog) { return catalog.labels().get_label(db::LabelId{label}); },
      [act = std::move(act)](std::optional<db::LabelRow> row) {
        if (row) act(*row);
      });
}

void LabelActions::rename(qint64 label) {
  with_label(label, [this](const db::LabelRow& row) {
    bool ok = false;
    const QString before = QString::fromStdString(row.name);
    const QString name = QInputDialog::getText(window_, tr("Rename label"), tr("New name:"), QLineEdit::Normal, before, &ok).trimmed();
    if (!ok || name.isEmpty() || name == before) return;
    bench_.edit(tr("rename a label %1").arg(name), [id = row.id, n = name.toStdString()](db::Catalog& catalog) { catalog.labels().rename_label(id, n); });
    bench_.note_command({"label", before, "--rename", name});
  });
}

void LabelActions::choose_color(qint64 label) {
  with_label(label, [this](const db::LabelRow& row) {
    const QColor color = QColorDialog::getColor(label_color(QString::fromStdString(row.color), row.id.value), window_, tr("Colour of the label"));
    if (!color.isValid()) return;
    bench_.edit(tr("colour a label"), [id = row.id, c = color.name().toStdString()](db::Catalog& catalog) { catalog.labels().set_color(id, c); });
    bench_.note_command({"label", QString::fromStdString(row.name), "--colour", color.name()});
  });
}

void LabelActions::set_key(qint64 label, int key) {
  with_label(label, [this, key](const db::LabelRow& row) {
    bench_.edit(tr("give a label the key %1").arg(key), [id = row.id, key](db::Catalog& catalog) { catalog.labels().set_key(id, key); });
    bench_.note_command({"label", QString::fromStdString(row.name), "--key", QString::number(key)});
  });
}

void LabelActions::remove(qint64 label) {
  with_label(label, [this](const db::LabelRow& row) {
    const QString name = QString::fromStdString(row.name);
    if (!confirm(window_, tr("Remove the label %1?").arg(name), tr("Its clips stay, without a label. Ctrl+Z brings it back."), tr("Remove label"))) return;
    bench_.edit(tr("remove a label"), [id = row.id](db::Catalog& catalog) { catalog.labels().remove_label(id); });
    bench_.note_command({"label", name, "--remove"});
  });
}

}  // namespace luthier::ui
