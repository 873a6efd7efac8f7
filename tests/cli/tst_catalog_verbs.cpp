// timeout: 180
// luthierctl from outside: sounds in, rows looked at and changed, pictures and sounds out.
#include <QtTest>

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include "audio/reader.h"
#include "audio/writer.h"
#include "tests/support/audio_signals.h"

using luthier::audio::AudioBuffer;

namespace {

constexpr int kRate = 22050;

struct Answer {
  int code = -1;
  QByteArray out, err;
  QByteArray all() const { return "exit " + QByteArray::number(code) + "\nout: " + out + "err: " + err; }
  /// Every line of stdout as an object; one that does not parse becomes an empty object.
  QList<QJsonObject> lines() const {
    QList<QJsonObject> list;
    for (const QByteArray& line : out.split('\n'))
      if (!line.isEmpty()) list.append(QJsonDocument::fromJson(line).object());
    return list;
  }
  QJsonObject event(const QString& name) const {
    for (const QJsonObject& line : lines())
      if (line["event"].toString() == name) return line;
    return {};
  }
};

void write_text(const QString& path, const QByteArray& bytes) {
  QDir().mkpath(QFileInfo(path).path());
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write %s", qPrintable(path));
}

void write_sound(const QString& path, const AudioBuffer& sound, luthier::audio::FileFormat format = luthier::audio::FileFormat::wav16) {
  QDir().mkpath(QFileInfo(path).path());
  luthier::audio::write_audio(path.toStdString(), sound, format);
}

AudioBuffer tone(double hz, double seconds, double amplitude = 0.4) {
  return {kRate, sine(hz, kRate, static_cast<std::size_t>(seconds * kRate), amplitude)};
}

}  // namespace

class TestCatalogVerbs : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  QString at(const QString& name) const { return folder_.filePath(name); }

  Answer ctl(const QStringList& arguments, const QString& path = {}) const {
    QProcess program;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.remove("LUTHIER_WORKSPACE");
    if (!path.isEmpty()) environment.insert("PATH", path);
    program.setProcessEnvironment(environment);
    program.setWorkingDirectory(folder_.path());
    program.start(LUTHIERCTL, arguments, QIODevice::ReadOnly);
    const bool ended = program.waitForFinished(60000);
    Answer answer;
    answer.out = program.readAllStandardOutput();
    answer.err = program.readAllStandardError();
    if (ended && program.exitStatus() == QProcess::NormalExit) answer.code = program.exitCode();
    return answer;
  }
  Answer json(const QString& workspace, const QStringList& arguments) const { return ctl(QStringList{"--workspace", at(workspace), "--json"} + arguments); }
  int count(const QString& workspace, const QStringList& query) const { return static_cast<int>(json(workspace, QStringList{"clips"} + query).lines().size()); }

  /// Two labels: piano of 7 s (clips of 3, 3 and 1 s), violin of 3 s twice.
  void fill(const QString& workspace) const {
    const QString sounds = at(workspace + "-sounds");
    write_sound(sounds + "/piano/a.wav", tone(440.3, 7));
    write_sound(sounds + "/violin/b.flac", tone(330, 3), luthier::audio::FileFormat::flac);
    write_sound(sounds + "/violin/c.wav", tone(660, 3, 0.2));
    const auto answer = json(workspace, {"import", sounds, "--label-from-folder", "--no-trim", "--tag", "new", "--rights", "CC0"});
    QVERIFY2(answer.code == 0, answer.all());
    QCOMPARE(answer.event("import")["clips"].toInt(), 5);
  }

 private Q_SLOTS:
  void initTestCase() { QVERIFY(folder_.isValid()); }

  void helpNamesEveryVerb() {
    const auto answer = ctl({"--help"});
    QCOMPARE(answer.code, 0);
    for (const char* verb : {"import", "fetch", "clips", "label", "tag", "exclude", "split", "remove", "stats", "pairs", "synth", "check", "export", "undo", "redo"}) {
      QVERIFY2(answer.out.contains(QByteArray("\n  ") + verb + " "), verb);
      const auto help = ctl({verb, "--help"});
      QVERIFY2(help.code == 0 && help.out.size() > 60 && help.err.isEmpty(), help.all());
    }
  }

  void wrongUsageIsCodeTwoAndOneSentence_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("names");
    QTest::newRow("no verb") << QStringList{} << QByteArray("--help");
    QTest::newRow("unknown verb") << QStringList{"sing"} << QByteArray("'sing'");
    QTest::newRow("unknown flag") << QStringList{"clips", "--colour"} << QByteArray("--colour");
    QTest::newRow("nothing to import") << QStringList{"import"} << QByteArray("paths");
    QTest::newRow("two labels") << QStringList{"import", "x.wav", "--label", "a", "--label-from-folder"} << QByteArray("--label");
    QTest::newRow("a word for a number") << QStringList{"import", "x.wav", "--clip-seconds", "long"} << QByteArray("clip-seconds");
    QTest::newRow("unknown column") << QStringList{"clips", "--sort", "beauty"} << QByteArray("beauty");
    QTest::newRow("export of nothing") << QStringList{"export"} << QByteArray("--images");
  }
  void wrongUsageIsCodeTwoAndOneSentence() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, names);
    const auto answer = ctl(arguments);
    QVERIFY2(answer.code == 2 && answer.out.isEmpty(), answer.all());
    QVERIFY2(answer.err.startsWith("luthierctl: ") && answer.err.count('\n') == 1 && answer.err.contains(names), answer.all());
  }

  void verbsWithoutAWorkspaceSaySo() {
    for (const char* verb : {"clips", "stats", "check", "undo"}) {
      const auto answer = ctl({"--workspace", at("nowhere"), verb});
      QVERIFY2(answer.code == 1 && answer.err.startsWith("luthierctl: ") && answer.err.contains("nowhere"), answer.all());
    }
    const auto wrong_path = ctl({"--workspace", at("nowhere"), "import", at("not-there.wav")});
    QVERIFY2(wrong_path.code == 1 && wrong_path.err.contains("not-there.wav"), wrong_path.all());
    QVERIFY(!QFileInfo::exists(at("nowhere")));
  }

  void goodFilesComeInAndBadOnesAreListed() {
    const QString sounds = at("mixed");
    write_sound(sounds + "/good.wav", tone(440, 2));
    write_text(sounds + "/empty.wav", {});
    write_text(sounds + "/letter.wav", "Dear Sir or Madam");
    write_text(sounds + "/folder.wav/readme.txt", "a folder that is called like a sound");
    const auto answer = json("mixed-ws", {"import", sounds, "--label", "piano"});
    QVERIFY2(answer.code == 0, answer.all());
    QCOMPARE(answer.event("import")["recordings"].toInt(), 1);
    QCOMPARE(answer.event("import")["skipped"].toInt(), 2);
    QVERIFY(answer.out.contains("empty.wav") && answer.out.contains("letter.wav"));
    QCOMPARE(count("mixed-ws", {}), 1);

    const auto again = json("mixed-ws", {"import", sounds + "/good.wav", "--label", "piano"});
    QVERIFY2(again.code == 0 && again.event("skipped")["duplicate"].toBool(), again.all());
    QCOMPARE(count("mixed-ws", {}), 1);

    const auto only_bad = ctl({"--workspace", at("mixed-ws"), "import", sounds + "/empty.wav"});
    QVERIFY2(only_bad.code == 1 && only_bad.err.contains("luthierctl: ") && only_bad.err.contains("empty.wav"), only_bad.all());
  }

  void everyJsonLineParses() {
    fill("lines");
    for (const QStringList& arguments :
         {QStringList{"clips"}, QStringList{"stats"}, QStringList{"check", "--deep"}, QStringList{"label", "harp", "1"}, QStringList{"undo"}, QStringList{"redo"},
          QStringList{"tag", "x", "1-2"}, QStringList{"exclude", "1"}, QStringList{"pairs", "list"}, QStringList{"export", "--audio", at("lines-out")}}) {
      const auto answer = json("lines", arguments);
      QVERIFY2(answer.code == 0, answer.all());
      for (const QJsonObject& line : answer.lines()) QVERIFY2(!line.isEmpty(), answer.all());
    }
  }

  void clipsAreListedSearchedAndSorted() {
    fill("list");
    const auto all = json("list", {"clips"}).lines();
    QCOMPARE(all.size(), 5);
    for (const QJsonObject& clip : all) {
      QCOMPARE(clip["tags"].toArray().first().toString(), QString("new"));
      QCOMPARE(clip["seconds"].toDouble(), 3.0);  // the last of a recording is filled up
      QCOMPARE(clip["sample_rate"].toInt(), kRate);
    }
    QCOMPARE(count("list", {"inst:violin"}), 2);
    QCOMPARE(count("list", {"inst:piano", "or", "inst:violin"}), 5);
    QCOMPARE(count("list", {"!inst:piano"}), 2);
    QCOMPARE(count("list", {"--limit", "2"}), 2);
    const auto sorted = json("list", {"clips", "--sort", "peak", "--descending"}).lines();
    for (qsizetype i = 1; i < sorted.size(); ++i) QVERIFY(sorted[i - 1]["peak"].toDouble() >= sorted[i]["peak"].toDouble());
    const auto wrong = ctl({"--workspace", at("list"), "clips", "mood:sad"});
    QVERIFY2(wrong.code == 1 && wrong.err.contains("mood"), wrong.all());
    const auto table = ctl({"--workspace", at("list"), "clips"});
    QVERIFY2(table.out.count('\n') == 6 && table.out.contains("violin"), table.all());
  }

  void labelsTagsAndExclusionsAreOneUndoStepEach() {
    fill("edit");
    QCOMPARE(json("edit", {"label", "harp", "1-2", "3"}).code, 0);
    QCOMPARE(count("edit", {"inst:harp"}), 3);
    QCOMPARE(json("edit", {"tag", "noisy", "inst:harp"}).event("tag")["clips"].toInt(), 3);
    QCOMPARE(count("edit", {"tag:noisy"}), 3);
    QCOMPARE(json("edit", {"exclude", "2"}).code, 0);
    QCOMPARE(count("edit", {"excluded:yes"}), 1);
    QCOMPARE(json("edit", {"split", "test", "inst:violin"}).code, 0);
    QCOMPARE(count("edit", {"split:test"}), 2);

    for (int i = 0; i < 3; ++i) QCOMPARE(json("edit", {"undo"}).code, 0);
    QCOMPARE(count("edit", {"tag:noisy"}) + count("edit", {"excluded:yes"}) + count("edit", {"split:test"}), 0);
    QCOMPARE(count("edit", {"inst:harp"}), 3);
    QCOMPARE(json("edit", {"undo"}).code, 0);
    QCOMPARE(count("edit", {"inst:piano"}), 3);
    QCOMPARE(json("edit", {"redo"}).code, 0);
    QCOMPARE(count("edit", {"inst:harp"}), 3);

    QCOMPARE(json("edit", {"label", "none", "1"}).code, 0);
    QCOMPARE(count("edit", {"inst:none"}), 1);
    QCOMPARE(json("edit", {"exclude", "1-5"}).code, 0);
    QCOMPARE(json("edit", {"exclude", "--undo", "4"}).code, 0);
    QCOMPARE(count("edit", {"excluded:no"}), 1);
    const auto none = ctl({"--workspace", at("edit"), "label", "harp", "99"});
    QVERIFY2(none.code == 1 && none.err.contains("'99'"), none.all());
    const auto both = ctl({"--workspace", at("edit"), "label", "harp", "1", "inst:violin"});
    QVERIFY2(both.code == 2, both.all());
  }

  void removedClipsComeBackByUndo() {
    fill("removal");
    QCOMPARE(json("removal", {"remove", "inst:piano"}).code, 0);
    QCOMPARE(count("removal", {}), 2);
    QCOMPARE(json("removal", {"undo"}).code, 0);
    QCOMPARE(count("removal", {"inst:piano"}), 3);
    QCOMPARE(json("removal", {"check", "--deep"}).code, 0);
  }

  void statisticsCountByLabel() {
    fill("stats");
    const auto rows = json("stats", {"stats"}).lines();
    QCOMPARE(rows.size(), 2);
    QCOMPARE(rows[0]["label"].toString(), QString("piano"));
    QCOMPARE(rows[0]["clips"].toInt(), 3);
    QCOMPARE(rows[0]["seconds"].toDouble(), 9.0);
    QCOMPARE(rows[1]["recordings"].toInt(), 2);
    QVERIFY(std::abs(rows[1]["peak_max"].toDouble() - 20 * std::log10(0.4)) < 0.1);
    QCOMPARE(json("stats", {"stats", "--label", "violin"}).lines().size(), 1);
    QCOMPARE(json("stats", {"stats", "--label", "oboe"}).code, 1);
  }

  void exportedPicturesAreThoseOfSystemA() {
    fill("pictures");
    const auto answer = json("pictures", {"export", "--images", at("pictures-out")});
    QVERIFY2(answer.code == 0, answer.all());
    QCOMPARE(answer.event("export")["files"].toInt(), 5);
    const QString name = at("pictures-out/piano/a_chunk0.png");
    QFile file(name);
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(name));
    const QByteArray png = file.readAll();
    QVERIFY(png.startsWith("\x89PNG\r\n\x1a\n"));
    const auto number = [&](int place) { return qFromBigEndian<quint32>(png.constData() + place); };
    QCOMPARE(number(16), 130u);         // 1 + 66150 / 512 frames wide
    QCOMPARE(number(20), 128u);         // mel bands high
    QCOMPARE(png.mid(24, 2), QByteArray("\x08\x00", 2));  // 8 bit, grey
    QVERIFY(QFileInfo::exists(at("pictures-out/violin/b_chunk0.png")));
    const auto again = ctl({"--workspace", at("pictures"), "export", "--images", at("pictures-out")});
    QVERIFY2(again.code == 1 && again.err.contains("pictures-out"), again.all());
  }

  void exportedSoundsAreTheClips() {
    fill("sounds");
    const auto answer = json("sounds", {"export", "inst:piano", "--audio", at("sounds-out"), "--format", "flac"});
    QVERIFY2(answer.code == 0, answer.all());
    QCOMPARE(QDir(at("sounds-out/piano")).entryList(QDir::Files), (QStringList{"a_chunk0.flac", "a_chunk1.flac", "a_chunk2.flac"}));
    const auto original = luthier::audio::read_audio(at("sounds-sounds/piano/a.wav").toStdString());
    const auto second = luthier::audio::read_audio(at("sounds-out/piano/a_chunk1.flac").toStdString());
    QCOMPARE(second.length(), std::size_t{3 * kRate});
    float worst = 0;
    for (std::size_t i = 0; i < second.length(); ++i) worst = std::max(worst, std::abs(second.channels[0][i] - original.channels[0][i + 3 * kRate]));
    QVERIFY2(worst < 1e-6f, qPrintable(QString::number(worst)));
    QFile table(at("sounds-out/metadata.csv"));
    QVERIFY(table.open(QIODevice::ReadOnly));
    QCOMPARE(table.readAll().count('\n'), 4);
    const auto unknown = ctl({"--workspace", at("sounds"), "export", "--audio", at("sounds-other"), "--format", "cassette"});
    QVERIFY2(unknown.code == 1 && unknown.err.contains("cassette") && !QFileInfo::exists(at("sounds-other")), unknown.all());
  }

  void checkFindsLostChangedAndLeftOverFiles() {
    fill("check");
    QCOMPARE(json("check", {"check", "--deep"}).event("check")["errors"].toInt(), 0);
    QFile changed(at("check/audio/violin/c.wav"));
    QVERIFY(changed.open(QIODevice::ReadWrite) && changed.seek(1000) && changed.write("xyz") == 3);
    changed.close();
    QCOMPARE(json("check", {"check"}).code, 0);  // its size is as it was
    QVERIFY(json("check", {"check", "--deep"}).out.contains("c.wav"));
    QVERIFY(QFile::remove(at("check/audio/piano/a.wav")));
    const auto lost = json("check", {"check"});
    QVERIFY2(lost.code == 1 && lost.event("finding")["error"].toBool() && lost.out.contains("a.wav") && lost.out.contains("luthierctl check --relink FOLDER"), lost.all());
    QCOMPARE(count("check", {"missing:yes"}), 3);
    QCOMPARE(json("check", {"check", "--relink", at("check-sounds")}).code, 0);
    QCOMPARE(count("check", {"missing:yes"}), 0);
    write_text(at("check/audio/stray.bin"), "nobody knows me");
    const auto stray = json("check", {"check"});
    QVERIFY2(stray.code == 0 && stray.event("check")["notes"].toInt() == 1 && stray.out.contains("luthierctl check --free"), stray.all());
    QCOMPARE(json("check", {"check", "--free"}).code, 0);
    QVERIFY(!QFileInfo::exists(at("check/audio/stray.bin")));
    QCOMPARE(count("check", {}), 5);
  }

  void aListIsFetchedRowByRow() {
    // Stand-ins for the two programs: the address decides what comes.
    write_text(at("bin/yt-dlp"),
               "#!/bin/sh\nwhile [ $# -gt 0 ]; do case \"$1\" in --output) out=\"$2\"; shift;; esac; url=\"$1\"; shift; done\n"
               "case \"$url\" in *good*) cp '" + at("fetched.wav").toUtf8() + "' \"${out%.%(ext)s}.wav\";; *) echo 'ERROR: Video unavailable' >&2; exit 1;; esac\n");
    write_text(at("bin/ffmpeg"), "#!/bin/sh\nexit 0\n");
    for (const char* name : {"bin/yt-dlp", "bin/ffmpeg"}) QFile::setPermissions(at(name), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    write_sound(at("fetched.wav"), tone(440, 3));
    write_text(at("list.csv"), "instrument,title,url\npiano,\"Nocturne, live\",https://example.org/good\nviolin,Gone,https://example.org/bad\n");
    const QString path = at("bin") + ":" + qEnvironmentVariable("PATH");
    const QStringList command{"--workspace", at("fetch"), "--json", "fetch", at("list.csv"), "--rights", "public domain"};
    const auto answer = ctl(command, path);
    QVERIFY2(answer.code == 0, answer.all());
    QCOMPARE(answer.event("fetch")["recordings"].toInt(), 1);
    QCOMPARE(answer.event("skipped")["line"].toInt(), 3);
    QVERIFY(answer.event("skipped")["reason"].toString().contains("Video unavailable"));
    const auto clip = json("fetch", {"clips"}).lines().first();
    QCOMPARE(clip["label"].toString(), QString("piano"));
    QCOMPARE(clip["source"].toString(), QString("https://example.org/good"));
    QCOMPARE(clip["name"].toString(), QString("Nocturne, live.wav"));
    const auto again = ctl(command, path);
    QVERIFY2(again.event("fetch")["already"].toInt() == 1 && again.code == 1, again.all());
    QVERIFY(QDir(at("fetch")).entryList({".fetch*"}, QDir::Hidden | QDir::Dirs).isEmpty());
  }

  void fetchWithoutItsProgramsOrWithAWrongListSaysSo() {
    write_text(at("short.csv"), "piano,https://example.org/x\n");
    write_text(at("file.csv"), "piano,Local,file:///etc/passwd\n");
    write_text(at("right.csv"), "piano,Nocturne,https://example.org/x\n");
    const QString empty = at("no-programs");
    QDir().mkpath(empty);
    const auto missing = ctl({"--workspace", at("fetch-none"), "fetch", at("right.csv")}, empty);
    QVERIFY2(missing.code == 1 && missing.err.contains("yt-dlp") && missing.err.count('\n') == 1, missing.all());
    for (const char* list : {"short.csv", "file.csv"}) {
      const auto wrong = ctl({"--workspace", at("fetch-none"), "fetch", at(list)}, empty);
      QVERIFY2(wrong.code == 1 && wrong.err.contains("line 1"), wrong.all());
    }
    QVERIFY(!QFileInfo::exists(at("fetch-none")));
  }
};

QTEST_GUILESS_MAIN(TestCatalogVerbs)
#include "tst_catalog_verbs.moc"
