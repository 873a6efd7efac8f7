// timeout: 240
#include <QtTest>
#include <thread>

#include "core/session/training_session.h"
#include "core/session/workspace.h"
#include "tests/support/core_workspace.h"
#include "tests/support/ctl.h"

using namespace luthier;

/// Runs that one luthierctl trains are steered by another.
class TestRunSteering : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void cleanup();
  void aRunIsPausedGoesOnAndIsStopped();
  void anotherIsDroppedByOneThatDoesNotWait();
  void oneThatNobodyTrainsIsRefusedInOneSentence();

 private:
  Said say(const QStringList& words, bool json = false) {
    return luthierctl(QStringList{"-w", place()} + (json ? QStringList{"--json"} : QStringList()) + words, folder_.path());
  }
  QString place() const { return folder_.filePath("w"); }
  RunSummary newest() const { return list_runs(place().toStdString()).front(); }
  QString begin();

  QTemporaryDir folder_;
  QProcess program_;
};

void TestRunSteering::initTestCase() { make_test_workspace(place().toStdString()); }

void TestRunSteering::cleanup() {
  if (program_.state() != QProcess::NotRunning) program_.kill(), program_.waitForFinished();
}

/// Trains without an end; the run's id when it has made some steps.
QString TestRunSteering::begin() {
  program_.start(LUTHIERCTL, {"-w", place(), "train", "simplegan", "--preset", "tiny", "--device", "cpu", "--steps", "1000000", "--validate_every", "1000000", "--preview_every", "1000000"});
  QString run;
  const bool began = QTest::qWaitFor([&] {
    const auto runs = list_runs(place().toStdString());
    if (!runs.empty() && runs.front().status == "running" && runs.front().step > 0) run = QString::fromStdString(runs.front().id);
    return !run.isEmpty();
  }, 60000);
  return began ? run : QString();
}

void TestRunSteering::aRunIsPausedGoesOnAndIsStopped() {
  const QString run = begin();
  QVERIFY(!run.isEmpty());
  const Said paused = say({"pause", run}, true);
  QVERIFY2(paused.code == 0 && paused.json().value(0).value("status") == "paused", paused.all());
  QVERIFY(say({"runs"}).out.contains("paused"));
  const auto step = newest().step;
  QTest::qWait(300);
  QCOMPARE(newest().step, step);
  const Said on = say({"unpause", run});
  QVERIFY2(on.code == 0 && on.err.contains("trains on"), on.all());
  QVERIFY(QTest::qWaitFor([&] { return newest().step > step; }, 20000));
  const Said stopped = say({"stop", run});
  QVERIFY2(stopped.code == 0 && stopped.err.contains("Stopped at step") && stopped.err.contains("--resume " + run.toUtf8()), stopped.all());
  QVERIFY(program_.waitForFinished(20000));
  QCOMPARE(program_.exitCode(), 130);
  QCOMPARE(newest().status, std::string("cancelled"));
}

void TestRunSteering::anotherIsDroppedByOneThatDoesNotWait() {
  const QString run = begin();
  QVERIFY(!run.isEmpty());
  const Said said = say({"stop", run, "--discard", "--no-wait"}, true);
  QVERIFY2(said.code == 0 && said.json().value(0).value("run") == run, said.all());
  QVERIFY(program_.waitForFinished(20000));
  QVERIFY2(QString::fromStdString(newest().message).contains("Dropped"), newest().message.c_str());
}

void TestRunSteering::oneThatNobodyTrainsIsRefusedInOneSentence() {
  for (const char* verb : {"pause", "unpause", "stop"}) {
    const Said said = say({verb, QString::fromStdString(newest().id)});
    QVERIFY2(said.code == 1 && said.err.contains("not being trained"), said.all());
  }
  const Said gone = say({"stop", "no-such-run"});
  QVERIFY2(gone.code == 1 && gone.err.contains("no-such-run"), gone.all());
  QCOMPARE(say({"stop"}).code, 2);
}

QTEST_GUILESS_MAIN(TestRunSteering)
#include "tst_run_steering.moc"
