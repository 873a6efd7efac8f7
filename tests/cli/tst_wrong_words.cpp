// timeout: 240
// What is wrong is said before any work is done, in one sentence, and leaves nothing behind.
#include <sys/stat.h>

#include <QtTest>
#include <csignal>

#include "tests/support/ctl.h"

namespace {
void interrupt(const QProcess& program) {
  if (program.processId() > 0) ::kill(static_cast<pid_t>(program.processId()), SIGINT);
}
}  // namespace

class TestWrongWords : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void wrongUsageIsCodeTwo_data();
  void wrongUsageIsCodeTwo();
  void whatCannotBeDoneIsRefused_data();
  void whatCannotBeDoneIsRefused();
  void pipesAsTablesAreRefused_data();
  void pipesAsTablesAreRefused();
  void noEmptyWorkspaceIsLeft_data();
  void noEmptyWorkspaceIsLeft();
  void oneBadRowAmongManyIsListed();
  void aSilentSoundIsCompared();
  void manyPairsAreStopped();
  void aStoppedSynthLeavesWholePhrases();
  void aKilledImportLeavesNothingForEver();

 private:
  QString at(const QString& name) const { return folder_.filePath(name); }
  Said ctl(const QStringList& arguments) const { return luthierctl(QStringList{"--workspace", at("w")} + arguments, folder_.path(), 30000); }
  QTemporaryDir folder_;
};

void TestWrongWords::initTestCase() {
  for (int phrase = 0; phrase < 3; ++phrase)
    for (const bool bright : {false, true}) write_file(at(QString("sounds/") + (bright ? "bright/" : "soft/") + QString::number(phrase) + ".wav"), wav_of_phrase(phrase, bright));
  const Said said = ctl({"import", "sounds", "--label-from-folder"});
  QVERIFY2(said.code == 0, said.all());
  QVERIFY(::mkfifo(qPrintable(at("pipe.csv")), 0600) == 0);
  for (const char* name : {"pipe.tar", "pipe.txt", "pipe.json", "pipe.jsonl", "pipe.npy", "pipe.png"}) QVERIFY(::mkfifo(qPrintable(at(name)), 0600) == 0);
}

void TestWrongWords::wrongUsageIsCodeTwo_data() {
  QTest::addColumn<QStringList>("words");
  QTest::addColumn<QByteArray>("says");
  const auto row = [](const char* name, const char* words, const char* says) { QTest::newRow(name) << QString(words).split(' ') << QByteArray(says); };
  row("a range past all numbers", "label x 9223372036854775807-9223372036854775807", "no number of a clip");
  row("a range backwards", "label x 9-3", "ends before it begins");
  row("minutes that are no number", "train simplegan --minutes nan", "must be a number");
  row("seconds that are no number", "live --style a.wav --seconds nan", "must be a number");
  row("a level without end", "import sounds --rms inf", "rms");
  row("steps below none", "evaluate --steps -1", "--steps");
  row("more names than runs", "evaluate --name a --name b", "2 --name for 1 row");
  row("no family", "train opera", "no model family");
  row("models of no family", "models opera", "no model family");
  row("a seed below none", "synth --seed -1", "whole number from 0 on");
  row("no preset", "train simplegan --preset nosuch", "no preset 'nosuch'");
  row("a setting out of range", "train simplegan --steps 0", "'steps'");
  row("an unknown device", "sample --device foo", "--device");
  row("no window", "spectrogram a.wav --n-fft 0 --out a.npy", "--n-fft");
  row("no hop", "spectrogram a.wav --hop 0 --out a.npy", "--hop");
  row("no such form", "spectrogram a.wav --out a.xyz", "ends in .npy");
  row("no phrase", "synth --phrases 0", "--phrases");
  row("clips of less than no length", "import sounds --clip-seconds -1", "--clip-seconds");
  row("seconds below none", "import sounds --max-seconds -1", "--max-seconds");
  row("a step without a branch", "transfer --at-step 2 --content 1 --style 2", "--at-step belongs to --branch-from");
  row("like and branch", "transfer --like a.wav --branch-from a.wav --at-step 1", "leave out --like");
  row("a preset of the demo", "demo --preset nosuch", "no preset 'nosuch'");
  row("a number of 20 digits", "clips --limit -5", "--limit");
  QTest::newRow("an empty seed") << QStringList{"pairs", "generate", "--seed", ""} << QByteArray("whole number from 0 on");
  row("a label's new name and clips", "label bright 1 --rename x", "name no clips");
  row("a colour that is none", "label bright --colour blue", "as #3388ff");
  row("a pair without its clips", "pairs add --set mine --content 1", "pairs add needs");
  row("a search of nothing", "searches add mine", "needs a name and a search");
  QTest::newRow("a label without a name") << QStringList{"label", "", "1"} << QByteArray("cannot be empty");
  QTest::newRow("settings without a name") << QStringList{"transfer", "--save", "", "--content", "1", "--style", "2"} << QByteArray("--save");
}

void TestWrongWords::wrongUsageIsCodeTwo() {
  QFETCH(QStringList, words);
  QFETCH(QByteArray, says);
  const Said said = ctl(words);
  QVERIFY2(said.code == 2 && said.err.count("luthierctl: ") == 1 && said.err.contains(says), said.all());
  QVERIFY2(said.err.size() < 400, said.all());
}

void TestWrongWords::whatCannotBeDoneIsRefused_data() {
  QTest::addColumn<QStringList>("words");
  QTest::addColumn<QByteArray>("says");
  const auto row = [](const char* name, const char* words, const char* says) { QTest::newRow(name) << QString(words).split(' ') << QByteArray(says); };
  row("a table's ending", "evaluate --out table.xyz", ".json, .md, .csv or .html");
  row("a table's folder", "evaluate --vocoders shipped --out /proc/none/t.json", "cannot be written");
  row("a stream's folder", "live --content sounds/soft/0.wav --style sounds/bright/0.wav --out /proc/none/y.wav", "cannot be written");
  row("a stream into a file's folder", "live --content sounds/soft/0.wav --style sounds/bright/0.wav --out pairs.csv/y.wav", "is a file");
  row("a transfer's folder", "transfer --content 1 --style 2 --out /proc/none/y.wav", "cannot be written");
  row("a spectrogram's folder", "spectrogram 1 --out /proc/none/a.npy", "cannot be written");
  row("a map's folder", "map --out /proc/none/map.csv", "cannot be written");
  row("a step past the last", "transfer --content 1 --style 2 --steps 3 --keep-step 5 --out y.wav", "no estimate of step 5");
  row("a pair file's folder", "pairs generate --count 5 --name kept --out /proc/none/p.csv", "cannot be written");
  row("more pairs than can be kept", "pairs generate --count 90000000", "1 to 10000000");
  row("a label that is none", "train simplegan --preset tiny --label bright --label oboe", "no label 'oboe'");
  row("an audition of no clip", "train simplegan --preset tiny --audition 1,99", "no clip 99");
  row("settings that are not saved", "transfer --forget nosuch", "no settings saved as 'nosuch'");
  row("a row that is none", "pairs remove --set nosuch 4", "no pair set 'nosuch'");
  row("a label that is not there", "label oboe --key 3", "no label 'oboe'");
  row("a search that is not there", "searches remove nosuch", "no search 'nosuch'");
  row("a folder to look in", "check --relink nosuchfolder", "nosuchfolder");
  QTest::newRow("a sound without a name") << QStringList{"import", ""} << QByteArray("empty");
  QTest::newRow("a run without a workspace") << QStringList{"--workspace", "nowhere", "spectrogram", "sounds/soft/0.wav", "--run", "r", "--out", "a.npy"} << QByteArray("no workspace");
}

void TestWrongWords::whatCannotBeDoneIsRefused() {
  QFETCH(QStringList, words);
  QFETCH(QByteArray, says);
  write_file(at("pairs.csv"), "x");
  const Said said = words.first() == "--workspace" ? luthierctl(words, folder_.path()) : ctl(words);
  QVERIFY2(said.code == 1 && said.err.count("luthierctl: ") == 1 && said.err.contains(says), said.all());
  QVERIFY2(ctl({"--json", "pairs", "list"}).json().isEmpty() && ctl({"--json", "runs"}).json().isEmpty(), "something was kept");
}

void TestWrongWords::pipesAsTablesAreRefused_data() {
  QTest::addColumn<QStringList>("words");
  for (const char* words : {"pairs import pipe.csv", "import pipe.csv", "import pipe.jsonl", "import pipe.tar", "import sounds --train-list pipe.txt", "fetch pipe.csv",
                            "transfer --like pipe.json", "transfer --like pipe.png", "evaluate --show pipe.json", "export --html r.html --evaluation pipe.json",
                            "invert pipe.npy --out i.wav", "invert pipe.png --out i.wav", "transfer --content 1 --style pipe.csv --out y.wav"})
    QTest::newRow(words) << QString(words).split(' ');
}

void TestWrongWords::pipesAsTablesAreRefused() {
  QFETCH(QStringList, words);
  const Said said = ctl(words);
  QVERIFY2(said.code == 1 && said.err.contains("no ordinary file"), said.all());
}

void TestWrongWords::noEmptyWorkspaceIsLeft_data() {
  QTest::addColumn<QStringList>("words");
  for (const char* words : {"import sounds --clip-seconds -1", "import sounds --rms 0.1 --in-place", "import sounds --train-list nosuch.txt", "import nosuch.csv",
                            "import nosuch.tar", "synth --instruments kazoo-of-doom", "synth --soundfont nosuch.sf2", "demo --preset nosuch", "record --input 4711"})
    QTest::newRow(words) << QString(words).split(' ');
}

void TestWrongWords::noEmptyWorkspaceIsLeft() {
  QFETCH(QStringList, words);
  qputenv("ALSA_CONFIG_PATH", "/nowhere");
  const Said said = luthierctl(QStringList{"--workspace", at("fresh")} + words, folder_.path());
  QVERIFY2(said.code == 1 || said.code == 2, said.all());
  QVERIFY2(!QFile::exists(at("fresh")), said.all());
}

void TestWrongWords::oneBadRowAmongManyIsListed() {
  QByteArray table = "file_name,split,rating\n";
  for (int i = 0; i < 6; ++i) {
    write_file(at("rows/" + QString::number(i) + ".wav"), wav_of_phrase(20 + i, true, 1.5));
    table += QByteArray::number(i) + ".wav," + (i == 2 ? "foo" : "train") + "," + (i == 4 ? "best" : "3") + "\n";
  }
  write_file(at("rows/list.csv"), table + "gone.wav,train,1\nshort\n");
  const Said said = luthierctl({"--workspace", at("rows-w"), "--json", "import", "rows/list.csv"}, folder_.path());
  QVERIFY2(said.code == 0 && said.json().last()["recordings"].toInt() == 4, said.all());
  QVERIFY2(said.out.contains("line 4: a split is train, validation, test or none, not 'foo'") && said.out.contains("line 6: a rating is 0 to 5"), said.all());
  QVERIFY2(said.out.contains("gone.wav' does not exist") && said.out.contains("line 9 has 1 cells"), said.all());
}

void TestWrongWords::aSilentSoundIsCompared() {
  WavFile silence;
  silence.data = QByteArray(64000, '\0');
  write_file(at("silence.wav"), silence.bytes());
  for (const QStringList& words : {QStringList{"compare", "silence.wav", "sounds/soft/0.wav"}, QStringList{"compare", "sounds/soft/0.wav", "silence.wav", "--truth", "1"}}) {
    const Said said = ctl(words);
    QVERIFY2(said.code == 0 && !said.err.contains("json"), said.all());
  }
}

void TestWrongWords::manyPairsAreStopped() {
  const Said said = luthierctl({"--workspace", at("w"), "pairs", "generate", "--count", "8000000"}, folder_.path(), 60000, [](QProcess& program) {
    QTest::qWait(600);
    interrupt(program);
  });
  QVERIFY2(said.code == 130, said.all());
  QVERIFY(ctl({"--json", "pairs", "list"}).json().isEmpty());
}

void TestWrongWords::aStoppedSynthLeavesWholePhrases() {
  const QStringList workspace{"--workspace", at("synth")};
  const Said said = luthierctl(workspace + QStringList{"synth", "--phrases", "400", "--seconds", "2"}, folder_.path(), 60000, [&](QProcess& program) {
    QByteArray heard;
    program.setReadChannel(QProcess::StandardError);
    while (!heard.contains("phrase") && program.waitForReadyRead(30000)) heard += program.readAllStandardError();
    interrupt(program);
  });
  if (said.err.contains("soundfont")) QSKIP("no soundfont is installed");
  QVERIFY2(said.code == 130 && said.err.contains("stopped"), said.all());
  const auto clips = luthierctl(workspace + QStringList{"--json", "clips"}, folder_.path()).json().size();
  QVERIFY2(clips > 0 && clips < 1600 && clips % 4 == 0, qPrintable(QString::number(clips)));
}

void TestWrongWords::aKilledImportLeavesNothingForEver() {
  write_file(at("w/.unpacked-999999999/0/x.wav"), wav_of_phrase(1, true));
  write_file(at("w/.unpacked-" + QString::number(QCoreApplication::applicationPid()) + "/0/x.wav"), wav_of_phrase(1, true));
  const Said check = ctl({"check"});
  QVERIFY2(check.code == 0 && check.out.contains(".unpacked-999999999") && check.out.count(".unpacked-") == 1, check.all());
  const Said disk = ctl({"--json", "disk"});
  QVERIFY2(disk.out.contains("sounds of no clip"), disk.all());
  const Said freed = ctl({"--json", "free", "--unused"});
  QVERIFY2(freed.code == 0 && freed.json().last()["files"].toInt() == 1, freed.all());
  QVERIFY(!QFile::exists(at("w/.unpacked-999999999")));
  QVERIFY(QDir(at("w")).entryList({".unpacked-*"}, QDir::Dirs | QDir::Hidden).size() == 1);  // that one's program lives
}

QTEST_GUILESS_MAIN(TestWrongWords)
#include "tst_wrong_words.moc"
