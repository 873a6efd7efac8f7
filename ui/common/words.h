#pragma once
#include <QLocale>
#include <QRegularExpression>
#include <QString>

namespace luthier::ui {

/// "1 clip", "2,400 clips": a number with the word that fits it.
inline QString counted(qint64 number, const QString& one, const QString& many) {
  return QLocale().toString(static_cast<qlonglong>(number)) + " " + (number == 1 ? one : many);
}

/// "812 kB", "12.4 MB", "3.1 GB": powers of ten, as disks are sold.
inline QString bytes_text(qint64 bytes) { return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat); }
/// A word of a command to copy: quoted for a shell where it needs to be.
inline QString shell_word(const QString& text) {
  static const QRegularExpression plain("^[A-Za-z0-9._/=,:@+-]+$");
  return plain.match(text).hasMatch() ? text : "'" + QString(text).replace('\'', "'\\''") + "'";
}

}  // namespace luthier::ui
