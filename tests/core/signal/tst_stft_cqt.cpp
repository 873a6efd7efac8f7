// labels: golden
#include <torch/torch.h>

#include <QtTest>
#include <cmath>

#include "core/signal/representation.h"
#include "tests/support/golden.h"
#include "tests/support/golden_cases.h"

using namespace luthier;

namespace {
RepresentationSpec spec() { return {"stft_cqt", 22050, 1024, 256, 84, false}; }
}  // namespace

class StftCqt : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void featuresAreThoseOfLibrosa() {
    const auto features = make_representation(spec())->analyse({22050, golden_signal()});
    QCOMPARE(features.sizes().vec(), (std::vector<std::int64_t>{2, 597, 129}));
    const auto wanted = golden_data::cases("disentangled/features.txt").at("features");
    for (const auto& [name, start, bins] : {std::tuple{"stft", 0, 513}, {"cqt", 513, 84}}) {
      const double peak = wanted.outputs.at(std::string(name) + "_peak").values.at(0);
      const auto difference = golden_data::output_difference(wanted, name, features.narrow(1, start, bins).contiguous(), 1e-2 * peak / (1 + peak));
      QVERIFY2(difference.empty(), difference.c_str());
    }
    // 0 Hz and half the rate are real.
    QCOMPARE(features[1][0].abs().max().item<float>(), 0.0f);
    QCOMPARE(features[1][512].abs().max().item<float>(), 0.0f);
  }

  void inversionGivesTheSoundBackPhaseIncluded() {
    const auto representation = make_representation(spec());
    const auto samples = golden_signal();
    const auto features = representation->analyse({22050, samples});
    InversionHints hints;
    hints.samples = static_cast<std::int64_t>(samples.size());
    const auto back = representation->invert(features, hints);
    QCOMPARE(back.length(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) QVERIFY(std::abs(back.channels[0][i] - samples[i]) < 1e-4f);
    QCOMPARE(representation->picture(features).sizes().vec(), (std::vector<std::int64_t>{513, 129}));
  }

  void shortSoundsAndOtherShapesAreAnswered() {
    const auto representation = make_representation(spec());
    QCOMPARE(representation->analyse({22050, std::vector<float>(10, 0.5f)}).sizes().vec(), (std::vector<std::int64_t>{2, 597, 3}));
    QVERIFY_THROWS_EXCEPTION(ConfigError, representation->analyse({22050, std::vector<float>{}}));
    QVERIFY_THROWS_EXCEPTION(ConfigError, representation->invert(torch::zeros({2, 513, 20}), {}));
    QVERIFY_THROWS_EXCEPTION(ConfigError, representation->invert(torch::full({2, 597, 20}, NAN), {}));
  }

  void impossibleTransformsAreRefused() {
    auto high = spec();
    high.bands = 100;
    high.sample_rate = 16000;
    QVERIFY_THROWS_EXCEPTION(ConfigError, make_representation(high));
    high.bands = 500;
    try {
      make_representation(high);
      QFAIL("500 bins reach beyond every rate");
    } catch (const ConfigError& error) {
      QVERIFY2(QString(error.what()).contains("take at most 95 bins"), error.what());
    }
    auto odd = spec();
    odd.hop = 100;
    QVERIFY_THROWS_EXCEPTION(ConfigError, make_representation(odd));
  }
};

QTEST_GUILESS_MAIN(StftCqt)
#include "tst_stft_cqt.moc"
