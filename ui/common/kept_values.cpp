#include "ui/common/kept_values.h"

#include <QCryptographicHash>
#include <QSettings>

namespace luthier::ui {
namespace {

QString place(const QString& workspace, const QString& form) {
  const QByteArray hash = QCryptographicHash::hash(workspace.toUtf8(), QCryptographicHash::Sha256).toHex().left(16);
  return QStringLiteral("forms/%1/%2").arg(QString::fromLatin1(hash), form);
}

}  // namespace

QVariantMap kept_values(const QString& workspace, const QString& form) { return QSettings().value(place(workspace, form)).toMap(); }

void keep_values(const QString& workspace, const QString& form, const QVariantMap& values) { QSettings().setValue(place(workspace, form), values); }

}  // namespace luthier::ui
