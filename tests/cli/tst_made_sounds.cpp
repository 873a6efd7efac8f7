// timeout: 200
// Verbs that make sounds without a translator: texture, sample; a training by time; lists on import.
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/session/training_session.h"
#include "tests/support/core_workspace.h"
#include "tests/support/ctl.h"

using namespace luthier;
namespace fs = std::filesystem;

class TestMadeSounds : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { workspace_ = make_test_workspace(fs::path(folder_.path().toStdString()) / "w", 4); }

  void textureNeedsNoRun() {
    const QString out = folder_.filePath("texture.wav");
    const auto made = run({"--json", "transfer", "--family", "texture", "--preset", "tiny", "--filters", "16", "--steps", "3", "--content", "1", "--style", "4", "--out", out,
                           "--device", "cpu", "--json-steps"});
    QVERIFY2(made.code == 0, made.all());
    QVERIFY(QFile::exists(out));
    QVERIFY(made.out.count("\"event\":\"sampling\"") >= 3);  // three steps for each window
    const auto unknown = run({"transfer", "--family", "texture", "--guidance", "2", "--content", "1", "--style", "4", "--out", folder_.filePath("no.wav")});
    QCOMPARE(unknown.code, 2);
    QVERIFY2(unknown.err.contains("guidance"), unknown.all());
    const auto trained = run({"transfer", "--family", "cyclegan", "--content", "1", "--style", "4", "--out", folder_.filePath("no.wav")});
    QCOMPARE(trained.code, 1);
    QVERIFY2(trained.err.contains("has to be trained first"), trained.all());
  }

  void aTrainingByTimeMakesAGeneratorToSampleFrom() {
    const auto trained = run({"--json", "train", "simplegan", "--preset", "tiny", "--minutes", "0.03", "--device", "cpu"});
    QVERIFY2(trained.code == 0, trained.all());
    const auto id = QString::fromStdString(list_runs(workspace_->folder()).front().id);
    const QString out = folder_.filePath("s.wav"), picture = folder_.filePath("s.png"), numbers = folder_.filePath("s.npy");
    const QStringList words{"--json", "sample", "--run", id, "--latent", "-1.5,2", "--seed", "4", "--out", out, "--image", picture, "--features", numbers, "--device", "cpu"};
    const auto made = run(words);
    QVERIFY2(made.code == 0, made.all());
    QVERIFY(QFile::exists(out) && QFile::exists(picture) && QFile::exists(numbers));
    nlohmann::json record;
    std::ifstream(folder_.filePath("s.json").toStdString()) >> record;
    QCOMPARE(record.at("options").at("axis_1").get<double>(), -1.5);
    QCOMPARE(record.at("options").at("seed").get<int>(), 4);
    QCOMPARE(run(words).code, 1);  // never overwritten
    QCOMPARE(run({"sample", "--out", folder_.filePath("t.wav")}).code, 1);
    QCOMPARE(run({"invert", numbers, "--iterations", "2", "--out", folder_.filePath("i.wav")}).code, 0);
    const auto wrong = run({"evaluate", "--vocoders", id, "--clips", "inst:bell"});
    QCOMPARE(wrong.code, 1);
    QVERIFY2(wrong.err.contains("vocoder (spectrogram to sound) is needed"), wrong.all());
    QCOMPARE(run({"evaluate", "--vocoders", id, "--run", id}).code, 2);
  }

  void listsComeWithTheImport() {
    const fs::path data = fs::path(folder_.path().toStdString()) / "genres";
    for (const std::string name : {"jazz/jazz.00000.wav", "jazz/jazz.00001.wav", "rock/rock.00000.wav"}) {
      fs::create_directories((data / name).parent_path());
      audio::write_audio(data / name, test_melody(static_cast<int>(name[8] + name[0]), 4, 2), audio::FileFormat::wav16);
    }
    std::ofstream(data / "train.txt") << "jazz/jazz.00000.wav\n";
    std::ofstream(data / "test.txt") << "jazz/jazz.00001.wav\njazz/jazz.00054.wav\n";
    const auto path = [&](const char* name) { return QString::fromStdString((data / name).string()); };
    const auto imported = run({"--json", "import", QString::fromStdString(data.string()), "--label-from-folder", "--train-list", path("train.txt"), "--test-list", path("test.txt")});
    QVERIFY2(imported.code == 0, imported.all());
    QVERIFY(imported.out.contains("jazz.00054") && imported.out.contains("\"unlisted\":1"));
    QCOMPARE(workspace_->open_catalog()->clips().count("inst:jazz split:test"), 1);
  }

 private:
  Said run(const QStringList& words) const {
    return luthierctl(QStringList{"--workspace", QString::fromStdString(workspace_->folder().string())} + words, folder_.path(), 120000);
  }
  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
};

QTEST_GUILESS_MAIN(TestMadeSounds)
#include "tst_made_sounds.moc"
