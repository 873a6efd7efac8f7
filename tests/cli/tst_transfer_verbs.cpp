// timeout: 240
#include <QtTest>
#include <optional>

#include "core/session/workspace.h"
#include "tests/support/core_tiny_run.h"
#include "tests/support/core_workspace.h"
#include "tests/support/ctl.h"

using namespace luthier;

/// What the studio does, by commands: results done again, branched, steps kept, settings saved, streams.
class TestTransferVerbs : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void aResultIsDoneAgainAndBranched();
  void settingsAreSavedListedAndForgotten();
  void aFileStreamsThrough();
  void withoutAWorkspaceAResultLiesBesideTheUser();
  void aNamedWorkspaceIsMade();
  void settingsOfAModelAreListed();
  void resultsAreListedKeptAndRemoved();
  void aResultIsShownWithoutATruth();
  void wrongWordsAreRefused_data();
  void wrongWordsAreRefused();
  void withoutAnInputRecordingSaysSo();

 private:
  Said run(QStringList words) const { return luthierctl(QStringList{"--workspace", workspace_} + words, folder_.path()); }
  QByteArray bytes(const QString& name) const {
    QFile file(folder_.filePath(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return file.readAll();
  }
  QString checkpoint() const { return workspace_ + "/runs/" + run_ + "/checkpoints/best.safetensors"; }
  QTemporaryDir folder_;
  QString workspace_, run_;
};

void TestTransferVerbs::initTestCase() {
  const auto workspace = make_test_workspace(folder_.filePath("w").toStdString(), 3);
  run_ = QString::fromStdString(train_tiny_run(workspace));
  QVERIFY2(!run_.startsWith("failed"), qPrintable(run_));
  workspace_ = folder_.filePath("w");
  write_file(folder_.filePath("own.wav"), wav_of_phrase(40, true, 2));
}

void TestTransferVerbs::aResultIsDoneAgainAndBranched() {
  const auto made = run({"transfer", "--run", run_, "--content", "own.wav", "--style", "2", "--steps", "4", "--seed", "6", "--device", "cpu", "--out", "a.flac"});
  QVERIFY2(made.code == 0, made.all());
  auto said = run({"transfer", "--like", "a.flac", "--device", "cpu", "--out", "again.flac"});
  QVERIFY2(said.code == 0, said.all());
  said = run({"transfer", "--like", "a.json", "--keep-step", "2", "--device", "cpu", "--out", "two.wav"});
  QVERIFY2(said.code == 0, said.all());
  said = run({"transfer", "--branch-from", "a.flac", "--at-step", "2", "--seed", "7", "--device", "cpu", "--out", "branch.wav"});
  QVERIFY2(said.code == 0, said.all());
  said = run({"transfer", "--like", "branch.wav", "--keep-step", "2", "--device", "cpu", "--out", "branch-two.wav"});
  QVERIFY2(said.code == 0, said.all());
  const auto samples = [](QByteArray file) { return file.mid(file.indexOf("data") + 8, 60000); };
  QVERIFY(!samples(bytes("two.wav")).isEmpty());
  QVERIFY(samples(bytes("branch-two.wav")) == samples(bytes("two.wav")));  // the way up to the branch is the same
  QVERIFY(samples(bytes("branch.wav")) != samples(bytes("two.wav")));
  const auto record = QJsonDocument::fromJson(bytes("again.json")).object(), first = QJsonDocument::fromJson(bytes("a.json")).object();
  QCOMPARE(record["options"], first["options"]);
  QCOMPARE(QJsonDocument::fromJson(bytes("branch.json")).object()["options"].toObject()["branches"].toString(), QStringLiteral("2 seed=7"));
}

void TestTransferVerbs::settingsAreSavedListedAndForgotten() {
  auto said = run({"transfer", "--run", run_, "--content", "1", "--style", "2", "--guidance", "2", "--no-treble", "--device", "cpu", "--save", "soft"});
  QVERIFY2(said.code == 0, said.all());
  said = run({"--json", "transfer", "--list-saved"});
  QCOMPARE(said.json().size(), 1);
  QCOMPARE(said.json().front()["name"].toString(), QStringLiteral("soft"));
  QCOMPARE(said.json().front()["model"].toString(), run_);
  said = run({"transfer", "--saved", "soft", "--content", "1", "--style", "4", "--device", "cpu", "--out", "soft.wav"});
  QVERIFY2(said.code == 0, said.all());
  const auto record = QJsonDocument::fromJson(bytes("soft.json")).object();
  QCOMPARE(record["options"].toObject()["guidance"].toDouble(), 2.0);
  QCOMPARE(record["treble"].toBool(), false);
  QCOMPARE(run({"transfer", "--run", run_, "--content", "1", "--style", "2", "--save", "soft"}).code, 1);
  QCOMPARE(run({"transfer", "--forget", "soft"}).code, 0);
  said = run({"transfer", "--saved", "soft", "--content", "1", "--style", "4"});
  QCOMPARE(said.code, 1);
  QVERIFY2(said.err.contains("no settings saved as 'soft'"), said.all());
}

void TestTransferVerbs::aFileStreamsThrough() {
  const auto said = run({"--json", "live", "--run", run_, "--content", "own.wav", "--style", "2", "--device", "cpu", "--window", "1", "--hop", "0.2", "--ahead", "0.1", "--out", "live.wav"});
  QVERIFY2(said.code == 0, said.all());
  const auto last = said.json().back();
  QCOMPARE(last["event"].toString(), QStringLiteral("live"));
  QVERIFY(std::abs(last["seconds"].toDouble() - 2) < 0.01);
  QVERIFY(last["latency_s"].toDouble() > 0.3);
  QVERIFY(QFile::exists(folder_.filePath("live.json")));
}

void TestTransferVerbs::withoutAWorkspaceAResultLiesBesideTheUser() {
  QDir().mkpath(folder_.filePath("empty"));
  write_file(folder_.filePath("empty/p.wav"), wav_of_phrase(1, true, 1));
  write_file(folder_.filePath("empty/s.wav"), wav_of_phrase(2, false, 1));
  const QStringList words{"transfer", "--checkpoint", checkpoint(), "--content", "p.wav", "--style", "s.wav", "--steps", "1", "--device", "cpu"};
  for (const char* name : {"p as s.wav", "p as s 2.wav"}) {
    const auto said = luthierctl(words, folder_.filePath("empty"));
    QVERIFY2(said.code == 0 && said.out == QByteArray("./") + name + "\n", said.all());
    QVERIFY(QFile::exists(folder_.filePath(QString("empty/") + name)));
  }
  const auto clip = luthierctl({"transfer", "--checkpoint", checkpoint(), "--content", "1", "--style", "s.wav"}, folder_.filePath("empty"));
  QVERIFY2(clip.code == 1 && clip.err.contains("no workspace"), clip.all());
}

void TestTransferVerbs::aNamedWorkspaceIsMade() {
  const QStringList words{"-w", "new", "transfer", "--checkpoint", checkpoint(), "--steps", "1", "--device", "cpu", "--content"};
  const auto missing = luthierctl(words + QStringList{"nowhere.wav", "--style", "own.wav"}, folder_.path());
  QVERIFY2(missing.code == 1 && !QFile::exists(folder_.filePath("new")), missing.all());
  const auto said = luthierctl(words + QStringList{"own.wav", "--style", "own.wav"}, folder_.path());
  QVERIFY2(said.code == 0 && said.out.contains("new/transfers/"), said.all());
  QVERIFY(QFile::exists(folder_.filePath("new/luthier.sqlite")));
}

void TestTransferVerbs::settingsOfAModelAreListed() {
  const auto said = run({"transfer", "--settings", "--run", run_});
  QVERIFY2(said.code == 0 && said.out.contains("--steps") && said.out.contains("default"), said.all());
  const auto lines = run({"--json", "transfer", "--settings", "--family", "disentangled"}).json();
  QVERIFY(!lines.isEmpty() && lines.front()["event"].toString() == "setting" && lines.front()["name"].toString() == "style_by");
}

void TestTransferVerbs::resultsAreListedKeptAndRemoved() {
  for (const char* style : {"2", "3"}) QCOMPARE(run({"transfer", "--run", run_, "--content", "own.wav", "--style", style, "--steps", "1", "--device", "cpu"}).code, 0);
  auto lines = run({"--json", "transfers", "OWN", run_, "--limit", "2"}).json();
  QCOMPARE(lines.size(), 2);
  QVERIFY(!lines[0]["kept"].toBool() && lines[0]["model"].toString() == run_ && lines[0]["settings"].toObject()["steps"].toInt() == 1);
  const QString newest = QString::number(lines[0]["transfer"].toInt()), older = QString::number(lines[1]["transfer"].toInt());
  const QString kept = lines[0]["file"].toString(), other = lines[1]["file"].toString();
  QVERIFY(QFile::exists(kept) && QFile::exists(other));
  QVERIFY(run({"transfers", "nothing of that name"}).out.split('\n').size() <= 2);
  auto said = run({"transfers", "--keep", newest, "999999"});
  QVERIFY2(said.code == 1 && said.err.contains("no transfer 999999"), said.all());
  said = run({"transfers", "--keep", newest});
  QVERIFY2(said.code == 0 && said.err.contains("is kept"), said.all());
  QCOMPARE(run({"--json", "transfers", "--kept"}).json().size(), 1);
  QVERIFY(run({"transfers", "--remove", older, "--dry-run"}).code == 0 && QFile::exists(other));
  said = run({"transfers", "--remove", older});
  QVERIFY2(said.code == 0 && !QFile::exists(other), said.all());
  QCOMPARE(run({"free", "--transfers"}).code, 0);
  QVERIFY(QFile::exists(kept));
  QCOMPARE(run({"--json", "transfers", "transfers/"}).json().size(), 1);  // those that were written elsewhere stay
  QCOMPARE(run({"transfers", "--unkeep", newest}).code, 0);
  QCOMPARE(run({"free", "--transfers"}).code, 0);
  QVERIFY(!QFile::exists(kept) && run({"--json", "transfers", "transfers/"}).json().isEmpty());
  for (const QStringList& wrong : {QStringList{"--keep", "1", "--remove", "2"}, {"--dry-run"}, {"word", "--remove", "2"}, {"--limit", "0"}})
    QCOMPARE(run(QStringList{"transfers"} + wrong).code, 2);
}

void TestTransferVerbs::aResultIsShownWithoutATruth() {
  QCOMPARE(run({"transfer", "--run", run_, "--content", "own.wav", "--style", "2", "--steps", "1", "--seed", "5", "--device", "cpu", "--out", "shown.wav"}).code, 0);
  auto said = run({"compare", "own.wav", "2", "shown.wav", "--name", "content", "style", "result", "--no-truth", "--out", "shown"});
  QVERIFY2(said.code == 0 && !QFile::exists(folder_.filePath("shown/figures.csv")), said.all());
  said = run({"transfer", "--like", "shown/result.wav", "--device", "cpu", "--out", "shown again.wav"});  // it says how it was made
  QVERIFY2(said.code == 0, said.all());
  QCOMPARE(QJsonDocument::fromJson(bytes("shown again.json")).object()["options"].toObject()["seed"].toInt(), 5);
  QCOMPARE(run({"compare", "own.wav", "2", "--no-truth"}).code, 2);
}

void TestTransferVerbs::wrongWordsAreRefused_data() {
  QTest::addColumn<QStringList>("words");
  QTest::addColumn<int>("code");
  QTest::addColumn<QString>("says");
  QTest::newRow("no sounds") << QStringList{"transfer"} << 2 << "--content and --style";
  QTest::newRow("no step") << QStringList{"transfer", "--branch-from", "a.flac", "--seed", "1"} << 2 << "--at-step";
  QTest::newRow("no change") << QStringList{"transfer", "--branch-from", "a.flac", "--at-step", "2"} << 2 << "say what is different";
  QTest::newRow("own content") << QStringList{"transfer", "--branch-from", "a.flac", "--at-step", "2", "--content", "1"} << 2 << "leave them out";
  QTest::newRow("late step") << QStringList{"transfer", "--branch-from", "a.flac", "--at-step", "4", "--seed", "1", "--out", "late.wav"} << 1 << "nothing to branch into";
  QTest::newRow("fixed setting") << QStringList{"transfer", "--branch-from", "a.flac", "--at-step", "2", "--steps", "9"} << 1 << "cannot change on the way";
  QTest::newRow("no record") << QStringList{"transfer", "--like", "own.wav"} << 1 << "carries no record";
  QTest::newRow("no such step") << QStringList{"transfer", "--like", "a.flac", "--keep-step", "9", "--out", "nine.wav"} << 1 << "no estimate of step 9";
  QTest::newRow("another's checkpoint") << QStringList{"transfer", "--run", run_, "--checkpoint", "own.wav", "--content", "1", "--style", "2"} << 2 << "no checkpoint of the run";
  QTest::newRow("live without style") << QStringList{"live", "--content", "own.wav"} << 2 << "--style";
  QTest::newRow("live windows") << QStringList{"live", "--content", "own.wav", "--style", "2", "--window", "0.3", "--hop", "0.3"} << 1 << "at least as long";
}

void TestTransferVerbs::wrongWordsAreRefused() {
  QFETCH(QStringList, words);
  QFETCH(int, code);
  QFETCH(QString, says);
  const auto said = run(words);
  QVERIFY2(said.code == code, said.all());
  QVERIFY2(said.err.contains(says.toUtf8()), said.all());
  QVERIFY2(said.err.count("luthierctl: ") == 1, said.all());
}

void TestTransferVerbs::withoutAnInputRecordingSaysSo() {
  qputenv("ALSA_CONFIG_PATH", "/nowhere");
  const auto said = run({"record", "--seconds", "1", "--input", "4711"});
  QCOMPARE(said.code, 1);
  QVERIFY2(said.err.contains("No sound input"), said.all());
}

QTEST_GUILESS_MAIN(TestTransferVerbs)
#include "tst_transfer_verbs.moc"
