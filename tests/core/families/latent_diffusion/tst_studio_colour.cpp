// timeout: 60
#include <torch/torch.h>

#include <QtTest>
#include <cmath>

#include "core/families/family.h"
#include "core/families/latent_diffusion/studio.h"
#include "core/families/latent_diffusion/studio_sampler.h"

using namespace luthier;
using namespace luthier::studio;

namespace {

constexpr double kDeviation = 2;  ///< nepers in a unit

double decibels(double units) { return units * kDeviation * 20 / std::log(10.0); }
torch::Tensor units(const torch::Tensor& db) { return db * (std::log(10.0) / 20 / kDeviation); }

StudioSettings small() {
  StudioSettings s;
  s.bands = 64, s.patch = 4, s.latent = 256;
  s.width = 32, s.deep_width = 48, s.blocks = 1, s.deep_blocks = 1, s.embedding = 16;
  s.style_width = 16, s.style_tokens = 2, s.attention_heads = 2, s.ae_width = 16, s.ae_blocks = 1;
  return s;
}

/// What the untrained networks make of `memory` styles.
Checkpoint checkpoint_of(const StudioSettings& settings, const torch::Tensor& styles) {
  torch::manual_seed(3);
  Networks networks(settings, torch::kCPU);
  networks.autoencoder->fit(torch::randn({16, 32, settings.bands}));
  torch::NoGradGuard guard;
  networks.denoiser->out->weight.copy_(0.1 * torch::randn_like(networks.denoiser->out->weight));  // an untrained one is silent
  if (styles.defined()) networks.style_memory->keep(networks.style_encoder->forward(networks.autoencoder->normalise(styles)).vector);
  StateSaver saver;
  saver.module("autoencoder", *networks.autoencoder);
  saver.module("style_encoder", *networks.style_encoder);
  saver.module("denoiser", *networks.denoiser);
  if (styles.defined()) saver.module("style_memory", *networks.style_memory);
  Checkpoint checkpoint;
  checkpoint.tensors = saver.tensors;
  return checkpoint;
}

}  // namespace

class TestStudioColour : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void whatWasHeardIsFamiliarAndWhatIsFarIsStrange() {
    torch::manual_seed(1);
    StyleMemory memory(8);
    const auto a = torch::full({1, 8}, 5.0f), b = torch::full({1, 8}, -5.0f);
    QCOMPARE(memory->strangeness(a), 0.0);  // nothing was heard
    memory->keep(a + 0.1 * torch::randn({20, 8}));
    QCOMPARE(memory->strangeness(b), 0.0);  // too little to tell
    memory->keep(a + 0.1 * torch::randn({100, 8}));
    memory->keep(b + 0.1 * torch::randn({100, 8}));
    QCOMPARE(memory->strangeness(a), 0.0);  // near one of two groups, though far from their mean
    QCOMPARE(memory->strangeness(b + 0.1 * torch::randn({1, 8})), 0.0);
    QCOMPARE(memory->strangeness(torch::zeros({1, 8})), 1.0);
    double before = 0;
    for (double way = 0; way <= 1; way += 0.02) {  // it rises with the distance
      const double now = memory->strangeness(a + way);
      QVERIFY(now >= before);
      before = now;
    }
    QCOMPARE(before, 1.0);
  }

  void theMemoryHoldsTheNewest() {
    StyleMemory memory(2);
    for (int i = 0; i < 300; ++i) memory->keep(torch::full({5, 2}, static_cast<float>(i + 1)));
    QCOMPARE(memory->heard[-1][0].item<float>(), 300.0f);
    QCOMPARE(memory->heard[0][0].item<float>(), 96.0f);  // 1024 of 1500: the newest 204 batches and four of the one before
    memory->keep(torch::full({2000, 2}, -1.0f));
    QVERIFY((memory->heard == -1).all().item<bool>());
  }

  void colourIsThatOfWhatSounds() {
    const auto shape = torch::linspace(0, -40, 64);
    auto sound = units(shape.reshape({1, 1, 64}).expand({1, 50, 64}).clone());
    sound.narrow(1, 20, 20) -= static_cast<float>(units(torch::tensor(60.0)).item<double>());  // a pause, which is not heard
    const auto sounding = sounding_frames(sound, kDeviation);
    QCOMPARE(sounding.sum().item<double>(), 30.0);
    const auto colour = colour_of(sound, sounding, kDeviation);
    QVERIFY(torch::allclose(colour.flatten(), units(shape), 1e-3, 1e-3));
    auto half = sound.clone();
    half.narrow(1, 0, 10) += static_cast<float>(units(torch::tensor(10.0)).item<double>());  // a third of the frames louder: power is what counts
    const double expected = 10 * std::log10((10.0 + 2.0) / 3.0);
    QVERIFY(std::abs(decibels((colour_of(half, sounding_frames(half, kDeviation), kDeviation) - colour)[0][0][5].item<double>()) - expected) < 0.01);
  }

  void notesLeaveNoTraceInTheSmoothedColour() {
    auto colour = torch::zeros({1, 1, 192});
    colour[0][0][90] = 1;
    QVERIFY(smoothed_colour(colour).max().item<double>() < 0.06);
    const auto tilt = torch::linspace(-1, 1, 192).reshape({1, 1, 192});
    QVERIFY(torch::allclose(smoothed_colour(tilt).narrow(2, 30, 130), tilt.narrow(2, 30, 130), 0, 1e-4));
    QVERIFY(torch::allclose(smoothed_colour(torch::ones({1, 1, 192})), torch::ones({1, 1, 192})));  // also at the ends
  }

  void silenceIsNotColoured() {
    auto sound = torch::zeros({1, 4, 8});
    sound[0][1] = units(torch::tensor(-60.0));
    sound[0][2] = units(torch::tensor(-75.0));
    sound[0][3] = units(torch::tensor(-90.0));
    const auto added = (coloured(sound, torch::ones({1, 1, 8}), kDeviation) - sound).select(2, 0).flatten();
    QVERIFY(torch::allclose(added, torch::tensor({1.0f, 1.0f, 0.5f, 0.0f}), 0, 1e-3));
  }

  /// A strange style clip's own transfer comes nearer to its colour with the setting than without; styles that were heard are left as they are.
  void aStrangeStyleGetsItsColourBack() {
    const auto settings = small();
    torch::manual_seed(5);
    const auto tilt = torch::linspace(2, -2, settings.bands).reshape({1, -1, 1});
    const auto known = torch::randn({1, settings.bands, 80}), strange = torch::randn({1, settings.bands, 80}) + 3 * tilt;
    const auto styles = known.transpose(1, 2) + 0.05 * torch::randn({100, 80, settings.bands});
    const auto transfer = make_studio_transfer(checkpoint_of(settings, styles), settings, torch::kCPU);
    const auto way = [&](FamilyTransfer& by, const torch::Tensor& style, double own_colour) {
      return by.transform(known, style, complete(schema_of<StudioTransferSettings>(), {{"own_colour", own_colour}, {"steps", std::int64_t{1}}}), {}, {});
    };
    QVERIFY(torch::equal(way(*transfer, known, 0), way(*transfer, known, 1)));
    const auto plain = way(*transfer, strange, 0), whole = way(*transfer, strange, 1), half = way(*transfer, strange, 0.5);
    QVERIFY(!torch::allclose(plain, whole, 1e-2, 1e-2));
    QVERIFY(torch::allclose(half, (plain + whole) / 2, 1e-3, 1e-3));  // the second time from what is remembered
    const auto slope = [&](const torch::Tensor& sound) { return (sound * tilt).mean().item<double>(); };
    QVERIFY(slope(whole) > slope(plain));
    QVERIFY(torch::equal(way(*transfer, known, 1), way(*transfer, known, 0)));  // another style in between changes nothing
    QVERIFY(torch::equal(way(*transfer, strange, 1), whole));
    // Weights without a memory go on as they did.
    const auto older = make_studio_transfer(checkpoint_of(settings, {}), settings, torch::kCPU);
    QVERIFY(torch::equal(way(*older, strange, 0), way(*older, strange, 1)));
  }

  void aStopReachesTheColourToo() {
    const auto settings = small();
    const auto transfer = make_studio_transfer(checkpoint_of(settings, torch::randn({100, 40, settings.bands})), settings, torch::kCPU);
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY_THROWS_EXCEPTION(Cancelled, transfer->transform(torch::randn({1, settings.bands, 64}), 9 + torch::randn({1, settings.bands, 64}),
                                                            complete(schema_of<StudioTransferSettings>(), {}), {}, stopped.get_token()));
  }
};

QTEST_GUILESS_MAIN(TestStudioColour)
#include "tst_studio_colour.moc"
