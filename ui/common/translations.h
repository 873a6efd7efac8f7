#pragma once
#include <QStringList>

class QCoreApplication;
class QLocale;

namespace luthier::ui {

/// Lets the program speak the user's language as far as somebody has translated it: translations/luthier_<locale>.qm beside the
/// shipped assets (luthier_de.qm, or luthier_pt_BR.qm before luthier_pt.qm), and Qt's own words. Before the first widget is made.
/// The files that are used; none: it speaks English.
QStringList install_translations(QCoreApplication& application, const QLocale& locale);

}  // namespace luthier::ui
