#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <set>

#include "audio/resampler.h"
#include "core/config/held_out.h"
#include "core/evaluate/protocol_plan.h"

using namespace luthier;

/// The small soundfont stands for both fonts, so that the test is fast.
class TestProtocol : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    try {
      font_ = find_protocol_font({}, kHeldOutFont);
    } catch (const EvaluationError&) {
    }
  }
  void init() {
    if (font_.empty() && !QString(QTest::currentTestFunction()).startsWith("plan")) QSKIP("TimGM6mb is not installed");
  }

  void planTestAndTrainingPhrasesAreDisjoint() {
    std::set<std::uint64_t> hashes;
    for (std::uint64_t k = 0; k < kTestPhraseCount; ++k) {
      hashes.insert(audio::phrase_hash(audio::make_phrase(kFirstTestPhraseSeed + k)));
      hashes.insert(audio::phrase_hash(audio::make_phrase(kFirstStylePhraseSeed + k)));
    }
    QCOMPARE(hashes.size(), 2u * kTestPhraseCount);
    for (std::uint64_t k = 0; k < 2000; ++k)
      QVERIFY(!hashes.contains(audio::phrase_hash(audio::make_phrase(kFirstTrainingPhraseSeed + k))));
    QVERIFY(reserved_for_evaluation(7079));
    QVERIFY(!reserved_for_evaluation(kFirstTrainingPhraseSeed));
  }

  void planHalfOfThePhrasesHaveOneVoice() {
    int mono = 0;
    for (std::uint64_t k = 0; k < kTestPhraseCount; ++k) {
      const audio::Phrase phrase = audio::make_phrase(kFirstTestPhraseSeed + k);
      bool chord = false;
      for (std::size_t i = 1; i < phrase.notes.size(); ++i)
        chord |= phrase.notes[i].start_s == phrase.notes[i - 1].start_s;
      mono += !chord;
    }
    QVERIFY(mono >= kTestPhraseCount / 2);  // a phrase for several voices may happen to have no chord
    QVERIFY(mono <= kTestPhraseCount / 2 + 5);
  }

  void planDirectionsAreThoseOfTheProtocol() {
    QCOMPARE(protocol_directions("t1").size(), 12u);
    QCOMPARE(protocol_directions("t1").front(), std::string("piano>guitar"));
    QCOMPARE(protocol_directions("t3x").size(), 16u);
    QVERIFY_THROWS_EXCEPTION(EvaluationError, protocol_directions("t9"));
  }

  void theStyleIsAnotherPhraseAndTheSwappedStyleAnotherInstrument() {
    for (const char* name : {"t1", "t1w", "t2", "t3", "t3x"}) {
      const ProtocolPlan plan = plan_protocol(options(name));
      for (std::size_t d = 0; d < plan.directions.size(); ++d) {
        const ProtocolDirection& direction = plan.directions[d];
        QVERIFY(plan.content_key(d, 1).seed == plan.target_key(direction.target, 1).seed);
        QVERIFY(plan.style_key(direction.target, 1).seed != plan.content_key(d, 1).seed);
        QVERIFY(plan.targets[direction.swapped].program != plan.targets[direction.target].program);
        QVERIFY(plan.targets[direction.swapped].program != plan.contents[direction.content].program);
      }
    }
  }

  void wrongOptionsAreRefusedInASentence() {
    ProtocolOptions o = options("t1");
    o.phrases = 61;
    QVERIFY_THROWS_EXCEPTION(EvaluationError, plan_protocol(o));
    o = options("t1");
    o.directions = {"piano>kazoo"};
    QVERIFY_THROWS_EXCEPTION(EvaluationError, plan_protocol(o));
    o = options("t1");
    o.main_font = "/no/such/font.sf2";
    QVERIFY_THROWS_EXCEPTION(EvaluationError, plan_protocol(o));
    o = options("t1");
    o.cache.clear();
    QVERIFY_THROWS_EXCEPTION(EvaluationError, evaluate(o, {}, {}, {}));
  }

  void aTableHoldsTheBaselinesAndThePerfectSystem() {
    NamedSystem perfect;
    perfect.name = "oracle";
    perfect.oracle = [](const EvaluationCase&, const audio::AudioBuffer& target) {
      return SystemOutput{target, 0.08};
    };
    double last = -1;
    bool ordered = true;
    const ProgressSink sink = [&](const Progress& p) {
      ordered &= p.fraction >= last - 1e-9;
      last = p.fraction;
    };
    const EvaluationTable table = evaluate(options("t1"), {perfect}, sink, {});
    QVERIFY(table.outcome == Outcome::done);
    QCOMPARE(table.rows.size(), 5u);
    const EvaluationRow* oracle = table.row("oracle");
    QCOMPARE(oracle->cases, 4);
    QVERIFY(oracle->figures.at("lsd").value < 1e-9);
    QCOMPARE(oracle->figures.at("high_band").value, 1.0);
    QVERIFY(std::abs(oracle->figures.at("rtf").value - 0.01) < 1e-9);
    QVERIFY(table.row("true target")->figures.at("onset_f1").value > 0.6);
    QVERIFY(table.row("copy content")->figures.at("lsd").value > 5.0);
    QVERIFY(table.row("EQ match")->figures.at("lsd").value < table.row("copy content")->figures.at("lsd").value);
    QVERIFY(table.row("copy style")->figures.at("jaccard").value > 0.5);
    QCOMPARE(table.row("EQ match")->figures.at("flux_oracle").value, table.row("EQ match")->figures.at("flux").value);
    QCOMPARE(oracle->directions.size(), 2u);
    QCOMPARE(oracle->directions[0].target, std::string("violin"));
    QVERIFY(ordered && last > 0.99);
  }

  void theWideProtocolMeasuresTheTreble() {
    NamedSystem perfect, dull;
    perfect.name = "oracle";
    perfect.oracle = [](const EvaluationCase& item, const audio::AudioBuffer& target) {
      if (item.content.sample_rate != kWideRate || item.style.sample_rate != kWideRate) throw std::runtime_error("not wide");
      return SystemOutput{target, 0.08};
    };
    dull.name = "dull";
    dull.oracle = [](const EvaluationCase&, const audio::AudioBuffer& target) { return SystemOutput{audio::resample(target, 16000), 0.08}; };
    ProtocolOptions o = options("t1w");
    o.phrases = 1;
    const EvaluationTable table = evaluate(o, {perfect, dull}, {}, {});
    const auto figure = [&](const char* row, const char* id) { return table.row(row)->figures.at(id).value; };
    QVERIFY(figure("oracle", "treble_lsd") < 1e-9 && std::abs(figure("oracle", "treble_energy") - 1) < 1e-9);
    QVERIFY2(figure("dull", "treble_lsd") > 5 && figure("dull", "treble_energy") < 0.05, qPrintable(QString::number(figure("dull", "treble_lsd"))));
    QVERIFY(figure("dull", "lsd") < 1.5);  // below 8 kHz it is the truth
    QVERIFY(figure("copy content", "treble_lsd") > 1);
  }

  void aSystemIsGivenTheSwappedStyleWhereItAsksForIt() {
    std::vector<float> given[2];
    for (int swapped = 0; swapped < 2; ++swapped) {
      ProtocolOptions o = options("t1");
      o.phrases = 1;
      o.directions = {"piano>violin"};
      o.baselines = false;
      NamedSystem system;
      system.name = "listener";
      system.swap_style = swapped == 1;
      system.run = [&, swapped](const EvaluationCase& item) {
        given[swapped] = item.style.channels.front();
        return SystemOutput{item.content, 0};
      };
      evaluate(o, {system}, {}, {});
    }
    QCOMPARE(given[0].size(), 128000u);
    QVERIFY(given[0] != given[1]);
  }

  void aSystemThatFailsIsNamed() {
    NamedSystem broken;
    broken.name = "broken one";
    broken.run = [](const EvaluationCase&) -> SystemOutput { throw std::runtime_error("no luck"); };
    ProtocolOptions o = options("t1");
    o.baselines = false;
    try {
      evaluate(o, {broken}, {}, {});
      QFAIL("nothing was thrown");
    } catch (const EvaluationError& e) {
      QVERIFY(std::string(e.what()).find("broken one") != std::string::npos);
      QVERIFY(std::string(e.what()).find("no luck") != std::string::npos);
    }
  }

  void aStopKeepsTheRowsThatWereFinished() {
    std::stop_source stop;
    NamedSystem stopper;
    stopper.name = "stopper";
    stopper.run = [&](const EvaluationCase& item) {
      stop.request_stop();
      return SystemOutput{item.content, 0};
    };
    const EvaluationTable table = evaluate(options("t1"), {stopper}, {}, stop.get_token());
    QVERIFY(table.outcome == Outcome::cancelled);
    QCOMPARE(table.rows.size(), 4u);
  }

  void rendersAreKeptAndSound() {
    RenderCache cache(cache_.path().toStdString());
    const RenderKey key{font_, 0, kFirstTestPhraseSeed};
    const audio::AudioBuffer clip = cache.clip(key);
    QCOMPARE(clip.sample_rate, 16000);
    QCOMPARE(clip.length(), 128000u);
    const auto written = std::filesystem::last_write_time(cache.path(key));
    cache.prepare({key}, 2, {}, {});
    QVERIFY(std::filesystem::last_write_time(cache.path(key)) == written);
    std::filesystem::resize_file(cache.path(key), 5000);  // as a full disk leaves it
    QCOMPARE(cache.clip(key).channels, clip.channels);
    std::ofstream(cache.path(key)) << "no sound";
    QCOMPARE(cache.clip(key).channels, clip.channels);
  }

 private:
  ProtocolOptions options(const std::string& name) const {
    ProtocolOptions o;
    o.protocol = name;
    o.phrases = 2;
    if (name.starts_with("t1")) o.directions = {"piano>violin", "violin>piano"};
    o.cache = cache_.path().toStdString();
    o.main_font = o.held_out_font = font_;
    o.threads = 2;
    o.judges = false;
    return o;
  }
  QTemporaryDir cache_;
  std::filesystem::path font_;
};

QTEST_GUILESS_MAIN(TestProtocol)
#include "tst_protocol.moc"
