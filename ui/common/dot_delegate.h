#pragma once
#include <QColor>
#include <QStyledItemDelegate>

#include "ui/common/dot_icon.h"

namespace luthier::ui {

/// Draws a colour that a model gives as decoration as the dot of a label, which keeps its colour in rows that are chosen.
class DotDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    const QVariant colour = index.data(Qt::DecorationRole);
    if (colour.typeId() == QMetaType::QColor) option->icon = dot_icon(colour.value<QColor>(), 32);
  }
};

}  // namespace luthier::ui
