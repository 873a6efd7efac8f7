// Torch before Qt, whose `slots` is a name inside it.
#include <ATen/Parallel.h>

#include "core/families/family.h"

#include <QTemporaryDir>
#include <QtTest>

#include "core/evaluate/eq_match.h"
#include "core/evaluate/recognition.h"
#include "tests/support/metric_sounds.h"

using namespace luthier;

/// Two synthetic instruments: a bright one that decays fast and a dark one that swells.
class TestRecognition : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    at::set_num_threads(1);  // batches are small
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
      const std::vector<float> a = bright(seed), b = dark(seed);
      real_[0].push_back(analyse_timbre(a));
      real_[1].push_back(analyse_timbre(b));
      fake_.push_back(analyse_timbre(eq_match(a, dark(seed + 40))));
      fake_.push_back(analyse_timbre(eq_match(b, bright(seed + 40))));
    }
    for (std::uint32_t seed = 101; seed <= 106; ++seed) {
      unseen_[0].push_back(analyse_timbre(bright(seed)));
      unseen_[1].push_back(analyse_timbre(dark(seed)));
      unseen_fake_.push_back(analyse_timbre(eq_match(bright(seed), dark(seed + 40))));
    }
  }

  void theFirstJudgeKnowsInstrumentsOfUnseenPhrases() {
    const LdaJudge judge({pointers(real_[0]), pointers(real_[1])});
    for (int k = 0; k < 2; ++k)
      for (const ClipAnalysis& clip : unseen_[k]) QCOMPARE(judge.verdict(clip), k);
  }

  void theSecondJudgeKnowsInstrumentsAndEqualisedFakes() {
    const CnnJudge judge(material(), {.seed = 3, .epochs = 8, .batch = 32}, {}, {});
    QCOMPARE(judge.classes(), 2);
    int right = 0, caught = 0;
    for (int k = 0; k < 2; ++k)
      for (const ClipAnalysis& clip : unseen_[k]) right += judge.verdict(clip) == k;
    for (const ClipAnalysis& clip : unseen_fake_) caught += judge.verdict(clip) == 2;
    QVERIFY2(right >= 11, std::to_string(right).c_str());
    QVERIFY2(caught >= 5, std::to_string(caught).c_str());
  }

  void weightsComeBackFromDisk() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("judge.safetensors").toStdString();
    const CnnJudge judge(material(), {.epochs = 1}, {}, {});
    judge.save(path);
    const CnnJudge back(path, 2);
    QCOMPARE(back.scores(unseen_[0][0]), judge.scores(unseen_[0][0]));
    QVERIFY_THROWS_EXCEPTION(CheckpointError, CnnJudge(path, 4));
  }

  void theSeedDecidesTheSecondJudge() {
    const CnnJudge a(material(), {.seed = 9, .epochs = 1}, {}, {});
    const CnnJudge b(material(), {.seed = 9, .epochs = 1}, {}, {});
    QCOMPARE(a.scores(unseen_[1][0]), b.scores(unseen_[1][0]));
  }

  void aStopEndsTrainingAtOnce() {
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_THROWS_EXCEPTION(Cancelled, CnnJudge(material(), {}, {}, stop.get_token()));
  }

  void tooLittleMaterialIsRefused() {
    QVERIFY_THROWS_EXCEPTION(EvaluationError, LdaJudge({pointers(real_[0])}));
    QVERIFY_THROWS_EXCEPTION(EvaluationError, CnnJudge({.real = {{}, pointers(real_[0])}, .fake = {}}, {}, {}, {}));
  }

 private:
  static std::vector<float> bright(std::uint32_t seed) { return metric_sounds::sound(seed, 12, 0.8, 4.0, 0.004, 2e-3); }
  static std::vector<float> dark(std::uint32_t seed) { return metric_sounds::sound(seed, 8, 1.6, 0.3, 0.25, 2e-3); }
  static std::vector<const ClipAnalysis*> pointers(const std::vector<ClipAnalysis>& clips) {
    std::vector<const ClipAnalysis*> out;
    for (const ClipAnalysis& clip : clips) out.push_back(&clip);
    return out;
  }
  CnnJudge::Material material() const {
    return {.real = {pointers(real_[0]), pointers(real_[1])}, .fake = pointers(fake_)};
  }
  std::vector<ClipAnalysis> real_[2], unseen_[2], fake_, unseen_fake_;
};

QTEST_GUILESS_MAIN(TestRecognition)
#include "tst_recognition.moc"
