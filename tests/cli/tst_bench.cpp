#include <QtTest>

#include "tests/support/ctl.h"

class TestBench : public QObject {
  Q_OBJECT
 private slots:
  void everyNameIsListedOnce();
  void aFigureIsOneLineOfJson_data();
  void aFigureIsOneLineOfJson();
  void aFilterThatMatchesNothingIsSaid();
};

void TestBench::everyNameIsListedOnce() {
  const Said said = luthierctl({"bench", "--list"}, QDir::tempPath());
  QVERIFY2(said.code == 0, said.all());
  QStringList names;
  for (const auto& line : said.json()) names << line["name"].toString();
  QVERIFY(names.contains("audio.stft") && names.contains("catalog.search") && names.contains("training_step.latent_diffusion.tiny"));
  QCOMPARE(names.removeDuplicates(), 0);
}

void TestBench::aFigureIsOneLineOfJson_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<bool>("peer");
  QTest::newRow("with a peer") << "audio.stft" << true;
  QTest::newRow("without") << "audio.resample" << false;
  QTest::newRow("a training step") << "training_step.simplegan" << false;
}

void TestBench::aFigureIsOneLineOfJson() {
  QFETCH(QString, name);
  QFETCH(bool, peer);
  const Said said = luthierctl({"bench", "--filter", name, "--seconds", "0.01", "--device", "cpu"}, QDir::tempPath());
  QVERIFY2(said.code == 0 && said.json().size() == 1, said.all());
  const auto figure = said.json().first();
  QVERIFY(figure["name"].toString().startsWith(name) && figure["device"] == "cpu" && !figure["work"].toString().isEmpty());
  QVERIFY(figure["milliseconds"].toDouble() > 0 && figure["fastest"].toDouble() <= figure["milliseconds"].toDouble() && figure["repeats"].toInt() >= 3);
  QCOMPARE(figure.contains("peer"), peer);
  if (peer) QVERIFY(std::abs(figure["ratio"].toDouble() - figure["peer_milliseconds"].toDouble() / figure["milliseconds"].toDouble()) < 1e-6);
  if (name.startsWith("audio")) QVERIFY(figure["real_time"].toDouble() > 1);
}

void TestBench::aFilterThatMatchesNothingIsSaid() {
  const Said said = luthierctl({"bench", "--filter", "quantum"}, QDir::tempPath());
  QCOMPARE(said.code, 1);
  QVERIFY2(said.err.startsWith("luthierctl: No benchmark's name holds 'quantum'") && said.err.contains("audio.stft"), said.all());
}

QTEST_GUILESS_MAIN(TestBench)
#include "tst_bench.moc"
