// timeout: 300
#include <QTest>

#include "tests/support/ctl.h"

/// The manual page that the package makes of what luthierctl says of itself.
class TestManPage : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void itNamesEveryCommandAndItsOptions() {
    QProcess program;
    program.start(SOURCE_DIR "/installers/linux/make_man", {LUTHIERCTL}, QIODevice::ReadOnly);
    QVERIFY(program.waitForFinished(280000));
    QVERIFY2(program.exitCode() == 0, program.readAllStandardError());
    const QByteArray page = program.readAllStandardOutput();
    QVERIFY(page.startsWith(".TH LUTHIERCTL 1 "));
    for (const char* heading : {".SH NAME", ".SS compare", ".SS import\\-weights", ".SS undo"}) QVERIFY2(page.contains(QByteArray(heading) + "\n"), heading);
    QVERIFY(page.contains("\\-\\-eq\\-match"));
    for (const QByteArray& line : page.split('\n')) QVERIFY2(!line.startsWith('\'') && (!line.startsWith('.') || (line.size() > 2 && line[1] >= 'A' && line[1] <= 'n')), line);  // no word of the help is taken for a request
  }
};

QTEST_GUILESS_MAIN(TestManPage)
#include "tst_man_page.moc"
