#pragma once
#include <QLocale>
#include <QString>

namespace luthier::ui {

/// "1 clip", "2,400 clips": a number with the word that fits it.
inline QString counted(qint64 number, const QString& one, const QString& many) {
  return QLocale().toString(static_cast<qlonglong>(number)) + " " + (number == 1 ? one : many);
}

/// "812 kB", "12.4 MB", "3.1 GB": powers of ten, as disks are sold.
inline QString bytes_text(qint64 bytes) { return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat); }

/// A name from outside as the text of a button, tab or menu entry: there '&' would be eaten and underline what follows.
inline QString verbatim(QString name) { return name.replace('&', "&&"); }

}  // namespace luthier::ui
