#include "ui/library/label_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QToolButton>
#include <algorithm>
#include <climits>

#include "db/label_query.h"
#include "ui/application_style.h"
#include "ui/common/dot_icon.h"
#include "ui/common/flow_layout.h"
#include "ui/common/words.h"

namespace luthier::ui {

LabelBar::LabelBar(QWidget* parent) : QWidget(parent) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  auto* title = new QLabel(tr("Label as"), this);
  title->setProperty("role", "hint");
  chips_ = new QWidget(this);
  new FlowLayout(chips_, 4);
  row->addWidget(title, 0, Qt::AlignTop);
  row->addWidget(chips_, 1);
  title->setMinimumHeight(28);
  setWhatsThis(tr("Labels: the key before a name gives it to the chosen clips, and the next clip plays. 0 takes the label away. Right-click a label to "
                  "rename it, colour it or give it another key."));
  set_labels({});
}

void LabelBar::set_labels(std::vector<db::LabelRow> labels) {
  labels_ = std::move(labels);
  // By key, as on the keyboard; those without one last.
  std::stable_sort(labels_.begin(), labels_.end(), [](const db::LabelRow& a, const db::LabelRow& b) {
    return (a.key > 0 ? a.key : INT_MAX) < (b.key > 0 ? b.key : INT_MAX);
  });
  while (QLayoutItem* item = chips_->layout()->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  auto chip = [this](const QString& text, const QString& name, const QString& tip) {
    auto* b = new QToolButton(chips_);
    b->setText(verbatim(text));
    b->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    b->setAccessibleName(name);
    b->setToolTip(tip);
    b->setFocusPolicy(Qt::TabFocus);  // a click leaves the focus in the table
    chips_->layout()->addWidget(b);
    return b;
  };
  for (const db::LabelRow& label : labels_) {
    const QString name = QString::fromStdString(label.name);
    const QString key = label.key > 0 ? QString::number(label.key) + "  " : QString();
    auto* b = chip(key + name + "  " + QLocale().toString(static_cast<qlonglong>(label.clips)), tr("Label as %1").arg(name),
                   label.key > 0 ? tr("Label the selected clips %1 (key %2). Right-click for more.").arg(name).arg(label.key)
                                 : tr("Label the selected clips %1. Right-click for more.").arg(name));
    b->setIcon(dot_icon(label_color(QString::fromStdString(label.color), label.id.value), 32));
    b->setIconSize({12, 12});
    b->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(b, &QToolButton::clicked, this, [this, id = label.id.value] { Q_EMIT chosen(id); });
    connect(b, &QToolButton::customContextMenuRequested, this,
            [this, label, b](const QPoint& at) { open_menu(label, b->mapToGlobal(at)); });
  }
  if (!labels_.empty()) {
    auto* none = chip(tr("0  none"), tr("Take the label away"), tr("Take the label of the selected clips away (key 0)"));
    connect(none, &QToolButton::clicked, this, [this] { Q_EMIT chosen(0); });
  }
  auto* add = chip(tr("New label…"), tr("New label"), tr("Make a label, and give it to the selected clips"));
  add->setIcon(icon("add"));
  add->setIconSize({14, 14});
  connect(add, &QToolButton::clicked, this, &LabelBar::new_requested);
  chips_->updateGeometry();
}

const db::LabelRow* LabelBar::label_of_key(int key) const {
  for (const db::LabelRow& label : labels_) {
    if (label.key == key) return &label;
  }
  return nullptr;
}

void LabelBar::open_menu(const db::LabelRow& label, const QPoint& at) {
  QMenu menu;
  const qint64 id = label.id.value;
  const QString name = QString::fromStdString(label.name);
  menu.addAction(tr("Show only %1").arg(verbatim(name)), this, [this, name] { Q_EMIT show_only(QString::fromStdString(db::label_query(name.toStdString()))); });
  menu.addSeparator();
  menu.addAction(tr("Rename…"), this, [this, id] { Q_EMIT rename_requested(id); });
  menu.addAction(tr("Colour…"), this, [this, id] { Q_EMIT color_requested(id); });
  QMenu* keys = menu.addMenu(tr("Key"));
  for (int key = 1; key <= 9; ++key) {
    const db::LabelRow* taken = label_of_key(key);
    const QString who = taken ? tr("%1 – now %2").arg(key).arg(verbatim(QString::fromStdString(taken->name))) : QString::number(key);
    keys->addAction(who, this, [this, id, key] { Q_EMIT key_requested(id, key); });
  }
  keys->addAction(tr("No key"), this, [this, id] { Q_EMIT key_requested(id, 0); });
  menu.addSeparator();
  menu.addAction(icon("remove"), tr("Remove label…"), this, [this, id] { Q_EMIT remove_requested(id); });
  menu.exec(at);
}

}  // namespace luthier::ui
