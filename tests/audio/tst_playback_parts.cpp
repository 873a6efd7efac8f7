#include <QtTest>

#include "audio/device/call_watch.h"
#include "audio/device/playback_mixer.h"
#include "audio/device/playback_source.h"
#include "audio/device/time_stretcher.h"
#include "audio/loudness.h"
#include "tests/support/audio_signals.h"

using namespace luthier::audio;
using namespace luthier::audio::detail;

/// What the player is made of, without a device and without threads.
class TestPlaybackParts : public QObject {
  Q_OBJECT

  static PlaybackSource::Buffers buffers(std::vector<std::vector<float>> sounds, int rate = 48000) {
    auto all = std::make_shared<std::vector<AudioBuffer>>();
    for (auto& sound : sounds) all->emplace_back(rate, std::move(sound));
    return all;
  }
  static double largest_step(const std::vector<float>& samples) {
    double largest = 0.0;
    for (std::size_t i = 1; i < samples.size(); ++i)
      largest = std::max(largest, std::abs(static_cast<double>(samples[i]) - samples[i - 1]));
    return largest;
  }
  static std::vector<float> fill(PlaybackMixer& mixer, std::size_t frames) {
    std::vector<float> out(frames, 9.0f);
    mixer.fill(out.data(), frames, 1);
    return out;
  }
  static void write_constant(PlaybackMixer& mixer, std::size_t frames, float value) {
    mixer.write(std::vector<float>(frames, value));
  }

 private slots:
  void fromTheStartTheSourceIsExact() {
    const std::vector<float> sound = noise(3000);
    PlaybackSource source(buffers({sound}), 1);
    source.seek(0);
    std::vector<float> out;
    std::vector<PlaybackSource::Jump> jumps;
    QCOMPARE(source.read(1000, out, jumps), std::size_t{1000});
    QCOMPARE(source.read(5000, out, jumps), std::size_t{2000});
    QVERIFY(source.at_end());
    QVERIFY(out == sound);
    QVERIFY(jumps.empty());
  }

  void aSeekIntoTheMiddleFadesIn() {
    PlaybackSource source(buffers({std::vector<float>(4000, 0.5f)}), 1);
    source.seek(1000);
    std::vector<float> out;
    std::vector<PlaybackSource::Jump> jumps;
    source.read(1000, out, jumps);
    QVERIFY(out[0] < 0.01f && largest_step(out) < 0.01 && out[300] == 0.5f);
  }

  void aLoopRepeatsWithoutAClick() {
    // 441.7 Hz does not fit the loop: jumping back would click by up to 0.5.
    const std::vector<float> sound = sine(441.7, 48000, 48000);
    PlaybackSource source(buffers({sound}), 1);
    source.set_loop(SampleRange{10000, 15000});
    source.seek(9000);
    std::vector<float> out;
    std::vector<PlaybackSource::Jump> jumps;
    QCOMPARE(source.read(1000 + 3 * 5000, out, jumps), std::size_t{16000});
    QCOMPARE(jumps.size(), std::size_t{3});
    QCOMPARE(jumps[1].frame, std::size_t{11000});
    QCOMPARE(jumps[1].sample, std::size_t{10000});
    QCOMPARE(source.position(), std::size_t{10000});
    QVERIFY2(largest_step(out) < 0.033, qPrintable(QString::number(largest_step(out))));
    for (std::size_t i = 0; i < 4000; ++i) QCOMPARE(out[6000 + i], sound[10000 + i]);
    source.set_loop(std::nullopt);
    out.clear();
    source.read(100000, out, jumps);
    QCOMPARE(out.size(), std::size_t{38000});
  }

  void switchingBuffersKeepsTheTimeAndDoesNotClick() {
    const std::vector<float> a = sine(300, 48000, 20000), b = sine(500, 48000, 20000, 0.4, 2.0);
    PlaybackSource source(buffers({a, b}), 1);
    source.seek(0);
    std::vector<float> out;
    std::vector<PlaybackSource::Jump> jumps;
    source.read(5000, out, jumps);
    source.select(1);
    source.read(5000, out, jumps);
    for (std::size_t i = 0; i < 5000; ++i) QCOMPARE(out[i], a[i]);
    for (std::size_t i = 5480; i < 10000; ++i) QCOMPARE(out[i], b[i]);
    QVERIFY2(largest_step(out) < 0.035, qPrintable(QString::number(largest_step(out))));
  }

  void channelsAreMappedToWhatTheDeviceHas() {
    auto stereo = std::make_shared<std::vector<AudioBuffer>>();
    stereo->emplace_back(48000, 2, 100);
    (*stereo)[0].channels[0].assign(100, 0.2f);
    (*stereo)[0].channels[1].assign(100, 0.6f);
    std::vector<PlaybackSource::Jump> jumps;
    std::vector<float> mono, both, doubled;
    PlaybackSource(stereo, 1).read(1, mono, jumps);
    PlaybackSource(stereo, 2).read(1, both, jumps);
    PlaybackSource(buffers({{0.3f, 0.3f}}), 2).read(1, doubled, jumps);
    QVERIFY(std::abs(mono[0] - 0.4f) < 1e-6f);
    QVERIFY((both == std::vector<float>{0.2f, 0.6f}));
    QVERIFY((doubled == std::vector<float>{0.3f, 0.3f}));
  }

  void theMixerHandsOutWhatWasWritten() {
    PlaybackMixer mixer(48000, 1, 0.5);
    const std::vector<float> sound = noise(1000);
    mixer.write(sound);
    QVERIFY(fill(mixer, 300) == std::vector<float>(300));  // not running yet
    mixer.set_running(true);
    std::vector<float> out = fill(mixer, 600);
    const std::vector<float> rest = fill(mixer, 400);
    out.insert(out.end(), rest.begin(), rest.end());
    QVERIFY(out == sound);
    QCOMPARE(mixer.underruns(), std::size_t{0});
    QCOMPARE(fill(mixer, 10)[0], 0.0f);
    QCOMPARE(mixer.underruns(), std::size_t{1});
  }

  void theEndIsNoUnderrun() {
    PlaybackMixer mixer(48000, 1, 0.5);
    write_constant(mixer, 500, 0.5f);
    mixer.mark_end();
    mixer.set_running(true);
    fill(mixer, 480);
    QVERIFY(!mixer.ended());
    fill(mixer, 480);
    QVERIFY(mixer.ended());
    QCOMPARE(mixer.underruns(), std::size_t{0});
  }

  void pausingFadesAndGoesOnWhereItWas() {
    PlaybackMixer mixer(48000, 1, 0.5);
    write_constant(mixer, 10000, 0.5f);
    mixer.set_running(true);
    std::vector<float> all = fill(mixer, 480);
    mixer.set_running(false);
    for (int i = 0; i < 3; ++i) {
      const std::vector<float> more = fill(mixer, 480);
      all.insert(all.end(), more.begin(), more.end());
    }
    QCOMPARE(all.back(), 0.0f);
    const std::uint64_t stood = mixer.consumed();
    QVERIFY(stood > 480 && stood < 480 + 300);
    QCOMPARE(mixer.heard(0.02), static_cast<double>(stood));
    mixer.set_running(true);
    const std::vector<float> more = fill(mixer, 480);
    all.insert(all.end(), more.begin(), more.end());
    QCOMPARE(mixer.consumed(), stood + 480);
    QCOMPARE(all.back(), 0.5f);
    QVERIFY2(largest_step(all) < 0.003, qPrintable(QString::number(largest_step(all))));
  }

  void aFlushFadesOutDropsAndGoesOnWithTheNew() {
    PlaybackMixer mixer(48000, 1, 0.5);
    write_constant(mixer, 5000, 0.5f);
    mixer.set_running(true);
    std::vector<float> all = fill(mixer, 480);
    mixer.flush();
    for (std::size_t i = 0; i < 3000; ++i)
      mixer.write(std::vector<float>{std::min(0.25f, static_cast<float>(i) * 0.001f)});
    QCOMPARE(mixer.queued(), std::size_t{3000});
    for (int i = 0; i < 4; ++i) {
      const std::vector<float> more = fill(mixer, 480);
      all.insert(all.end(), more.begin(), more.end());
    }
    QCOMPARE(all.back(), 0.25f);
    QVERIFY2(largest_step(all) < 0.003, qPrintable(QString::number(largest_step(all))));
    QVERIFY(mixer.consumed() > 6400);
    // Before anything of it was heard, a flush simply drops.
    PlaybackMixer fresh(48000, 1, 0.5);
    write_constant(fresh, 5000, 0.5f);
    fresh.flush();
    write_constant(fresh, 5000, 0.25f);
    fresh.set_running(true);
    QCOMPARE(fill(fresh, 100)[0], 0.25f);
  }

  void gainMovesSmoothly() {
    PlaybackMixer mixer(48000, 1, 0.5);
    write_constant(mixer, 10000, 0.5f);
    mixer.set_running(true);
    std::vector<float> all = fill(mixer, 100);
    mixer.set_gain(0.0f);
    const std::vector<float> more = fill(mixer, 1000);
    all.insert(all.end(), more.begin(), more.end());
    QCOMPARE(all[50], 0.5f);
    QCOMPARE(all.back(), 0.0f);
    QVERIFY(largest_step(all) < 0.002);
  }

  void aDeviceThatStopsCallingIsNoticed() {
    using std::chrono::milliseconds;
    CallWatch watch;
    CallWatch::Clock::time_point now{};
    // Looks every 10 ms, as the feeder does; milliseconds until the alarm, 0: none.
    const auto alarm_within = [&](int limit, bool calls) {
      for (int at = 10; at <= limit; at += 10) {
        now += milliseconds(10);
        if (calls) watch.called();
        if (watch.stalled(now)) return at;
      }
      return 0;
    };
    watch.start(now);
    QCOMPARE(alarm_within(4900, false), 0);  // it may need a while to wake up
    QCOMPARE(alarm_within(10000, true), 0);
    QCOMPARE(alarm_within(1400, false), 0);
    now += std::chrono::hours(8);  // the machine slept
    QVERIFY(!watch.stalled(now));
    watch.called();
    QVERIFY(!watch.stalled(now));
    QCOMPARE(alarm_within(10000, false), 1510);
    watch.rest(now);
    QCOMPARE(alarm_within(1400, false), 0);
    watch.start(now);
    QCOMPARE(alarm_within(10000, false), 5010);
  }

  void stretchingChangesTheLengthAndKeepsThePitch() {
    if (!TimeStretcher::available()) QSKIP("built without Rubber Band");
    for (const double speed : {0.1, 0.5, 0.8, 1.5, 2.0}) {
      TimeStretcher stretcher(48000, 1, speed);
      std::vector<float> out;
      const std::vector<float> sound = sine(1000, 48000, 96000);
      for (std::size_t i = 0; i < sound.size(); i += 512)
        stretcher.process(std::span(sound).subspan(i, std::min<std::size_t>(512, sound.size() - i)), out);
      stretcher.finish(out);
      QCOMPARE(out.size(), static_cast<std::size_t>(std::lround(96000 / speed)));
      int crossings = 0;
      const std::size_t begin = out.size() / 4, end = begin + 24000;
      for (std::size_t i = begin; i < end; ++i) crossings += out[i - 1] < 0.0f && out[i] >= 0.0f;
      QVERIFY2(std::abs(crossings - 500) <= 5, qPrintable(QString::number(crossings)));
      const double level = rms(std::span(out).subspan(begin, 24000));
      QVERIFY2(std::abs(level - 0.5 / std::sqrt(2.0)) < 0.04,
               qPrintable(QString("%1 at %2").arg(level).arg(speed)));
    }
  }
};

QTEST_GUILESS_MAIN(TestPlaybackParts)
#include "tst_playback_parts.moc"
