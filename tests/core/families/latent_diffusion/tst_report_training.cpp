// labels: contract
// timeout: 120
#include <torch/torch.h>

#include <QTest>
#include <cmath>

#include "core/families/latent_diffusion/report.h"
#include "core/families/latent_diffusion/report_trainer.h"
#include "core/nn/weights/byte_reader.h"
#include "core/training/checkpoint.h"

using namespace luthier;
using namespace luthier::report;

namespace {

/// Clips of two labels: notes as rows, with harmonics for one label and without for the other.
std::shared_ptr<ClipSet> make_clips(int per_label = 6, std::int64_t frames = 130) {
  auto set = std::make_shared<ClipSet>();
  set->representation = report_representation();
  set->labels = {"bright", "dull"};
  for (int i = 0; i < 2 * per_label; ++i) {
    Rng rng(11, static_cast<std::uint64_t>(i));
    ClipInfo info;
    info.label_index = i % 2;
    info.label = set->labels[static_cast<std::size_t>(i % 2)];
    info.split = i / 2 == per_label - 1 ? "validation" : "train";
    auto picture = torch::zeros({1, 128, frames});
    for (std::int64_t at = 0; at + 16 <= frames; at += 16) {
      const auto row = rng.below(40);
      for (std::int64_t harmonic = 1; harmonic <= (i % 2 ? 1 : 3); ++harmonic) picture.narrow(1, row * harmonic, 3).narrow(2, at, 14).fill_(1.0 / static_cast<double>(harmonic));
    }
    set->clips.push_back(info);
    set->features.push_back(picture);
  }
  return set;
}

ReportSettings small() {
  ReportSettings settings;
  settings.width = 8;
  settings.latent_channels = 8;
  settings.batch = 4;
  settings.stand_in_steps = 4;
  settings.stand_in_width = 4;
  settings.ae_steps = 6;
  settings.diffusion_steps = 6;
  return settings;
}

TrainingInputs inputs_of(std::shared_ptr<const ClipSet> clips, std::int64_t seed = 1) {
  TrainingInputs inputs;
  inputs.clips = std::move(clips);
  inputs.config["seed"] = seed;
  return inputs;
}

Figures step(Trainer& trainer, int phase, std::int64_t index) {
  Rng rng(5, static_cast<std::uint64_t>(100 * phase + index));
  rng.seed_defaults();
  const auto batch = trainer.draw(phase, rng);
  return trainer.update(phase, batch, index, rng);
}

/// Total losses of a few steps in each phase.
std::vector<double> run(Trainer& trainer, std::int64_t steps) {
  std::vector<double> losses;
  for (int phase = 0; phase < static_cast<int>(trainer.phases().size()); ++phase) {
    trainer.enter_phase(phase);
    for (std::int64_t i = 0; i < steps; ++i) losses.push_back(step(trainer, phase, i).front().second);
  }
  return losses;
}

Checkpoint checkpoint_of(Trainer& trainer) {
  StateSaver saver;
  trainer.visit(saver);
  Checkpoint checkpoint;
  checkpoint.tensors = saver.tensors;
  checkpoint.record["phase"] = "diffusion";
  return checkpoint;
}

torch::Tensor tensor_of(Trainer& trainer, const std::string& name) { return checkpoint_of(trainer).tensors.at(name); }

}  // namespace

class ReportTrainingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { torch::set_num_threads(1); }  // small layers: threads would only wait for each other
  void phasesAreFeaturesAutoencoderDiffusion() {
    const auto names = [](const ReportSettings& settings) {
      std::string text;
      for (const auto& phase : make_report_trainer(inputs_of(make_clips()), settings)->phases()) text += phase.name + " " + std::to_string(phase.steps) + ",";
      return text;
    };
    QCOMPARE(names(small()), std::string("features 4,autoencoder 6,diffusion 6,"));
    auto settings = small();
    settings.perceptual_loss = settings.style_loss = "none";
    QCOMPARE(names(settings), std::string("autoencoder 6,diffusion 6,"));
  }

  void aStandInIsAnnouncedAndRecorded() {
    auto inputs = inputs_of(make_clips());
    std::string said;
    inputs.warn = [&](const std::string& text) { said += text; };
    const auto trainer = make_report_trainer(inputs, small());
    QVERIFY(said.find("stand-in") != std::string::npos);
    QVERIFY(trainer->record().at("feature_network.vggish").starts_with("stand-in"));
    QVERIFY(trainer->record().at("feature_network.lpips").starts_with("stand-in"));
  }

  void aMissingOrUnfitWeightFileIsRefused() {
    auto settings = small();
    settings.vggish_weights = "/nowhere/vggish.pth";
    QVERIFY_THROWS_EXCEPTION(WeightFileError, make_report_trainer(inputs_of(make_clips()), settings));
    settings.vggish_weights = std::string(GOLDEN_DIR) + "/weights/vggish_small_zip.pth";
    QVERIFY_THROWS_EXCEPTION(WeightFileError, make_report_trainer(inputs_of(make_clips()), settings));
  }

  void clipsThatDoNotFitAreRefused() {
    auto one_label = std::make_shared<ClipSet>(*make_clips());
    for (auto& clip : one_label->clips) clip.label_index = 0;
    QVERIFY_THROWS_EXCEPTION(ConfigError, make_report_trainer(inputs_of(one_label), small()));
    auto settings = small();
    settings.pairing = "same_label";
    make_report_trainer(inputs_of(one_label), settings);
    auto other = std::make_shared<ClipSet>(*make_clips());
    other->representation.kind = "log_mel";
    QVERIFY_THROWS_EXCEPTION(ConfigError, make_report_trainer(inputs_of(other), small()));
  }

  void styleLossAloneReachesStyleEncoderUNetAndDecoder() {
    for (const char* network : {"vggish", "lpips"})
      for (const char* statistics : {"maps", "gram"}) {
        auto settings = small();
        settings.style_loss = settings.perceptual_loss = network;
        settings.style_statistics = statistics;
        torch::manual_seed(3);
        FeatureBank bank(settings, 2, torch::kCPU);
        bank.freeze();
        Losses losses(settings, bank.perceptual(), bank.style());
        Networks networks(settings, torch::kCPU);
        const auto schedule = linear_schedule(200, 1e-4, 0.02);
        Rng rng(4, 0);
        const auto content = rng.uniform({4, 1, 128, 128}), style = rng.uniform({4, 1, 128, 128}), noise = rng.normal({4, 8, 16, 16});
        const auto levels = rng.integers(200, {4});
        const auto noisy = add_noise(schedule, networks.encoder(content).detach(), levels, noise);
        const auto estimate = networks.unet(noisy, levels, networks.style_encoder(style));
        losses.style(networks.decoder(clean_estimate(schedule, noisy, levels, estimate)), style).backward();
        for (torch::nn::Module* module : std::initializer_list<torch::nn::Module*>{networks.style_encoder.get(), networks.unet.get(), networks.decoder.get()})
          for (const auto& item : module->named_parameters()) {
            QVERIFY2(item.value().grad().defined() && item.value().grad().isfinite().all().item<bool>(), item.key().c_str());
            const bool cancelled = item.key() == "decoder.0.bias" || item.key() == "decoder.3.bias";  // batch norm takes the mean away
            QVERIFY2(cancelled || item.value().grad().abs().sum().item<double>() > 0, (item.key() + " " + network + " " + statistics).c_str());
          }
        for (const auto& parameter : bank.style()->parameters()) QVERIFY(!parameter.grad().defined());
      }
  }

  void theEncoderStaysWhatItWasWhileTheDiffusionTrains() {
    const auto trainer = make_report_trainer(inputs_of(make_clips()), small());
    for (int phase = 0; phase < 2; ++phase) trainer->enter_phase(phase), step(*trainer, phase, 0);
    trainer->enter_phase(2);
    const auto weight = tensor_of(*trainer, "model.encoder.encoder.0.weight"), mean = tensor_of(*trainer, "model.encoder.encoder.1.running_mean");
    const auto decoder = tensor_of(*trainer, "model.decoder.decoder.0.weight"), style = tensor_of(*trainer, "model.style_encoder.enc1.weight");
    for (int i = 0; i < 3; ++i) step(*trainer, 2, i);
    trainer->validate(2);
    step(*trainer, 2, 4);
    QVERIFY(tensor_of(*trainer, "model.encoder.encoder.0.weight").equal(weight));
    QVERIFY(tensor_of(*trainer, "model.encoder.encoder.1.running_mean").equal(mean));
    QVERIFY(!tensor_of(*trainer, "model.decoder.decoder.0.weight").equal(decoder));
    QVERIFY(!tensor_of(*trainer, "model.style_encoder.enc1.weight").equal(style));
  }

  void sameSeedGivesSameLossesAndAnotherSeedOthers() {
    const auto losses = [](std::int64_t seed) { return run(*make_report_trainer(inputs_of(make_clips(), seed), small()), 2); };
    const auto first = losses(1);
    for (const double loss : first) QVERIFY(std::isfinite(loss));
    QCOMPARE(losses(1), first);
    QVERIFY(losses(2) != first);
  }

  void stateTakenInTheMiddleGoesOnBitForBit() {
    for (int phase = 0; phase < 3; ++phase) {
      const auto whole = make_report_trainer(inputs_of(make_clips()), small());
      for (int before = 0; before <= phase; ++before) {
        whole->enter_phase(before);
        for (int i = 0; i < 2; ++i) step(*whole, before, i);
      }
      whole->after_validation(phase, 1.0);
      const auto saved = checkpoint_of(*whole);
      const auto resumed = make_report_trainer(inputs_of(make_clips(), 77), small());
      resumed->enter_phase(phase);
      StateLoader loader(saved.tensors);
      resumed->visit(loader);
      for (int i = 2; i < 5; ++i) QCOMPARE(step(*resumed, phase, i).front().second, step(*whole, phase, i).front().second);
    }
  }

  void oneFixedBatchIsLearntByHeart() {
    auto settings = small();
    settings.perceptual_weight = 0;
    settings.style_weight = 0;
    settings.ae_learning_rate = settings.diffusion_learning_rate = 3e-3;
    const auto trainer = make_report_trainer(inputs_of(make_clips()), settings);
    for (int phase = 0; phase < 2; ++phase) {
      trainer->enter_phase(phase);
      Rng rng(9, static_cast<std::uint64_t>(phase));
      const auto batch = trainer->draw(phase, rng);
      double first = 0, last = 0;
      for (int i = 0; i < 120; ++i) {
        last = trainer->update(phase, batch, i, rng).front().second;
        if (i == 0) first = last;
      }
      QVERIFY2(last < (phase == 0 ? 0.25 : 0.7) * first, (std::to_string(phase) + ": " + std::to_string(first) + " -> " + std::to_string(last)).c_str());
    }
  }

  void pairsComeFromThePairSetWhereThereIsOne() {
    auto inputs = inputs_of(make_clips());
    inputs.pairs = {{0, 1, -1}};
    const PictureSource source(inputs, "random");
    Rng rng(1, 0);
    const auto batch = source.draw_pairs(3, rng);
    QCOMPARE(batch.at("content").sizes(), (torch::IntArrayRef{3, 1, 128, 128}));
    for (int i = 0; i < 3; ++i) {
      bool found = false;
      for (int start = 0; start < 3; ++start) found = found || batch.at("style")[i].equal(inputs.clips->features[1].narrow(2, start, 128));
      QVERIFY(found);
    }
  }

  void aShortClipIsFilledUpWithSilence() {
    const PictureSource source(inputs_of(make_clips(6, 40)), "random");
    Rng rng(1, 0);
    const auto picture = source.draw_pictures(2, rng).at("picture");
    QCOMPARE(picture.size(3), std::int64_t{128});
    QCOMPARE(picture.narrow(3, 40, 88).abs().max().item<float>(), 0.0f);
  }

  void learningRateFallsOnAPlateauOnly() {
    PlateauSchedule plateau(0.5, 100, 1e-4);
    QCOMPARE(plateau.after(1.0, 50, 8e-4), 8e-4);
    QCOMPARE(plateau.after(0.9, 100, 8e-4), 8e-4);
    QCOMPARE(plateau.after(0.95, 200, 8e-4), 8e-4);
    QCOMPARE(plateau.after(0.95, 250, 8e-4), 4e-4);
    QCOMPARE(plateau.after(0.95, 300, 4e-4), 4e-4);
    QCOMPARE(plateau.after(0.95, 360, 1.5e-4), 1e-4);
  }

  void measuresShowTheControlWithSwappedStyles() {
    const auto trainer = make_report_trainer(inputs_of(make_clips()), small());
    trainer->enter_phase(2);
    torch::NoGradGuard guard;
    const auto first = trainer->validate(2), second = trainer->validate(2);
    QVERIFY(first == second);
    QCOMPARE(first.front().first, std::string("loss"));
    QCOMPARE(first.back().first, std::string("noise_mse_swapped_style"));
  }

  void transferTakesAnyNumberOfFrames_data() {
    QTest::addColumn<int>("frames");
    for (const int frames : {1, 100, 128, 129, 224, 225, 700}) QTest::addRow("%d", frames) << frames;
  }
  void transferTakesAnyNumberOfFrames() {
    QFETCH(int, frames);
    const auto trainer = make_report_trainer(inputs_of(make_clips()), small());
    const auto model = make_report_transfer(checkpoint_of(*trainer), small(), torch::kCPU);
    const auto content = torch::rand({1, 128, frames}), style = torch::rand({1, 128, 200});
    int steps = 0;
    const auto observer = [&](const SamplingStep& at) {
      ++steps;
      QCOMPARE(at.total, 4);
      QCOMPARE(at.estimate.sizes(), content.sizes());
    };
    const Config options = {{"steps", std::int64_t{4}}, {"strength", 0.6}, {"seed", std::int64_t{3}}, {"eta", 0.5}};
    const auto result = model->transform(content, style, options, observer, {});
    QCOMPARE(steps, 4);
    QCOMPARE(result.sizes(), content.sizes());
    QVERIFY(result.min().item<float>() >= 0 && result.max().item<float>() <= 1);
    QVERIFY(result.equal(model->transform(content, style, options, {}, {})));
    auto other = options;
    other["seed"] = std::int64_t{4};
    QVERIFY(!result.equal(model->transform(content, style, other, {}, {})));
    other["strength"] = 0.0;
    QVERIFY(model->transform(content, style, other, {}, {}).equal(content));
  }

  void transferHeedsStopsShapesAndUnfinishedRuns() {
    const auto trainer = make_report_trainer(inputs_of(make_clips()), small());
    auto checkpoint = checkpoint_of(*trainer);
    const auto model = make_report_transfer(checkpoint, small(), torch::kCPU);
    std::stop_source source;
    int steps = 0;
    const auto stop_at_two = [&](const SamplingStep&) {
      if (++steps == 2) source.request_stop();
    };
    const Config options = {{"steps", std::int64_t{50}}, {"strength", 1.0}, {"seed", std::int64_t{1}}, {"eta", 0.0}};
    QVERIFY_THROWS_EXCEPTION(Cancelled, model->transform(torch::rand({1, 128, 200}), torch::rand({1, 128, 128}), options, stop_at_two, source.get_token()));
    QCOMPARE(steps, 2);
    QVERIFY_THROWS_EXCEPTION(ConfigError, model->transform(torch::rand({1, 80, 200}), torch::rand({1, 128, 128}), options, {}, {}));
    checkpoint.record["phase"] = "autoencoder";
    QVERIFY_THROWS_EXCEPTION(CheckpointError, make_report_transfer(checkpoint, small(), torch::kCPU));
    checkpoint.record["phase"] = "diffusion";
    checkpoint.tensors.erase("model.unet.dec1.bias");
    QVERIFY_THROWS_EXCEPTION(CheckpointError, make_report_transfer(checkpoint, small(), torch::kCPU));
  }

  void checkpointsForTransfersCarryNoFeatureNetwork() {
    const auto trainer = make_report_trainer(inputs_of(make_clips()), small());
    for (const auto& [name, tensor] : checkpoint_of(*trainer).tensors)
      QVERIFY2(!name.starts_with("model.feature"), name.c_str());
  }
};

QTEST_GUILESS_MAIN(ReportTrainingTest)
#include "tst_report_training.moc"
