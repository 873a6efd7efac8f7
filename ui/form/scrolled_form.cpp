#include "ui/form/scrolled_form.h"

#include <QVBoxLayout>

#include "ui/form/config_form.h"

namespace luthier::ui {

ScrolledForm::ScrolledForm(QWidget* parent) : QScrollArea(parent) {
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* body = new QWidget(this);
  body->setObjectName("form_body");
  column_ = new QVBoxLayout(body);
  column_->setContentsMargins(0, 0, 8, 0);
  form_ = new ConfigForm(body);
  column_->addWidget(form_);
  column_->addStretch();
  setWidget(body);
}

void ScrolledForm::add_below(QWidget* widget) { column_->insertWidget(column_->count() - 1, widget); }

}  // namespace luthier::ui
