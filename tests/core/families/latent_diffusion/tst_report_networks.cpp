// labels: golden
// timeout: 60
#include <torch/torch.h>

#include <QTest>

#include "core/families/latent_diffusion/report.h"
#include "core/families/latent_diffusion/report_networks.h"
#include "tests/support/golden_numbers.h"

using namespace luthier;
using namespace luthier::report;

class ReportNetworksTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { torch::set_num_threads(1); }  // small layers: threads would only wait for each other
  void parameterCountsAreTheTrueOnes() {
    const auto modules = report_modules(ReportSettings());
    std::int64_t whole = 0;
    std::vector<std::int64_t> counts;
    for (const auto& module : modules) counts.push_back(module.parameters), whole += module.parameters;
    QCOMPARE(counts, (std::vector<std::int64_t>{111840, 198209, 2729984, 6841504}));
    QCOMPARE(whole, std::int64_t{9881537});
    const UNet unet(64, 32);
    std::int64_t attention = 0, time = 0;
    for (const auto& item : unet->named_parameters()) {
      if (item.key().starts_with("attention")) attention += item.value().numel();
      if (item.key().starts_with("time")) time += item.value().numel();
    }
    QCOMPARE(attention, std::int64_t{1313792});
    QCOMPARE(time, std::int64_t{33024});
  }

  void stateDictNamesAreThePublishedOnes() {
    const SpectrogramEncoder encoder(4, 4);
    const SpectrogramDecoder decoder(4, 4);
    const StyleEncoder style(4);
    QVERIFY(encoder->named_parameters().contains("encoder.7.weight"));
    QVERIFY(decoder->named_parameters().contains("decoder.6.bias"));
    QVERIFY(style->named_parameters().contains("enc6.weight"));
  }

  void layersGiveTheReferencesNumbers() {
    torch::NoGradGuard guard;
    SpectrogramEncoder encoder(4, 4);
    SpectrogramDecoder decoder(4, 4);
    StyleEncoder style(4);
    UNet unet(4, 4);
    CrossAttention attention(16);
    for (torch::nn::Module* module : std::initializer_list<torch::nn::Module*>{encoder.get(), decoder.get(), style.get(), unet.get(), attention.get()}) golden::fill(*module);
    const auto picture = golden::pictures(2, 128, 0.37);
    const auto latent = encoder(picture);
    QVERIFY(golden::difference("encoder", latent) < 1e-5);
    QVERIFY(golden::difference("decoder", decoder(latent)) < 1e-5);
    const auto maps = style(picture);
    QVERIFY(golden::difference("style.s5", maps.s5) < 1e-5);
    QVERIFY(golden::difference("style.s6", maps.s6) < 1e-5);
    const auto times = torch::tensor({std::int64_t{3}, std::int64_t{150}});
    QVERIFY(golden::difference("embedding", time_embedding(times, 128)) < 1e-4);  // cosine of 150 in single precision
    QVERIFY(golden::difference("unet", unet(latent, times, maps)) < 1e-4);
    const auto query = golden::cosine({2, 16, 4, 4}).to(torch::kFloat), tokens = golden::cosine({2, 16, 2, 2}, 5).to(torch::kFloat);
    QVERIFY(golden::difference("attention", attention(query, tokens)) < 1e-5);
  }

  void shapesAreThoseOfTheHeader() {
    torch::NoGradGuard guard;
    ReportSettings settings;
    settings.width = 8;
    Networks networks(settings, torch::kCPU);
    const auto picture = torch::rand({3, 1, 128, 128});
    const auto latent = networks.encoder(picture);
    QCOMPARE(latent.sizes(), (torch::IntArrayRef{3, 32, 16, 16}));
    const auto decoded = networks.decoder(latent);
    QCOMPARE(decoded.sizes(), picture.sizes());
    QVERIFY(decoded.min().item<float>() >= 0 && decoded.max().item<float>() <= 1);
    const auto maps = networks.style_encoder(picture);
    QCOMPARE(maps.s5.sizes(), (torch::IntArrayRef{3, 32, 4, 4}));
    QCOMPARE(maps.s6.sizes(), (torch::IntArrayRef{3, 64, 2, 2}));
    QCOMPARE(networks.unet(latent, torch::zeros({3}, torch::kLong), maps).sizes(), latent.sizes());
  }
};

QTEST_GUILESS_MAIN(ReportNetworksTest)
#include "tst_report_networks.moc"
