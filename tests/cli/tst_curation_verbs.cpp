// timeout: 180
// luthierctl from outside: duplicates, cuts, disk, map.
#include <QtTest>

#include "tests/support/ctl.h"

class TestCurationVerbs : public QObject {
  Q_OBJECT
  QTemporaryDir folder_;

  Said ctl(const QStringList& words) const { return luthierctl(QStringList{"--workspace", "w", "--json"} + words, folder_.path()); }
  static QJsonObject event(const Said& said, const QString& name) {
    for (const QJsonObject& line : said.json())
      if (line["event"].toString() == name) return line;
    return {};
  }
  int count(const QString& query) const { return static_cast<int>(ctl({"clips", query}).json().size()); }

 private slots:
  void initTestCase() {
    for (int phrase = 0; phrase < 4; ++phrase) {
      for (const bool bright : {true, false})
        write_file(folder_.filePath(QStringLiteral("in/%1/%1%2.wav").arg(bright ? "bell" : "horn").arg(phrase)), wav_of_phrase(phrase, bright));
    }
    // Other bytes, the same samples: a chunk that no reader knows stands at the end.
    write_file(folder_.filePath("in/bell/copy.wav"), wav_of_phrase(0, true) + QByteArray("junk\x04\x00\x00\x00wxyz", 12));
    const Said said = ctl({"import", "in", "--label-from-folder", "--clip-seconds", "0", "--no-trim"});
    QVERIFY2(said.code == 0, said.all());
    QCOMPARE(count(""), 9);
  }

  void theSameSoundIsFoundExcludedAndTakenInAgain() {
    const Said listed = ctl({"duplicates"});
    QVERIFY2(listed.code == 0, listed.all());
    QCOMPARE(event(listed, "duplicates")["extra"].toInt(), 1);
    QCOMPARE(listed.json().size(), 3);
    QCOMPARE(count("dup:yes"), 2);
    QCOMPARE(event(ctl({"duplicates", "--exclude"}), "duplicates")["done"].toString(), QString("excluded"));
    QCOMPARE(count("excluded:yes"), 1);
    QCOMPARE(event(ctl({"duplicates"}), "duplicates")["extra"].toInt(), 0);
    QCOMPARE(ctl({"undo"}).code, 0);
    QCOMPARE(ctl({"duplicates", "--exclude", "--remove"}).code, 2);
    QCOMPARE(ctl({"duplicates", "--remove"}).code, 0);
    QCOMPARE(count(""), 8);
    QCOMPARE(ctl({"undo"}).code, 0);
    QCOMPARE(count(""), 9);
  }

  void pairsAreMadeAndTakenOutByHand() {
    QCOMPARE(ctl({"pairs", "add", "--set", "mine", "--content", "1", "--style", "7"}).code, 0);
    QCOMPARE(ctl({"pairs", "add", "--set", "mine", "--content", "2", "--style", "6", "--target", "7"}).code, 0);
    auto rows = ctl({"pairs", "show", "--set", "mine"}).json();
    QCOMPARE(rows.size(), 2);
    QCOMPARE(rows[1]["target"].toInt(), 7);
    QCOMPARE(ctl({"pairs", "remove", "--set", "mine", "1"}).code, 0);
    rows = ctl({"pairs", "show", "--set", "mine"}).json();
    QCOMPARE(rows.size(), 1);
    QCOMPARE(rows[0]["content"].toInt(), 2);
    QCOMPARE(ctl({"undo"}).code, 0);
    QCOMPARE(ctl({"pairs", "show", "--set", "mine"}).json().size(), 2);
    QCOMPARE(ctl({"pairs", "remove", "--set", "mine", "3"}).code, 1);
    QCOMPARE(ctl({"pairs", "add", "--set", "mine", "--content", "1", "--style", "99"}).code, 1);
    QCOMPARE(ctl({"pairs", "remove", "--set", "mine"}).code, 0);
    QVERIFY(ctl({"pairs", "list"}).json().isEmpty());
    QCOMPARE(ctl({"undo"}).code, 0);
    QCOMPARE(ctl({"pairs", "list"}).json().size(), 1);
  }

  void aLabelIsChangedAndTakenBack() {
    QCOMPARE(ctl({"label", "bell", "--rename", "chime", "--colour", "#3388ff", "--key", "9"}).code, 0);
    QCOMPARE(count("inst:chime"), 5);
    QCOMPARE(ctl({"undo"}).code, 0);
    QCOMPARE(count("inst:bell"), 5);
    QCOMPARE(ctl({"label", "bell", "--remove"}).code, 0);
    QCOMPARE(count("inst:bell"), 0);
    QCOMPARE(ctl({"undo"}).code, 0);
    QCOMPARE(count("inst:bell"), 5);
  }

  void searchesAreKept() {
    QCOMPARE(event(ctl({"searches", "add", "horns", "inst:horn"}), "added")["clips"].toInt(), 4);
    QCOMPARE(event(ctl({"searches"}), "search")["query"].toString(), QString("inst:horn"));
    QCOMPARE(ctl({"searches", "add", "wrong", "dur:>x"}).code, 1);
    QCOMPARE(ctl({"searches", "remove", "horns"}).code, 0);
    QVERIFY(ctl({"searches"}).json().isEmpty());
  }

  void aNameStaysOnItsLine() {
    write_file(folder_.filePath("odd/a\nb\x1b[31mc.wav"), wav_of_phrase(9, true));
    QVERIFY(luthierctl({"--workspace", "odd-w", "import", "odd"}, folder_.path()).code == 0);
    const Said said = luthierctl({"--workspace", "odd-w", "clips"}, folder_.path());
    QVERIFY2(said.code == 0 && said.out.contains("a\\nb\\x1b[31mc") && !said.out.contains('\x1b'), said.all());
  }

  void clipsAreSortedBySeveralColumns() {
    const auto lines = ctl({"clips", "--sort", "label,name", "--descending"}).json();
    QCOMPARE(lines.size(), 9);
    QCOMPARE(lines.first()["name"].toString(), QString("horn3.wav"));
    QCOMPARE(lines.last()["name"].toString(), QString("bell0.wav"));
    const Said wrong = ctl({"clips", "--sort", "colour"});
    QVERIFY2(wrong.code == 2 && wrong.err.contains("colour"), wrong.all());
    QVERIFY(lines.first().contains("rights"));
  }

  void clipsAreTrimmedAndCut() {
    const Said trimmed = ctl({"cut", "2", "--from", "0.5", "--to", "1.5"});
    QVERIFY2(trimmed.code == 0, trimmed.all());
    QCOMPARE(event(trimmed, "cut")["seconds"].toDouble(), 1.0);
    QCOMPARE(event(trimmed, "cut")["start_frame"].toInt(), 8000);
    const Said again = ctl({"cut", "2", "--from", "0.5", "--new"});
    QCOMPARE(event(again, "cut")["start_frame"].toInt(), 16000);
    QCOMPARE(event(again, "cut")["clip"].toInt(), 10);
    QCOMPARE(event(ctl({"cut", "2", "--from", "0", "--to", "3", "--in-recording"}), "cut")["seconds"].toDouble(), 3.0);
    QCOMPARE(ctl({"cut", "2", "--from", "2", "--to", "1"}).code, 2);
    const Said gone = ctl({"cut", "99"});
    QVERIFY2(gone.code == 1 && gone.err.contains("no clip 99"), gone.all());
    for (int i = 0; i < 3; ++i) QCOMPARE(ctl({"undo"}).code, 0);
    QCOMPARE(count(""), 9);
  }

  void theDiskIsShownAndFreed() {
    write_file(folder_.filePath("w/features/mel/x.features"), QByteArray(5000, 'x'));
    write_file(folder_.filePath("w/runs/r-1/status.json"), "{\"id\":\"r-1\",\"family\":\"melgan\",\"status\":\"done\"}");
    const Said shown = ctl({"disk"});
    QVERIFY2(shown.code == 0 && shown.out.contains("feature cache") && shown.out.contains("r-1"), shown.all());
    QCOMPARE(ctl({"free"}).code, 2);
    QCOMPARE(event(ctl({"free", "--features", "--dry-run"}), "freed")["bytes"].toInt(), 5000);
    QVERIFY(QFile::exists(folder_.filePath("w/features/mel/x.features")));
    const Said wrong = ctl({"free", "--features", "--run", ".."});
    QVERIFY2(wrong.code == 1 && wrong.err.contains("no run") && QFile::exists(folder_.filePath("w/features/mel/x.features")), wrong.all());
    QCOMPARE(ctl({"free", "--features", "--run", "r-1"}).code, 0);
    QVERIFY(!QFile::exists(folder_.filePath("w/features/mel/x.features")) && !QDir(folder_.filePath("w/runs/r-1")).exists());
  }

  void theMapIsMadeAndAsked() {
    const Said made = ctl({"map", "--out", "map.csv"});
    QVERIFY2(made.code == 0, made.all());
    QCOMPARE(event(made, "map")["clips"].toInt(), 9);
    QFile table(folder_.filePath("map.csv"));
    QVERIFY(table.open(QIODevice::ReadOnly));
    QCOMPARE(table.readAll().count('\n'), 10);
    QCOMPARE(ctl({"map", "--out", "map.csv"}).code, 1);  // never overwritten
    QCOMPARE(ctl({"map", "--out", "map.txt"}).code, 2);
    QCOMPARE(ctl({"map", "--out", "map.png"}).code, 0);
    const Said near = ctl({"neighbours", "2", "--count", "3"});
    QVERIFY2(near.code == 0, near.all());
    QCOMPARE(near.json().size(), 3);
    QCOMPARE(near.json().first()["label"].toString(), QString("bell"));
    QCOMPARE(ctl({"neighbours", "99"}).code, 1);
  }

  void pairsAreSuggestedRefusedAndRenamed() {
    const Said suggested = ctl({"pairs", "suggest", "--content", "2", "--count", "2"});
    QVERIFY2(suggested.code == 0 && suggested.json().size() == 2, suggested.all());
    const QJsonObject first = suggested.json().first();
    QVERIFY2(first["style"].toInt() > 5 && first["reason"].toString().startsWith("sounds alike, horn beside bell"), suggested.all());
    const QString style = QString::number(first["style"].toInt());
    QCOMPARE(ctl({"pairs", "suggest", "--content", "2", "--style", style}).json().size(), 1);
    QVERIFY(ctl({"pairs", "suggest", "--content", "2", "--style", "3"}).json().isEmpty());  // of the same label
    QCOMPARE(ctl({"pairs", "suggest"}).code, 2);
    QCOMPARE(ctl({"pairs", "add", "--set", "likely", "--content", "2", "--style", style, "--reason", first["reason"].toString()}).code, 0);
    QCOMPARE(ctl({"pairs", "show", "--set", "likely"}).json().first()["reason"], first["reason"]);
    QCOMPARE(ctl({"split", "test", "9"}).code, 0);
    const Said leak = ctl({"pairs", "add", "--set", "likely", "--content", "2", "--style", "9"});
    QVERIFY2(leak.code == 1 && leak.err.contains("clip 9) is kept for test"), leak.all());
    write_file(folder_.filePath("leak.csv"), "bell,0,horn,0\nbell,1,horn,3\nhorn,1,horn,1\n");
    const Said file = ctl({"pairs", "import", "leak.csv", "--name", "leaky"});
    QVERIFY2(file.code == 1 && file.err.contains("line 2:") && file.err.contains("line 3: Content and style are the same clip"), file.all());
    QCOMPARE(ctl({"undo"}).code, 0);
    QCOMPARE(ctl({"pairs", "rename", "better", "--set", "likely"}).code, 0);
    QCOMPARE(ctl({"pairs", "rename", "mine", "--set", "better"}).code, 1);  // taken
    for (int i = 0; i < 3; ++i) QCOMPARE(ctl({"pairs", "add", "--set", "better", "--content", QString::number(1 + i), "--style", "7"}).code, 0);
    QCOMPARE(ctl({"pairs", "remove", "--set", "better", "4-2"}).code, 2);
    QCOMPARE(ctl({"pairs", "remove", "--set", "better", "1", "3-4"}).code, 0);
    const auto left = ctl({"pairs", "show", "--set", "better"}).json();
    QVERIFY(left.size() == 1 && left.first()["content"].toInt() == 1);
    QCOMPARE(ctl({"undo"}).code, 0);
    QCOMPARE(ctl({"pairs", "show", "--set", "better"}).json().size(), 4);
  }
};

QTEST_GUILESS_MAIN(TestCurationVerbs)
#include "tst_curation_verbs.moc"
