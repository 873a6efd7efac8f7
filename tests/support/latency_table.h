#pragma once
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QString>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <vector>

/// What the two benches of the window's latencies share: time that is taken while the window goes on working, and the table.
namespace luthier::ui::testing {

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

inline double worst(const std::vector<double>& values) { return values.empty() ? 0 : *std::max_element(values.begin(), values.end()); }

inline double milliseconds_of(const QElapsedTimer& timer) { return static_cast<double>(timer.nsecsElapsed()) / 1e6; }

/// Time until the condition holds, ms, while the window goes on working.
template <class Condition>
double until(Condition condition, int most = 20000) {
  QElapsedTimer timer;
  timer.start();
  while (!condition() && timer.elapsed() < most) QCoreApplication::processEvents(QEventLoop::AllEvents, 2);
  return milliseconds_of(timer);
}

template <class Action>
double time_of(Action action) {
  QElapsedTimer timer;
  timer.start();
  action();
  return milliseconds_of(timer);
}

/// Goals and what was measured, printed as a table at the end.
class LatencyTable {
 public:
  /// Times in ms. A busy machine is no bug: only ten times too slow is.
  void report(const QString& goal, const QString& what, double bound, double measured, const QString& note = {}) {
    rows_.push_back({goal, what, bound, measured, note});
    QVERIFY2(measured <= bound * 10, qPrintable(QStringLiteral("%1: %2 ms, wanted %3").arg(what).arg(measured).arg(bound)));
  }
  void print() const {
    std::printf("\n| goal | what | wanted, ms | measured, ms | holds | note |\n| --- | --- | --- | --- | --- | --- |\n");
    for (const Row& row : rows_)
      std::printf("| %s | %s | %.0f | %.1f | %s | %s |\n", qPrintable(row.goal), qPrintable(row.what), row.bound, row.measured, row.measured <= row.bound ? "yes" : "no",
                  qPrintable(row.note));
    std::printf("\n");
    std::fflush(stdout);
  }

 private:
  struct Row {
    QString goal, what;
    double bound = 0, measured = 0;
    QString note;
  };
  std::vector<Row> rows_;
};

}  // namespace luthier::ui::testing
