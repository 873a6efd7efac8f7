// labels: pending slow
// timeout: 3600
#include <QtTest>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "audio/analysis/griffin_lim.h"
#include "audio/analysis/mel_inversion.h"
#include "core/evaluate/protocol.h"

using namespace luthier;

namespace {

const bool kPatient = qputenv("QTEST_FUNCTION_TIMEOUT", "3600000");  // the first run renders and trains for minutes

/// 192 mel bands, inverted with the content's phase and fine structure.
SystemOutput invert_truth(const EvaluationCase& item, const audio::AudioBuffer& target) {
  static const audio::MelFilterbank mel({.sample_rate = 16000, .n_fft = 2048, .bands = 192});
  const audio::StftOptions stft{.n_fft = 2048, .hop = 256, .pad = audio::PadMode::reflect};
  const audio::Spectrogram wanted = mel.apply(audio::magnitude(audio::stft(normalise_rms(target.channels.front()), stft)));
  const audio::Spectrum content = audio::stft(normalise_rms(item.content.channels.front()), stft);
  const audio::Spectrogram start = audio::guided_start(audio::magnitude(content), wanted, mel);
  audio::GriffinLimOptions options;
  options.stft = stft;
  options.phase = &content;
  options.length = target.length();
  return {{16000, audio::griffin_lim(audio::mel_to_linear_fast(wanted, mel, {30, &start}), options)}, 0};
}

}  // namespace

/// The real protocol with FluidR3, 12 phrases (LUTHIER_PHRASES sets another number): the figures of the rows that need no
/// model are known, and the renders must come near them.
class TestBaselines : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void baselinesComeNearTheKnownFigures() {
    const char* phrases = std::getenv("LUTHIER_PHRASES");
    const char* protocol = std::getenv("LUTHIER_PROTOCOL");
    const char* cache = std::getenv("LUTHIER_CACHE");
    ProtocolOptions options;
    options.protocol = protocol ? protocol : "t1";
    options.phrases = phrases ? std::atoi(phrases) : 12;
    options.cache = cache ? cache : BUILD_DIR "/evaluation";
    options.threads = 2;
    try {
      find_protocol_font({}, "FluidR3_GM");
      find_protocol_font({}, "TimGM6mb");
    } catch (const EvaluationError& e) {
      QSKIP(e.what());
    }
    QVERIFY(kPatient);
    const ProgressSink report = [last = std::string()](const Progress& p) mutable {
      const std::string text = p.text.substr(0, p.text.find(','));
      if (text != last) std::cerr << static_cast<int>(100 * p.fraction) << " %  " << (last = text) << std::endl;
    };
    NamedSystem oracle;
    oracle.name = "oracle, 192 mel";
    oracle.oracle = invert_truth;
    const EvaluationTable table = evaluate(options, {oracle}, report, {});
    std::ofstream(options.cache / (options.protocol + ".json")) << to_json(table).dump(1);
    std::cout << to_text(table, true) << '\n' << to_markdown(table) << std::endl;
    if (options.protocol != "t1") return;
    near(table, "copy content", "lsd", 17.2, 1.5);
    near(table, "copy content", "mcd", 12.9, 1.3);
    near(table, "copy content", "mel_l1", 2.36, 0.25);
    near(table, "EQ match", "lsd", 13.6, 1.2);
    near(table, "EQ match", "mcd", 8.95, 1.0);
    near(table, "copy style", "jaccard", 0.925, 0.06);
    near(table, "oracle, 192 mel", "lsd", 2.37, 0.6);
    QVERIFY(table.row("true target")->figures.at("lda").value > 95.0);
    QVERIFY(table.row("true target")->figures.at("cnn").value > 95.0);
    QVERIFY(table.row("EQ match")->figures.at("cnn").value < 20.0);
    QVERIFY(table.row("true target")->figures.at("onset_f1").value > 0.8);
  }

 private:
  static void near(const EvaluationTable& table, const std::string& row, const std::string& metric, double value, double slack) {
    const double found = table.row(row)->figures.at(metric).value;
    QVERIFY2(std::abs(found - value) < slack, (row + ", " + metric + ": " + std::to_string(found)).c_str());
  }
};

QTEST_GUILESS_MAIN(TestBaselines)
#include "tst_baselines.moc"
