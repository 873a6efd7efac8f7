// timeout: 120
#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <numbers>

#include "core/data/sound_store.h"
#include "core/families/family.h"
#include "core/families/latent_diffusion/studio.h"
#include "core/families/latent_diffusion/studio_sampler.h"
#include "core/signal/mel_front_end.h"

using namespace luthier;
using namespace luthier::studio;

namespace {

StudioSettings small() {
  StudioSettings s;
  s.bands = 64;
  s.patch = 4;
  s.latent = 256;  // = patch * bands: the linear path loses nothing
  s.width = 32;
  s.deep_width = 48;
  s.blocks = 1;
  s.deep_blocks = 1;
  s.embedding = 16;
  s.style_width = 16;
  s.style_tokens = 2;
  s.attention_heads = 2;
  s.ae_width = 16;
  s.ae_blocks = 1;
  return s;
}

/// A second of a decaying harmonic tone, as a waveform clip.
torch::Tensor tone(double hertz, int rate, double seconds) {
  const auto t = torch::arange(static_cast<std::int64_t>(rate * seconds), torch::kFloat) / rate;
  auto x = torch::zeros_like(t);
  for (int k = 1; k <= 6; ++k) x = x + torch::sin(t * (2 * std::numbers::pi * hertz * k)) / k;
  return (x * torch::exp(-t)).reshape({1, 1, -1});
}

Checkpoint checkpoint_of(const StudioSettings& settings) {
  torch::manual_seed(3);
  Networks networks(settings, torch::kCPU);
  networks.autoencoder->fit(torch::randn({16, 32, settings.bands}));
  StateSaver saver;
  saver.module("autoencoder", *networks.autoencoder);
  saver.module("style_encoder", *networks.style_encoder);
  saver.module("denoiser", *networks.denoiser);
  Checkpoint checkpoint;
  checkpoint.tensors = saver.tensors;
  return checkpoint;
}

Config transfer_options(const Config& overrides = {}) { return complete(schema_of<StudioTransferSettings>(), overrides); }

}  // namespace

class TestStudio : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void scheduleReachesPureNoiseAndKeepsVariance() {
    const auto t = torch::linspace(0, 1, 11);
    QVERIFY(alpha_of(t)[10].abs().item<float>() < 1e-6f);
    QVERIFY(torch::allclose(alpha_of(t).square() + sigma_of(t).square(), torch::ones(11), 0, 1e-6));
  }

  void fullRankLinearAutoencoderLosesNothing() {
    auto settings = small();
    settings.ae_residual = false;
    Autoencoder autoencoder(settings);
    const auto mel = torch::randn({12, 40, settings.bands}) * 2 - 3;
    autoencoder->fit(mel);
    const auto features = autoencoder->normalise(mel);
    QVERIFY(std::abs(features.std().item<double>() - 1) < 0.05);
    autoencoder->fit_scale(features);
    const auto latent = autoencoder->encode(features);
    QCOMPARE(latent.size(1), std::int64_t{10});
    QVERIFY(std::abs(latent.square().mean().item<double>() - 1) < 1e-3);
    QVERIFY(torch::allclose(autoencoder->decode(latent, 40), features, 1e-3, 1e-3));
  }

  void residualStartsAtTheLinearPath() {
    auto settings = small();
    torch::manual_seed(1);
    Autoencoder with(settings);
    settings.ae_residual = false;
    Autoencoder without(settings);
    const auto mel = torch::randn({12, 40, settings.bands});
    with->fit(mel);
    without->fit(mel);
    QVERIFY(torch::allclose(with->encode(mel), without->encode(mel), 1e-4, 1e-4));
  }

  void cropsReflectAtBothEndsAndHaveUnitLevel() {
    ClipSet clips;
    clips.clips.resize(1);
    clips.features = {tone(220, 8000, 1.0)};
    const SoundStore store(clips, torch::kCPU);
    const auto whole = store.crop({0}, {0}, 8000)[0];
    QVERIFY(std::abs(whole.square().mean().sqrt().item<double>() - 1) < 1e-3);
    const auto before = store.crop({0}, {-4}, 12)[0];
    for (int i = 1; i <= 4; ++i) QCOMPARE(before[4 - i].item<float>(), before[4 + i].item<float>());
    const auto after = store.crop({0}, {7990}, 20)[0];
    for (int i = 1; i <= 9; ++i) QCOMPARE(after[9 + i].item<float>(), after[9 - i].item<float>());
  }

  void deviceFrontEndEqualsTheRepresentation() {
    RepresentationSpec spec;
    spec.kind = "log_mel";
    spec.sample_rate = 16000;
    spec.hop = 256;
    spec.bands = 192;
    const auto wave = tone(330, 16000, 1.5).reshape({1, -1});
    const auto unit = wave / wave.square().mean().sqrt();
    const auto mine = MelFrontEnd(spec, torch::kCPU).whole(unit)[0].t();
    audio::AudioBuffer sound(16000, std::vector<float>(wave.data_ptr<float>(), wave.data_ptr<float>() + wave.numel()));
    const auto theirs = make_representation(spec)->analyse(sound)[0];
    QCOMPARE(mine.size(1), theirs.size(1));
    // Two transforms in single precision, compared near the floor of 1e-4, where a logarithm shows the last bits.
    QVERIFY2((mine - theirs).abs().max().item<double>() < 1e-2, qPrintable(QString::number((mine - theirs).abs().max().item<double>())));
  }

  void transferTakesAnyLengthAndKeepsIt_data() {
    QTest::addColumn<int>("frames");
    for (const int frames : {1, 7, 64, 129, 1700}) QTest::addRow("%d frames", frames) << frames;
  }
  void transferTakesAnyLengthAndKeepsIt() {
    QFETCH(int, frames);
    const auto settings = small();
    const auto transfer = make_studio_transfer(checkpoint_of(settings), settings, torch::kCPU);
    const auto content = torch::randn({1, settings.bands, frames}), style = torch::randn({1, settings.bands, 50});
    const auto result = transfer->transform(content, style, transfer_options({{"steps", std::int64_t{2}}}), {}, {});
    QCOMPARE(result.sizes(), content.sizes());
    QVERIFY(torch::isfinite(result).all().item<bool>());
  }

  void strengthZeroGivesTheContentBack() {
    const auto settings = small();
    const auto transfer = make_studio_transfer(checkpoint_of(settings), settings, torch::kCPU);
    const auto content = torch::randn({1, settings.bands, 90});
    const auto result = transfer->transform(content, content, transfer_options({{"steps", std::int64_t{1}}, {"strength", 0.0}}), {}, {});
    QVERIFY(torch::allclose(result, content, 1e-4, 1e-4));
  }

  void stepsAreSeenAndAStopEndsThem() {
    const auto settings = small();
    const auto transfer = make_studio_transfer(checkpoint_of(settings), settings, torch::kCPU);
    const auto content = torch::randn({1, settings.bands, 64});
    int seen = 0;
    std::stop_source source;
    const StepObserver observer = [&](const SamplingStep& step) {
      ++seen;
      QCOMPARE(step.total, 5);
      QCOMPARE(step.estimate.sizes(), content.sizes());
      if (step.step == 3) source.request_stop();
    };
    QVERIFY_THROWS_EXCEPTION(Cancelled, transfer->transform(content, content, transfer_options({{"steps", std::int64_t{5}}}), observer, source.get_token()));
    QCOMPARE(seen, 3);
  }

  void sameSeedSameSound() {
    const auto settings = small();
    const auto transfer = make_studio_transfer(checkpoint_of(settings), settings, torch::kCPU);
    const auto content = torch::randn({1, settings.bands, 64});
    const auto options = transfer_options({{"steps", std::int64_t{4}}, {"eta", 0.5}, {"seed", std::int64_t{9}}});
    QVERIFY(torch::equal(transfer->transform(content, content, options, {}, {}), transfer->transform(content, content, options, {}, {})));
  }

  void everyStepOfALongSoundIsHeardFromEndToEnd() {
    const auto settings = small();
    const auto transfer = make_studio_transfer(checkpoint_of(settings), settings, torch::kCPU);
    const auto content = torch::randn({1, settings.bands, 1700});  // two windows
    int seen = 0;
    torch::Tensor last;
    const StepObserver observer = [&](const SamplingStep& step) {
      QCOMPARE(step.step, ++seen);
      QCOMPARE(step.total, 3);
      QCOMPARE(step.estimate.sizes(), content.sizes());
      last = step.estimate.clone();
    };
    const auto result = transfer->transform(content, content.narrow(2, 0, 80), transfer_options({{"steps", std::int64_t{3}}, {"strength", 0.8}}), observer, {});
    QCOMPARE(seen, 3);
    QVERIFY(torch::equal(last, result));
  }

  void aBranchKeepsTheWayUpToItsStep() {
    const auto settings = small();
    const auto transfer = make_studio_transfer(checkpoint_of(settings), settings, torch::kCPU);
    const auto content = torch::randn({1, settings.bands, 64});
    const auto way = [&](const std::string& branches) {
      std::vector<torch::Tensor> all;
      const StepObserver observer = [&](const SamplingStep& step) { all.push_back(step.estimate.clone()); };
      transfer->transform(content, content, transfer_options({{"steps", std::int64_t{6}}, {"seed", std::int64_t{3}}, {"branches", branches}}), observer, {});
      return all;
    };
    const auto same = [](const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b, std::size_t step) { return torch::equal(a[step - 1], b[step - 1]); };
    const auto plain = way("");
    for (const std::string branch : {"3 seed=4", "3 temperature=0.2", "3 eta=0.7"}) {
      const auto other = way(branch);
      for (std::size_t step = 1; step <= 3; ++step) QVERIFY2(same(plain, other, step), branch.c_str());
      QVERIFY2(!same(plain, other, 4), branch.c_str());
      QVERIFY2(same(other, way(branch), 6), branch.c_str());  // and again the same
    }
    const auto twice = way("2 seed=4; 4 seed=5"), once = way("2 seed=4");
    QVERIFY(same(twice, once, 4) && !same(twice, once, 5));
    for (const std::string wrong : {"6 seed=2", "0 seed=2", "3", "3 steps=9", "3 seed", "4 seed=1; 2 seed=3", "3 guidance=99", "x seed=2"})
      QVERIFY_THROWS_EXCEPTION(ConfigError, way(wrong));
  }

  /// Passes go through as rows of one batch; their mean is that of the shifted sounds, each on its own.
  void passesAreTheMeanOfShiftedSounds() {
    const auto settings = small();
    auto checkpoint = checkpoint_of(settings);
    checkpoint.tensors.at("model.denoiser.out.weight") = 0.1 * torch::randn_like(checkpoint.tensors.at("model.denoiser.out.weight"));  // an untrained one is silent
    const auto transfer = make_studio_transfer(checkpoint, settings, torch::kCPU);
    const auto content = torch::randn({1, settings.bands, 80}), style = torch::randn({1, settings.bands, 50});
    const auto way = [&](const torch::Tensor& sound, std::int64_t passes) {
      return transfer->transform(sound, style, transfer_options({{"steps", std::int64_t{1}}, {"temperature", 0.0}, {"passes", passes}}), {}, {});
    };
    const auto first = content.narrow(2, 0, 1).expand({1, settings.bands, 4}), last = content.narrow(2, 79, 1).expand({1, settings.bands, 4});
    const auto plain = way(torch::cat({content, last}, 2), 1).narrow(2, 0, 80), shifted = way(torch::cat({first, content}, 2), 1).narrow(2, 4, 80);
    QVERIFY(!torch::allclose(plain, shifted, 1e-2, 1e-2));
    QVERIFY(torch::allclose(way(content, 2), (plain + shifted) / 2, 1e-3, 1e-4));
  }

  void wrongShapesAndMissingTensorsAreNamed() {
    const auto settings = small();
    auto checkpoint = checkpoint_of(settings);
    const auto transfer = make_studio_transfer(checkpoint, settings, torch::kCPU);
    try {
      transfer->transform(torch::randn({1, 12, 64}), torch::randn({1, settings.bands, 64}), transfer_options(), {}, {});
      QFAIL("accepted 12 bands");
    } catch (const ConfigError& error) {
      QVERIFY(QString(error.what()).contains("content"));
      QVERIFY(QString(error.what()).contains("64"));
    }
    checkpoint.tensors.erase("model.denoiser.out.weight");
    QVERIFY_THROWS_EXCEPTION(CheckpointError, make_studio_transfer(checkpoint, settings, torch::kCPU));
  }

  /// What is added to trained weights starts without effect, so that they can go on learning with it.
  void grownNetworksStartAsTheyWere() {
    auto settings = small();
    settings.latent_skips = true;
    auto grown = settings;
    grown.blocks = 2, grown.deep_blocks = 6, grown.reach = 16, grown.refine_blocks = 2, grown.refine_width = 16;
    grown.content_memory = true, grown.finish_blocks = 2;
    const Checkpoint trained = checkpoint_of(settings);
    Networks before(settings, torch::kCPU), after(grown, torch::kCPU);
    const auto fill = [&](Networks& networks) {
      torch::NoGradGuard guard;
      for (const auto& [name, module] : std::vector<std::pair<std::string, torch::nn::Module*>>{
               {"autoencoder", networks.autoencoder.get()}, {"style_encoder", networks.style_encoder.get()}, {"denoiser", networks.denoiser.get()}}) {
        for (auto& item : module->named_parameters())
          if (const auto found = trained.tensors.find("model." + name + "." + item.key()); found != trained.tensors.end()) item.value().copy_(found->second);
        for (auto& item : module->named_buffers())
          if (const auto found = trained.tensors.find("model." + name + "." + item.key()); found != trained.tensors.end()) item.value().copy_(found->second);
      }
    };
    fill(before), fill(after);
    torch::NoGradGuard guard;
    torch::manual_seed(9);
    const auto content = torch::randn({2, 64, settings.bands}), z = torch::randn({2, 16, settings.latent}), time = torch::full({2}, 0.7);
    const auto estimate = [&](Networks& networks) {
      const auto style = networks.style_encoder->forward(content);
      return networks.finished(networks.rendered(networks.denoiser->forward(z, networks.encoded(content), time, style), content, style), content, style);
    };
    QCOMPARE(after.encoded(content).size(2), 3 * settings.latent);
    QVERIFY(torch::allclose(estimate(before), estimate(after), 1e-4, 1e-5));
  }

  /// A note that has ended stays in the memory, lower by the fall; an attack across all bands leaves nothing.
  void whatRingsOnFallsSlowlyAndForgetsAttacks() {
    auto sound = torch::full({1, 100, 8}, -5.0f);
    sound.narrow(1, 10, 30).select(2, 3).fill_(2.0f);  // a note of 30 frames
    sound.narrow(1, 50, 4).fill_(3.0f);                // an attack of 4
    const auto rung = ringing_on(sound, 0.01);
    QCOMPARE(rung.sizes(), sound.sizes());
    QVERIFY(std::abs(rung[0][39][3].item<float>() - 2.0f) < 1e-5);
    QVERIFY(std::abs(rung[0][89][3].item<float>() - 1.5f) < 1e-4);  // 50 frames after the note's last
    QVERIFY((rung[0].select(1, 5) <= -5.0f + 1e-5f).all().item<bool>());
    QVERIFY((rung[0].select(1, 3).narrow(0, 0, 18) <= -5.0f + 1e-5f).all().item<bool>());  // it looks back only
  }

  /// With its gate open the finisher lets an ended note sound on, falling, and changes nothing where nothing rings above.
  void theFinisherLetsNotesRing() {
    auto settings = small();
    settings.finish_blocks = 2, settings.finish_width = 8;
    Networks networks(settings, torch::kCPU);
    torch::NoGradGuard guard;
    auto rendered = torch::full({1, 99, settings.bands}, -2.0f);
    rendered.narrow(1, 10, 30).select(2, 3).fill_(2.0f);
    const auto content = torch::zeros_like(rendered), slow = networks.ringing(rendered).narrow(-1, 0, settings.bands);
    const auto style = networks.style_encoder->forward(content);
    QVERIFY(torch::equal(networks.finished(rendered, content, style), rendered));
    networks.finisher->out->bias.narrow(0, 2, 2).fill_(1);  // of both frames wholly what falls slowly
    const auto finished = networks.finished(rendered, content, style);
    QVERIFY(torch::allclose(finished, torch::maximum(slow, rendered), 1e-4, 1e-5));
    QVERIFY(finished[0][80][3].item<float>() > 0);
  }

  /// A long sound is finished in stretches, as if it were one; what comes later changes nothing before it.
  void longSoundsAreFinishedInStretches() {
    auto settings = small();
    settings.finish_blocks = 3, settings.finish_width = 8;
    Networks networks(settings, torch::kCPU);
    torch::NoGradGuard guard;
    torch::manual_seed(4);
    for (auto& parameter : networks.finisher->parameters()) parameter.copy_(0.2 * torch::randn(parameter.sizes()));
    const auto rendered = torch::randn({1, 3301, settings.bands}), content = torch::randn({1, 3301, settings.bands});
    const auto style = networks.style_encoder->forward(content.narrow(1, 0, 64));
    const auto finished = networks.finished(rendered, content, style);
    const auto whole = networks.finisher->forward(rendered, networks.ringing(rendered), content, networks.ringing(content), style);
    QVERIFY(torch::allclose(finished, whole, 1e-3, 1e-4));
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY_THROWS_EXCEPTION(Cancelled, networks.finished(rendered, content, style, stopped.get_token()));
    const auto begun = networks.finished(rendered.narrow(1, 0, 700), content.narrow(1, 0, 700), style);
    QVERIFY(torch::allclose(begun, finished.narrow(1, 0, 700), 1e-3, 1e-4));
  }

  void shippedSizeFitsFortyMegabytesAtHalfPrecision() {
    std::int64_t total = 0;
    for (const auto& module : studio_modules(StudioSettings{})) total += module.parameters;
    QVERIFY2(total * 2 < 40'000'000, qPrintable(QString::number(total)));
  }
};

QTEST_GUILESS_MAIN(TestStudio)
#include "tst_studio.moc"
