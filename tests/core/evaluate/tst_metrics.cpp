// labels: golden
#include <QtTest>
#include <chrono>
#include <fstream>
#include <map>
#include <numeric>

#include "core/evaluate/eq_match.h"
#include "core/evaluate/frechet.h"
#include "core/evaluate/metrics.h"
#include "core/evaluate/note_onsets.h"
#include "core/evaluate/pitch_tracker.h"
#include "core/evaluate/recognition.h"
#include "tests/support/metric_sounds.h"

using namespace luthier;

class TestMetrics : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    std::ifstream file(GOLDEN_DIR "/metric_golden.txt");
    std::string name;
    double value = 0;
    while (file >> name >> value) golden_[name] = value;
    QVERIFY2(golden_.size() > 30, "metric_golden.txt is missing or short");
    target_ = analyse_clip(metric_sounds::target());
    output_ = analyse_clip(metric_sounds::output());
    style_ = analyse_clip(metric_sounds::style());
  }

  void distancesEqualTheReferenceFormulas() {
    check("lsd", log_spectral_distance(output_, target_));
    check("lsd_frame", log_spectral_distance_by_frame(output_, target_));
    check("lsd_style", log_spectral_distance(style_, target_));
    check("mel_l1", mel_l1(output_, target_));
    check("mcd", mel_cepstral_distortion(output_, target_));
    check("timbre", timbre_distance(output_, target_));
  }

  void noteSetsEqualTheReferenceTracker() {
    check("jaccard", pitch_jaccard_distance(output_.notes, target_.notes));
    check("jaccard_style", pitch_jaccard_distance(style_.notes, target_.notes));
    check("jaccard_phrase",
          pitch_jaccard_distance(target_.notes, phrase_note_sets(metric_sounds::notes(7), target_.notes.size())));
    int found = 0;
    for (NoteSet set : target_.notes) found += set.size();
    check("notes_found", found);
  }

  void onsetsEqualTheReferenceFinder() {
    const std::vector<NoteOnset> wanted = phrase_onsets(metric_sounds::notes(7));
    check("onsets_found", static_cast<double>(target_.onsets.size()));
    double times = 0, pitches = 0;
    for (const NoteOnset& o : target_.onsets) times += o.time_s, pitches += o.pitch;
    check("onset_time_sum", times);
    check("onset_pitch_sum", pitches);
    check("onset_f1", onset_f1(target_.onsets, wanted));
    check("onset_f1_output", onset_f1(output_.onsets, wanted));
    check("onset_f1_style", onset_f1(style_.onsets, wanted));
  }

  void guardsEqualTheReferenceFormulas() {
    const std::vector<NoteOnset> wanted = phrase_onsets(metric_sounds::notes(7));
    check("flux_ratio", flux_ratio(output_, target_));
    check("high_band_ratio", high_band_ratio(output_, target_));
    check("attack_target", attack_slope(target_, wanted));
    check("attack_output", attack_slope(output_, wanted));
  }

  void embeddingsEqualTheReferenceFormulas() {
    check("embedding_windows", target_.windows());
    check("embedding_first", target_.embeddings.front());
    check("embedding_sum", std::accumulate(target_.embeddings.begin(), target_.embeddings.end(), 0.0));
    double spread = 0;
    for (std::size_t i = 0; i < target_.embeddings.size(); ++i)
      if (i % 40 >= 20) spread += target_.embeddings[i];
    check("embedding_spread", spread);
    const ClipAnalysis timbre = analyse_timbre(metric_sounds::target());
    QCOMPARE(timbre.embeddings, target_.embeddings);
    QCOMPARE(timbre.judge_mel.size(), static_cast<std::size_t>(target_.cepstra.frames * 64));
  }

  void frechetDistanceEqualsTheReference() {
    EmbeddingMoments a, b;
    a.add(metric_sounds::cloud(1, 120, 0.0));
    b.add(metric_sounds::cloud(2, 150, 0.3));
    check("frechet", frechet_distance(a, b));
    QVERIFY(std::abs(frechet_distance(a, a)) < 1e-6);
  }

  void discriminantScoresEqualTheReference() {
    ClipAnalysis groups[3], clip;
    groups[0].embeddings = metric_sounds::cloud(1, 50, 0.0);
    groups[1].embeddings = metric_sounds::cloud(2, 60, 0.2);
    groups[2].embeddings = metric_sounds::cloud(3, 40, -0.3);
    clip.embeddings = metric_sounds::cloud(4, 9, 0.15);
    const LdaJudge judge({{&groups[0]}, {&groups[1]}, {&groups[2]}});
    const std::vector<double> scores = judge.scores(clip);
    for (int k = 0; k < 3; ++k) check("lda_" + std::to_string(k), scores[static_cast<std::size_t>(k)]);
    QCOMPARE(judge.verdict(clip), 1);
  }

  void equaliserMatchEqualsTheReference() {
    const std::vector<float> content = metric_sounds::output();
    const std::vector<float> matched = eq_match(content, metric_sounds::style());
    QCOMPARE(matched.size(), content.size());
    const ClipAnalysis clip = analyse_clip(matched);
    check("eq_lsd", log_spectral_distance(clip, target_));
    check("eq_mcd", mel_cepstral_distortion(clip, target_));
    check("eq_sample_20000", static_cast<double>(matched[20000]));
    float peak = 0;
    for (float v : matched) peak = std::max(peak, std::abs(v));
    check("eq_peak", static_cast<double>(peak));
  }

  void aClipIsAtNoDistanceFromItself() {
    QCOMPARE(log_spectral_distance(target_, target_), 0.0);
    QCOMPARE(mel_cepstral_distortion(target_, target_), 0.0);
    QVERIFY(timbre_distance(target_, target_) < 1e-12);
    QCOMPARE(pitch_jaccard_distance(target_.notes, target_.notes), 0.0);
    QCOMPARE(flux_ratio(target_, target_), 1.0);
    QCOMPARE(high_band_ratio(target_, target_), 1.0);
  }

  void levelDoesNotCount() {
    std::vector<float> quiet = metric_sounds::target();
    for (float& v : quiet) v *= 0.01f;
    const ClipAnalysis clip = analyse_clip(quiet);
    QVERIFY(log_spectral_distance(clip, target_) < 1e-3);
    QVERIFY(mel_l1(clip, target_) < 1e-4);
  }

  void silenceHasNoNotesAndFiniteDistances() {
    const ClipAnalysis clip = analyse_clip(std::vector<float>(metric_sounds::kLength, 0.0f));
    for (NoteSet set : clip.notes) QCOMPARE(set.size(), 0);
    QVERIFY(clip.onsets.empty());
    QVERIFY(std::isfinite(log_spectral_distance(clip, target_)));
    QCOMPARE(timbre_distance(clip, target_), 1.0);
    QVERIFY(std::isfinite(clip.embeddings.front()));
    QCOMPARE(pitch_jaccard_distance(clip.notes, clip.notes), 0.0);
    QCOMPARE(onset_f1({}, {}), 1.0);
  }

  void whatCannotBeMeasuredIsRefused() {
    std::vector<float> broken = metric_sounds::target();
    broken[100] = std::nanf("");
    QVERIFY_THROWS_EXCEPTION(EvaluationError, analyse_clip(broken));
    QVERIFY_THROWS_EXCEPTION(EvaluationError, analyse_clip(std::vector<float>(8000, 0.1f)));
    const ClipAnalysis longer = analyse_clip(fit_length(metric_sounds::target(), 70000));
    QVERIFY_THROWS_EXCEPTION(EvaluationError, log_spectral_distance(longer, target_));
  }

  void anAttackCountsOnceAndOnlyWithinFiftyMilliseconds() {
    const std::vector<NoteOnset> wanted{{1.0, 60}, {1.0, 64}, {2.0, 60}};
    QCOMPARE(onset_f1(wanted, wanted), 1.0);
    QCOMPARE(onset_f1(std::vector<NoteOnset>{{1.06, 60}}, wanted), 0.0);
    QCOMPARE(onset_f1(std::vector<NoteOnset>{{1.04, 60}, {0.97, 60}}, wanted), 2.0 / 5.0);
    QCOMPARE(onset_f1(std::vector<NoteOnset>{{1.0, 61}}, wanted), 0.0);
  }

  void eightSecondsAreAnalysedInAFractionOfASecond() {
    std::vector<float> clip = metric_sounds::target();
    const std::vector<float> half = clip;
    clip.insert(clip.end(), half.begin(), half.end());
    const auto start = std::chrono::steady_clock::now();
    const ClipAnalysis analysis = analyse_clip(clip);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    qInfo("8 s analysed in %.0f ms", 1000 * seconds);
    QCOMPARE(analysis.windows(), 15);
    QVERIFY(seconds < 2.0);  // about .05 on an idle machine
  }

 private:
  void check(const std::string& name, double value) {
    QVERIFY2(golden_.contains(name), name.c_str());
    const double wanted = golden_.at(name);
    const std::string text = name + ": " + std::to_string(value) + ", reference " + std::to_string(wanted);
    QVERIFY2(std::abs(value - wanted) <= 1e-3 * std::abs(wanted) + 1e-7, text.c_str());
  }
  std::map<std::string, double> golden_;
  ClipAnalysis target_, output_, style_;
};

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
