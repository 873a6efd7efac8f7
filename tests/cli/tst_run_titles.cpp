#include <QtTest>

#include "core/session/run_record.h"
#include "core/session/run_title.h"
#include "core/session/workspace.h"
#include "tests/support/ctl.h"

using namespace luthier;

/// Runs get a title of the user's own.
class TestRunTitles : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void aRunIsRenamedAndListedByItsTitle();
  void anEmptyTitleTakesItAway();
  void undoGivesTheTitleBack();
  void wrongTitlesAreRefusedInOneSentence();

 private:
  Said runs(const QStringList& arguments, bool json = false) {
    return luthierctl(QStringList{"-w", place()} + (json ? QStringList{"--json"} : QStringList()) + QStringList{"runs"} + arguments, folder_.path());
  }
  QString place() const { return folder_.filePath("w"); }

  QTemporaryDir folder_;
};

void TestRunTitles::initTestCase() {
  const Workspace workspace = Workspace::create(place().toStdString());
  for (const char* id : {"20260101T000000Z-cyclegan-1", "20260102T000000Z-cyclegan-1"}) {
    luthier::RunRecord record;
    record.status.id = id, record.status.family = "cyclegan", record.status.preset = "tiny", record.status.status = "done";
    record.status.started = std::string(id).substr(0, 4) + "-01-01T00:00:00Z";
    std::filesystem::create_directories(workspace.runs() / id);
    save_run_record(workspace.runs() / id, record);
  }
}

void TestRunTitles::aRunIsRenamedAndListedByItsTitle() {
  const Said said = runs({"--rename", "20260101T000000Z-cyclegan-1", "  harps, longer  "});
  QVERIFY2(said.code == 0 && said.err.contains("\"harps, longer\""), said.all());
  QVERIFY(runs({}).out.contains("harps, longer"));
  QMap<QString, QString> titles;
  for (const QJsonObject& line : runs({}, true).json()) titles[line.value("run").toString()] = line.value("title").toString();
  QCOMPARE(titles, (QMap<QString, QString>{{"20260101T000000Z-cyclegan-1", "harps, longer"}, {"20260102T000000Z-cyclegan-1", ""}}));
  const auto known = run_titles(Workspace::open(place().toStdString()));
  QCOMPARE(name_of("20260101T000000Z-cyclegan-1", known), std::string("harps, longer"));
  QCOMPARE(name_of("20260102T000000Z-cyclegan-1", known), std::string("20260102T000000Z-cyclegan-1"));
  const Said again = runs({"--rename", "20260101T000000Z-cyclegan-1", "harps"}, true);
  QCOMPARE(again.json().value(0).value("title").toString(), QStringLiteral("harps"));
}

void TestRunTitles::anEmptyTitleTakesItAway() {
  QCOMPARE(runs({"--rename", "20260101T000000Z-cyclegan-1", ""}).code, 0);
  QVERIFY(run_titles(Workspace::open(place().toStdString())).empty());
}

void TestRunTitles::undoGivesTheTitleBack() {
  const auto undo = [&] { return luthierctl({"-w", place(), "undo"}, folder_.path()); };
  const Said said = undo();
  QVERIFY2(said.code == 0 && said.all().contains("20260101T000000Z-cyclegan-1"), said.all());
  QCOMPARE(run_titles(Workspace::open(place().toStdString())).at("20260101T000000Z-cyclegan-1"), std::string("harps"));
  QCOMPARE(luthierctl({"-w", place(), "redo"}, folder_.path()).code, 0);
}

void TestRunTitles::wrongTitlesAreRefusedInOneSentence() {
  const Said gone = runs({"--rename", "no-such-run", "x"});
  QVERIFY2(gone.code == 1 && gone.err.contains("no-such-run"), gone.all());
  const Said lines = runs({"--rename", "20260101T000000Z-cyclegan-1", "two\nlines"});
  QVERIFY2(lines.code == 1 && lines.err.contains("one line"), lines.all());
  const Said longer = runs({"--rename", "20260101T000000Z-cyclegan-1", QString(121, 'x')});
  QVERIFY2(longer.code == 1 && longer.err.contains("121"), longer.all());
  QCOMPARE(runs({"--rename", "20260101T000000Z-cyclegan-1"}).code, 2);
  QVERIFY(run_titles(Workspace::open(place().toStdString())).empty());
}

QTEST_GUILESS_MAIN(TestRunTitles)
#include "tst_run_titles.moc"
