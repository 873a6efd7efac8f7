#include "core/transfer/live_transfer.h"

#include <torch/torch.h>

#include <QtTest>
#include <algorithm>
#include <cmath>

#include "tests/support/core_workspace.h"

using namespace luthier;

namespace {

/// Gives its content back as samples, times a constant of the window, so that seams would be heard.
class Echo : public FamilyTransfer {
 public:
  RepresentationSpec representation() const override { return {"waveform", 16000, 1024, 256, 80, false}; }
  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor& style, const Config&, const StepObserver&, std::stop_token stop) override {
    if (stop.stop_requested()) throw Cancelled();
    ++calls;
    longest = std::max(longest, content.size(2));
    styles += style.size(2) > 0;
    return content;
  }
  int calls = 0, styles = 0;
  std::int64_t longest = 0;
};

constexpr LiveWindows kWindows{1.0, 0.25, 0.125, 0.05};

std::vector<float> streamed(LiveTransfer& live, const std::vector<float>& in, std::size_t piece) {
  std::vector<float> out;
  for (std::size_t at = 0; at < in.size(); at += piece) live.process(std::span(in).subspan(at, std::min(piece, in.size() - at)), out);
  live.finish(out);
  return out;
}

}  // namespace

class TestLiveTransfer : public QObject {
  Q_OBJECT
 private slots:
  void whatComesOutStandsInTimeWithWhatWentIn();
  void noPieceSizeChangesASample();
  void aSampleLeavesWithinTheLatency();
  void silenceStaysSilent();
  void windowsThatCannotBeAreRefused();
  void aStopIsAnswered();

 private:
  Echo echo_;
  SoundInverter inverter_{echo_.representation(), {.treble = false}, test_melody(3, 4, 2)};
  const std::vector<float> melody_ = test_melody(1, 8, 4, 3.3).channels[0];
};

void TestLiveTransfer::whatComesOutStandsInTimeWithWhatWentIn() {
  LiveTransfer live(echo_, {}, inverter_, 16000, kWindows);
  const auto out = streamed(live, melody_, 700);
  QCOMPARE(out.size(), melody_.size());
  double most = 0;
  for (std::size_t i = 0; i < out.size(); ++i) most = std::max(most, static_cast<double>(std::abs(out[i] - melody_[i])));
  QVERIFY2(most < 1e-3, qPrintable(QString::number(most)));
  QVERIFY(echo_.longest <= 16000);
  QCOMPARE(echo_.styles, echo_.calls);
}

void TestLiveTransfer::noPieceSizeChangesASample() {
  LiveTransfer live(echo_, {}, inverter_, 16000, kWindows);
  const auto whole = streamed(live, melody_, melody_.size());
  for (const std::size_t piece : {1u, 333u, 4000u, 9000u}) QVERIFY(streamed(live, melody_, piece) == whole);
}

void TestLiveTransfer::aSampleLeavesWithinTheLatency() {
  LiveTransfer live(echo_, {}, inverter_, 16000, kWindows);
  std::vector<float> out;
  const auto latency = static_cast<std::size_t>(kWindows.latency() * 16000);
  QCOMPARE(live.block(), std::size_t{4000});
  for (std::size_t at = 0; at + 1 <= melody_.size(); at += 1) {
    live.process(std::span(melody_).subspan(at, 1), out);
    if (at + 1 >= latency) QVERIFY(out.size() + latency >= at + 1);
  }
  QVERIFY(out.size() < melody_.size());
}

void TestLiveTransfer::silenceStaysSilent() {
  LiveTransfer live(echo_, {}, inverter_, 16000, kWindows);
  const int before = echo_.calls;
  const auto out = streamed(live, std::vector<float>(20000), 1000);
  QCOMPARE(out.size(), std::size_t{20000});
  QVERIFY(std::all_of(out.begin(), out.end(), [](float x) { return x == 0; }));
  QCOMPARE(echo_.calls, before);
  QVERIFY(streamed(live, {}, 100).empty());
}

void TestLiveTransfer::windowsThatCannotBeAreRefused() {
  for (const LiveWindows wrong : {LiveWindows{0.3, 0.25, 0.125, 0.05}, LiveWindows{1, 0.25, 0.01, 0.05}, LiveWindows{1, 0.25, 0.125, 0}, LiveWindows{99, 1, 1, 0.1}})
    QVERIFY_THROWS_EXCEPTION(ConfigError, LiveTransfer(echo_, {}, inverter_, 16000, wrong));
  const SoundInverter silent(echo_.representation(), {}, {16000, std::vector<float>(16000)});
  QVERIFY_THROWS_EXCEPTION(ConfigError, LiveTransfer(echo_, {}, silent, 16000, kWindows));
}

void TestLiveTransfer::aStopIsAnswered() {
  LiveTransfer live(echo_, {}, inverter_, 16000, kWindows);
  std::stop_source source;
  source.request_stop();
  std::vector<float> out;
  QVERIFY_THROWS_EXCEPTION(Cancelled, live.process(melody_, out, source.get_token()));
}

QTEST_GUILESS_MAIN(TestLiveTransfer)
#include "tst_live_transfer.moc"
