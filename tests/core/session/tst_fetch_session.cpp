#include <QTemporaryDir>
#include <QtTest>
#include <thread>

#include "core/session/external_program.h"
#include "core/session/fetch_session.h"

using namespace luthier;

class TestFetchSession : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aListToFetchIsReadAsACsv() {
    const auto rows = fetch_rows_from_csv("Instrument,Title,URL\r\npiano,\"A \"\"live\"\" take, 1\",https://a.org/1\r\n\r\nviolin,,http://b.org\r\n");
    QCOMPARE(rows.size(), std::size_t{2});
    QCOMPARE(rows[0].title, std::string("A \"live\" take, 1"));
    QCOMPARE(rows[1].line, 4);
    QCOMPARE(rows[1].title, std::string("http://b.org"));
    for (const char* wrong : {"", "piano,x\n", ",x,https://a.org\n", "piano,x,ftp://a.org\n", "piano,x,-rf\n", "piano,\"x,https://a.org\n"})
      QVERIFY_THROWS_EXCEPTION(SessionError, fetch_rows_from_csv(wrong));
  }

  void aProgramsMessagesAndCodeComeBack() {
    const auto shell = find_program("sh");
    QVERIFY(!shell.empty());
    QVERIFY(find_program("a-program-that-nobody-has").empty());
    const auto result = run_program(shell, {"-c", "echo to nobody; echo \"$0 $1\" >&2; exit 3", "a  b", "$HOME; *"});
    QCOMPARE(result.code, 3);
    QCOMPARE(result.messages, std::string("a  b $HOME; *\n"));  // arguments arrive as they are
  }

  void aStopEndsAProgramAndWhatItStarted() {
    std::stop_source stop;
    std::jthread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      stop.request_stop();
    });
    QElapsedTimer clock;
    clock.start();
    const auto result = run_program(find_program("sh"), {"-c", "sleep 30 & sleep 30; wait"}, stop.get_token());
    QVERIFY(clock.elapsed() < 5000);
    QCOMPARE(result.code, 128 + 9);
  }

  void anEndlessFloodOfMessagesIsCutToItsEnd() {
    const auto result = run_program(find_program("sh"), {"-c", "i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done"});
    QVERIFY(result.messages.size() <= 4000 && result.messages.ends_with("line 2999\n"));
  }

  void whatCannotBeStartedIsSaid() { QVERIFY_THROWS_EXCEPTION(SessionError, run_program("/nowhere/program", {})); }
};

QTEST_GUILESS_MAIN(TestFetchSession)
#include "tst_fetch_session.moc"
