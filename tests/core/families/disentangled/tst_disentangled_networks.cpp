// labels: golden
// timeout: 120
#include <torch/torch.h>

#include <QtTest>

#include "core/families/disentangled/losses.h"
#include "core/families/disentangled/networks.h"
#include "tests/support/golden_cases.h"

using namespace luthier;
using namespace luthier::disentangled;

namespace {

Settings small() {
  Settings s;
  s.filters = 4, s.blocks = 4, s.embedding = 16, s.heads = 4, s.layers = 2, s.feed_forward = 24, s.dropout = 0;
  s.window = 18, s.n_fft = 64;
  return s;
}

}  // namespace

class DisentangledNetworks : public QObject {
  Q_OBJECT

  std::map<std::string, golden_data::Case> networks_, losses_;

  void same(const std::string& difference) { QVERIFY2(difference.empty(), difference.c_str()); }

  template <class Run>
  void check(const std::string& name, torch::nn::Module& module, const Run& run) {
    golden_data::fill(module);
    same(golden_data::state_difference(networks_.at(name), module));
    module.train();
    same(golden_data::output_difference(networks_.at(name), "train", run(), 2e-4));
    module.eval();
    same(golden_data::output_difference(networks_.at(name), "eval", run(), 2e-4));
  }

 private Q_SLOTS:
  void initTestCase() {
    torch::set_num_threads(1);
    networks_ = golden_data::cases("disentangled/networks.txt");
    losses_ = golden_data::cases("disentangled/losses.txt");
  }

  void thePublishedSystemHasItsNumberOfValues() {
    const Settings report;
    QCOMPARE(nn::count_parameters(*StyleEncoder(report)), 13169504);
    QCOMPARE(nn::count_parameters(*ContentEncoder(report)), 13169248);
    QCOMPARE(nn::count_parameters(*Critic(report, 2)), 49666);
    Settings cnn;
    cnn.decoder = "cnn";
    QCOMPARE(nn::count_parameters(*Decoder(cnn)), 4732651);
    cnn.window = 16, cnn.n_fft = 512;  // a map of 2 x 9 in place of 32 x 16
    QCOMPARE(nn::count_parameters(*Decoder(cnn)), 4732651 - (512 - 18) * (256 + 256 + 1));
    Settings early;
    early.filters = 16, early.blocks = 5;
    QCOMPARE(nn::count_parameters(*ContentEncoder(early)), 4450992);
    Settings batch;
    batch.content_norm = "batch";
    QCOMPARE(nn::count_parameters(*ContentEncoder(batch)), 13169248);
  }

  void theLinearDecoderHasItsNumberOfValues() { QCOMPARE(nn::count_parameters(*Decoder(Settings())), 155405886); }

  void theBlocksHaveTheirNumberOfValues() {
    const std::int64_t widths[] = {2, 32, 64, 128, 256, 512, 512}, wanted[] = {10144, 57920, 230528, 919808, 3674624, 4985344};
    for (int i = 0; i < 6; ++i) QCOMPARE(nn::count_parameters(*HalvingBlock(widths[i], widths[i + 1], i % 2 == 0)), wanted[i]);
  }

  void encodersComputeWhatTorchDoes() {
    const auto x = golden_data::wave({2, 3, 2, 18, 37});
    StyleEncoder style(small());
    check("style", *style, [&] { return style->forward(x); });
    ContentEncoder content(small());
    check("content", *content, [&] { return content->forward(x); });
  }

  void decodersComputeWhatTorchDoes() {
    const auto given = golden_data::wave({2, 3, 2, 18, 33}), content = golden_data::wave({2, 3, 16}) * 0.5, style = golden_data::wave({2, 16}) + 0.25;
    for (const char* kind : {"linear", "cnn"}) {
      auto settings = small();
      settings.decoder = kind;
      Decoder decoder(settings);
      check(std::string("decoder_") + kind, *decoder, [&] { return decoder->forward(content, style, given); });
    }
  }

  void whatIsWrittenAloneIsWhatTeacherForcingOnItGives() {
    torch::manual_seed(3);
    auto settings = small();
    for (const char* kind : {"linear", "cnn", "polar"}) {
      settings.decoder = kind;
      settings.content_in_place = settings.decoder == "linear";
      Decoder decoder(settings);
      decoder->eval();
      torch::NoGradGuard guard;
      const auto content = torch::randn({2, 5, 16}), style = torch::randn({2, 16});
      const auto written = decoder->generate(content, style, {});
      QCOMPARE(written.sizes().vec(), (std::vector<std::int64_t>{2, 5, 2, 18, 33}));
      QVERIFY((decoder->forward(content, style, written) - written).abs().max().item<float>() < 1e-4f);
      // Going on from given sections gives the same rest.
      const auto rest = decoder->generate(content, style, written.narrow(1, 0, 2));
      QVERIFY((rest - written).abs().max().item<float>() < 1e-4f);
      // A later section cannot change an earlier one.
      auto other = written.clone();
      other.select(1, 3).add_(1.0);
      const auto forced = decoder->forward(content, style, other);
      QVERIFY((forced.narrow(1, 0, 4) - written.narrow(1, 0, 4)).abs().max().item<float>() < 1e-4f);
      QVERIFY((forced.select(1, 4) - written.select(1, 4)).abs().max().item<float>() > 1e-4f);
    }
  }

  void lossesComputeWhatTheirFormulasSay() {
    const auto style = golden_data::wave({6, 8}), content = golden_data::wave({6, 8}, 0.53, true);
    const auto labels = torch::tensor({0, 0, 0, 1, 1, 2}, torch::kLong);
    const auto& wanted = losses_.at("losses");
    same(golden_data::output_difference(wanted, "contrast", contrast_loss(style, labels, 0.1)));
    const auto classes = class_means(style, labels, 4);
    QVERIFY(torch::equal(classes.present, torch::tensor({true, true, true, false})));
    same(golden_data::output_difference(wanted, "classes", classes.styles.narrow(0, 0, 3)));
    same(golden_data::output_difference(wanted, "margin", margin_loss(classes.styles.narrow(0, 0, 3), 2.0)));
    same(golden_data::output_difference(wanted, "independence", independence_loss(style, content)));
    same(golden_data::output_difference(wanted, "hiding", hiding_loss(golden_data::wave({4, 3}))));
    const auto terms = reconstruction_terms(golden_data::wave({2, 3, 2, 5, 7}), golden_data::wave({2, 3, 2, 5, 7}, 0.53, true));
    same(golden_data::output_difference(wanted, "mse", terms.mse));
    same(golden_data::output_difference(wanted, "magnitude", terms.magnitude));
    same(golden_data::output_difference(wanted, "phase", terms.phase, 1e-3));
    same(golden_data::output_difference(wanted, "section_steps", terms.section_steps));
    same(golden_data::output_difference(wanted, "frame_steps", terms.frame_steps));
    same(golden_data::output_difference(wanted, "bin_steps", terms.bin_steps));
  }

  void lossesHaveFiniteGradientsAtTheirEdges() {
    auto zeros = torch::zeros({4, 8}, torch::requires_grad());
    const auto labels = torch::tensor({0, 0, 1, 1}, torch::kLong);
    auto sections = torch::zeros({1, 2, 2, 5, 7}, torch::requires_grad());
    const auto terms = reconstruction_terms(sections, torch::zeros({1, 2, 2, 5, 7}));
    Settings with_levels;
    with_levels.levels = 1;
    const auto loss = contrast_loss(zeros, labels, 0.1) + margin_loss(class_means(zeros, labels, 2).styles, 2) + independence_loss(zeros, zeros) +
                      terms.weighted(with_levels);
    loss.backward();
    QVERIFY(std::isfinite(loss.item<double>()));
    QVERIFY(torch::isfinite(zeros.grad()).all().item<bool>());
    QVERIFY(torch::isfinite(sections.grad()).all().item<bool>());
  }

  void levelsCountDecibelsDownToAFloor() {
    const auto truth = torch::full({1, 1, 2, 3, 4}, 0.5);
    QVERIFY(std::abs(reconstruction_terms(truth / 10, truth).levels.item<double>() - std::log(10.0)) < 0.02);
    QVERIFY(reconstruction_terms(truth * 1e-6, truth * 0).levels.item<double>() < 1e-2);
    // What a matrix is given, it gives back.
    const auto loud = torch::tensor({0.01, 0.3, 2.0, 9.0}).reshape({1, 1, 1, 1, 4}).expand({1, 1, 2, 1, 4});
    const auto back = magnitudes_of(levels_for_matrix(loud));
    QVERIFY((back / loud.square().sum(2).sqrt() - 1).abs().max().item<double>() < 0.08);
  }

  void aSpectrumOfASoundIsConsistentAndAnotherIsNot() {
    torch::manual_seed(1);
    const auto window = torch::hann_window(64);
    const auto stft = torch::stft(torch::randn({1, 16 * 20}), 64, 16, 64, window, true, "reflect", false, true, true);
    const auto sound = torch::view_as_real(stft).permute({0, 3, 2, 1}).unsqueeze(1);
    QVERIFY(consistency_loss(sound, 64, 16).item<double>() < 1e-8);
    QVERIFY(consistency_loss(torch::randn_like(sound), 64, 16).item<double>() > 0.1);
  }
};

QTEST_GUILESS_MAIN(DisentangledNetworks)
#include "tst_disentangled_networks.moc"
