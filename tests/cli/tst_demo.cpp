// labels: pending slow
// timeout: 900
#include <QProcess>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

/// The main job from nothing, from outside, with real instruments.
class TestDemo : public QObject {
  Q_OBJECT
 private slots:
  void theDemoEndsInAComparisonThatKeepsTheNotes();
};

void TestDemo::theDemoEndsInAComparisonThatKeepsTheNotes() {
  QTemporaryDir folder;
  QProcess process;
  process.start(LUTHIERCTL, {"--workspace", folder.filePath("w"), "--json", "demo", "--preset", "quick"});
  QVERIFY(process.waitForFinished(850000));
  const QByteArray out = process.readAllStandardOutput(), error = process.readAllStandardError();
  QVERIFY2(process.exitCode() == 0, error.constData());
  const auto last = nlohmann::json::parse(out.trimmed().split('\n').last().toStdString());
  const fs::path place = last.at("comparison").get<std::string>();
  for (const char* name : {"comparison.png", "comparison.svg", "record.json", "result.wav"}) QVERIFY2(fs::exists(place / name), name);
  std::ifstream file(place / "record.json");
  const auto record = nlohmann::json::parse(file);
  const auto& truth = record.at("against_truth");
  const double before = truth.at("content").at("log_spectral_distance_db"), after = truth.at("result").at("log_spectral_distance_db");
  QVERIFY2(after < before, qPrintable(QString("%1 dB, the content %2 dB").arg(after).arg(before)));
  const double kept = record.at("figures")[1].at("figures").at("notes_kept");
  QVERIFY2(kept > 0.5, qPrintable(QString::number(kept)));
}

QTEST_GUILESS_MAIN(TestDemo)
#include "tst_demo.moc"
