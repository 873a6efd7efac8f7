#include <QJsonArray>
#include <QTest>

#include "tests/support/ctl.h"

/// Comparing, reporting and tables from the command line.
class TestCompareAndEvaluate : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    write_file(path("a.wav"), wav_of_phrase(1, false));
    write_file(path("b.wav"), wav_of_phrase(1, true));
    write_file(path("c.wav"), wav_of_phrase(4, true));
  }

  void figuresAloneNeedNoFolder() {
    const Said said = luthierctl({"--json", "compare", "a.wav", "b.wav", "c.wav", "--truth", "2", "--difference", "1", "2"}, folder_.path());
    QCOMPARE(said.code, 0);
    const QJsonObject line = said.json().value(0);
    QCOMPARE(line["truth"].toString(), QStringLiteral("b"));
    QCOMPARE(line["figures"].toArray().size(), 2);
    const auto first = line["figures"].toArray()[0].toObject();
    QCOMPARE(first["against"].toString(), QStringLiteral("b"));
    for (const char* name : {"log_spectral_distance_db", "mel_cepstral_distortion_db", "mel_l1_nepers", "timbre_distance", "pitch_jaccard_distance", "onset_f1"}) QVERIFY(first["figures"].toObject().contains(name));
    QVERIFY(line["difference"].toObject()["residual_below_first_db"].toDouble() > -60);
    QCOMPARE(QDir(folder_.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot).size(), 3);
  }

  void aFolderGetsPicturesSoundsFiguresAndTheResidual() {
    const Said said = luthierctl({"--json", "compare", "a.wav", "b.wav", "--difference", "2", "1", "--out", "out", "--colours", "contrast"}, folder_.path());
    QVERIFY2(said.code == 0, said.all());
    for (const char* name : {"comparison.png", "comparison.svg", "comparison.pdf", "figures.csv", "record.json", "a.wav", "b.wav"}) QVERIFY2(QFile::exists(path(QString("out/") + name)), name);
    QVERIFY(QFile::exists(path(said.json().value(0)["residual"].toString())));
  }

  void theEqMatchIsASoundMore() {
    const Said said = luthierctl({"--json", "compare", "a.wav", "b.wav", "c.wav", "--truth", "3", "--eq-match", "1", "2"}, folder_.path());
    QVERIFY2(said.code == 0, said.all());
    const QJsonArray figures = said.json().value(0)["figures"].toArray();
    QCOMPARE(figures.size(), 3);
    QCOMPARE(figures[2].toObject()["sound"].toString(), QStringLiteral("EQ match"));
    QCOMPARE(luthierctl({"compare", "a.wav", "b.wav", "--eq-match", "1", "3"}, folder_.path()).code, 2);
  }

  void listeningTestsAreListedAndShown() {
    write_file(path("log.json"), R"({"kind":"listening_test","test":"ABX","made":"2026-01-31T12:00:00Z","sounds":[{"title":"one"},{"title":"two"}],)"
                                 R"("trials":[{},{},{},{},{}],"planned_trials":5,"complete":true,"correct":5,"p_value":0.03125})");
    const Said shown = luthierctl({"listening", "log.json"}, folder_.path());
    QVERIFY2(shown.code == 0 && shown.out.contains("ABX of one, two") && shown.out.contains("5 of 5 right; by guessing, so many or more come with p = 0.0312"), shown.all());
    QCOMPARE(luthierctl({"--json", "listening", "log.json"}, folder_.path()).json().value(0)["complete"].toBool(), true);
    const Said wrong = luthierctl({"listening", "a.wav"}, folder_.path());
    QVERIFY2(wrong.code == 1 && wrong.err.contains("no log of a listening test"), wrong.all());
  }

  void wrongNumbersAreWrongUsage() {
    QCOMPARE(luthierctl({"compare", "a.wav", "b.wav", "--truth", "3"}, folder_.path()).code, 2);
    QCOMPARE(luthierctl({"compare", "a.wav", "b.wav", "--difference", "0", "1"}, folder_.path()).code, 2);
    QCOMPARE(luthierctl({"evaluate", "--protocol", "t9"}, folder_.path()).code, 2);
    QCOMPARE(luthierctl({"export", "--html", "x.html", "--sound", "a.wav", "--truth", "2"}, folder_.path()).code, 2);
  }

  void aReportIsOneFile() {
    const Said said = luthierctl({"--json", "export", "--html", "report.html", "--sound", "a.wav", "--sound", "b.wav", "--truth", "2", "--evaluation", shipped(), "--title", "A and B"}, folder_.path());
    QVERIFY2(said.code == 0, said.all());
    QFile file(path("report.html"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray page = file.readAll();
    QVERIFY(page.count("data:audio/flac;base64,") == 2 && page.contains("<h1>A and B</h1>") && page.contains("luthier-record"));
    QCOMPARE(luthierctl({"export", "--html", "report.html", "--sound", "a.wav"}, folder_.path()).code, 1);
  }

  void tablesAreShownAndTurnedIntoOtherForms() {
    const Said all = luthierctl({"evaluate", "--show", shipped()}, folder_.path());
    QVERIFY2(all.code == 0 && all.out.contains("copy content"), all.all());
    QCOMPARE(luthierctl({"evaluate", "--show", shipped(), "--out", "t.csv"}, folder_.path()).code, 2);  // which of the tables?
    for (const char* name : {"t.csv", "t.json", "t.md", "t.html"}) {
      const Said one = luthierctl({"--json", "evaluate", "--show", shipped(), "--protocol", "t1", "--out", name}, folder_.path());
      QVERIFY2(one.code == 0, one.all());
      QCOMPARE(one.json().value(0)["protocol"].toString(), QStringLiteral("t1"));
      QVERIFY(QFile(path(name)).size() > 1000);
    }
    for (const char* name : {"t.csv", "t.md"}) {  // each carries the whole table
      const Said back = luthierctl({"--json", "evaluate", "--show", name}, folder_.path());
      QVERIFY2(back.code == 0 && back.json().value(0)["protocol"].toString() == "t1", back.all());
    }
    QCOMPARE(luthierctl({"evaluate", "--show", "t.json"}, folder_.path()).code, 0);
    const Said wrong = luthierctl({"evaluate", "--show", "a.wav"}, folder_.path());
    QVERIFY(wrong.code == 1 && wrong.err.contains("holds no evaluation"));
    QVERIFY(luthierctl({"--json", "evaluate", "--list"}, folder_.path()).json().value(0)["shipped"].toBool());
  }

  void aSpectrogramIsWrittenAsNumbersOrPageAndAsAModelSeesIt() {
    for (const char* name : {"s.csv", "page.pdf", "vectors.svg"}) QCOMPARE(luthierctl({"spectrogram", "a.wav", "--out", name}, folder_.path()).code, 0);
    QFile file(path("s.csv"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray head = file.readLine();
    QVERIFY(head.startsWith("time_s,dB_at_") && head.count(',') == 128);
    const Said seen = luthierctl({"--json", "spectrogram", "a.wav", "--run", "shipped", "--out", "model.npy"}, folder_.path());
    QVERIFY2(seen.code == 0, seen.all());
    QVERIFY(QFile::exists(path("model.json")));
    QCOMPARE(luthierctl({"invert", "model.npy", "--out", "heard.wav"}, folder_.path()).code, 0);
    QCOMPARE(luthierctl({"spectrogram", "a.wav", "--out", "s.docx"}, folder_.path()).code, 2);
  }

 private:
  QString path(const QString& name) const { return folder_.path() + "/" + name; }
  static QString shipped() { return QStringLiteral(SOURCE_DIR "/assets/models/evaluation.json"); }
  QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestCompareAndEvaluate)
#include "tst_compare_and_evaluate.moc"
