#include "ui/common/tip_help.h"

#include <QApplication>
#include <QDialogButtonBox>
#include <QEvent>
#include <QPushButton>

namespace luthier::ui {
namespace {

constexpr const char* kTaken = "help_from_tip";  ///< the text that was taken from the tip

void take_tip(QWidget& widget) {
  const QString taken = widget.property(kTaken).toString();
  if (widget.whatsThis() != taken || widget.toolTip() == taken) return;
  widget.setProperty(kTaken, widget.toolTip());
  widget.setWhatsThis(widget.toolTip());
}

QString words_for(QDialogButtonBox::StandardButton button) {
  switch (button) {
    case QDialogButtonBox::Ok: return TipHelp::tr("Does what the dialog is set to, and closes it.");
    case QDialogButtonBox::Cancel: return TipHelp::tr("Closes the dialog; nothing is done. Esc does the same.");
    case QDialogButtonBox::Close: return TipHelp::tr("Closes the dialog; what was done in it stays. Esc does the same.");
    default: return {};
  }
}

void explain(QDialogButtonBox& box) {
  for (QAbstractButton* button : box.buttons()) {
    if (button->whatsThis().isEmpty() && button->toolTip().isEmpty()) button->setWhatsThis(words_for(box.standardButton(button)));
  }
}

}  // namespace

TipHelp::TipHelp(QObject* parent) : QObject(parent) { qApp->installEventFilter(this); }

bool TipHelp::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::ToolTipChange && watched->isWidgetType()) take_tip(*static_cast<QWidget*>(watched));
  else if (event->type() == QEvent::Polish) {
    if (auto* box = qobject_cast<QDialogButtonBox*>(watched)) explain(*box);
  }
  return QObject::eventFilter(watched, event);
}

}  // namespace luthier::ui
