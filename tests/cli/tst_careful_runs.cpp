// timeout: 240
// A run goes on only as it can, whatever became of its files.
#include <QtTest>

#include "tests/support/ctl.h"

class TestCarefulRuns : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void init();
  void whatIsFixedIsRefused_data();
  void whatIsFixedIsRefused();
  void aDamagedStatusIsMadeUp_data();
  void aDamagedStatusIsMadeUp();
  void aStepThatIsNoNumberIsSaid();
  void aMissingEntryNamesTheFile();
  void weightsThatAreNoNumbersAreRefused();
  void anUnknownFamilyNamesTheFile();
  void settingsAndTimelineAreJson();

 private:
  QString at(const QString& name) const { return folder_.filePath(name); }
  QString latest() const { return at("w/runs/" + run_ + "/checkpoints/latest.safetensors"); }
  Said ctl(const QStringList& arguments) const { return luthierctl(QStringList{"--workspace", at("w")} + arguments, folder_.path()); }
  static QByteArray bytes(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }
  QTemporaryDir folder_;
  QString run_;
  QByteArray checkpoint_, record_, status_;
};

void TestCarefulRuns::initTestCase() {
  for (int phrase = 0; phrase < 3; ++phrase)
    for (const bool bright : {false, true}) write_file(at(QString("sounds/") + (bright ? "bright/" : "soft/") + QString::number(phrase) + ".wav"), wav_of_phrase(phrase, bright));
  QVERIFY(ctl({"import", "sounds", "--label-from-folder"}).code == 0);
  const Said trained = ctl({"train", "simplegan", "--preset", "tiny", "--steps", "4", "--preview_every", "1000", "--device", "cpu"});
  QVERIFY2(trained.code == 0, trained.all());
  run_ = QDir(at("w/runs")).entryList({"*-simplegan-*"}, QDir::Dirs).value(0);
  checkpoint_ = bytes(latest()), record_ = bytes(at("w/runs/" + run_ + "/run.json")), status_ = bytes(at("w/runs/" + run_ + "/status.json"));
  QVERIFY(!checkpoint_.isEmpty() && !record_.isEmpty() && !status_.isEmpty());
}

void TestCarefulRuns::init() {
  write_file(latest(), checkpoint_);
  write_file(at("w/runs/" + run_ + "/run.json"), record_);
  write_file(at("w/runs/" + run_ + "/status.json"), status_);
}

void TestCarefulRuns::whatIsFixedIsRefused_data() {
  QTest::addColumn<QStringList>("words");
  QTest::addColumn<int>("code");
  QTest::addColumn<QByteArray>("says");
  QTest::newRow("fewer steps") << QStringList{"--steps", "2"} << 1 << QByteArray("is at step 4");
  QTest::newRow("fewer steps, dry") << QStringList{"--steps", "2", "--dry-run"} << 1 << QByteArray("is at step 4");
  QTest::newRow("labels") << QStringList{"--label", "bright"} << 2 << QByteArray("--label is fixed for the life of a run");
  QTest::newRow("pairs") << QStringList{"--pairs", "x"} << 2 << QByteArray("--pairs is fixed for the life of a run");
  QTest::newRow("preset") << QStringList{"--preset", "tiny"} << 2 << QByteArray("--preset is fixed for the life of a run");
}

void TestCarefulRuns::whatIsFixedIsRefused() {
  QFETCH(QStringList, words);
  QFETCH(int, code);
  QFETCH(QByteArray, says);
  const Said said = ctl(QStringList{"train", "--resume", run_, "--device", "cpu"} + words);
  QVERIFY2(said.code == code && said.err.count("luthierctl: ") == 1 && said.err.contains(says), said.all());
  QCOMPARE(bytes(at("w/runs/" + run_ + "/run.json")), record_);
  QCOMPARE(bytes(at("w/runs/" + run_ + "/status.json")), status_);
}

void TestCarefulRuns::aDamagedStatusIsMadeUp_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::newRow("empty") << QByteArray();
  QTest::newRow("half") << status_.left(100);
  QTest::newRow("another's") << QByteArray("[1, 2]\n");
  QTest::newRow("gone") << QByteArray("gone");
}

void TestCarefulRuns::aDamagedStatusIsMadeUp() {
  QFETCH(QByteArray, text);
  const QString file = at("w/runs/" + run_ + "/status.json");
  write_file(file, text);
  if (text == "gone") QFile::remove(file);
  const auto line = ctl({"--json", "runs"}).json().value(0);
  QCOMPARE(line["family"].toString(), QStringLiteral("simplegan"));
  QCOMPARE(line["step"].toInt(), 4);
  const Said check = ctl({"check"});
  QVERIFY2(check.code == 0 && check.out.contains("status.json' is damaged"), check.all());
  const Said sampled = ctl({"sample", "--run", run_, "--device", "cpu", "--out", QString(QTest::currentDataTag()) + ".wav"});
  QVERIFY2(sampled.code == 0, sampled.all());
  const Said resumed = ctl({"train", "--resume", run_, "--steps", "5", "--device", "cpu"});
  QVERIFY2(resumed.code == 0, resumed.all());
  QVERIFY(!ctl({"check"}).out.contains("status.json"));
}

void TestCarefulRuns::aStepThatIsNoNumberIsSaid() {
  QByteArray changed = checkpoint_;
  QVERIFY(changed.contains("\"step\":\"4\""));
  write_file(latest(), changed.replace("\"step\":\"4\"", "\"step\":\"x\""));
  const Said said = ctl({"train", "--resume", run_, "--steps", "6", "--device", "cpu"});
  QVERIFY2(said.code == 1 && said.err.contains("latest.safetensors' says no number as its step"), said.all());
}

void TestCarefulRuns::aMissingEntryNamesTheFile() {
  for (const char* entry : {"step", "family", "config"}) {
    QByteArray changed = checkpoint_;
    QByteArray wrong = entry;
    wrong[0] = '_';
    write_file(latest(), changed.replace("\"" + QByteArray(entry) + "\":\"", "\"" + wrong + "\":\""));
    const Said said = ctl({"train", "--resume", run_, "--steps", "6", "--device", "cpu"});
    QVERIFY2(said.code == 1 && said.err.contains("latest.safetensors' has no '" + QByteArray(entry) + "'"), said.all());
  }
}

void TestCarefulRuns::weightsThatAreNoNumbersAreRefused() {
  QByteArray changed = checkpoint_;
  std::uint64_t header = 0;
  std::memcpy(&header, changed.constData(), sizeof header);
  std::memset(changed.data() + 8 + header, 0xff, static_cast<std::size_t>(changed.size()) - 8 - header);
  write_file(latest(), changed);
  write_file(at("none.safetensors"), changed);
  for (const QStringList& words : {QStringList{"train", "--resume", run_, "--steps", "6", "--device", "cpu"}, QStringList{"import-weights", "none.safetensors"},
                                   QStringList{"sample", "--checkpoint", "none.safetensors", "--device", "cpu", "--out", "none.wav"}}) {
    const Said said = ctl(words);
    QVERIFY2(said.code == 1 && said.err.contains("values that are no numbers"), said.all());
  }
  QVERIFY(!QFile::exists(at("none.wav")));
}

void TestCarefulRuns::anUnknownFamilyNamesTheFile() {
  QByteArray changed = checkpoint_;
  write_file(at("other.safetensors"), changed.replace("\"family\":\"simplegan\"", "\"family\":\"simpleman\""));
  for (const QStringList& words : {QStringList{"transfer", "--checkpoint", "other.safetensors", "--content", "1", "--style", "2", "--out", "y.wav"},
                                   QStringList{"sample", "--checkpoint", "other.safetensors", "--out", "y.wav"}, QStringList{"import-weights", "other.safetensors"}}) {
    const Said said = ctl(words);
    QVERIFY2(said.code == 1 && said.err.contains("other.safetensors' is of the family 'simpleman'"), said.all());
  }
}

void TestCarefulRuns::settingsAndTimelineAreJson() {
  const Said settings = ctl({"--json", "train", "simplegan", "--settings"});
  QVERIFY2(settings.code == 0 && settings.json().size() > 5, settings.all());
  QCOMPARE(settings.json().first()["event"].toString(), QStringLiteral("setting"));
  QVERIFY(!settings.json().first()["name"].toString().isEmpty() && settings.out.contains("\"steps\""));
  const Said timeline = ctl({"--json", "train", "simplegan", "--preset", "tiny", "--timeline"});
  QVERIFY2(timeline.code == 0, timeline.all());
  QCOMPARE(timeline.json().last()["weights"].toInt(), 0);
  QVERIFY(!timeline.json().last()["phases"].toArray().isEmpty() || timeline.json().last().contains("phases"));
}

QTEST_GUILESS_MAIN(TestCarefulRuns)
#include "tst_careful_runs.moc"
