// labels: golden
// timeout: 60
#include "core/families/latent_diffusion/report_diffusion.h"

#include <torch/torch.h>

#include <QTest>
#include <cmath>

#include "core/families/family.h"
#include "core/families/latent_diffusion/report_losses.h"
#include "tests/support/golden_numbers.h"

using namespace luthier;
using namespace luthier::report;

namespace {
const NoiseSchedule kSchedule = linear_schedule(200, 1e-4, 0.02);
torch::Tensor level_of(std::int64_t level) { return torch::full({1}, level, torch::kLong); }
}  // namespace

class ReportDiffusionTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void scheduleHasTheReferencesValues() {
    const auto& wanted = golden::numbers("alpha_bar");
    const std::int64_t levels[] = {0, 1, 50, 100, 150, 198, 199};
    for (std::size_t i = 0; i < 7; ++i) QVERIFY(std::abs(kSchedule.at(levels[i]) - wanted[i]) < 1e-11);
    QVERIFY(std::abs(kSchedule.at(199) - 0.1322) < 1e-4);  // far from pure noise: the content is never quite gone
    QCOMPARE(kSchedule.at(-1), 1.0);
    QVERIFY(std::abs(kSchedule.beta[199].item<double>() - 0.02) < 1e-15);
    QVERIFY_THROWS_EXCEPTION(ConfigError, kSchedule.at(200));  // 250 steps over a table of 200
    QVERIFY_THROWS_EXCEPTION(ConfigError, linear_schedule(200, 0, 0.02));
  }

  void noisedSignalKeepsItsPower() {
    Rng rng(1, 1);
    const auto clean = rng.normal({1, 4, 64, 64}), noise = rng.normal({1, 4, 64, 64});
    for (const std::int64_t level : {0, 100, 199}) {
      const auto noisy = add_noise(kSchedule, clean, level_of(level), noise);
      QVERIFY(std::abs(noisy.std().item<double>() - 1) < 0.03);
      QVERIFY(clean_estimate(kSchedule, noisy, level_of(level), noise).allclose(clean, 0, 1e-4));
    }
  }

  void aPerfectPredictorRecoversTheCleanSignalInAnyNumberOfSteps_data() {
    QTest::addColumn<int>("start");
    QTest::addColumn<int>("steps");
    for (const int start : {0, 1, 99, 199})
      for (const int steps : {1, 2, 7, 50, 200, 1000}) QTest::addRow("from %d in %d", start, steps) << start << steps;
  }
  void aPerfectPredictorRecoversTheCleanSignalInAnyNumberOfSteps() {
    QFETCH(int, start);
    QFETCH(int, steps);
    Rng rng(2, 1);
    const auto clean = rng.normal({2, 4, 8, 8}), noise = rng.normal({2, 4, 8, 8});
    const auto noisy = add_noise(kSchedule, clean, level_of(start), noise);
    int seen = 0;
    for (const double eta : {0.0, 1.0}) {
      const auto perfect = [&](const torch::Tensor& at, std::int64_t level) {
        return (at - std::sqrt(kSchedule.at(level)) * clean) / std::sqrt(1 - kSchedule.at(level));
      };
      const auto fresh = [&] { return rng.normal({2, 4, 8, 8}); };
      const auto observed = [&](int, int, const torch::Tensor& estimate) {
        ++seen;
        QVERIFY(estimate.allclose(clean, 0, 1e-3));
      };
      QVERIFY(ddim_sample(kSchedule, noisy, {start, steps, eta}, perfect, fresh, observed, {}).allclose(clean, 0, 1e-3));
    }
    QCOMPARE(seen, 2 * std::min(steps, start + 1));
  }

  void levelsGoEvenlyFromTheStartToTheLast() {
    QCOMPARE(ddim_levels(199, 4), (std::vector<std::int64_t>{199, 149, 99, 49}));
    QCOMPARE(ddim_levels(199, 1), (std::vector<std::int64_t>{199}));
    QCOMPARE(ddim_levels(2, 3), (std::vector<std::int64_t>{2, 1, 0}));
    QCOMPARE(ddim_levels(2, 250), (std::vector<std::int64_t>{2, 1, 0}));
    QVERIFY(ddim_levels(-1, 5).empty());
    for (const std::int64_t steps : {1, 3, 17, 64, 199, 200}) {
      const auto levels = ddim_levels(199, steps);
      QCOMPARE(levels.size(), static_cast<std::size_t>(steps));
      QCOMPARE(levels.front(), std::int64_t{199});
      for (std::size_t i = 1; i < levels.size(); ++i) QVERIFY(levels[i] < levels[i - 1] && levels[i] >= 0);
    }
    QCOMPARE(start_level(200, 1.0), std::int64_t{199});
    QCOMPARE(start_level(200, 0.5), std::int64_t{99});
    QCOMPARE(start_level(200, 0.0), std::int64_t{-1});
  }

  void coefficientsAreThoseOfThePaper() {
    // eq. 12 and 16 worked out by hand for ab = 0.25, ab_next = 0.64: sqrt(0.36 / 0.75) sqrt(1 - 0.25 / 0.64) = 0.540832691…
    const double sigma = ddim_sigma(0.25, 0.64, 1.0);
    QVERIFY(std::abs(sigma - 0.5408326913195984) < 1e-12);
    QVERIFY(std::abs(ddim_sigma(0.25, 0.64, 0.5) - sigma / 2) < 1e-12);
    QCOMPARE(ddim_sigma(0.25, 1.0, 1.0), 0.0);  // no fresh noise on the way to the clean signal
    const auto one = torch::ones({1});
    QVERIFY(std::abs(ddim_step(one, torch::zeros({1}), torch::zeros({1}), 0.64, sigma).item<double>() - 0.8) < 1e-7);
    QVERIFY(std::abs(ddim_step(torch::zeros({1}), one, torch::zeros({1}), 0.64, sigma).item<double>() - 0.2598076211) < 1e-7);
    QVERIFY(std::abs(ddim_step(torch::zeros({1}), one, torch::Tensor(), 0.64, 0).item<double>() - 0.6) < 1e-7);
    // sigma at eta = 1 is the deviation of the exact posterior (Ho, Jain, Abbeel 2020, eq. 7) for neighbouring levels.
    const double beta = kSchedule.beta[100].item<double>(), here = kSchedule.at(100), before = kSchedule.at(99);
    QVERIFY(std::abs(ddim_sigma(here, before, 1) - std::sqrt(beta * (1 - before) / (1 - here))) < 1e-12);
  }

  void withoutEtaNothingIsDrawnAndTheResultIsOne() {
    Rng rng(3, 1);
    const auto noisy = rng.normal({1, 4, 8, 8});
    const auto predict = [](const torch::Tensor& at, std::int64_t level) { return (at * 0.7 + 0.001 * static_cast<double>(level)).tanh(); };
    const auto refuse = []() -> torch::Tensor { throw std::logic_error("noise was asked for"); };
    const auto a = ddim_sample(kSchedule, noisy, {150, 12, 0}, predict, refuse, {}, {});
    QVERIFY(a.equal(ddim_sample(kSchedule, noisy, {150, 12, 0}, predict, refuse, {}, {})));
    const auto with = [&](std::uint64_t seed) {
      Rng noise(seed, 0);
      return ddim_sample(kSchedule, noisy, {150, 12, 0.8}, predict, [&] { return noise.normal({1, 4, 8, 8}); }, {}, {});
    };
    QVERIFY(with(5).equal(with(5)));
    QVERIFY(!with(5).equal(with(6)));
  }

  void aStopIsAnsweredBeforeTheNextStep() {
    std::stop_source source;
    int calls = 0;
    const auto predict = [&](const torch::Tensor& at, std::int64_t) {
      if (++calls == 3) source.request_stop();
      return torch::zeros_like(at);
    };
    QVERIFY_THROWS_EXCEPTION(Cancelled, ddim_sample(kSchedule, torch::ones({1}), {199, 50, 0}, predict, {}, {}, source.get_token()));
    QCOMPARE(calls, 3);
  }

  void latentPenaltyIsLeastAtPlusAndMinusOne() {
    QVERIFY(std::abs(latent_penalty(torch::tensor({1.0f, -1.0f})).item<double>()) < 1e-6);
    QVERIFY(std::abs(latent_penalty(torch::tensor({2.0f})).item<double>() - 0.5 * (3 - std::log(4.0))) < 1e-6);
    QVERIFY(latent_penalty(torch::zeros({1})).item<double>() > 8);  // finite at 0
  }
};

QTEST_GUILESS_MAIN(ReportDiffusionTest)
#include "tst_report_diffusion.moc"
