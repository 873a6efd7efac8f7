#include <QtTest>
#include <cmath>
#include <limits>
#include <set>

#include "core/evaluate/bootstrap.h"

using namespace luthier;

class TestBootstrap : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalValuesGiveAnIntervalWithoutWidth() {
    const Interval v = bootstrap_mean({{2.0, 2.0}, {2.0}, {2.0, 2.0}}, 1);
    QCOMPARE(v.value, 2.0);
    QCOMPARE(v.low, 2.0);
    QCOMPARE(v.high, 2.0);
  }

  void theIntervalOfManyPhrasesIsThatOfTheNormalLaw() {
    std::vector<std::vector<double>> groups;
    for (int i = 0; i < 60; ++i) groups.push_back({static_cast<double>(i % 10)});
    const Interval v = bootstrap_mean(groups, 7, 4000);
    QCOMPARE(v.value, 4.5);
    const double error = std::sqrt(8.25 / 60.0);  // deviation of 0 … 9 is sqrt(8.25)
    QVERIFY(std::abs(v.low - (4.5 - 1.96 * error)) < 0.06);
    QVERIFY(std::abs(v.high - (4.5 + 1.96 * error)) < 0.06);
  }

  void casesOfOnePhraseAreDrawnTogether() {
    // Twelve equal cases in each of four phrases tell no more than one case in each.
    std::vector<std::vector<double>> one, twelve;
    for (int i = 0; i < 4; ++i) {
      one.push_back({static_cast<double>(i)});
      twelve.push_back(std::vector<double>(12, static_cast<double>(i)));
    }
    const Interval a = bootstrap_mean(one, 3), b = bootstrap_mean(twelve, 3);
    QCOMPARE(a.low, b.low);
    QCOMPARE(a.high, b.high);
    QVERIFY(a.high - a.low > 1.0);
  }

  void theSeedDecides() {
    const std::vector<std::vector<double>> groups{{1.0}, {2.5}, {7.0}, {3.25}, {9.5}};
    QCOMPARE(bootstrap_mean(groups, 5).low, bootstrap_mean(groups, 5).low);
    QVERIFY(bootstrap_mean(groups, 5, 50).low != bootstrap_mean(groups, 6, 50).low);
  }

  void aStatisticThatRepeatsEnlargeKeepsItsValueInside() {
    // The number of distinct phrases is smaller in every resample.
    const auto distinct = [](const std::vector<int>& phrases) {
      return static_cast<double>(std::set<int>(phrases.begin(), phrases.end()).size());
    };
    const Interval biased = bootstrap_statistic(20, distinct, 1, 200);
    QVERIFY(biased.high < biased.value);
    const Interval v = bootstrap_statistic(20, distinct, 1, 200, true);
    QVERIFY(v.low < v.value && v.value < v.high);
  }

  void missingValuesAreLeftOut() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Interval v = bootstrap_mean({{1.0, nan}, {}, {nan}, {3.0}}, 1);
    QCOMPARE(v.value, 2.0);
    QVERIFY(std::isnan(bootstrap_mean({{nan}, {}}, 1).value));
    QVERIFY(std::isnan(bootstrap_mean({}, 1).low));
  }
};

QTEST_GUILESS_MAIN(TestBootstrap)
#include "tst_bootstrap.moc"
