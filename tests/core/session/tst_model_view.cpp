#include "core/families/family.h"
// LibTorch comes before Qt, whose keywords it does not bear.
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "audio/loudness.h"
#include "core/config/schema.h"
#include "core/session/model_view.h"
#include "core/session/transfer_session.h"
#include "core/session/workspace.h"

using namespace luthier;

namespace {

audio::AudioBuffer chord() {
  std::vector<float> samples(33075);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / 22050;
    for (const double hz : {330.0, 440.0, 550.0}) samples[i] += static_cast<float>(0.05 * std::sin(6.283185307179586 * hz * t));
  }
  return {22050, std::move(samples)};
}

}  // namespace

/// A sound through a model's representation and back.
class TestModelView : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    if (shipped_models().empty()) QSKIP("no weights are shipped with this build");
  }

  void theShippedWeightsSeeTheToneAndGiveItBack() {
    const ModelView view = view_as_model({}, "", chord(), true);
    QCOMPARE(view.model, std::string("shipped weights"));
    QVERIFY(view.kind != "waveform");  // what the network is given, not how the clips lay on disk
    QCOMPARE(view.decibels.size(), static_cast<std::size_t>(view.bins) * static_cast<std::size_t>(view.frames));
    QVERIFY(std::abs(view.frames * view.seconds_per_frame - 1.5) < 0.1);
    // The loudest band of the middle frame lies among the low ones, where the chord is.
    int loudest = 0;
    const auto at = [&](int bin) { return view.decibels[static_cast<std::size_t>(bin * view.frames + view.frames / 2)]; };
    for (int bin = 0; bin < view.bins; ++bin) loudest = at(bin) > at(loudest) ? bin : loudest;
    QVERIFY2(loudest > 0 && loudest < view.bins / 3, qPrintable(QString::number(loudest)));
    QCOMPARE(view.inverted.sample_rate, view.sample_rate);
    QVERIFY(std::abs(view.inverted.seconds() - 1.5) < 0.01);
    QVERIFY(std::abs(audio::to_dbfs(audio::rms(view.inverted)) - audio::to_dbfs(audio::rms(chord()))) < 0.5);
  }

  void withoutInversionThereIsNoSound() { QVERIFY(view_as_model({}, "", chord(), false).inverted.empty()); }

  void aStopEndsItAndAnUnknownRunIsNamed() {
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_THROWS_EXCEPTION(Cancelled, view_as_model({}, "", chord(), true, stop.get_token()));
    QTemporaryDir folder;
    const Workspace workspace = Workspace::create(folder.filePath("w").toStdString());
    try {
      view_as_model(workspace.folder(), "nobody", chord(), true);
      QFAIL("there is no such run");
    } catch (const std::runtime_error& error) {
      QVERIFY2(std::string(error.what()).find("nobody") != std::string::npos, error.what());
    }
  }
};

QTEST_GUILESS_MAIN(TestModelView)
#include "tst_model_view.moc"
