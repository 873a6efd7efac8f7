#include "ui/common/spoken_reading.h"

#include <QAccessibleWidget>
#include <QWidget>

namespace luthier::ui {
namespace {

constexpr const char* kRole = "spoken_role";
constexpr const char* kReading = "spoken_reading";

class SpokenDrawing : public QAccessibleWidget {
 public:
  using QAccessibleWidget::QAccessibleWidget;
  QString text(QAccessible::Text kind) const override {
    return kind == QAccessible::Value ? widget()->property(kReading).toString() : QAccessibleWidget::text(kind);
  }
};

QAccessibleInterface* make_interface(const QString& class_name, QObject* object) {
  auto* widget = class_name == QLatin1String("QWidget") ? qobject_cast<QWidget*>(object) : nullptr;
  const QVariant role = widget ? widget->property(kRole) : QVariant();
  return role.isValid() ? new SpokenDrawing(widget, static_cast<QAccessible::Role>(role.toInt())) : nullptr;
}

}  // namespace

void make_spoken(QWidget& drawing, QAccessible::Role role) {
  [[maybe_unused]] static const bool once = [] {
    QAccessible::installFactory(make_interface);
    return true;
  }();
  drawing.setProperty(kRole, static_cast<int>(role));
}

void speak_reading(QWidget& drawing, const QString& words) {
  drawing.setProperty(kReading, words);
  drawing.setAccessibleDescription(words);  // Linux speaks it
  QAccessibleValueChangeEvent value(&drawing, words);
  QAccessible::updateAccessibility(&value);
}

}  // namespace luthier::ui
