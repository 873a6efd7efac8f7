#include "core/transfer/transfer_sound.h"

#include <torch/torch.h>

#include <QtTest>
#include <chrono>
#include <cmath>
#include <thread>

#include "audio/loudness.h"
#include "tests/support/core_workspace.h"

using namespace luthier;

namespace {

const RepresentationSpec kSpec{"log_mel", 16000, 1024, 256, 80, false};

/// Gives the content back, or content times a factor, so that the frame around it can be seen.
class Echo : public FamilyTransfer {
 public:
  RepresentationSpec representation() const override { return spec; }
  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor& style, const Config&, const StepObserver& observer, std::stop_token stop) override {
    ++calls;
    frames = content.size(2);
    style_frames = style.size(2);
    for (int step = 1; step <= 3; ++step) {
      if (stop.stop_requested()) throw Cancelled();
      if (observer) observer({step, 3, content});
    }
    return content;
  }
  std::vector<float> decode(const torch::Tensor& features, const Config&, std::stop_token) override {
    return std::vector<float>(static_cast<std::size_t>(features.size(2) * 256), 0.25f);
  }
  RepresentationSpec spec = kSpec;
  int calls = 0;
  std::int64_t frames = 0, style_frames = 0;
};

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  return ab / std::sqrt(aa * bb);
}

audio::AudioBuffer stereo(int rate) {
  audio::AudioBuffer out(rate, 2, 0);
  out.channels[0] = test_melody(1, 8, 4, 2.01, rate).channels[0];
  out.channels[1] = test_melody(2, 8, 4, 2.01, rate).channels[0];
  for (float& x : out.channels[1]) x *= 0.25f;
  return out;
}

}  // namespace

class TestTransferSound : public QObject {
  Q_OBJECT
 private slots:
  void stereoAtAnyRateComesBackAsItWas_data();
  void stereoAtAnyRateComesBackAsItWas();
  void equalChannelsGoThroughOnceAndSilentOnesNotAtAll();
  void levelIsTheContentsAndNeverClips();
  void stepsAndProgressAreTold();
  void aStopIsAnsweredInEveryPart();
  void silenceIsRefusedWithASentence();
  void aVocoderMustFit();
  void sameSeedSameSound();
};

void TestTransferSound::stereoAtAnyRateComesBackAsItWas_data() {
  QTest::addColumn<int>("rate");
  for (const int rate : {8000, 16000, 22050, 44100, 96000}) QTest::newRow(std::to_string(rate).c_str()) << rate;
}

void TestTransferSound::stereoAtAnyRateComesBackAsItWas() {
  QFETCH(int, rate);
  Echo echo;
  const auto content = stereo(rate);
  const auto result = transfer_sound({echo, nullptr, {}, {}}, content, test_melody(3, 4, 2), {}, {});
  QCOMPARE(result.sample_rate, rate);
  QCOMPARE(result.channel_count(), 2);
  QCOMPARE(result.length(), content.length());
  QCOMPARE(echo.calls, 2);
  for (std::size_t c = 0; c < 2; ++c) {
    QVERIFY(std::abs(audio::rms(result.channels[c]) / audio::rms(content.channels[c]) - 1) < 1e-3);
    const double similar = correlation(result.channels[c], content.channels[c]);
    QVERIFY2(similar > 0.95, qPrintable(QString::number(similar)));
  }
}

void TestTransferSound::equalChannelsGoThroughOnceAndSilentOnesNotAtAll() {
  Echo echo;
  auto content = stereo(16000);
  content.channels[1] = content.channels[0];
  const auto same = transfer_sound({echo, nullptr, {}, {}}, content, test_melody(3, 4, 2), {}, {});
  QCOMPARE(echo.calls, 1);
  QVERIFY(same.channels[0] == same.channels[1]);
  std::fill(content.channels[1].begin(), content.channels[1].end(), 0.0f);
  const auto half = transfer_sound({echo, nullptr, {}, {}}, content, test_melody(3, 4, 2), {}, {});
  QCOMPARE(echo.calls, 2);
  QCOMPARE(audio::peak(half.channels[1]), 0.0);
  QCOMPARE(half.channels[1].size(), content.channels[1].size());
}

void TestTransferSound::levelIsTheContentsAndNeverClips() {
  Echo echo;
  auto content = test_melody(1, 8, 4);
  for (float& x : content.channels[0]) x = std::clamp(x * 4.0f, -1.0f, 1.0f);  // loud and clipped: the peaks of the result are higher
  const auto result = transfer_sound({echo, nullptr, {}, {}}, content, test_melody(3, 4, 2), {}, {});
  QVERIFY(audio::peak(result) <= 1.0);
}

void TestTransferSound::stepsAndProgressAreTold() {
  Echo echo;
  double last = 0;
  int steps = 0, bins = 0;
  SoundTransferListener listener;
  listener.progress = [&](double fraction, const std::string&) {
    QVERIFY(fraction >= last - 1e-9);
    last = fraction;
  };
  listener.step = [&](const SoundStep& step) { steps += step.total == 3, bins = static_cast<int>(step.estimate.size(1)); };
  transfer_sound({echo, nullptr, {}, {}}, stereo(16000), test_melody(3, 4, 2), listener, {});
  QCOMPARE(last, 1.0);
  QCOMPARE(steps, 6);
  QCOMPARE(bins, 80);
}

void TestTransferSound::aStopIsAnsweredInEveryPart() {
  // Analysis, the model's steps, and the inversion of the first channel, which 100,000 rounds would keep busy for a minute.
  for (const double when : {0.0, 0.2, 0.35}) {
    Echo echo;
    std::stop_source source;
    std::jthread later;
    double reached = 0;
    SoundTransferListener listener;
    listener.progress = [&](double fraction, const std::string&) {
      reached = fraction;
      if (fraction < when || later.joinable()) return;
      if (when < 0.35) source.request_stop();
      else later = std::jthread([source]() mutable { std::this_thread::sleep_for(std::chrono::milliseconds(100)), source.request_stop(); });
    };
    QElapsedTimer timer;
    timer.start();
    QVERIFY_THROWS_EXCEPTION(Cancelled, transfer_sound({echo, nullptr, {}, {}, 100000}, stereo(16000), test_melody(3, 4, 2), listener, source.get_token()));
    QVERIFY2(timer.elapsed() < 5000, "a stop is answered long before the work would be done");
    QVERIFY(reached <= 0.36);
  }
}

void TestTransferSound::silenceIsRefusedWithASentence() {
  Echo echo;
  const audio::AudioBuffer silence(16000, std::vector<float>(16000));
  QVERIFY_THROWS_EXCEPTION(ConfigError, transfer_sound({echo, nullptr, {}, {}}, silence, test_melody(3, 4, 2), {}, {}));
  QVERIFY_THROWS_EXCEPTION(ConfigError, transfer_sound({echo, nullptr, {}, {}}, test_melody(3, 4, 2), silence, {}, {}));
}

void TestTransferSound::aVocoderMustFit() {
  Echo echo, vocoder;
  const auto content = test_melody(1, 8, 4);
  const auto result = transfer_sound({echo, &vocoder, {}, {}}, content, test_melody(3, 4, 2), {}, {});
  QVERIFY(std::abs(result.channels[0][5000] - result.channels[0][9000]) < 1e-3f);  // the vocoder's constant
  vocoder.spec.bands = 128;
  try {
    transfer_sound({echo, &vocoder, {}, {}}, content, test_melody(3, 4, 2), {}, {});
    QFAIL("accepted");
  } catch (const ConfigError& error) {
    QVERIFY(std::string(error.what()).find("bands=128") != std::string::npos);
  }
}

void TestTransferSound::sameSeedSameSound() {
  Echo echo;
  const auto a = transfer_sound({echo, nullptr, {}, {}}, stereo(22050), test_melody(3, 4, 2), {}, {});
  const auto b = transfer_sound({echo, nullptr, {}, {}}, stereo(22050), test_melody(3, 4, 2), {}, {});
  QVERIFY(a.channels == b.channels);
}

QTEST_GUILESS_MAIN(TestTransferSound)
#include "tst_transfer_sound.moc"
