// timeout: 240
#define QT_NO_KEYWORDS  // `slots` is a name of LibTorch
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <QtTest>
#include <cmath>

#include "core/families/family.h"
#include "core/families/melgan/public_weights.h"
#include "core/families/vocoding.h"
#include "core/training/epochs.h"

using namespace luthier;

namespace {

/// Random but repeatable clips in a family's own representation: two labels, the second an octave "brighter"; clip k of both
/// plays phrase k.
std::shared_ptr<ClipSet> synthetic_clips(const RepresentationSpec& spec, int per_label, std::int64_t frames, bool phrases = true) {
  auto set = std::make_shared<ClipSet>();
  set->labels = {"bright", "dull"};
  set->representation = spec;
  Rng rng(11, 0);
  for (int label = 0; label < 2; ++label)
    for (int k = 0; k < per_label; ++k) {
      ClipInfo info;
      info.label = set->labels[static_cast<std::size_t>(label)];
      info.label_index = label;
      info.phrase = phrases ? k : -1;
      info.split = k + 1 == per_label ? "validation" : "train";
      set->clips.push_back(info);
      if (spec.kind == "waveform") {
        const auto time = at::arange(frames, at::kDouble) / spec.sample_rate;
        const auto pitch = 220.0 * (1 + k) * (label + 1);
        set->features.push_back((6000 * at::sin(time * 2 * M_PI * pitch) + 500 * rng.normal({frames})).to(at::kShort).reshape({1, 1, frames}));
        continue;
      }
      const auto band = at::arange(spec.bands).reshape({-1, 1}), frame = at::arange(frames).reshape({1, -1});
      auto picture = at::sin(frame * (0.11 + 0.01 * k) + band * (0.2 + 0.1 * label)) * 0.5 + 0.05 * rng.normal({spec.bands, frames});
      if (spec.kind == "log10_mel_peak") picture = picture * 2 - 2;
      set->features.push_back(picture.to(at::kFloat).unsqueeze(0));
    }
  return set;
}

const Family& family_of(const QString& id) { return find_family(id.toStdString()); }

struct Setup {
  Config config;
  std::shared_ptr<ClipSet> clips;
  std::unique_ptr<Trainer> trainer;
};

Setup setup_of(const QString& id, const Config& overrides = {}) {
  Setup setup;
  const Family& family = family_of(id);
  setup.config = preset_config(family, "tiny", overrides);
  const auto spec = family.representation(setup.config);
  setup.clips = synthetic_clips(spec, 4, spec.kind == "waveform" ? 24000 : 150);
  TrainingInputs inputs;
  inputs.config = setup.config;
  inputs.clips = setup.clips;
  setup.trainer = family.make_training(inputs);
  return setup;
}

Figures step_of(Trainer& trainer, std::int64_t step) {
  Rng rng(1, static_cast<std::uint64_t>(step));
  rng.seed_defaults();
  const auto batch = trainer.draw(0, rng);
  return trainer.update(0, batch, step, rng);
}

Checkpoint checkpoint_of(const QString& id, Setup& setup) {
  StateSaver saver;
  setup.trainer->visit(saver);
  Checkpoint checkpoint;
  checkpoint.record = {{"family", id.toStdString()}, {"config", canonical_text(setup.config)}};
  checkpoint.tensors = saver.tensors;
  return checkpoint;
}

template <class Call>
QString error_of(const Call& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return QString::fromUtf8(error.what());
  }
  return "";
}

/// On the heap: GCC 12 takes a local stop_source for uninitialised.
std::stop_token stopped() {
  const auto source = std::make_unique<std::stop_source>();
  source->request_stop();
  return source->get_token();
}

void add_rows(std::initializer_list<const char*> ids) {
  QTest::addColumn<QString>("id");
  for (const char* id : ids) QTest::newRow(id) << id;
}

}  // namespace

class Translators : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { at::set_num_threads(1); }

  void aResumedRunMakesTheSameSteps_data() { add_rows({"cyclegan", "pix2pix", "simplegan", "travelgan", "melgan", "guidediff"}); }
  void aResumedRunMakesTheSameSteps() {
    QFETCH(QString, id);
    auto whole = setup_of(id), early = setup_of(id), late = setup_of(id, {{"seed", std::int64_t{99}}});
    for (int step = 0; step < 2; ++step) {
      step_of(*whole.trainer, step);
      step_of(*early.trainer, step);
    }
    StateSaver saver;
    early.trainer->visit(saver);
    StateLoader loader(saver.tensors);
    late.trainer->visit(loader);
    for (int step = 2; step < 3; ++step) {
      const auto wanted = step_of(*whole.trainer, step), given = step_of(*late.trainer, step);
      QCOMPARE(given.size(), wanted.size());
      for (std::size_t i = 0; i < wanted.size(); ++i)
        QVERIFY2(given[i].second == wanted[i].second, wanted[i].first.c_str());
    }
  }

  void measuringChangesNothing_data() { add_rows({"cyclegan", "pix2pix", "simplegan", "travelgan", "melgan", "guidediff"}); }
  void measuringChangesNothing() {
    QFETCH(QString, id);
    auto setup = setup_of(id);
    step_of(*setup.trainer, 0);
    StateSaver before, after;
    setup.trainer->visit(before);
    Figures metrics;
    {
      at::NoGradGuard guard;
      metrics = setup.trainer->validate(0);
      QVERIFY(!setup.trainer->preview(0).empty());
    }
    setup.trainer->visit(after);
    QVERIFY(!metrics.empty());
    for (const auto& [name, value] : metrics) QVERIFY2(std::isfinite(value), name.c_str());
    for (const auto& [name, tensor] : before.tensors) QVERIFY2(at::equal(tensor, after.tensors.at(name)), name.c_str());
  }

  void anyLengthKeepsItsFrames_data() { add_rows({"cyclegan", "pix2pix", "travelgan"}); }
  void anyLengthKeepsItsFrames() {
    QFETCH(QString, id);
    auto setup = setup_of(id);
    const Family& family = family_of(id);
    const auto model = family.make_transfer(checkpoint_of(id, setup), at::kCPU);
    const auto options = complete(family.transfer_schema(), {});
    for (const std::int64_t frames : {1, 63, 64, 65, 149}) {
      int steps = 0;
      const auto content = mirrored(setup.clips->features[0], frames);
      const auto made = model->transform(content, setup.clips->features[5], options, [&](const SamplingStep& step) {
        ++steps;
        QVERIFY(step.estimate.sizes() == content.sizes());
      }, {});
      QVERIFY(made.sizes() == content.sizes() && made.isfinite().all().item<bool>());
      QVERIFY(steps >= 1);
    }
    const auto untouched = model->transform(setup.clips->features[0], setup.clips->features[5], complete(family.transfer_schema(), {{"strength", 0.0}}), {}, {});
    QVERIFY(at::allclose(untouched, setup.clips->features[0]));
    QVERIFY_THROWS_EXCEPTION(Cancelled, model->transform(setup.clips->features[0], setup.clips->features[5], options, {}, stopped()));
  }

  void theStyleChoosesTheDirection() {
    auto setup = setup_of("cyclegan");
    const Family& family = family_of("cyclegan");
    const auto model = family.make_transfer(checkpoint_of("cyclegan", setup), at::kCPU);
    const auto made = [&](const torch::Tensor& style, const std::string& direction) {
      return model->transform(setup.clips->features[0], style, complete(family.transfer_schema(), {{"direction", direction}}), {}, {});
    };
    QVERIFY(at::equal(made(setup.clips->features[6], "auto"), made({}, "to_target")));
    QVERIFY(at::equal(made(setup.clips->features[1], "auto"), made({}, "to_source")));
    QVERIFY(!at::equal(made({}, "to_target"), made({}, "to_source")));
  }

  void refusalsAreSentences() {
    const auto train = [](const QString& id, const std::shared_ptr<ClipSet>& clips, const Config& overrides = {}) {
      return error_of([&] {
        TrainingInputs inputs;
        inputs.config = preset_config(family_of(id), "tiny", overrides);
        inputs.clips = clips;
        family_of(id).make_training(inputs);
      });
    };
    const auto spec = family_of("pix2pix").representation(preset_config(family_of("pix2pix"), "tiny"));
    QVERIFY(train("pix2pix", synthetic_clips(spec, 3, 150, false)).contains("No phrase is played by both"));
    QVERIFY(train("cyclegan", synthetic_clips(spec, 3, 63)).contains("at least"));
    auto lonely = synthetic_clips(spec, 3, 150);
    lonely->clips.resize(3);
    lonely->features.resize(3);
    QVERIFY(train("cyclegan", lonely).contains("only the label 'bright'"));
    QVERIFY(train("pix2pix", synthetic_clips(spec, 3, 150), {{"frames", std::int64_t{72}}}).contains("multiples of 16"));
    QVERIFY(train("melgan", nullptr, {{"ratios", std::string("8,8")}}).isEmpty() == false);
    auto setup = setup_of("cyclegan");
    const auto foreign = error_of([&] { family_of("pix2pix").make_transfer(checkpoint_of("cyclegan", setup), at::kCPU); });
    QVERIFY2(foreign.contains("weights of the family 'cyclegan' where 'pix2pix' is needed"), qPrintable(foreign));
    const auto one_way = error_of([&] {
      auto paired = setup_of("pix2pix");
      const auto model = family_of("pix2pix").make_transfer(checkpoint_of("pix2pix", paired), at::kCPU);
      model->transform(paired.clips->features[0], {}, complete(family_of("pix2pix").transfer_schema(), {{"direction", std::string("to_source")}}), {}, {});
    });
    QVERIFY(one_way.contains("towards its target labels only"));
    QVERIFY(error_of([] { TrainingInputs inputs; find_family("texture").make_training(inputs); }).contains("needs no training"));
  }

  void vocodersGiveAHopOfSamplesAFrame_data() { add_rows({"melgan", "guidediff"}); }
  void vocodersGiveAHopOfSamplesAFrame() {
    QFETCH(QString, id);
    auto setup = setup_of(id);
    const Family& family = family_of(id);
    const auto model = family.make_transfer(checkpoint_of(id, setup), at::kCPU);
    const auto spec = model->representation();
    const auto options = complete(family.transfer_schema(), {});
    for (const std::int64_t frames : {1, 40, 700}) {
      const auto sound = model->decode(at::full({1, spec.bands, frames}, -2.0), options, {});
      QCOMPARE(static_cast<std::int64_t>(sound.size()), frames * spec.hop);
    }
    const auto wrong = error_of([&] { model->decode(at::zeros({1, spec.bands + 1, 20}), options, {}); });
    QVERIFY2(wrong.contains("is needed"), qPrintable(wrong));
  }

  void batchesOfTheVocoderAreTheRepresentationsNumbers_data() {
    QTest::addColumn<QString>("kind");
    QTest::newRow("log10_mel") << "log10_mel";
    QTest::newRow("log_mel") << "log_mel";
  }
  void batchesOfTheVocoderAreTheRepresentationsNumbers() {
    QFETCH(QString, kind);
    VocoderSound sound;
    sound.kind = kind.toStdString();
    sound.rate = 16000, sound.n_fft = 512, sound.hop = 128, sound.bands = 40, sound.frames = 20;
    const auto clips = synthetic_clips(sound.waveform(), 2, 24000);
    const VocoderClips source(clips, "", sound.spec(), sound.frames, at::kCPU);
    const auto batch = source.fixed(1);
    // The same clip through the representation: its first frames must be these.
    const auto& clip = clips->features[1];
    auto samples = clip.to(at::kFloat).reshape({-1}) / 32768.0;
    samples = samples * (VocoderClips::kPeak / samples.abs().max().item<double>());
    const audio::AudioBuffer buffer(16000, std::vector<float>(samples.const_data_ptr<float>(), samples.const_data_ptr<float>() + samples.numel()));
    const auto wanted = make_representation(sound.spec())->analyse(buffer).narrow(2, 0, 20);
    QVERIFY((batch.features - wanted).abs().max().item<double>() < 2e-3);
    QCOMPARE(batch.samples.size(2), std::int64_t{20 * 128});
    const auto level = kind == "log_mel" ? VocoderClips::kLogMelLevel / samples.square().mean().sqrt().item<double>() : 1.0;
    QVERIFY((batch.samples.reshape({-1}) - level * samples.narrow(0, 0, 20 * 128)).abs().max().item<double>() < 1e-3);
  }

  void publishedWeightsBecomeAVocoder() {
    auto setup = setup_of("melgan");
    StateSaver saver;
    setup.trainer->visit(saver);
    TensorMap state;
    for (const auto& [name, tensor] : saver.tensors)
      if (name.starts_with("model.generator.")) state[name.substr(16)] = tensor;
    QVERIFY(melgan::is_public_generator(state));
    const auto checkpoint = melgan::checkpoint_from_public(state);
    const auto model = find_family("melgan").make_transfer(checkpoint, at::kCPU);
    QCOMPARE(model->representation().bands, 40);
    QCOMPARE(model->representation().hop, 128);
    const auto own = find_family("melgan").make_transfer(checkpoint_of("melgan", setup), at::kCPU);
    const auto features = at::full({1, 40, 30}, -1.5);
    QVERIFY(model->decode(features, {}, {}) == own->decode(features, {}, {}));
    state.erase("model.4.block.2.weight_g");
    QVERIFY(error_of([&] { melgan::checkpoint_from_public(state); }).contains("model.4.block.2.weight_g"));
  }

  void slidersMoveTheGeneratedSpectrogram() {
    auto setup = setup_of("simplegan");
    const Family& family = find_family("simplegan");
    const auto model = family.make_transfer(checkpoint_of("simplegan", setup), at::kCPU);
    const auto made = [&](const Config& options) { return model->transform({}, {}, complete(family.transfer_schema(), options), {}, {}); };
    const auto plain = made({});
    QVERIFY(at::equal(plain, made({})));
    QVERIFY(!at::allclose(plain, made({{"axis_1", 3.0}})) && !at::allclose(plain, made({{"seed", std::int64_t{2}}})));
    QCOMPARE(made({{"pictures", std::int64_t{3}}}).size(2), std::int64_t{32 + 2 * 24});
  }

  void theLevelOfAClipTellsNothing() {
    auto setup = setup_of("travelgan");
    const auto model = family_of("travelgan").make_transfer(checkpoint_of("travelgan", setup), at::kCPU);
    const auto representation = make_representation(model->representation());
    std::vector<float> loud(16000), quiet(16000);
    for (std::size_t i = 0; i < loud.size(); ++i) {
      const double time = static_cast<double>(i) / 16000;
      loud[i] = static_cast<float>(i % 8000 < 6000 ? 0.5 * std::exp(-3 * time) * std::sin(2 * M_PI * 330 * time) : 0);  // with silence
      quiet[i] = loud[i] / 128;  // a power of two: nothing is rounded
    }
    const auto one = representation->analyse({16000, loud}), other = representation->analyse({16000, quiet});
    QVERIFY(at::allclose(one, other, 1e-4, 1e-4));
    QVERIFY(std::abs(one.min().item<double>() + 5) < 1e-4);  // silence is silence at any level
    const auto options = complete(family_of("travelgan").transfer_schema(), {});
    QVERIFY(at::allclose(model->transform(one, one, options, {}, {}), model->transform(other, other, options, {}, {}), 1e-3, 1e-3));
    QVERIFY(error_of([] { setup_of("travelgan", {{"batch", std::int64_t{1}}}); }).contains("raise 'batch' to 2"));
  }

  void quietSpectrogramsAreDecodedAtTheLevelOfTraining() {
    const auto features = at::full({1, 4, 3}, -2.0);
    features[0][0].fill_(-5);  // silence
    torch::Tensor seen;
    const auto sound = decode_at_level(features, 0.5, [&](const torch::Tensor& raised) {
      seen = raised;
      return std::vector<float>{1, -0.5f};
    });
    QVERIFY(at::allclose(seen[0][1], at::full({3}, 0.5)) && at::allclose(seen[0][0], at::full({3}, -5.0)));
    QVERIFY(std::abs(sound[0] - std::pow(10.0, -2.5)) < 1e-6 && std::abs(sound[1] + 0.5 * std::pow(10.0, -2.5)) < 1e-6);
    const auto silent = decode_at_level(at::full({1, 4, 3}, -5.0), 0.5, [](const torch::Tensor&) { return std::vector<float>{0.25f}; });
    QCOMPARE(silent, std::vector<float>{0.25f});
    auto setup = setup_of("melgan");
    const auto record = setup.trainer->record();
    QVERIFY(std::abs(std::stod(record.at("loudest"))) < 3);
  }

  void sizesThatNoLayerTakesAreRefused() {
    using I = std::int64_t;
    const auto said = [](const QString& id, const Config& overrides) { return error_of([&] { setup_of(id, overrides); }); };
    QVERIFY(said("cyclegan", {{"bands", I{50}}, {"frames", I{50}}}).contains("multiples of 4"));
    QVERIFY(said("cyclegan", {{"generator", std::string("unet")}, {"depth", I{6}}, {"batch", I{1}}}).contains("batch of 2"));
    QVERIFY(said("cyclegan", {{"generator", std::string("unet")}, {"depth", I{7}}}).contains("multiples of 128"));
    QVERIFY(said("pix2pix", {{"depth", I{6}}, {"batch", I{1}}}).contains("batch of 2"));
  }

  void aOneWayModelRefusesWhatIsAtItsEndAlready() {
    auto setup = setup_of("pix2pix");
    auto checkpoint = checkpoint_of("pix2pix", setup);
    for (const auto& [key, value] : setup.trainer->record()) checkpoint.record[key] = value;
    const auto& family = family_of("pix2pix");
    const auto model = family.make_transfer(checkpoint, at::kCPU);
    // The picture of the second label itself, steadier than any clip: surely no source.
    const auto statistics = checkpoint.tensors.at("model.statistics.value");
    const auto wave = at::sin(at::arange(150) * 0.9) * std::sqrt(2.0);
    const auto target = (statistics[1][0].unsqueeze(1) + statistics[1][1].unsqueeze(1) * wave).unsqueeze(0).contiguous();
    const auto go = [&](const torch::Tensor& content, const std::string& direction) {
      return error_of([&] { model->transform(content, {}, complete(family.transfer_schema(), {{"direction", direction}}), {}, {}); });
    };
    QVERIFY2(go(target, "auto").contains("the way from 'bright' to 'dull'"), qPrintable(go(target, "auto")));
    QVERIFY(go(target, "to_target").isEmpty());
    QVERIFY(go(setup.clips->features[0], "auto").isEmpty());
    // A run that was begun without these statistics goes on.
    checkpoint.tensors.erase("model.statistics.value");
    StateLoader loader(checkpoint.tensors);
    setup.trainer->visit(loader);
  }

  void anEpochShowsEveryChunkOnce() {
    const auto steps = [](const QString& id, const Config& overrides) {
      auto setup = setup_of(id, overrides);
      return dynamic_cast<const Epochs&>(*setup.trainer).epoch_steps();
    };
    using I = std::int64_t;
    // Three training clips of 150 frames for each label: crops of 64 frames.
    QCOMPARE(steps("cyclegan", {{"batch", I{1}}, {"grid", I{1}}}), I{6});
    QCOMPARE(steps("cyclegan", {{"batch", I{2}}, {"grid", I{32}}}), I{5});  // three starts each
    QCOMPARE(steps("pix2pix", {{"batch", I{4}}, {"grid", I{32}}}), I{3});
    QCOMPARE(std::get<I>(preset_config(family_of("cyclegan"), "report").at("preview_every")), I{0});
  }

 private:
  static torch::Tensor mirrored(const torch::Tensor& x, std::int64_t frames) { return x.narrow(2, 0, frames).clone(); }
};

QTEST_GUILESS_MAIN(Translators)
#include "tst_translators.moc"
