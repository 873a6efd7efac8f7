// timeout: 120
#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <numbers>

#include "core/data/sound_store.h"
#include "core/families/family.h"
#include "core/families/latent_diffusion/studio_draw.h"
#include "core/families/latent_diffusion/studio_features.h"
#include "core/families/latent_diffusion/studio_losses.h"
#include "core/signal/mel_front_end.h"
#include "core/training/state.h"

using namespace luthier;
using namespace luthier::studio;

namespace {

/// A decaying harmonic tone, as a waveform clip.
torch::Tensor tone(double hertz, int rate, double seconds) {
  const auto t = torch::arange(static_cast<std::int64_t>(rate * seconds), torch::kFloat) / rate;
  auto x = torch::zeros_like(t);
  for (int k = 1; k <= 6; ++k) x = x + torch::sin(t * (2 * std::numbers::pi * hertz * k)) / k;
  return (x * torch::exp(-t)).reshape({1, 1, -1});
}

/// Four phrases, each by labels "a" and "b"; the last is for validation.
std::shared_ptr<ClipSet> two_labels() {
  auto clips = std::make_shared<ClipSet>();
  clips->representation = {"waveform", 16000, 0, 0, 0, false};
  clips->labels = {"a", "b"};
  for (int i = 0; i < 8; ++i) {
    ClipInfo info;
    info.id = i + 1, info.label = clips->labels[static_cast<std::size_t>(i % 2)], info.label_index = i % 2, info.phrase = i / 2, info.recording = i;
    info.split = i < 6 ? "train" : "validation";
    clips->clips.push_back(info);
    clips->features.push_back(tone(220.0 + 40 * (i / 2), 16000, 1.5));
  }
  return clips;
}

double hertz(int note) { return 440 * std::pow(2.0, (note - 69) / 12.0); }

}  // namespace

class TestStudioTraining : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theDecoderGoesOnLearningOnlyWhereItShall_data() {
    QTest::addColumn<bool>("learns");
    QTest::addColumn<bool>("finish_only");
    QTest::addColumn<double>("finish_rate");
    QTest::newRow("frozen") << false << false << 1.0;
    QTest::newRow("decoder_learns") << true << false << 1.0;
    QTest::newRow("the finishing blocks alone") << true << true << 1.0;
    QTest::newRow("the finishing blocks by steps of their own") << false << false << 5.0;
  }
  void theDecoderGoesOnLearningOnlyWhereItShall() {
    QFETCH(bool, learns);
    QFETCH(bool, finish_only);
    QFETCH(double, finish_rate);
    using I = std::int64_t;
    const auto& family = find_family("latent_diffusion");
    auto config = complete(family.schema(), {});
    for (const auto& [name, value] : Config{{"width", I{16}}, {"deep_width", I{16}}, {"blocks", I{1}}, {"deep_blocks", I{1}}, {"style_width", I{16}}, {"embedding", I{16}},
                                            {"ae_width", I{16}}, {"latent", I{16}}, {"bands", I{48}}, {"n_fft", I{512}}, {"batch", I{2}}, {"frames", I{32}}, {"style_frames", I{32}},
                                            {"attention_heads", I{2}}, {"ae_steps", I{2}}, {"steps", I{2}}, {"warmup", I{0}}, {"decoder_learns", learns},
                                            {"finish_blocks", I{1}}, {"finish_width", I{4}}, {"finish_rate", finish_rate}, {"cepstral_loss", 1.0}, {"pitch_loss", 1.0},
                                            {"learns", std::string(finish_only ? "finish" : "all")}})
      config[name] = value;
    TrainingInputs inputs;
    inputs.config = config, inputs.clips = two_labels();
    const auto trainer = family.make_training(inputs);
    const auto weights = [&] {
      StateSaver saver;
      trainer->visit(saver);
      std::map<std::string, torch::Tensor> copies;
      for (const auto& [name, tensor] : saver.tensors) copies[name] = tensor.clone();
      return copies;
    };
    const auto moved = [&](int phase, const char* name) {
      const auto before = weights();
      trainer->enter_phase(phase);
      for (I step = 0; step < 2; ++step) {
        Rng rng(5, static_cast<std::uint64_t>(2 * phase + step));
        const auto batch = trainer->draw(phase, rng);
        trainer->update(phase, batch, step, rng);
      }
      return !torch::equal(before.at(name), weights().at(name));
    };
    const auto heard = [&] { return (weights().at("model.style_memory.heard").abs().sum(1) > 0).sum().item<I>(); };
    QVERIFY(moved(0, "model.autoencoder.decode_out.weight"));
    QCOMPARE(heard(), I{0});
    QCOMPARE(moved(1, "model.autoencoder.decode_out.weight"), learns && !finish_only);
    QVERIFY(!moved(1, "model.autoencoder.encode_out.weight"));
    QCOMPARE(moved(1, "model.denoiser.out.weight"), !finish_only);
    QVERIFY(moved(1, "model.finisher.out.weight"));
    QCOMPARE(heard(), I{16});  // four times two steps of two styles
    // A run from before there was a memory can go on; what was learned must be there.
    auto state = weights();
    state.erase("model.style_memory.heard");
    StateLoader older(state);
    trainer->visit(older);
    QCOMPARE(heard(), I{16});
    state.erase("model.denoiser.out.weight");
    StateLoader damaged(state);
    QVERIFY_THROWS_EXCEPTION(CheckpointError, trainer->visit(damaged));
    // What learns is averaged too, or previews and checkpoints would mix the two.
    QCOMPARE(trainer->averaged(1).size(), learns && !finish_only ? std::size_t{4} : std::size_t{3});
  }

  /// The style clip comes from the target's own source: what that was recorded with is to be heard in it. Where the source has no
  /// other phrase, any clip by the label will do.
  void theStyleComesFromTheTargetsSource() {
    auto clips = two_labels();
    for (int phrase = 4; phrase < 8; ++phrase)
      for (int label = 0; label < 2; ++label) {
        ClipInfo info = clips->clips[static_cast<std::size_t>(label)];
        info.phrase = phrase, info.recording = 2 * phrase + label, info.source = phrase == 7 && label == 1 ? "alone" : "tape";
        clips->clips.push_back(info);
        clips->features.push_back(tone(200.0 + 10 * phrase, 16000, 1.5));
      }
    TrainingInputs inputs;
    inputs.clips = clips;
    StudioSettings settings;
    settings.n_fft = 512, settings.bands = 48, settings.frames = 32, settings.style_frames = 32;
    const ExampleSource source(inputs, settings);
    Rng rng(3, 0);
    bool alone = false;
    for (int i = 0; i < 400; ++i) {
      const auto triple = source.draw_triple(rng, false);
      const auto& target = clips->clips[static_cast<std::size_t>(triple.target)];
      const auto& style = clips->clips[static_cast<std::size_t>(triple.style)];
      QCOMPARE(style.label, target.label);
      QVERIFY(style.phrase != target.phrase);
      if (target.source == "alone") alone = true;
      else QCOMPARE(style.source, target.source);
    }
    QVERIFY(alone);
  }

  void theStrongestNoteIsTheOnePlayed_data() {
    QTest::addColumn<int>("note");
    for (const int note : {48, 60, 67, 72, 84}) QTest::addRow("MIDI %d", note) << note;
  }
  void theStrongestNoteIsTheOnePlayed() {
    QFETCH(int, note);
    const NoteSalience salience(StudioSettings{}, torch::kCPU);
    const auto heard = salience(log_mel(tone(hertz(note), 16000, 1.0)));
    QCOMPARE(heard[0][20].argmax().item<std::int64_t>() + 36, std::int64_t{note});
    QVERIFY(std::abs(heard[0][20].max().item<double>() - 1) < 1e-4);
  }

  /// A wrong note costs more than a wrong colour of the right one, and silence at the end counts for nothing.
  void aWrongNoteCostsMoreThanAWrongColour() {
    const NoteSalience salience(StudioSettings{}, torch::kCPU);
    const auto right = log_mel(tone(hertz(60), 16000, 1.0)), wrong = log_mel(tone(hertz(62), 16000, 1.0));
    QVERIFY(salience.error(right, right).item<double>() < 1e-6);
    const auto darker = (right - torch::linspace(0, 1.5, right.size(2))).requires_grad_(true);
    const auto error = salience.error(darker, right);
    QVERIFY(salience.error(wrong, right).item<double>() > 3 * error.item<double>());
    error.backward();
    QVERIFY(darker.grad().abs().sum().item<double>() > 0 && torch::isfinite(darker.grad()).all().item<bool>());
    auto quiet = right.clone();
    quiet.narrow(1, 40, 10).fill_(std::log(1e-4f));
    auto noise = quiet.clone();
    noise.narrow(1, 40, 10).add_(torch::rand({1, 10, right.size(2)}));
    QVERIFY(salience.error(noise, quiet).item<double>() < 1e-6);
  }

  void theErrorsAreWhatTheySay() {
    const auto a = torch::zeros({1, 8, 48});
    const auto raised = a + 2;  // every cell two deviations too high
    QVERIFY(std::abs(distance_error(raised, a).item<double>() - 2) < 1e-3);
    QVERIFY(cepstral_error(raised, a).item<double>() < 2e-3);  // level alone is in c0
    QVERIFY(std::abs(energy_error(raised, a, torch::tensor(1.5f)).item<double>() - 2) < 1e-3);
    const auto tilt = torch::cos((torch::arange(48) + 0.5) * (std::numbers::pi / 48));
    QVERIFY(std::abs(cepstral_error(a + tilt, a).item<double>() - std::sqrt(0.5)) < 1e-3);
  }

  /// Crops come from what is kept of a clip's analysis, and are the same to half precision.
  void keptFeaturesAreTheAnalysis() {
    ClipSet clips;
    clips.clips.resize(2);
    clips.features = {tone(220, 16000, 1.5), tone(330, 16000, 0.2)};
    const SoundStore store(clips, torch::kCPU);
    RepresentationSpec spec;
    spec.kind = "log_mel", spec.sample_rate = 16000, spec.n_fft = 2048, spec.hop = 256, spec.bands = 64;
    const MelFrontEnd front_end(spec, torch::kCPU);
    const CropFeatures features(store, front_end, 2, 256, 1024, 64, torch::kCPU);
    QVERIFY(features.kept());
    const auto compare = [&](std::int64_t clip, std::int64_t start, std::int64_t frames, double tolerance) {
      const auto direct = front_end(store.crop({clip, clip}, {start, start}, front_end.span(frames)));
      const auto kept = features.crop({clip, clip}, {start, start}, frames);
      return kept.sizes() == direct.sizes() && (kept - direct).abs().max().item<double>() <= tolerance;
    };
    QVERIFY(compare(0, -1024, 94, 0.01));
    QVERIFY(compare(0, -1024 + 20 * 256, 32, 0.01));
    QVERIFY(compare(0, 77, 32, 0));        // between frames: analysed anew
    QVERIFY(compare(1, -1024, 32, 0));     // longer than the clip: reflected
  }

 private:
  static torch::Tensor log_mel(const torch::Tensor& sound) {
    RepresentationSpec spec;
    spec.kind = "log_mel", spec.sample_rate = 16000, spec.n_fft = 2048, spec.hop = 256, spec.bands = 192;
    const auto wave = sound.reshape({1, -1});
    return MelFrontEnd(spec, torch::kCPU).whole(wave / wave.square().mean().sqrt());
  }
};

QTEST_GUILESS_MAIN(TestStudioTraining)
#include "tst_studio_training.moc"
