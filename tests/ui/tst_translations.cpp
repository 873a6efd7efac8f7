// timeout: 180
#include <QAbstractButton>
#include <QRegularExpression>
#include <QTranslator>
#include <QtEndian>
#include <algorithm>

#include "core/session/family_catalog.h"
#include "tests/support/ui_harness.h"
#include "ui/common/translations.h"
#include "ui/main_window.h"

using namespace luthier;
using namespace luthier::ui;

namespace {

struct Phrase {
  QByteArray context, english;
  QString translated;
};

template <class Number>
QByteArray big_endian(Number number) {
  QByteArray bytes(sizeof number, '\0');
  qToBigEndian(number, bytes.data());
  return bytes;
}

quint32 hash_of(const QByteArray& text) {  // as QTranslator has it
  quint32 hash = 0;
  for (const char letter : text) {
    hash = (hash << 4) + static_cast<unsigned char>(letter);
    const quint32 high = hash & 0xf0000000;
    if (high != 0) hash ^= high >> 24;
    hash &= ~high;
  }
  return hash == 0 ? 1 : hash;
}

/// What lrelease writes: a table of hashes and the messages they stand for.
QByteArray qm_file(const QList<Phrase>& phrases) {
  QByteArray messages, hashes;
  QList<std::pair<quint32, quint32>> places;
  for (const Phrase& phrase : phrases) {
    places << std::pair(hash_of(phrase.english), static_cast<quint32>(messages.size()));
    QByteArray words;
    for (const QChar letter : phrase.translated) words += big_endian(static_cast<quint16>(letter.unicode()));
    for (const auto& [tag, bytes] : {std::pair<char, QByteArray>{3, words}, {8, {}}, {6, phrase.english}, {7, phrase.context}})
      messages += tag + big_endian(static_cast<quint32>(bytes.size())) + bytes;
    messages += '\1';
  }
  std::sort(places.begin(), places.end());
  for (const auto& [hash, place] : places) hashes += big_endian(hash) + big_endian(place);
  return QByteArray::fromHex("3cb86418caef9c95cd211cbf60a1bddd") + '\x42' + big_endian(static_cast<quint32>(hashes.size())) + hashes + '\x69' +
         big_endian(static_cast<quint32>(messages.size())) + messages;
}

}  // namespace

/// A translation that lies beside the assets is spoken by the window.
class TestTranslations : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void withoutOneTheWindowSpeaksEnglish();
  void theWindowSpeaksTheLanguageOfTheUser();
  void aBrokenFileIsLeftOut();
  void noVisibleWordIsLeftUntranslated();

 private:
  void put(const QString& name, const QByteArray& bytes) {
    QDir().mkpath(folder_.path() + "/translations");
    QFile file(folder_.path() + "/translations/" + name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
    qputenv("LUTHIER_ASSETS", folder_.path().toUtf8());
  }
  static void forget() {
    for (QTranslator* one : qApp->findChildren<QTranslator*>()) delete one;
  }
  static QStringList pages(MainWindow& window) {
    QStringList titles;
    for (const auto* button : window.findChildren<QAbstractButton*>("navigation")) titles << button->text();
    return titles;
  }
  QTemporaryDir folder_;
};

void TestTranslations::withoutOneTheWindowSpeaksEnglish() {
  qputenv("LUTHIER_ASSETS", folder_.path().toUtf8());
  QVERIFY(install_translations(*qApp, QLocale("de_DE")).isEmpty());
  QVERIFY(install_translations(*qApp, QLocale::c()).isEmpty());
  MainWindow window;
  QVERIFY(pages(window).contains("Library"));
}

void TestTranslations::theWindowSpeaksTheLanguageOfTheUser() {
  put("luthier_de.qm", qm_file({{"luthier::ui::MainWindow", "Library", "Bücherei"},
                                {"luthier::ui::MainWindow", "Train", "Üben"},
                                {"luthier::ui::MainWindow", "%1 (Ctrl+%2)", "%1 (Strg+%2)"}}));
  QVERIFY(install_translations(*qApp, QLocale("fr_FR")).isEmpty());
  const QStringList used = install_translations(*qApp, QLocale("de_AT"));
  QVERIFY(!used.isEmpty() && used.first().endsWith("luthier_de.qm"));
  MainWindow window;
  QVERIFY2(pages(window).contains("Bücherei") && pages(window).contains("Üben"), qPrintable(pages(window).join(", ")));
  QVERIFY(pages(window).contains("Compare"));  // what is not translated stays English
  const auto buttons = window.findChildren<QAbstractButton*>("navigation");
  const auto library = std::find_if(buttons.begin(), buttons.end(), [](const auto* button) { return button->text() == "Bücherei"; });
  QCOMPARE((*library)->toolTip(), QStringLiteral("Bücherei (Strg+1)"));
  forget();
}

void TestTranslations::aBrokenFileIsLeftOut() {
  put("luthier_de.qm", "no translation");
  QVERIFY(install_translations(*qApp, QLocale("de_DE")).isEmpty());
  put("luthier_de.qm", "");
  QVERIFY(install_translations(*qApp, QLocale("de_DE")).isEmpty());
  QFile::remove(folder_.path() + "/translations/luthier_de.qm");
}

/// Turns every word that goes through tr() upside down, so that what does not is found.
class Marking : public QTranslator {
 public:
  using QTranslator::QTranslator;
  bool isEmpty() const override { return false; }
  QString translate(const char* context, const char* source, const char*, int) const override {
    const QByteArray place(context);
    if (!place.startsWith("luthier::ui::") && place != "QObject" && place != "ShortcutSheet") return {};
    return QStringLiteral("¿") + QString::fromUtf8(source) + QStringLiteral("?");
  }
};

void TestTranslations::noVisibleWordIsLeftUntranslated() {
  auto* marking = new Marking(qApp);
  QCoreApplication::installTranslator(marking);
  MainWindow window;
  QStringList plain, of_core;  // what families say of themselves stays English
  for (const FamilyEntry& family : family_catalog()) {
    of_core << QString::fromStdString(family.summary);
    for (const PresetEntry& preset : family.presets) of_core << QString::fromStdString(preset.help);
  }
  const auto look = [&](const QWidget* widget, const QString& words) {
    static const QRegularExpression sentence(QStringLiteral("[A-Za-z]{3,}"));
    if (words.isEmpty() || words.contains("¿") || of_core.contains(words) || !sentence.match(words).hasMatch()) return;
    for (const QObject* up = widget; up; up = up->parent())
      if (up->inherits("QAbstractItemView") || up->inherits("luthier::ui::ConfigForm") || up->inherits("QDialogButtonBox") || up->inherits("luthier::ui::StatusLine")) return;
    plain << QStringLiteral("%1 %2: %3").arg(widget->metaObject()->className(), widget->objectName(), words);
  };
  for (const QWidget* widget : window.findChildren<QWidget*>()) {
    if (widget->objectName().startsWith("qt_") || widget->objectName().startsWith("Scroll")) continue;  // Qt's own
    look(widget, widget->property("text").toString());
    look(widget, widget->property("title").toString());
    look(widget, widget->property("placeholderText").toString());
    look(widget, widget->toolTip());
    look(widget, widget->whatsThis());
    look(widget, widget->accessibleName());
  }
  delete marking;
  QVERIFY2(plain.isEmpty(), qPrintable("\n" + plain.join("\n")));
}

int main(int argc, char** argv) { return testing::run<TestTranslations>(argc, argv); }
#include "tst_translations.moc"
