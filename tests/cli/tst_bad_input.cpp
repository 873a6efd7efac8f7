// timeout: 240
// Whatever a user brings ends in one clear sentence and exit code 1, and what was there stays as it was.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtTest>
#include <csignal>
#include <filesystem>

#include "tests/support/ctl.h"

class TestBadInput : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void oneBadFileAmongManyIsSkippedAndListed();
  void aSoundThatCannotBeReadIsRefused_data();
  void aSoundThatCannotBeReadIsRefused();
  void aFolderWithoutSoundIsRefused();
  void aPairFileThatDoesNotFitIsRefused_data();
  void aPairFileThatDoesNotFitIsRefused();
  void fewerThanTwoLabelsGiveNoPairs();
  void whatIsNoWorkspaceIsRefused_data();
  void whatIsNoWorkspaceIsRefused();
  void aFullDiskIsSaidAndNothingHalfWrittenStays();
  void aReadOnlyWorkspaceCanBeReadAndRefusesToBeWritten();
  void namesThatAttackAreNamesOnly();
  void aTenHourFileIsRefusedAtOnce();
  void cleanupTestCase() { std::filesystem::remove_all(folder_.path().toStdString()); }  // Qt leaves names that are not UTF-8
  void whatIsNoOrdinaryFileIsRefused();
  void aNewerCatalogIsLeftAlone();
  void weightsThatAttackAreRefused_data();
  void weightsThatAttackAreRefused();
  void checkpointsCutShortOrOfAnotherFamilyAreRefused();
  void oneRunIsTrainedByOneProgram();
  void wrongUsageIsCodeTwo_data();
  void wrongUsageIsCodeTwo();

 private:
  QString only_run(const QString& workspace, const QString& family) const;
  QString at(const QString& name) const { return folder_.filePath(name); }
  Said ctl(const QStringList& arguments) { return luthierctl(arguments, folder_.path()); }
  /// One sentence on stderr, code 1, none of the words of a crash or a library.
  void refused(const Said& said, const QString& names = {});
  QStringList good_workspace(const QString& name);

  QTemporaryDir folder_;
};

void TestBadInput::refused(const Said& said, const QString& names) {
  QVERIFY2(said.code == 1, said.all());
  QByteArray last;
  int sentences = 0;
  for (const QByteArray& line : said.err.split('\n'))
    if (line.startsWith("luthierctl: ")) last = line, ++sentences;
  QVERIFY2(sentences == 1, said.all());
  QVERIFY2(last.size() < 500 && last.size() > 30, said.all());
  for (const char* word : {"what()", "terminate", "std::", "c10", "torch::", "Exception raised", "SQLITE", "errno", "basic_string", "stoi", "stoll"})
    QVERIFY2(!said.err.contains(word), said.all());
  if (!names.isEmpty()) QVERIFY2(last.contains(names.toUtf8()), said.all());
}

/// A workspace of two labels with three phrases each: {"--workspace", its path}.
QStringList TestBadInput::good_workspace(const QString& name) {
  const QString sounds = at(name + "-sounds");
  for (int phrase = 0; phrase < 3; ++phrase)
    for (const bool bright : {false, true})
      write_file(sounds + (bright ? "/bright/" : "/soft/") + QString::number(phrase) + ".wav", wav_of_phrase(phrase, bright));
  const QStringList workspace{"--workspace", at(name)};
  const Said said = ctl(workspace + QStringList{"import", sounds, "--label-from-folder"});
  if (said.code != 0) qFatal("import failed: %s", said.all().constData());
  return workspace;
}

void TestBadInput::initTestCase() {
  QVERIFY(folder_.isValid());
  QCOMPARE(ctl({"--version"}).code, 0);
}

namespace {
struct Hostile {
  const char* name;
  QByteArray bytes;
};

QList<Hostile> hostile_sounds() {
  QByteArray nan;
  for (int i = 0; i < 8000; ++i) {
    const float value = i == 4000 ? std::numeric_limits<float>::quiet_NaN() : 0.1f;
    nan.append(reinterpret_cast<const char*>(&value), 4);
  }
  const QByteArray good = wav_of_phrase(0, true);
  WavFile none;
  WavFile floats;
  floats.format = 3, floats.bits = 32, floats.data = nan;
  WavFile promised;
  promised.claimed_bytes = 0x20000000, promised.data = QByteArray(1000, '\1');
  WavFile no_rate;
  no_rate.rate = 0, no_rate.data = QByteArray(4000, '\1');
  WavFile no_channels;
  no_channels.channels = 0, no_channels.data = QByteArray(4000, '\1');
  return {{"empty.wav", {}},
          {"a-letter.mp3", QByteArray("Dear Sir or Madam,\n").repeated(40)},
          {"zero-samples.wav", none.bytes()},
          {"not-a-number.wav", floats.bytes()},
          {"cut-short.wav", good.left(good.size() / 2)},
          {"header-only.wav", good.left(30)},
          {"half-a-gigabyte-promised.wav", promised.bytes()},
          {"rate-zero.wav", no_rate.bytes()},
          {"no-channels.wav", no_channels.bytes()},
          {"random.flac", QByteArray("fLaC") + QByteArray(5000, '\x5a')},
          {"random.ogg", QByteArray("OggS") + QByteArray(5000, '\x5a')},
          {"random.aiff", QByteArray("FORM\0\0\x10\0AIFF", 12) + QByteArray(5000, '\x5a')}};
}
}  // namespace

void TestBadInput::oneBadFileAmongManyIsSkippedAndListed() {
  const QString sounds = at("many");
  for (int i = 0; i < 20; ++i) write_file(sounds + "/good/" + QString::number(i) + ".wav", wav_of_phrase(i, i % 2, 1.5));
  for (const auto& [name, bytes] : hostile_sounds()) write_file(sounds + "/bad/" + name, bytes);
  const Said said = ctl({"--workspace", at("many-ws"), "import", sounds, "--label", "piano"});
  QVERIFY2(said.code == 0, said.all());
  for (const auto& hostile : hostile_sounds()) QVERIFY2(said.err.contains(hostile.name), said.all());
  QVERIFY2(!said.err.contains("good/"), said.all());
  const Said clips = ctl({"--workspace", at("many-ws"), "--json", "clips"});
  QVERIFY2(clips.code == 0, clips.all());
  QVERIFY2(clips.json().size() >= 20, clips.all());
  const auto before = snapshot(at("many-ws/audio"));
  QCOMPARE(before.keys().filter(".wav").size(), 20);
  // The same again: everything is there already, nothing is added.
  const Said again = ctl({"--workspace", at("many-ws"), "import", sounds, "--label", "piano"});
  QVERIFY2(again.code == 0 || again.code == 1, again.all());
  QCOMPARE(snapshot(at("many-ws/audio")).keys(), before.keys());
}

void TestBadInput::aSoundThatCannotBeReadIsRefused_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QByteArray>("bytes");
  for (const auto& [name, bytes] : hostile_sounds()) QTest::newRow(name) << QString(name) << bytes;
}

void TestBadInput::aSoundThatCannotBeReadIsRefused() {
  QFETCH(QString, name);
  QFETCH(QByteArray, bytes);
  write_file(at("one/" + name), bytes);
  refused(ctl({"--workspace", at("one-ws"), "import", at("one/" + name)}), name);
  refused(ctl({"spectrogram", at("one/" + name), "--kind", "mel", "--out", at("one.png")}), name);
  QVERIFY(!QFile::exists(at("one.png")));
}

void TestBadInput::aFolderWithoutSoundIsRefused() {
  write_file(at("texts/a/letter.txt"), "hello");
  refused(ctl({"--workspace", at("texts-ws"), "import", at("texts")}), "texts");
  refused(ctl({"--workspace", at("texts-ws"), "import", at("not-there")}), "not-there");
}

void TestBadInput::aPairFileThatDoesNotFitIsRefused_data() {
  QTest::addColumn<QByteArray>("csv");
  QTest::newRow("a column short") << QByteArray("bright,0,soft\n");
  QTest::newRow("a column more") << QByteArray("bright,0,soft,0,0\n");
  QTest::newRow("a header") << QByteArray("label1,idx1,label2,idx2\nbright,0,soft,0\n");
  QTest::newRow("an index too large") << QByteArray("bright,0,soft,0\nbright,3,soft,0\n");
  QTest::newRow("an index below 0") << QByteArray("bright,-1,soft,0\n");
  QTest::newRow("an index past 64 bits") << QByteArray("bright,99999999999999999999,soft,0\n");
  QTest::newRow("no index") << QByteArray("bright,one,soft,0\n");
  QTest::newRow("an unknown label") << QByteArray("bright,0,oboe,0\n");
  QTest::newRow("empty") << QByteArray();
  QTest::newRow("binary") << QByteArray("\0\1\2\xff\xfe,,,\n\0", 12);
  QTest::newRow("a picture") << QByteArray("\x89PNG\r\n\x1a\n").append(QByteArray(2000, '\xaa'));
  QTest::newRow("one long line") << QByteArray(2000000, 'a');
}

void TestBadInput::aPairFileThatDoesNotFitIsRefused() {
  QFETCH(QByteArray, csv);
  static const QStringList workspace = good_workspace("pairs-ws");
  write_file(at("bad.csv"), csv);
  refused(ctl(workspace + QStringList{"pairs", "import", at("bad.csv")}));
  const Said list = ctl(workspace + QStringList{"--json", "pairs", "list"});
  QVERIFY2(list.code == 0 && list.json().isEmpty(), list.all());
}

void TestBadInput::fewerThanTwoLabelsGiveNoPairs() {
  write_file(at("single/piano/a.wav"), wav_of_phrase(0, true));
  write_file(at("single/piano/b.wav"), wav_of_phrase(1, true));
  const QStringList workspace{"--workspace", at("single-ws")};
  QCOMPARE(ctl(workspace + QStringList{"import", at("single"), "--label-from-folder"}).code, 0);
  refused(ctl(workspace + QStringList{"pairs", "generate", "--count", "10"}), "label");
  refused(ctl(workspace + QStringList{"train", "latent_diffusion", "--preset", "tiny"}), "label");
}

void TestBadInput::whatIsNoWorkspaceIsRefused_data() {
  QTest::addColumn<QString>("kind");
  for (const char* kind : {"nothing there", "a file", "a folder of other things", "an empty catalog", "a catalog that is a text", "a catalog of another program"})
    QTest::newRow(kind) << QString(kind);
}

void TestBadInput::whatIsNoWorkspaceIsRefused() {
  QFETCH(QString, kind);
  const QString path = at("no workspace");
  QDir(path).removeRecursively();
  QFile::remove(path);
  if (kind == "a file") write_file(path, "hello");
  if (kind == "a folder of other things") write_file(path + "/thesis.doc", "mine");
  if (kind == "an empty catalog") write_file(path + "/luthier.sqlite", {});
  if (kind == "a catalog that is a text") write_file(path + "/luthier.sqlite", QByteArray("Dear Sir or Madam,\n").repeated(500));
  if (kind == "a catalog of another program") {
    QByteArray header("SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20\0\0\0\x01\0\0\0\x01", 32);
    header.append(QByteArray(68, '\0')).append(QByteArray(4096 - 100, '\0'));
    write_file(path + "/luthier.sqlite", header);
  }
  const auto before = snapshot(path);
  refused(ctl({"--workspace", path, "clips"}));
  QCOMPARE(snapshot(path), before);
  if (kind == "a folder of other things") {
    write_file(at("x.wav"), wav_of_phrase(0, true));
    refused(ctl({"--workspace", path, "import", at("x.wav")}));
    QCOMPARE(snapshot(path), before);
  }
}

void TestBadInput::aFullDiskIsSaidAndNothingHalfWrittenStays() {
  const QStringList workspace = good_workspace("full-ws");
  write_file(at("long/l.wav"), wav_of_phrase(7, true, 60, 44100));
  const auto audio = snapshot(at("full-ws/audio"));
  // A limit on the size of files stands in for a full disk: a write fails midway in the same manner.
  QProcess program;
  program.setProcessEnvironment(QProcessEnvironment::systemEnvironment());
  program.setChildProcessModifier([] {
    std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small {1 << 20, 1 << 20};
    setrlimit(RLIMIT_FSIZE, &small);
  });
  program.start(LUTHIERCTL, workspace + QStringList{"import", at("long"), "--label", "long"});
  QVERIFY(program.waitForFinished(60000));
  Said said;
  said.err = program.readAllStandardError(), said.out = program.readAllStandardOutput(), said.code = program.exitCode();
  refused(said, "space");
  QCOMPARE(snapshot(at("full-ws/audio")), audio);
  QCOMPARE(ctl(workspace + QStringList{"--json", "clips"}).json().size(), 6);
  const Said later = ctl(workspace + QStringList{"import", at("long"), "--label", "long"});
  QVERIFY2(later.code == 0, later.all());
}

void TestBadInput::aReadOnlyWorkspaceCanBeReadAndRefusesToBeWritten() {
  const QStringList workspace = good_workspace("fixed-ws");
  write_file(at("new.wav"), wav_of_phrase(9, true));
  QFile::setPermissions(folder_.path(), QFile::permissions(folder_.path()) | QFile::ReadOther | QFile::ExeOther);
  const auto everyone = [&](const QString& path) {
    for (const QString& name : snapshot(path).keys()) ::chmod(qPrintable(name), name.endsWith('/') ? 0555 : 0444);
    ::chmod(qPrintable(path), 0555);
  };
  everyone(at("fixed-ws"));
  ::chmod(qPrintable(folder_.path()), 0755);
  const auto as_nobody = [&](const QStringList& arguments) {
    QProcess program;
    program.setWorkingDirectory("/");
    program.setChildProcessModifier([] {
      if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);  // root may write everywhere
    });
    program.start(LUTHIERCTL, arguments, QIODevice::ReadOnly);
    Said said;
    if (!program.waitForFinished(60000)) return said;
    said.err = program.readAllStandardError(), said.out = program.readAllStandardOutput();
    if (program.exitStatus() == QProcess::NormalExit) said.code = program.exitCode();
    return said;
  };
  if (as_nobody({"--version"}).code != 0) QSKIP("no other user may run the program here");
  const auto before = snapshot(at("fixed-ws"));
  const Said clips = as_nobody(workspace + QStringList{"--json", "clips"});
  QVERIFY2(clips.code == 0 && clips.json().size() == 6, clips.all());
  refused(as_nobody(workspace + QStringList{"import", at("new.wav")}));
  refused(as_nobody(workspace + QStringList{"pairs", "generate", "--count", "5"}));
  refused(as_nobody(workspace + QStringList{"label", "1", "oboe"}));
  refused(as_nobody(workspace + QStringList{"train", "latent_diffusion", "--preset", "tiny"}));
  QCOMPARE(snapshot(at("fixed-ws")), before);
  for (const QString& name : before.keys()) ::chmod(qPrintable(name), 0755);
  ::chmod(qPrintable(at("fixed-ws")), 0755);
}

void TestBadInput::namesThatAttackAreNamesOnly() {
  const QStringList workspace{"--workspace", at("names-ws")};
  const QStringList names{"'; DROP TABLE clip; --.wav", "a b\tc.wav", "-rf.wav", "%s%n.wav", "$(touch x).wav", QString::fromUtf8("ü é 日本.wav"), "\"quoted\".wav", "new\nline.wav"};
  int phrase = 0;
  for (const QString& name : names) write_file(at("names/") + name, wav_of_phrase(++phrase, true, 1.5));
  QFile not_utf8;
  const QByteArray raw = (at("names/").toUtf8() + "latin-\xe9.wav");
  QFile::copy(at("names/-rf.wav"), at("names/copy.wav"));
  write_file(at("names/copy.wav"), wav_of_phrase(40, true, 1.5));
  QVERIFY(std::rename(qPrintable(at("names/copy.wav")), raw.constData()) == 0);
  const Said said = ctl(workspace + QStringList{"import", at("names"), "--label", "'; DROP TABLE label; --"});
  QVERIFY2(said.code == 0, said.all());
  QVERIFY(!QFile::exists(at("x")));
  const Said clips = ctl(workspace + QStringList{"--json", "clips"});
  QVERIFY2(clips.code == 0 && clips.json().size() == names.size() + 1, clips.all());
  for (const char* query : {"'", "\"", "inst:", "dur:>", "dur:>nan", "inst:\"", "*", "(", "a OR", "NEAR(", "x\" OR 1=1 --", "dur:>1e999", ":", "-", "tag:%"}) {
    const Said found = ctl(workspace + QStringList{"clips", "--", query});
    QVERIFY2(found.code == 0 || found.code == 1 || found.code == 2, (QByteArray(query) + " -> " + found.all()).constData());
    QVERIFY2(!found.err.contains("fts5") && !found.err.contains("SQL"), (QByteArray(query) + " -> " + found.all()).constData());
  }
}

void TestBadInput::aTenHourFileIsRefusedAtOnce() {
  WavFile wav;
  wav.rate = 22050, wav.claimed_bytes = std::int64_t{10} * 3600 * 22050 * 2;
  write_file(at("ten-hours.wav"), wav.bytes());
  QVERIFY(QFile::resize(at("ten-hours.wav"), 44 + wav.claimed_bytes));  // holes: takes no space
  QElapsedTimer timer;
  timer.start();
  refused(ctl({"spectrogram", at("ten-hours.wav"), "--kind", "mel", "--out", at("ten.png")}), "600 minutes");
  QVERIFY(timer.elapsed() < 10000);
  QFile::remove(at("ten-hours.wav"));
}

void TestBadInput::whatIsNoOrdinaryFileIsRefused() {
  QVERIFY(::mkfifo(qPrintable(at("pipe.wav")), 0600) == 0);
  QVERIFY(::symlink("loop.wav", qPrintable(at("loop.wav"))) == 0);
  QVERIFY(::symlink("/dev/zero", qPrintable(at("endless.wav"))) == 0);
  for (const char* name : {"pipe.wav", "loop.wav", "endless.wav"}) {
    refused(ctl({"--workspace", at("odd-ws"), "import", at(name)}), name);
    refused(ctl({"spectrogram", at(name), "--kind", "mel", "--out", at("odd.png")}), name);
    refused(ctl({"--workspace", at("odd-ws"), "import-weights", at(name)}), name);
  }
  refused(ctl({"--workspace", at("odd-ws"), "import", ""}));
}

void TestBadInput::aNewerCatalogIsLeftAlone() {
  const QStringList workspace = good_workspace("newer-ws");
  QFile catalog(at("newer-ws/luthier.sqlite"));
  QVERIFY(catalog.open(QIODevice::ReadWrite) && catalog.seek(60) && catalog.write(QByteArray("\0\0\x03\xe7", 4)) == 4);  // user_version 999
  catalog.close();
  const auto before = snapshot(at("newer-ws"));
  refused(ctl(workspace + QStringList{"clips"}), "newer");
  refused(ctl(workspace + QStringList{"import", at("newer-ws-sounds")}), "newer");
  QCOMPARE(snapshot(at("newer-ws")), before);
}

void TestBadInput::weightsThatAttackAreRefused_data() {
  QTest::addColumn<QByteArray>("bytes");
  const auto golden = [](const char* name) {
    QFile file(QString(GOLDEN_DIR) + "/weights/" + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  };
  const auto safetensors = [](const QByteArray& header, const QByteArray& data) {
    const auto size = static_cast<std::uint64_t>(header.size());
    return QByteArray(reinterpret_cast<const char*>(&size), 8) + header + data;
  };
  QTest::newRow("empty") << QByteArray();
  QTest::newRow("a text") << QByteArray("Dear Sir or Madam,\n").repeated(40);
  QTest::newRow("a pickle that calls, ZIP") << golden("hostile_zip.pth");
  QTest::newRow("a pickle that calls, legacy") << golden("hostile_legacy.pth");
  QTest::newRow("a ZIP cut short") << golden("vggish_small_zip.pth").left(3000);
  QTest::newRow("a legacy file cut short") << golden("vggish_small_legacy.pth").left(3000);
  QTest::newRow("weights of another size") << golden("vggish_small_zip.pth");
  QTest::newRow("a header of 2^63 bytes") << QByteArray("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
  QTest::newRow("a header that is no JSON") << safetensors("{{{{", {});
  QTest::newRow("a deep header") << safetensors(QByteArray(100000, '['), {});
  QTest::newRow("offsets past the end") << safetensors(R"({"__metadata__":{"family":"melgan"},"a":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]}})", "1234");
  QTest::newRow("a shape past 64 bits") << safetensors(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", "1234");
  QTest::newRow("negative offsets") << safetensors(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})", "1234");
  QTest::newRow("no record") << safetensors(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234");
  QTest::newRow("a family that is none") << safetensors(R"({"__metadata__":{"family":"../../etc","config":""},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234");
}

void TestBadInput::weightsThatAttackAreRefused() {
  QFETCH(QByteArray, bytes);
  write_file(at("weights.bin"), bytes);
  refused(ctl({"--workspace", at("weights-ws"), "import-weights", at("weights.bin")}));
  QVERIFY(QDir(at("weights-ws/runs")).isEmpty());
  QVERIFY(!QFile::exists(at("weights-ws/weights")));
}

QString TestBadInput::only_run(const QString& workspace, const QString& family) const {
  return QDir(at(workspace + "/runs")).entryList({"*-" + family + "-*"}, QDir::Dirs).value(0);
}

void TestBadInput::checkpointsCutShortOrOfAnotherFamilyAreRefused() {
  const QStringList workspace = good_workspace("cut-ws");
  for (const char* family : {"simplegan", "guidediff"}) {
    const Said trained = ctl(workspace + QStringList{"train", family, "--preset", "tiny", "--steps", "4", "--preview_every", "1000"});
    QVERIFY2(trained.code == 0, trained.all());
  }
  const QString run = only_run("cut-ws", "simplegan"), other = only_run("cut-ws", "guidediff");
  const QString latest = at("cut-ws/runs/" + run + "/checkpoints/latest.safetensors");
  QFile file(latest);
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QByteArray good = file.readAll();
  file.close();
  for (const qsizetype size : {qsizetype{0}, qsizetype{7}, qsizetype{1000}, good.size() - 1}) {
    write_file(latest, good.left(size));
    refused(ctl(workspace + QStringList{"train", "--resume", run, "--steps", "6"}), "latest.safetensors");
    refused(ctl(workspace + QStringList{"import-weights", latest}), "latest.safetensors");
  }
  QVERIFY(QFile::remove(latest) && QFile::copy(at("cut-ws/runs/" + other + "/checkpoints/latest.safetensors"), latest));
  refused(ctl(workspace + QStringList{"train", "--resume", run, "--steps", "6"}), "guidediff");
  write_file(latest, good);
  const Said resumed = ctl(workspace + QStringList{"train", "--resume", run, "--steps", "6"});
  QVERIFY2(resumed.code == 0, resumed.all());
}

void TestBadInput::oneRunIsTrainedByOneProgram() {
  const QStringList workspace = good_workspace("two-ws");
  const Said first = luthierctl(workspace + QStringList{"--json", "train", "simplegan", "--preset", "tiny", "--steps", "1000000"}, folder_.path(), 60000, [&](QProcess& program) {
    QByteArray said;
    while (!said.contains("\"step\"") && program.waitForReadyRead(30000)) said += program.readAllStandardOutput();
    const QString run = only_run("two-ws", "simplegan");
    refused(ctl(workspace + QStringList{"train", "--resume", run}), "another program");
    const Said runs = ctl(workspace + QStringList{"runs"});
    QVERIFY2(runs.code == 0 && runs.out.contains("running"), runs.all());
    ::kill(static_cast<pid_t>(program.processId()), SIGINT);
  });
  QVERIFY2(first.code == 130, first.all().left(2000));
  const Said runs = ctl(workspace + QStringList{"runs"});
  QVERIFY2(runs.out.contains("cancelled"), runs.all());
}

void TestBadInput::wrongUsageIsCodeTwo_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::newRow("nothing") << QStringList{};
  QTest::newRow("an unknown verb") << QStringList{"sing"};
  QTest::newRow("an unknown flag") << QStringList{"clips", "--colour"};
  QTest::newRow("a number that is none") << QStringList{"synth", "--phrases", "many"};
  QTest::newRow("pairs of what") << QStringList{"pairs", "invent"};
  QTest::newRow("no pairs") << QStringList{"pairs", "generate", "--count", "0"};
  QTest::newRow("a workspace without a name") << QStringList{"--workspace", "", "clips"};
}

void TestBadInput::wrongUsageIsCodeTwo() {
  QFETCH(QStringList, arguments);
  const Said said = ctl(arguments);
  QVERIFY2(said.code == 2, said.all());
  QVERIFY2(said.err.startsWith("luthierctl: ") && said.err.count('\n') == 1 && said.out.isEmpty(), said.all());
}

QTEST_GUILESS_MAIN(TestBadInput)
#include "tst_bad_input.moc"
