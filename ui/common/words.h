#pragma once
#include <QLocale>
#include <QString>

namespace luthier::ui {

/// "1 clip", "2,400 clips": a number with the word that fits it.
inline QString counted(qint64 number, const QString& one, const QString& many) {
  return QLocale().toString(static_cast<qlonglong>(number)) + " " + (number == 1 ? one : many);
}

}  // namespace luthier::ui
