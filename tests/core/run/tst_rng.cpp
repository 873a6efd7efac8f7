#include <torch/torch.h>

#include <QtTest>
#include <array>
#include <set>

#include "core/run/rng.h"

using namespace luthier;

class TestRng : public QObject {
  Q_OBJECT
 private slots:
  void theNumbersArePinned();
  void oneStreamGivesOneSequence();
  void streamsAndSeedsDoNotMeet();
  void numbersStayBelowTheirBound();
  void normalNumbersHaveMeanZeroAndDeviationOne();
  void tensorsFollowTheStreamAndNotWhatWasDrawnElsewhere();
  void theDefaultGeneratorFollowsTheStep();
};

void TestRng::theNumbersArePinned() {
  // splitmix64 of mix(mix(seed) ^ stream), written down so that a run of today can be gone on with tomorrow.
  Rng rng(1, 0);
  std::array<std::int64_t, 6> drawn{};
  for (auto& value : drawn) value = rng.below(1000000);
  const std::array<std::int64_t, 6> expected{971766, 426568, 806207, 359012, 845366, 827315};
  for (std::size_t i = 0; i < drawn.size(); ++i) QCOMPARE(drawn[i], expected[i]);
}

void TestRng::oneStreamGivesOneSequence() {
  Rng a(42, 7), b(42, 7);
  for (int i = 0; i < 100; ++i) QCOMPARE(a.uniform(), b.uniform());
  for (int i = 0; i < 100; ++i) QCOMPARE(a.normal(), b.normal());
  QVERIFY(torch::equal(a.normal({3, 17}), b.normal({3, 17})));
  QVERIFY(torch::equal(a.uniform({64}), b.uniform({64})));
  QVERIFY(torch::equal(a.integers(10, {64}), b.integers(10, {64})));
}

void TestRng::streamsAndSeedsDoNotMeet() {
  std::set<double> seen;
  for (std::uint64_t seed = 0; seed < 30; ++seed)
    for (std::uint64_t stream = 0; stream < 30; ++stream) seen.insert(Rng(seed, stream).uniform());
  QCOMPARE(seen.size(), std::size_t{900});
}

void TestRng::numbersStayBelowTheirBound() {
  Rng rng(3, 3);
  std::array<int, 5> count{};
  for (int i = 0; i < 5000; ++i) {
    const auto value = rng.below(5);
    QVERIFY(value >= 0 && value < 5);
    ++count[static_cast<std::size_t>(value)];
    const double u = rng.uniform();
    QVERIFY(u >= 0 && u < 1);
  }
  for (const int n : count) QVERIFY2(n > 850 && n < 1150, qPrintable(QString::number(n)));  // 1000 expected, deviation 28
  for (int i = 0; i < 100; ++i) QCOMPARE(rng.below(1), std::int64_t{0});
}

void TestRng::normalNumbersHaveMeanZeroAndDeviationOne() {
  Rng rng(5, 0);
  double sum = 0, square = 0;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const double x = rng.normal();
    sum += x, square += x * x;
  }
  QVERIFY(std::abs(sum / kCount) < 0.03);
  QVERIFY(std::abs(square / kCount - 1) < 0.05);
}

void TestRng::tensorsFollowTheStreamAndNotWhatWasDrawnElsewhere() {
  torch::manual_seed(1);
  const auto first = Rng(9, 4).normal({128});
  torch::manual_seed(2);
  (void)torch::randn({1000});
  const auto second = Rng(9, 4).normal({128});
  QVERIFY(torch::equal(first, second));
  QVERIFY(!torch::equal(first, Rng(9, 5).normal({128})));
  QVERIFY(first.scalar_type() == torch::kFloat);
}

void TestRng::theDefaultGeneratorFollowsTheStep() {
  Rng(9, 4).seed_defaults();
  const auto first = torch::rand({16});
  Rng(9, 5).seed_defaults();
  const auto other = torch::rand({16});
  Rng(9, 4).seed_defaults();
  QVERIFY(torch::equal(first, torch::rand({16})));
  QVERIFY(!torch::equal(first, other));
}

QTEST_GUILESS_MAIN(TestRng)
#include "tst_rng.moc"
