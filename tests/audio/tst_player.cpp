#include <QtTest>
#include <atomic>
#include <mutex>
#include <thread>

#include "audio/device/device_list.h"
#include "audio/device/player.h"
#include "audio/device/recorder.h"
#include "tests/support/audio_signals.h"

using namespace luthier::audio;

/// A device that plays for a while and then hangs: it neither calls back nor says that it failed.
class HangingOutput final : public OutputStream {
 public:
  HangingOutput(int calls, FillCallback fill) : calls_(calls), fill_(std::move(fill)) {}
  ~HangingOutput() override { stop(); }
  void start() override {
    thread_ = std::jthread([this](std::stop_token stopped) {
      std::vector<float> samples(960);
      for (int call = 0; call < calls_ && !stopped.stop_requested(); ++call) {
        fill_(samples.data(), 480, 2);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    });
  }
  void stop() override { thread_ = {}; }
  int sample_rate() const override { return 48000; }
  int channels() const override { return 2; }
  double latency_seconds() const override { return 0.0; }
  bool audible() const override { return true; }
  std::string description() const override { return "Hanging"; }
  bool failed() const override { return false; }

 private:
  int calls_;
  FillCallback fill_;
  std::jthread thread_;
};

/// The player on the null output, which only keeps time. Bounds are wide: the machine may be busy.
class TestPlayer : public QObject {
  Q_OBJECT

  static AudioBuffer seconds_of_sound(double seconds, int rate = 22050) {
    return {rate, sine(440, rate, static_cast<std::size_t>(seconds * rate))};
  }
  static OutputOptions silent() { return {.null_output = true}; }

 private slots:
  void withoutADeviceItSaysSoAndThePlayheadMoves() {
    Player player(silent());
    QTRY_COMPARE_WITH_TIMEOUT(player.description(), std::string(kNoOutputMessage), 20000);
    QVERIFY(!player.audible());
    player.load(seconds_of_sound(5));
    QCOMPARE(player.state(), PlayerState::stopped);
    QCOMPARE(player.position(), std::size_t{0});
    QElapsedTimer timer;
    timer.start();
    player.play();
    QCOMPARE(player.state(), PlayerState::playing);
    QTRY_VERIFY_WITH_TIMEOUT(player.position_seconds() > 0.5, 20000);
    const double wall = static_cast<double>(timer.elapsed()) / 1000;
    QVERIFY2(player.position_seconds() < wall + 0.05, qPrintable(QString::number(player.position_seconds())));
    QVERIFY(wall < 3.0);
  }

  void pauseKeepsThePlaceAndStopGoesBack() {
    Player player(silent());
    player.load(seconds_of_sound(5));
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position_seconds() > 0.2, 20000);
    player.pause();
    QCOMPARE(player.state(), PlayerState::paused);
    QTest::qWait(60);
    const std::size_t here = player.position();
    QTest::qWait(100);
    QCOMPARE(player.position(), here);
    QVERIFY(here > 4000);
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > here, 20000);
    player.stop();
    QCOMPARE(player.state(), PlayerState::stopped);
    QCOMPARE(player.position(), std::size_t{0});
    QTest::qWait(50);
    QCOMPARE(player.position(), std::size_t{0});
  }

  void seekingIsSeenAtOnceAndHoldsWhilePaused() {
    Player player(silent());
    player.load(seconds_of_sound(5));
    player.seek(44100);
    QCOMPARE(player.position(), std::size_t{44100});
    QTest::qWait(50);
    QCOMPARE(player.position(), std::size_t{44100});
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > 46000, 20000);
    player.seek(1000);
    QVERIFY(player.position() < 44100);
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > 3000, 20000);
    QVERIFY(player.position() < 44100);
    QCOMPARE(player.state(), PlayerState::playing);
  }

  void atItsEndItStopsAndPlayBeginsAnew() {
    Player player(silent());
    player.load(seconds_of_sound(0.3));
    player.play();
    QTRY_COMPARE_WITH_TIMEOUT(player.state(), PlayerState::stopped, 20000);
    QCOMPARE(player.position(), player.length());
    player.play();
    QCOMPARE(player.state(), PlayerState::playing);
    QVERIFY(player.position() < player.length());
    QTRY_COMPARE_WITH_TIMEOUT(player.state(), PlayerState::stopped, 20000);
  }

  void aLoopIsNotLeft() {
    Player player(silent());
    player.load(seconds_of_sound(2));
    player.set_loop(SampleRange{11025, 15435});  // 0.2 s
    player.stop();
    player.play();
    bool wrapped = false;
    std::size_t last = player.position();
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 900) {
      QTest::qWait(5);
      const std::size_t here = player.position();
      QVERIFY2(here >= 11025 && here <= 15435, qPrintable(QString::number(here)));
      wrapped = wrapped || here < last;
      last = here;
    }
    QVERIFY(wrapped);
    player.set_loop(std::nullopt);
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > 16000, 20000);
    player.set_loop(SampleRange{5, 20});  // too short
    QVERIFY(!player.loop());
  }

  void switchingKeepsThePlace() {
    Player player(silent());
    std::vector<AudioBuffer> sounds;
    for (int i = 0; i < 3; ++i) sounds.push_back(seconds_of_sound(3));
    player.load(std::move(sounds), 1);
    QCOMPARE(player.selected(), std::size_t{1});
    QCOMPARE(player.buffer_count(), std::size_t{3});
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position_seconds() > 0.2, 20000);
    const std::size_t before = player.position();
    player.select(2);
    QVERIFY(player.position() >= before);
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > before + 4000, 20000);
    QCOMPARE(player.selected(), std::size_t{2});
    player.select(17);
    QCOMPARE(player.selected(), std::size_t{2});
    QCOMPARE(player.state(), PlayerState::playing);
  }

  void halfTheSpeedMovesHalfAsFast() {
    Player player(silent());
    player.load(seconds_of_sound(5));
    if (!player.set_speed(0.5)) QSKIP("built without Rubber Band");
    QCOMPARE(player.speed(), 0.5);
    QElapsedTimer timer;
    timer.start();
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position_seconds() > 0.3, 20000);
    const double wall = static_cast<double>(timer.elapsed()) / 1000;
    QVERIFY2(player.position_seconds() <= 0.5 * wall + 0.05, qPrintable(QString::number(wall)));
    player.set_speed(99);
    QCOMPARE(player.speed(), 2.0);
    player.set_speed(0.01);
    QCOMPARE(player.speed(), 0.1);
  }

  void loadingReplacesAndUnloadingSilences() {
    Player player(silent());
    QCOMPARE(player.length(), std::size_t{0});
    player.play();  // nothing to play
    QCOMPARE(player.state(), PlayerState::stopped);
    player.load(seconds_of_sound(2));
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > 1000, 20000);
    player.load(seconds_of_sound(1, 16000));
    QCOMPARE(player.state(), PlayerState::stopped);
    QCOMPARE(player.position(), std::size_t{0});
    QCOMPARE(player.sample_rate(), 16000);
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > 1000, 20000);
    player.unload();
    QCOMPARE(player.state(), PlayerState::stopped);
    QCOMPARE(player.position(), std::size_t{0});
    QVERIFY_EXCEPTION_THROWN(player.load(AudioBuffer{}), AudioError);
    QVERIFY_EXCEPTION_THROWN(player.load({seconds_of_sound(1), seconds_of_sound(1, 48000)}), AudioError);
  }

  void manyHastyRequestsDoNoHarm() {
    Player player(silent());
    player.load({seconds_of_sound(2), seconds_of_sound(2)});
    unsigned state = 5;
    for (int i = 0; i < 400; ++i) {
      state = state * 1664525u + 1013904223u;
      const std::size_t value = (state >> 8) % 44100;
      switch (state >> 29) {
        case 0:
          player.play();
          break;
        case 1:
          player.pause();
          break;
        case 2:
          player.seek(value);
          break;
        case 3:
          player.select(value % 2);
          break;
        case 4:
          player.set_loop(SampleRange{value / 2, value});
          break;
        case 5:
          player.set_loop(std::nullopt);
          break;
        case 6:
          player.set_gain(static_cast<float>(value) / 44100);
          break;
        default:
          player.stop();
          break;
      }
      QVERIFY(player.position() <= player.length());
      if (i % 10 == 0) QTest::qWait(3);
    }
    player.set_loop(std::nullopt);
    player.seek(0);
    player.pause();
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > 2000, 20000);
  }

  void aDeviceThatHangsIsGivenUpAndTheSoundGoesOn() {
    std::mutex mutex;
    std::vector<int> asked;
    const auto openings = [&] {
      const std::lock_guard lock(mutex);
      return asked;
    };
    Player player({.device = 3}, [&](const OutputOptions& options, FillCallback fill) -> std::unique_ptr<OutputStream> {
      const std::lock_guard lock(mutex);
      asked.push_back(options.device);
      if (asked.size() == 1) return std::make_unique<HangingOutput>(30, std::move(fill));
      return open_output(silent(), std::move(fill));
    });
    QTRY_COMPARE_WITH_TIMEOUT(player.description(), std::string("Hanging"), 20000);
    player.load(seconds_of_sound(60));
    player.play();
    QTRY_COMPARE_WITH_TIMEOUT(openings().size(), std::size_t{2}, 20000);
    QCOMPARE(openings(), (std::vector<int>{3, -1}));  // then the default one
    QTRY_COMPARE_WITH_TIMEOUT(player.description(), std::string(kNoOutputMessage), 20000);
    QCOMPARE(player.state(), PlayerState::playing);
    QVERIFY(player.position_seconds() > 0.05);  // not from the start: 30 calls of 10 ms were heard
    const std::size_t here = player.position();
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > here + 22050, 20000);
    QCOMPARE(openings().size(), std::size_t{2});
  }

  void aPausedDeviceMayBeSilent() {
    std::atomic<int> openings = 0;
    Player player({}, [&](const OutputOptions&, FillCallback fill) -> std::unique_ptr<OutputStream> {
      ++openings;
      return std::make_unique<HangingOutput>(20, std::move(fill));
    });
    player.load(seconds_of_sound(60));
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position_seconds() > 0.05, 20000);
    player.pause();
    QTest::qWait(1800);  // longer than a device that plays may be silent, shorter than a paused one stays open
    QCOMPARE(openings.load(), 1);
  }

  void destroyingItWhilePlayingIsFine() {
    for (int i = 0; i < 5; ++i) {
      Player player(silent());
      player.load(seconds_of_sound(1));
      player.play();
      if (i % 2) QTest::qWait(20);
    }
  }
};

QTEST_GUILESS_MAIN(TestPlayer)
#include "tst_player.moc"
