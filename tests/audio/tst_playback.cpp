// timeout: 180
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "audio/device/device_list.h"
#include "audio/device/player.h"
#include "audio/device/recorder.h"
#include "audio/loudness.h"
#include "audio/resampler.h"
#include "tests/support/audio_signals.h"

using namespace luthier::audio;

/// Plays through PortAudio and ALSA into a file at the pace of a sound card (tests/support/pace.c) and looks
/// at every sample.
class TestPlayback : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::string capture_;

  void use_output(const std::string& pcm) {
    std::ofstream(folder_.filePath("asound.conf").toStdString())
        << "</usr/share/alsa/alsa.conf>\n"
        << "pcm_type.pace { lib \"" BUILD_DIR "/tests/libasound_module_pcm_pace.so\" }\n"
        << pcm << "\n";
    qputenv("ALSA_CONFIG_PATH", folder_.filePath("asound.conf").toUtf8());
    std::filesystem::remove(capture_);
  }
  void use_paced_output(int rate) {
    use_output("pcm.!default { type pace file \"" + capture_ + "\" rate " + std::to_string(rate) + " }");
  }

  /// What was captured, one vector a channel of two.
  std::vector<std::vector<float>> captured() const {
    std::ifstream in(capture_, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    std::vector<float> samples(bytes.size() / 4);
    std::memcpy(samples.data(), bytes.data(), samples.size() * 4);
    std::vector<std::vector<float>> channels(2);
    for (std::size_t i = 0; i < samples.size(); ++i) channels[i % 2].push_back(samples[i]);
    return channels;
  }
  /// Where `sound` begins in `capture`: at the first sample that is not zero.
  static std::size_t onset(const std::vector<float>& capture) {
    std::size_t at = 0;
    while (at < capture.size() && capture[at] == 0.0f) ++at;
    return at;
  }

  /// Plays to the end. A feeder that the system did not let run in time leaves gaps, which is not what is
  /// tested here: then once more.
  std::vector<std::vector<float>> play(const AudioBuffer& sound, int device_rate) {
    for (int attempt = 0; attempt < 4; ++attempt) {
      use_paced_output(device_rate);
      std::size_t underruns = 0;
      {
        Player player({.preferred_rate = device_rate});
        player.load(sound);
        player.play();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(player.state(), PlayerState::stopped, 30000); }();
        if (!player.audible()) return {};
        QTest::qWait(150);  // what the device has taken, but not yet played
        underruns = player.underruns();
      }
      if (underruns == 0) return captured();
    }
    return {};
  }

 private slots:
  void initTestCase() {
    if (!std::filesystem::exists(BUILD_DIR "/tests/libasound_module_pcm_pace.so"))
      QSKIP("built without ALSA");
    capture_ = folder_.filePath("captured.raw").toStdString();
    use_paced_output(48000);
    if (list_devices().empty()) QSKIP("PortAudio has no ALSA here");
  }

  void theDescriptionEndsInTheLatency() {
    const Player player;
    QTRY_VERIFY_WITH_TIMEOUT(player.audible(), 20000);
    const QString words = QString::fromStdString(player.description());
    QVERIFY2(QRegularExpression(QStringLiteral("^.+ · \\d+ ms$")).match(words).hasMatch(), qPrintable(words));
  }

  void everySampleArrivesUnchanged_data() {
    QTest::addColumn<int>("rate");
    QTest::newRow("44.1k") << 44100;
    QTest::newRow("48k") << 48000;
  }
  void everySampleArrivesUnchanged() {
    QFETCH(int, rate);
    AudioBuffer sound(rate, 2, 0);
    sound.channels[0] = noise(static_cast<std::size_t>(rate), 1);
    sound.channels[1] = noise(static_cast<std::size_t>(rate), 2);
    const auto capture = play(sound, rate);
    QVERIFY2(capture.size() == 2, "nothing was captured without underruns");
    const std::size_t begin = onset(capture[0]);
    QVERIFY(begin + sound.length() <= capture[0].size());
    for (std::size_t c = 0; c < 2; ++c)
      QVERIFY(std::equal(sound.channels[c].begin(), sound.channels[c].end(),
                         capture[c].begin() + static_cast<std::ptrdiff_t>(begin)));
    for (std::size_t i = begin + sound.length(); i < capture[0].size(); ++i) QCOMPARE(capture[0][i], 0.0f);
  }

  void anotherRateIsResampledToTheDevices() {
    const AudioBuffer sound(22050, noise(22050));
    const auto capture = play(sound, 48000);
    QVERIFY2(capture.size() == 2, "nothing was captured without underruns");
    const std::vector<float> wanted = resample(sound.channels[0], 22050, 48000);
    const std::size_t begin = onset(capture[0]);
    double largest = 0.0;
    for (std::size_t i = 0; i < wanted.size() - 2; ++i)
      largest = std::max(largest, std::abs(static_cast<double>(capture[0][begin + i]) - wanted[i]));
    QVERIFY2(largest < 1e-5, qPrintable(QString::number(largest)));
  }

  void seekingPausingAndSwitchingDoNotClick() {
    use_paced_output(48000);
    {
      Player player({.preferred_rate = 48000});
      player.load({AudioBuffer(48000, sine(220, 48000, 480000)),
                   AudioBuffer(48000, sine(330, 48000, 480000, 0.5, 1.0))});
      player.play();
      QTRY_VERIFY_WITH_TIMEOUT(player.position() > 10000, 20000);
      player.seek(100001);
      QTRY_VERIFY_WITH_TIMEOUT(player.position() > 110000, 20000);
      player.select(1);
      QTest::qWait(250);
      player.pause();
      QTest::qWait(100);
      player.play();
      QTest::qWait(150);
      player.set_loop(SampleRange{player.position() - 3000, player.position() + 5000});
      QTest::qWait(400);
      player.set_gain(0.2f);
      QTest::qWait(100);
      player.stop();
      QTest::qWait(200);
      if (player.underruns() > 0) QSKIP("the machine is too busy: the feeder was late");
    }
    const auto capture = captured();
    double largest = 0.0;
    for (std::size_t i = 1; i < capture[0].size(); ++i)
      largest = std::max(largest, std::abs(static_cast<double>(capture[0][i]) - capture[0][i - 1]));
    // The steepest slope of 330 Hz at 0.5 is 0.0216 a sample; a click would be a tenth or more.
    QVERIFY2(largest < 0.03, qPrintable(QString::number(largest)));
    QVERIFY(peak(capture[0]) > 0.49);
  }

  void thePlayheadIsWhatIsHeard() {
    use_paced_output(48000);
    Player player({.preferred_rate = 48000});
    player.load(AudioBuffer(48000, sine(220, 48000, 48000 * 4)));
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > 0, 20000);
    QElapsedTimer timer;
    timer.start();
    const double start = player.position_seconds();
    QTest::qWait(1000);
    const double moved = player.position_seconds() - start,
                 wall = static_cast<double>(timer.elapsed()) / 1000;
    if (player.underruns() > 0) QSKIP("the machine is too busy: the feeder was late");
    QVERIFY2(std::abs(moved - wall) < 0.1, qPrintable(QString("%1 in %2 s").arg(moved).arg(wall)));
  }

  void withoutAnOutputThereIsASentence() {
    use_output("");
    const std::vector<SoundDevice> devices = list_devices();
    const bool silent = std::none_of(devices.begin(), devices.end(),
                                     [](const SoundDevice& d) { return d.output_channels > 0; });
    if (!silent) QSKIP("this machine has another sound system");
    Player player;
    QTRY_COMPARE_WITH_TIMEOUT(player.description(), std::string(kNoOutputMessage), 20000);
    player.load(AudioBuffer(22050, sine(440, 22050, 22050)));
    player.play();
    QTRY_VERIFY_WITH_TIMEOUT(player.position() > 1000, 20000);
    try {
      Recorder recorder;
      QFAIL("a recorder without an input");
    } catch (const AudioError& error) {
      QCOMPARE(std::string(error.what()), std::string(kNoInputMessage));
    }
  }
};

QTEST_GUILESS_MAIN(TestPlayback)
#include "tst_playback.moc"
