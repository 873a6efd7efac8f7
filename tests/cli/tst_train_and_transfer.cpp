// timeout: 300
#include <torch/types.h>

#include <signal.h>

#include <QProcess>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/run/events.h"
#include "core/session/training_session.h"
#include "core/training/checkpoint.h"
#include "tests/support/core_workspace.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

struct Result {
  int code = -1;
  QString out, err;
};

const QStringList kSmall = {"--width", "16", "--deep_width", "16", "--style_width", "16", "--embedding", "16", "--ae_width", "16", "--latent", "16", "--bands", "48",
                            "--n_fft", "512", "--batch", "2", "--frames", "32", "--style_frames", "32", "--attention_heads", "2"};

}  // namespace

class TestTrainAndTransfer : public QObject {
  Q_OBJECT
 private slots:
  void init();
  void trainingPrintsWholeEventLines();
  void interruptStopsWithACheckpointAndResumeGoesOn();
  void aKilledRunLeavesWholeLinesAndGoesOn();
  void wrongWordsAreUsageErrors_data();
  void wrongWordsAreUsageErrors();
  void wrongValuesFailWithOneSentence_data();
  void wrongValuesFailWithOneSentence();
  void transferAndCompareWork();
  void weightsGivenAwayNameNoFolders();
  void lostFilesAreNamed();
  void modelsShowsCounts();
  void spectrogramAndInvertGoRoundAndRefuseDamage();

 private:
  QStringList arguments(const QStringList& words) const { return QStringList{"--workspace", QString::fromStdString(workspace_->folder().string())} + words; }
  Result run(const QStringList& words) const {
    QProcess process;
    process.start(LUTHIERCTL, arguments(words));
    if (!process.waitForFinished(120000)) return {};
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
  }
  QStringList train(const QStringList& more) const { return QStringList{"--json", "train", "latent_diffusion", "--preset", "tiny", "--device", "cpu"} + kSmall + more; }
  /// Starts a long training and returns once it has made `steps`.
  std::unique_ptr<QProcess> started(int steps) const {
    auto process = std::make_unique<QProcess>();
    process->start(LUTHIERCTL, arguments(train({"--ae_steps", "4", "--steps", "100000", "--validate_every", "1000000", "--preview_every", "1000000", "--checkpoint_seconds", "1"})));
    int seen = 0;
    while (seen < steps && process->waitForReadyRead(60000))
      while (process->canReadLine()) seen += process->readLine().startsWith("{\"event\":\"step\"");
    return process;
  }
  std::unique_ptr<QTemporaryDir> folder_;
  std::optional<Workspace> workspace_;
};

void TestTrainAndTransfer::init() {
  folder_ = std::make_unique<QTemporaryDir>();
  workspace_ = make_test_workspace(fs::path(folder_->path().toStdString()) / "w", 6);
}

void TestTrainAndTransfer::trainingPrintsWholeEventLines() {
  const auto result = run(train({"--ae_steps", "2", "--steps", "4"}));
  QVERIFY2(result.code == 0, qPrintable(result.err + result.out.right(500)));
  const auto lines = result.out.split('\n', Qt::SkipEmptyParts);
  int steps = 0, finished = 0;
  for (const auto& line : lines) {
    const RunEvent event = event_from_json_line(line.toStdString());
    steps += std::holds_alternative<StepDone>(event.data);
    finished += std::holds_alternative<RunFinished>(event.data);
  }
  QCOMPARE(steps, 6);
  QCOMPARE(finished, 1);
  QVERIFY(lines.last().startsWith("{\"event\":\"finished\""));
}

void TestTrainAndTransfer::interruptStopsWithACheckpointAndResumeGoesOn() {
  const auto process = started(6);
  QElapsedTimer timer;
  timer.start();
  ::kill(static_cast<pid_t>(process->processId()), SIGINT);
  QVERIFY(process->waitForFinished(30000));
  QCOMPARE(process->exitCode(), 130);
  const auto runs = list_runs(workspace_->folder());
  QCOMPARE(runs.size(), std::size_t{1});
  QCOMPARE(runs[0].status, std::string("cancelled"));
  QVERIFY(!runs[0].latest_checkpoint.empty());
  const auto more = run({"--json", "train", "--resume", QString::fromStdString(runs[0].id), "--device", "cpu", "--steps", QString::number(runs[0].step)});
  QVERIFY2(more.code == 0, qPrintable(more.err));
  QCOMPARE(read_run(workspace_->folder(), runs[0].id).status, std::string("done"));
}

void TestTrainAndTransfer::aKilledRunLeavesWholeLinesAndGoesOn() {
  const auto process = started(30);
  ::kill(static_cast<pid_t>(process->processId()), SIGKILL);
  QVERIFY(process->waitForFinished(30000));
  auto runs = list_runs(workspace_->folder());
  QCOMPARE(runs.size(), std::size_t{1});
  QCOMPARE(runs[0].status, std::string("interrupted"));
  std::ifstream events(runs[0].folder / "events.jsonl");
  std::int64_t last = 0;
  for (std::string line; std::getline(events, line);) {
    const RunEvent event = event_from_json_line(line);  // throws for half a line
    if (const auto* step = std::get_if<StepDone>(&event.data)) last = step->step;
  }
  QVERIFY(last >= 30);
  if (runs[0].latest_checkpoint.empty()) QSKIP("killed before the first checkpoint");
  const auto more = run({"--json", "train", "--resume", QString::fromStdString(runs[0].id), "--device", "cpu", "--steps", QString::number(last + 20)});
  QVERIFY2(more.code == 0, qPrintable(more.err));
  QCOMPARE(read_run(workspace_->folder(), runs[0].id).status, std::string("done"));
}

void TestTrainAndTransfer::wrongWordsAreUsageErrors_data() {
  QTest::addColumn<QStringList>("words");
  QTest::newRow("no family") << QStringList{"train"};
  QTest::newRow("unknown flag") << QStringList{"train", "latent_diffusion", "--nonsense", "3"};
  QTest::newRow("no style") << QStringList{"transfer", "--content", "1"};
  QTest::newRow("device") << QStringList{"train", "latent_diffusion", "--preset", "tiny", "--device", "tpu"};
  QTest::newRow("kind") << QStringList{"spectrogram", "/nowhere.wav", "--kind", "scalogram", "--out", "x.npy"};
  QTest::newRow("family") << QStringList{"train", "opera"};
  QTest::newRow("value") << QStringList{"train", "latent_diffusion", "--batch", "many"};
  QTest::newRow("range") << QStringList{"train", "latent_diffusion", "--batch", "-1"};
  QTest::newRow("colours") << QStringList{"compare", "a.wav", "--colours", "rainbow", "--out", "x"};
  QTest::newRow("no sounds") << QStringList{"compare", "--out", "x"};
  QTest::newRow("models") << QStringList{"models", "opera"};
}

void TestTrainAndTransfer::wrongWordsAreUsageErrors() {
  QFETCH(QStringList, words);
  const auto result = run(words);
  QCOMPARE(result.code, 2);
  QVERIFY(!result.err.isEmpty());
}

void TestTrainAndTransfer::wrongValuesFailWithOneSentence_data() {
  QTest::addColumn<QStringList>("words");
  QTest::addColumn<QString>("says");
  QTest::newRow("resume") << QStringList{"train", "--resume", "nothing"} << "no run";
  QTest::newRow("spectrogram") << QStringList{"spectrogram", "/nowhere.wav", "--out", "/tmp/never.npy"} << "nowhere.wav";
  QTest::newRow("invert") << QStringList{"invert", "/nowhere.npy", "--out", "/tmp/never.wav"} << "nowhere";
}

void TestTrainAndTransfer::wrongValuesFailWithOneSentence() {
  QFETCH(QStringList, words);
  QFETCH(QString, says);
  const auto result = run(words);
  QCOMPARE(result.code, 1);
  QVERIFY2(result.err.contains(says), qPrintable(result.err));
}

void TestTrainAndTransfer::transferAndCompareWork() {
  QCOMPARE(run(train({"--ae_steps", "2", "--steps", "2"})).code, 0);
  const auto id = QString::fromStdString(list_runs(workspace_->folder()).front().id);
  const QString out = folder_->filePath("y.wav"), picture = folder_->filePath("y.png");
  const QStringList words{"transfer", "--run", id, "--content", "1", "--style", "4", "--steps", "2", "--seed", "5", "--out", out, "--image", picture, "--device", "cpu"};
  const auto result = run(words);
  QVERIFY2(result.code == 0, qPrintable(result.err));
  QVERIFY(QFile::exists(out) && QFile::exists(picture) && QFile::exists(folder_->filePath("y.json")));
  QCOMPARE(run(words).code, 1);  // never overwritten
  const auto compared = run({"--json", "compare", QString::fromStdString((workspace_->audio() / "bell0.wav").string()), out, "--out", folder_->filePath("cmp")});
  QVERIFY2(compared.code == 0, qPrintable(compared.err));
  const auto json = nlohmann::json::parse(compared.out.toStdString());
  QVERIFY(json.at("figures")[0].at("figures").contains("notes_kept"));
  QVERIFY(QFile::exists(folder_->filePath("cmp/comparison.png")));
}

void TestTrainAndTransfer::weightsGivenAwayNameNoFolders() {
  QCOMPARE(run(train({"--ae_steps", "2", "--steps", "2", "--bank_file", folder_->filePath("private/bank"), "--soundfonts", "/home/someone/a.sf2:/srv/b.sf3?0-79"})).code, 0);
  const auto id = QString::fromStdString(list_runs(workspace_->folder()).front().id);
  const QString out = folder_->filePath("given.safetensors");
  QCOMPARE(run({"export", "--weights", id, "--out", out}).code, 0);
  QFile file(out);
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QByteArray bytes = file.readAll();
  QVERIFY(bytes.contains("a.sf2:b.sf3?0-79") && bytes.contains("bank"));
  QVERIFY(!bytes.contains(folder_->path().toUtf8()) && !bytes.contains("/home/someone") && !bytes.contains("/srv"));
  QCOMPARE(run({"transfer", "--checkpoint", out, "--content", "1", "--style", "4", "--out", folder_->filePath("z.wav"), "--device", "cpu"}).code, 0);
  // A run that starts from the file names the file, not where it lay.
  QCOMPARE(run(train({"--steps", "2", "--start-from", out})).code, 0);
  const auto second = list_runs(workspace_->folder());
  const auto fresh = std::find_if(second.begin(), second.end(), [&](const RunSummary& summary) { return summary.id != id.toStdString(); });
  QVERIFY(fresh != second.end());
  const QString again = folder_->filePath("again.safetensors");
  QCOMPARE(run({"export", "--weights", QString::fromStdString(fresh->id), "--out", again}).code, 0);
  QFile started(again);
  QVERIFY(started.open(QIODevice::ReadOnly));
  const QByteArray head = started.readAll();
  QVERIFY(head.contains("given.safetensors (SHA-256") && !head.contains(folder_->path().toUtf8()));
  const QString mean = folder_->filePath("mean.safetensors");
  QCOMPARE(run({"export", "--weights", out, "--weights", again, "--out", mean}).code, 0);
  QFile averaged(mean);
  QVERIFY(averaged.open(QIODevice::ReadOnly));
  QVERIFY(averaged.readAll().contains("given.safetensors, again.safetensors"));
  QVERIFY(std::abs(averaged.size() - file.size()) < 2000);
  const auto heard = [](const QString& weights) { return load_checkpoint(weights.toStdString()).tensors.at("model.style_memory.heard"); };
  QVERIFY(torch::equal(heard(mean), heard(again)) && !torch::equal(heard(mean), heard(out)));  // the styles heard last, not a mean of two
  QCOMPARE(run({"transfer", "--checkpoint", mean, "--content", "1", "--style", "4", "--out", folder_->filePath("m.wav"), "--device", "cpu"}).code, 0);
  const auto strangers = run({"export", "--weights", out, "--weights", SOURCE_DIR "/assets/models/studio.safetensors", "--out", folder_->filePath("no.safetensors")});
  QCOMPARE(strangers.code, 1);
  QVERIFY2(strangers.err.contains("so they have no mean") && !QFile::exists(folder_->filePath("no.safetensors")), qPrintable(strangers.err));
}

void TestTrainAndTransfer::lostFilesAreNamed() {
  for (const auto& entry : fs::directory_iterator(workspace_->audio())) fs::remove(entry.path());
  const auto result = run(train({"--ae_steps", "2", "--steps", "2"}));
  QCOMPARE(result.code, 1);
  QVERIFY2(result.err.contains("labelled clips can be used; the first") && result.err.contains(".wav"), qPrintable(result.err));
}

void TestTrainAndTransfer::modelsShowsCounts() {
  const auto result = run({"--json", "models", "latent_diffusion", "--preset", "tiny"});
  QCOMPARE(result.code, 0);
  const auto json = nlohmann::json::parse(result.out.toStdString());
  std::int64_t sum = 0;
  for (const auto& module : json.at("modules")) sum += module.at("parameters").get<std::int64_t>();
  QVERIFY(sum > 0);
  QCOMPARE(json.at("total").get<std::int64_t>(), sum);
}

void TestTrainAndTransfer::spectrogramAndInvertGoRoundAndRefuseDamage() {
  const QString sound = QString::fromStdString((workspace_->audio() / "bell0.wav").string());
  for (const QString kind : {"mel", "stft", "log_mel"}) {
    const QString npy = folder_->filePath(kind + ".npy"), wav = folder_->filePath(kind + ".wav");
    QVERIFY2(run({"spectrogram", sound, "--kind", kind, "--out", npy}).code == 0, qPrintable(kind));
    QVERIFY2(run({"invert", npy, "--out", wav}).code == 0, qPrintable(kind));
    QVERIFY(QFileInfo(wav).size() > 40000);
  }
  const QString png = folder_->filePath("picture.png");
  QCOMPARE(run({"spectrogram", sound, "--out", png}).code, 0);
  QCOMPARE(run({"invert", png, "--out", folder_->filePath("picture.wav")}).code, 0);
  fs::resize_file(folder_->filePath("mel.npy").toStdString(), 200);
  const auto cut = run({"invert", folder_->filePath("mel.npy"), "--out", folder_->filePath("cut.wav")});
  QCOMPARE(cut.code, 1);
  QVERIFY(cut.err.contains("cut short"));
  std::ofstream(png.toStdString()) << "no picture";
  QCOMPARE(run({"invert", png, "--out", folder_->filePath("bad.wav")}).code, 1);
}

QTEST_GUILESS_MAIN(TestTrainAndTransfer)
#include "tst_train_and_transfer.moc"
