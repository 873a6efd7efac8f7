// labels: contract
// timeout: 240
#define QT_NO_KEYWORDS
#include <torch/torch.h>

#include <QtTest>

#include "core/families/disentangled/probe.h"
#include "tests/support/core_disentangled.h"

using namespace luthier;
using namespace luthier::disentangled;
using namespace disentangled_test;

/// What is done with trained weights: transfers, and what a probe reads in the parts.
class DisentangledTransferTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { torch::set_num_threads(1); }

  void aTransferTakesStylesInEveryWay() {
    auto run = run_of();
    for (int step = 0; step < 5; ++step) step_of(*run.trainer, 0, step);
    const auto& family = find_family("disentangled");
    const auto checkpoint = checkpoint_of(run);
    const auto model = family.make_transfer(checkpoint, torch::kCPU);
    const auto go = [&](const torch::Tensor& content, const Config& options) {
      return model->transform(content, run.clips->features[4], complete(family.transfer_schema(), options), {}, {});
    };
    const auto content = run.clips->features[0];
    const auto label = [&](const char* name) { return go(content, {{"style_by", std::string("label")}, {"label", std::string(name)}}); };
    const auto between = [&](double blend) {
      return go(content, {{"style_by", std::string("between")}, {"from_label", std::string("a")}, {"label", std::string("b")}, {"blend", blend}});
    };
    QCOMPARE(label("a").sizes(), content.sizes());
    QVERIFY(!torch::equal(label("a"), label("b")));
    QVERIFY(close(between(0), label("a"), 1e-3));
    QVERIFY(close(between(1), label("b"), 1e-3));
    QVERIFY(!torch::equal(between(0.5), label("a")) && !torch::equal(between(0.5), label("b")));
    // Any length, also less than a section and more than the sections of training.
    for (const std::int64_t frames : {1, 3, 15, 16, 77, 150}) {
      const auto part = content.narrow(2, 0, frames).contiguous();
      const auto made = go(part, {{"refine", std::int64_t{frames == 77 ? 2 : 0}}});
      QCOMPARE(made.sizes(), part.sizes());
      QVERIFY(torch::isfinite(made).all().item<bool>());
    }
    QVERIFY(sentence([&] { go(content, {{"style_by", std::string("label")}, {"label", std::string("oboe")}}); }).find("'oboe'") != std::string::npos);
    QVERIFY(sentence([&] { go(content, {{"content_label", std::string("oboe")}}); }).find("'oboe'") != std::string::npos);
    QVERIFY_THROWS_EXCEPTION(ConfigError, go(content.narrow(1, 0, 100), {}));
  }

  void aMatrixTellsTheContentEncoderWhereThingsAre() {
    auto run = run_of({{"content_matrix", true}, {"content_levels", true}, {"decoder", std::string("polar")}, {"levels", 1.0}, {"start_gain", 1.0}});
    const auto figures = step_of(*run.trainer, 0, 0);
    QVERIFY(std::isfinite(figures.front().second));
    const auto checkpoint = checkpoint_of(run);
    QVERIFY(checkpoint.tensors.count("model.content_encoder.cnn.matrix.weight"));
    QVERIFY(checkpoint.tensors.count("model.content_encoder.cnn.levels.weight"));
    QVERIFY(checkpoint.tensors.count("model.decoder.codec.decode_levels.weight"));
    const auto validation = run.trainer->validate(0);
    QCOMPARE(validation.front().first, std::string("levels"));
    QVERIFY(std::isfinite(validation.front().second));
    QVERIFY(!checkpoint.tensors.count("model.style_encoder.cnn.matrix.weight"));
    find_family("disentangled").make_transfer(checkpoint, torch::kCPU);
  }

  void aLinearReadingFindsWhatIsLinear() {
    torch::manual_seed(4);
    const auto x = torch::randn({80, 6}), weights = torch::randn({6, 2});
    const auto y = torch::matmul(x, weights) + 3;
    const auto read = linear_reading(x.narrow(0, 0, 60), y.narrow(0, 0, 60), x.narrow(0, 60, 20));
    QVERIFY(close(read, y.narrow(0, 60, 20).to(torch::kDouble), 0.7));
    const auto nothing = linear_reading(torch::zeros({5, 3}), torch::ones({5, 1}), torch::zeros({2, 3}));
    QVERIFY(close(nothing, torch::ones({2, 1}, torch::kDouble), 1e-9));
  }

  void theProbeReadsBothParts() {
    auto run = run_of();
    for (int step = 0; step < 3; ++step) step_of(*run.trainer, 0, step);
    const auto settings = settings_from<Settings>(run.config);
    auto clips = clips_of(settings, 2, 8);
    for (std::size_t i = 0; i < clips->clips.size(); ++i) clips->clips[i].split = i % 2 ? "train" : "test";
    const auto probe = probe_parts(checkpoint_of(run), *clips, torch::kCPU, {});
    QCOMPARE(probe.training_clips, 8);
    QCOMPARE(probe.measured_clips, 8);
    QCOMPARE(probe.chance, 0.5);
    QVERIFY(probe.label_from_style >= 0 && probe.label_from_style <= 1);
    for (const double figure : {probe.label_from_content, probe.pitch_from_content, probe.pitch_from_style}) QVERIFY(std::isfinite(figure) && figure <= 1);
    QVERIFY(sentence([&] { probe_parts(checkpoint_of(run), *clips_of(settings, 2, 3), torch::kCPU, {}); }).find("four clips") != std::string::npos);
  }

  void aTransferIsAsLoudAsItsContent() {
    auto run = run_of();
    for (int step = 0; step < 5; ++step) step_of(*run.trainer, 0, step);
    const auto& family = find_family("disentangled");
    const auto model = family.make_transfer(checkpoint_of(run), torch::kCPU);
    const auto content = run.clips->features[0], style = run.clips->features[4];
    const auto options = complete(family.transfer_schema(), {});
    const auto one = model->transform(content, style, options, {}, {}), half = model->transform(content * 0.5, style, options, {}, {});
    QVERIFY(close(half * 2, one, 1e-3 * one.abs().max().item<double>() + 1e-6));
  }

  void stylesMayBeVectorsOfLabels_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<bool>("learned");
    QTest::newRow("learned") << "learned" << true;
    QTest::newRow("one-hot") << "one_hot" << false;
  }
  void stylesMayBeVectorsOfLabels() {
    QFETCH(QString, source);
    QFETCH(bool, learned);
    auto run = run_of({{"style_source", source.toStdString()}, {"style_by", std::string("clip")}});
    const auto before = checkpoint_of(run).tensors.at("model.label_styles.vectors").clone();
    for (int phase = 0; phase < 4; ++phase) {
      run.trainer->enter_phase(phase);
      for (int step = 0; step < 2; ++step) QVERIFY(std::isfinite(step_of(*run.trainer, phase, step).front().second));
    }
    const auto checkpoint = checkpoint_of(run);
    QCOMPARE(torch::equal(before, checkpoint.tensors.at("model.label_styles.vectors")), !learned);
    QVERIFY(!checkpoint.tensors.count("model.style_encoder.cls_token"));
    for (const auto& [name, value] : run.trainer->validate(3)) {
      QVERIFY2(std::isfinite(value), name.c_str());
      QVERIFY(name != "style_tells_label");  // it would be told by its own label
    }
    const auto& family = find_family("disentangled");
    QCOMPARE(family.modules(run.config).front().name, std::string("label_styles"));
    const auto model = family.make_transfer(checkpoint, torch::kCPU);
    const auto go = [&](std::size_t style, const Config& options) {
      return model->transform(run.clips->features[0], run.clips->features[style], complete(family.transfer_schema(), options), {}, {});
    };
    // A style clip says which label it is nearest to, no more.
    QVERIFY(close(go(3, {}), go(4, {}), 1e-5));
    QVERIFY(close(go(4, {}), go(4, {{"style_by", std::string("label")}, {"label", std::string("b")}}), 1e-5));
    QVERIFY(!close(go(0, {}), go(4, {}), 1e-3));
  }

  void moreLabelsThanFixedVectorsHoldAreRefused() {
    const auto config = tiny({{"style_source", std::string("one_hot")}, {"embedding", std::int64_t{8}}, {"heads", std::int64_t{2}}});
    TrainingInputs inputs;
    inputs.config = config;
    inputs.clips = clips_of(settings_from<Settings>(config), 9, 2);
    QVERIFY(sentence([&] { find_family("disentangled").make_training(inputs); }).find("'embedding'") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(DisentangledTransferTest)
#include "tst_disentangled_transfer.moc"
