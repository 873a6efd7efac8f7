// timeout: 300
#define QT_NO_KEYWORDS
#include <torch/types.h>

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>

#include "audio/reader.h"
#include "core/data/npz_file.h"
#include "core/session/figure/raster.h"
#include "core/session/training_session.h"
#include "tests/support/core_workspace.h"
#include "tests/support/ctl.h"

using namespace luthier;
namespace fs = std::filesystem;

/// The JSON lines without those of progress.
static QList<QJsonObject> found(const Said& said) {
  QList<QJsonObject> lines;
  for (const auto& line : said.json())
    if (line["event"].toString() != "progress") lines << line;
  return lines;
}

/// What a data set is like, what a run would cost and plan, and what its parts tell: the verbs stats, train --dry-run, train
/// --timeline, transfer in label styles, and probe.
class TestAnalysisVerbs : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void theAnalysisTellsMeasuresByLabel();
  void tablesAndPicturesAreWrittenOnce();
  void statisticsAreWrittenAsTheFamilyReadsThem();
  void aDryRunTellsPhasesMemoryAndBatch();
  void theTimelineFollowsTheSettings();
  void wrongAuditionsAreUsageErrors();
  void aRunIsProbed();
  void stylesOfLabelsAndBetweenThem();

 private:
  Said ctl(const QStringList& words) const { return luthierctl(QStringList{"--workspace", "w"} + words, folder_.path(), 200000); }
  QString file(const QString& name) const { return folder_.filePath(name); }
  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  QString run_;
};

void TestAnalysisVerbs::initTestCase() {
  workspace_ = make_test_workspace(fs::path(folder_.filePath("w").toStdString()), 10);
  const auto said = ctl({"--json", "train", "disentangled", "--preset", "tiny", "--device", "cpu", "--steps", "8", "--batch", "4", "--filters", "2", "--auditions", "1"});
  QVERIFY2(said.code == 0, said.all().constData());
  run_ = QString::fromStdString(list_runs(workspace_->folder()).front().id);
}

void TestAnalysisVerbs::theAnalysisTellsMeasuresByLabel() {
  const auto said = ctl({"--json", "stats", "--analyse"});
  QVERIFY2(said.code == 0, said.all().constData());
  const auto rows = found(said);
  QCOMPARE(rows.size(), 2);
  QCOMPARE(rows[0]["label"].toString(), QStringLiteral("bell"));
  QCOMPARE(rows[0]["clips"].toInt(), 10);
  QCOMPARE(rows[0]["centroid"].toObject()["unit"].toString(), QStringLiteral("Hz"));
  QVERIFY(rows[0]["centroid"].toObject()["mean"].toDouble() > rows[1]["centroid"].toObject()["mean"].toDouble());  // the bell is bright
  QVERIFY(std::abs(rows[1]["seconds"].toObject()["median"].toDouble() - 2) < 0.01);
  const auto one = ctl({"stats", "--analyse", "--label", "horn"});
  QVERIFY2(one.code == 0 && one.out.contains("horn (10)") && !one.out.contains("bell"), one.all().constData());
  const auto none = ctl({"stats", "--analyse", "--label", "oboe"});
  QVERIFY2(none.code == 1 && none.err.contains("no clip has the label 'oboe'"), none.all().constData());
}

void TestAnalysisVerbs::tablesAndPicturesAreWrittenOnce() {
  const auto said = ctl({"stats", "--plots", "plots.png", "--table", "table.csv", "--map", "map.png"});
  QVERIFY2(said.code == 0, said.all().constData());
  for (const char* name : {"plots.png", "map.png"}) QVERIFY2(read_grey_png(file(name).toStdString()).height > 400, name);
  QFile table(file("table.csv"));
  QVERIFY(table.open(QIODevice::ReadOnly));
  const auto lines = table.readAll().split('\n');
  QVERIFY(lines[0].startsWith("label,clips,seconds_mean (s),") && lines[1].startsWith("bell,10,") && lines[2].startsWith("horn,10,"));
  QCOMPARE(lines[1].split(',').size(), lines[0].split(',').size());
  const auto again = ctl({"stats", "--plots", "plots.png"});
  QVERIFY2(again.code == 1 && again.err.contains("never overwritten"), again.all().constData());
}

void TestAnalysisVerbs::statisticsAreWrittenAsTheFamilyReadsThem() {
  const auto said = ctl({"stats", "--label", "bell", "--npz", "bell.npz", "--rate", "16000", "--n-fft", "512", "--hop", "128", "--cqt-bins", "60"});
  QVERIFY2(said.code == 0 && said.err.contains("training clips"), said.all().constData());
  const auto arrays = read_npz(file("bell.npz").toStdString());
  QVERIFY(arrays.at("stft_mean").sizes() == (std::vector<std::int64_t>{2, 257}));
  QVERIFY(arrays.at("cqt_std").sizes() == (std::vector<std::int64_t>{2, 60}));
  QCOMPARE(ctl({"stats", "--label", "horn", "--npz", "horn.npz", "--rate", "16000", "--n-fft", "512", "--hop", "128", "--cqt-bins", "60"}).code, 0);
  const QStringList train = {"train", "disentangled", "--preset", "tiny", "--device", "cpu", "--filters", "2", "--dry-run", "--statistics_files"};
  const auto fits = ctl(train + QStringList{"bell=bell.npz,horn=horn.npz"});
  QVERIFY2(fits.code == 0, fits.all().constData());
  const auto wrong = ctl(train + QStringList{"bell=bell.npz,horn=horn.npz", "--cqt_bins", "48"});
  QVERIFY2(wrong.code == 1 && wrong.err.count('\n') == 1, wrong.all().constData());
}

void TestAnalysisVerbs::aDryRunTellsPhasesMemoryAndBatch() {
  const auto said = ctl({"--json", "train", "disentangled", "--preset", "tiny", "--device", "cpu", "--filters", "2", "--dry-run"});
  QVERIFY2(said.code == 0, said.all().constData());
  const auto line = found(said).front();
  QCOMPARE(line["phases"].toArray().size(), 4);
  QVERIFY(line["memory_available"].toDouble() > 0 && line["seconds_total"].toDouble() > 0);
  QVERIFY(line["fits"].toBool());
  QCOMPARE(line["batch"].toInt(), line["fitting_batch"].toInt());
  const auto resumed = ctl({"train", "--resume", run_, "--steps", "12", "--device", "cpu", "--dry-run"});
  QVERIFY2(resumed.code == 0 && resumed.out.contains("from step 8") && resumed.out.contains("changed: steps: 8 -> 12"), resumed.all().constData());
  const auto fixed = ctl({"train", "--resume", run_, "--filters", "4", "--device", "cpu"});
  QVERIFY2(fixed.code == 1 && fixed.err.contains("'filters'") && fixed.err.contains("fixed"), fixed.all().constData());
}

void TestAnalysisVerbs::theTimelineFollowsTheSettings() {
  const auto said = ctl({"--json", "train", "disentangled", "--preset", "report", "--timeline", "--steps", "100", "--phase_1_end", "0.1"});
  QVERIFY2(said.code == 0, said.all().constData());
  const auto first = found(said).front();
  QCOMPARE(first["weight"].toString(), QStringLiteral("reconstruction"));
  QCOMPARE(first["points"].toArray()[1].toArray()[0].toDouble(), 10.0);
  const auto table = ctl({"train", "disentangled", "--preset", "report", "--timeline"});
  QVERIFY2(table.code == 0 && table.out.contains("adversarial (960)") && table.out.contains("0 to 0.5"), table.all().constData());
  const auto none = ctl({"train", "simplegan", "--preset", "tiny", "--timeline"});
  QVERIFY2(none.code == 0 && none.err.contains("no weights that change"), none.all().constData());
  const auto wrong = ctl({"train", "disentangled", "--preset", "report", "--timeline", "--phase_1_end", "0.9"});
  QVERIFY2(wrong.code == 1 && wrong.err.contains("must rise"), wrong.all().constData());
}

void TestAnalysisVerbs::wrongAuditionsAreUsageErrors() {
  for (const char* words : {"12", "12,", "a,b", "1,2,3", "0,4"}) {
    const auto said = ctl({"train", "disentangled", "--preset", "tiny", "--audition", words});
    QVERIFY2(said.code == 2 && said.err.contains("--audition"), said.all().constData());
  }
}

void TestAnalysisVerbs::aRunIsProbed() {
  const auto said = ctl({"--json", "probe", "--run", run_, "--device", "cpu", "--clips", "2"});
  QVERIFY2(said.code == 0, said.all().constData());
  QStringList events;
  for (const auto& line : found(said)) events << line["event"].toString();
  QCOMPARE(events, (QStringList{"reconstruction", "reconstruction", "transfer", "transfer", "parts"}));
  const auto parts = found(said).last();
  QVERIFY(parts["label_from_content"].toDouble() >= 0 && parts["label_from_content"].toDouble() <= 1);
  const auto table = ctl({"probe", "--run", run_, "--device", "cpu", "--clips", "1"});
  QVERIFY2(table.code == 0 && table.out.contains("bell to horn") && table.out.contains("from content"), table.all().constData());
  const auto none = ctl({"probe", "--run", "nothing"});
  QVERIFY2(none.code == 1 && none.err.contains("'nothing'"), none.all().constData());
}

void TestAnalysisVerbs::stylesOfLabelsAndBetweenThem() {
  const auto transfer = [&](const QString& out, const QStringList& more) {
    return ctl(QStringList{"transfer", "--run", run_, "--content", "1", "--style", "2", "--device", "cpu", "--out", out} + more);
  };
  QVERIFY(transfer("clip.wav", {}).code == 0);
  QVERIFY(transfer("label.wav", {"--style_by", "label", "--label", "horn"}).code == 0);
  QVERIFY(transfer("half.wav", {"--style_by", "between", "--from_label", "bell", "--label", "horn", "--blend", "0.5"}).code == 0);
  QVERIFY(transfer("whole.wav", {"--style_by", "between", "--from_label", "bell", "--label", "horn", "--blend", "1"}).code == 0);
  const auto samples = [&](const QString& name) { return audio::read_audio(file(name).toStdString()).channels.at(0); };
  const auto whole = samples("whole.wav"), label = samples("label.wav");
  QCOMPARE(whole.size(), label.size());
  double apart = 0;  // a mix of styles is rounded once more than one of them
  for (std::size_t i = 0; i < whole.size(); ++i) apart = std::max(apart, std::abs(static_cast<double>(whole[i]) - label[i]));
  QVERIFY2(apart < 2e-3, qPrintable(QString::number(apart)));
  QVERIFY(samples("half.wav") != label && !samples("half.wav").empty());
  const auto alone = ctl({"transfer", "--run", run_, "--content", "1", "--device", "cpu", "--no-treble", "--style_by", "label", "--label", "horn", "--out", "alone.wav", "--image", "alone.png"});
  QVERIFY2(alone.code == 0, alone.all().constData());
  QVERIFY(samples("alone.wav") == label);
  const auto again = ctl({"transfer", "--like", "alone.wav", "--device", "cpu", "--out", "again.wav"});
  QVERIFY2(again.code == 0, again.all().constData());
  QCOMPARE(ctl({"transfer", "--run", run_, "--content", "1", "--style_by", "label"}).code, 2);
  const auto wrong = transfer("wrong.wav", {"--style_by", "label", "--label", "oboe"});
  QVERIFY2(wrong.code == 1 && wrong.err.contains("'oboe'"), wrong.all().constData());
  QVERIFY(!QFile::exists(file("wrong.wav")));
}

QTEST_GUILESS_MAIN(TestAnalysisVerbs)
#include "tst_analysis_verbs.moc"
