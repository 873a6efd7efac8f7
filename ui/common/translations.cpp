#include "ui/common/translations.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>
#include <memory>

#include "core/session/assets.h"

namespace luthier::ui {
namespace {

/// The first of these folders that has words for the locale.
QString install(QCoreApplication& application, const QLocale& locale, const QString& name, const QStringList& folders) {
  for (const QString& folder : folders) {
    auto words = std::make_unique<QTranslator>(&application);
    if (!words->load(locale, name, QStringLiteral("_"), folder) || words->isEmpty()) continue;
    const QString file = words->filePath();
    QCoreApplication::installTranslator(words.release());
    return file;
  }
  return {};
}

}  // namespace

QStringList install_translations(QCoreApplication& application, const QLocale& locale) {
  if (locale.language() == QLocale::C || locale.language() == QLocale::English) return {};
  QStringList own;
  for (const auto& folder : asset_folders()) own << QString::fromStdString((folder / "translations").string());
  const QString ours = install(application, locale, QStringLiteral("luthier"), own);
  if (ours.isEmpty()) return {};  // Qt's buttons alone would mix two languages
  QStringList used{ours, install(application, locale, QStringLiteral("qtbase"), own + QStringList{QLibraryInfo::path(QLibraryInfo::TranslationsPath)})};
  used.removeAll(QString());
  return used;
}

}  // namespace luthier::ui
