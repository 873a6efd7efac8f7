// labels: golden
// timeout: 120
#include <torch/torch.h>

#include <QtTest>
#include <fstream>
#include <map>
#include <sstream>

#include "core/families/cyclegan/resnet_generator.h"
#include "core/families/family.h"
#include "core/families/travelgan/travel_networks.h"
#include "core/nn/melgan.h"
#include "core/nn/unet_generator.h"

using namespace luthier;

namespace {

std::string sizes_text(const torch::Tensor& tensor) {
  std::string text;
  for (const auto size : tensor.sizes()) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text.empty() ? "1" : text;
}

/// One case of tests/golden/families/networks.txt.
struct Golden {
  std::map<std::string, std::string> state;  ///< key -> sizes
  struct Output {
    std::string sizes;
    std::int64_t step = 1;
    std::vector<double> values;
  };
  std::map<std::string, Output> outputs;
};

std::map<std::string, Golden> read_golden() {
  std::ifstream file(GOLDEN_DIR "/families/networks.txt");
  std::map<std::string, Golden> all;
  Golden* current = nullptr;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, name, colon;
    words >> kind >> name;
    if (kind == "case") current = &all[name];
    else if (kind == "state") words >> current->state[name];
    else if (kind == "output") {
      auto& output = current->outputs[name];
      words >> output.sizes >> output.step >> colon;
      for (double value; words >> value;) output.values.push_back(value);
    }
  }
  return all;
}

torch::Tensor cosine(std::int64_t count) { return torch::cos(torch::arange(count, torch::kDouble)); }

torch::Tensor wave(torch::IntArrayRef sizes) {
  std::int64_t count = 1;
  for (const auto size : sizes) count *= size;
  return torch::sin(0.37 * torch::arange(count, torch::kDouble)).to(torch::kFloat).reshape(sizes);
}

void fill(torch::nn::Module& module) {
  torch::NoGradGuard guard;
  for (auto& item : module.named_parameters()) {
    const double start = item.key().ends_with("weight_g") ? 1.5 : 0.0;
    item.value().copy_((start + 0.2 * cosine(item.value().numel())).to(torch::kFloat).reshape(item.value().sizes()));
  }
  for (auto& item : module.named_buffers())
    if (item.key().ends_with("weight_u") || item.key().ends_with("weight_v")) {
      const auto direction = cosine(item.value().numel());
      item.value().copy_((direction / direction.norm()).to(torch::kFloat));
    }
}

}  // namespace

class FamilyNetworks : public QObject {
  Q_OBJECT

 private:
  std::map<std::string, Golden> golden_;

  void check_state(const std::string& name, const torch::nn::Module& module) {
    std::map<std::string, std::string> mine;
    for (const auto& item : module.named_parameters()) mine[item.key()] = sizes_text(item.value());
    for (const auto& item : module.named_buffers()) mine[item.key()] = sizes_text(item.value());
    const auto& theirs = golden_.at(name).state;
    for (const auto& [key, sizes] : theirs)
      QVERIFY2(mine.count(key) && mine.at(key) == sizes, qPrintable(QString::fromStdString(name + " lacks " + key + " " + sizes)));
    QCOMPARE(mine.size(), theirs.size());
  }

  void check_output(const std::string& name, const std::string& output, const torch::Tensor& tensor, double tolerance = 3e-5) {
    const auto& wanted = golden_.at(name).outputs.at(output);
    QCOMPARE(QString::fromStdString(sizes_text(tensor)), QString::fromStdString(wanted.sizes));
    const auto flat = tensor.detach().reshape({-1}).to(torch::kDouble).contiguous();
    for (std::size_t i = 0; i < wanted.values.size(); ++i) {
      const double mine = flat[static_cast<std::int64_t>(i) * wanted.step].item<double>();
      QVERIFY2(std::abs(mine - wanted.values[i]) <= tolerance * (1 + std::abs(wanted.values[i])),
               qPrintable(QString("%1 %2 [%3]: %4, not %5").arg(QString::fromStdString(name), QString::fromStdString(output)).arg(i).arg(mine, 0, 'g', 9).arg(wanted.values[i], 0, 'g', 9)));
    }
  }

  template <class Holder>
  void check_network(const std::string& name, Holder network, const torch::Tensor& input) {
    fill(*network);
    check_state(name, *network);
    network->train();
    check_output(name, "train", network->forward(input));
    network->eval();
    check_output(name, "eval", network->forward(input));
  }

  void check_layer(const std::string& name, const nn::ConvOptions& options, const torch::Tensor& input) {
    nn::Conv layer(options);
    fill(*layer);
    check_state(name, *layer);
    layer->train();
    check_output(name, "first", layer->forward(input));
    check_output(name, "second", layer->forward(input));
    const auto buffers = layer->named_buffers();
    if (buffers.contains("weight_u")) {
      check_output(name, "u", buffers["weight_u"]);
      check_output(name, "v", buffers["weight_v"]);
    }
    layer->eval();
    check_output(name, "eval", layer->forward(input));
  }

 private Q_SLOTS:
  void initTestCase() {
    golden_ = read_golden();
    QVERIFY(golden_.size() >= 14);
  }

  void spectralNormIteratesAsTorch() {
    nn::ConvOptions o;
    o.in = 3, o.out = 4, o.kernel = 3, o.stride = 2, o.padding = 1, o.kind = nn::Reparametrisation::spectral;
    check_layer("spectral_conv", o, wave({2, 3, 6, 5}));
    o.kernel = 4, o.transposed = true;
    check_layer("spectral_transposed", o, wave({2, 3, 3, 5}));
  }

  void weightNormIsTorchs() {
    nn::ConvOptions o;
    o.axes = 1, o.in = 4, o.out = 6, o.kernel = 5, o.stride = 2, o.padding = 2, o.groups = 2, o.kind = nn::Reparametrisation::weight;
    check_layer("weight_conv", o, wave({2, 4, 9}));
    o.kernel = 4, o.padding = 1, o.groups = 1, o.transposed = true;
    check_layer("weight_transposed", o, wave({2, 4, 5}));
  }

  void freshWeightNormLeavesTheWeightAlone() {
    torch::manual_seed(3);
    nn::ConvOptions o;
    o.kind = nn::Reparametrisation::weight;
    nn::Conv layer(o);
    nn::start_weights(*layer, nn::Start::normal_002);
    QVERIFY(torch::allclose(layer->effective_weight(), layer->raw_weight(), 1e-5, 1e-8));
  }

  void spectralNormBoundsTheLargestSingularValue() {
    torch::manual_seed(4);
    nn::ConvOptions o;
    o.in = 5, o.out = 7, o.kind = nn::Reparametrisation::spectral;
    nn::Conv layer(o);
    for (int i = 0; i < 200; ++i) layer->effective_weight();
    const auto values = torch::linalg_svdvals(layer->effective_weight().detach().reshape({7, -1}));
    QVERIFY(std::abs(values[0].item<double>() - 1.0) < 1e-3);
  }

  void patchCritics() {
    nn::PatchCriticOptions o;
    o.filters = 4;
    check_network("patch_critic_instance", nn::PatchCritic(o), wave({2, 1, 32, 48}));
    o.in = 2, o.batch_norm = true;
    check_network("patch_critic_batch", nn::PatchCritic(o), wave({2, 2, 32, 48}));
  }

  void generators() {
    check_network("resnet_generator", cyclegan::ResnetGenerator(cyclegan::ResnetGeneratorOptions{4, 2}), wave({2, 1, 16, 24}));
    check_network("unet_generator", nn::UnetGenerator(nn::UnetGeneratorOptions{1, 1, 4, 3, 0.0}), wave({2, 1, 16, 24}));
    check_network("travel_generator", travelgan::Generator(travelgan::GeneratorOptions{4, 4, true}), wave({2, 1, 32, 32}));
    nn::MelGanGeneratorOptions o;
    o.bands = 8, o.filters = 4, o.ratios = {4, 2}, o.residual_layers = 2;
    check_network("melgan_generator", nn::MelGanGenerator(o), wave({2, 8, 10}));
  }

  void travelNetworksAndLosses() {
    check_network("travel_critic", travelgan::Trunk(travelgan::TrunkOptions{4, 2, 1, true, true}), wave({2, 1, 32, 32}));
    check_network("travel_siamese", travelgan::Trunk(travelgan::TrunkOptions{4, 2, 6, false, true}), wave({3, 1, 32, 32}));
    const auto a = wave({4, 3, 2, 2}), b = torch::cos(0.21 * torch::arange(48, torch::kDouble)).to(torch::kFloat).reshape({4, 3, 2, 2});
    const auto v = travelgan::travel_vectors(a);
    check_output("losses", "travel", travelgan::travel_loss(v, travelgan::travel_vectors(b)));
    check_output("losses", "margin", travelgan::margin_loss(v, 1.5));
  }

  void melganCriticAtEveryScaleAndLayer() {
    nn::MelGanCriticOptions o;
    o.filters = 4, o.scales = 2;
    nn::MelGanCritic critic(o);
    fill(*critic);
    check_state("melgan_critic", *critic);
    const auto maps = critic->forward(wave({2, 1, 1024}));
    for (std::size_t k = 0; k < 2; ++k)
      for (std::size_t i = 0; i < 7; ++i)
        check_output("melgan_critic", "scale" + std::to_string(k) + "_layer" + std::to_string(i), maps[k][i]);
  }

  void parameterCountsOfTheReports_data() {
    QTest::addColumn<QString>("family");
    QTest::addColumn<QString>("module");
    QTest::addColumn<int>("bands");
    QTest::addColumn<qint64>("count");
    QTest::newRow("cyclegan generator") << "cyclegan" << "generator_to_target" << 128 << qint64{11365633};
    QTest::newRow("cyclegan critic") << "cyclegan" << "critic_target" << 128 << qint64{2762689};
    QTest::newRow("pix2pix generator") << "pix2pix" << "generator" << 128 << qint64{48378049};
    QTest::newRow("pix2pix critic") << "pix2pix" << "critic" << 128 << qint64{2764609};
    QTest::newRow("simplegan generator") << "simplegan" << "generator" << 128 << qint64{8438016};
    QTest::newRow("simplegan critic") << "simplegan" << "critic" << 128 << qint64{4194561};
    QTest::newRow("travelgan generator") << "travelgan" << "generator_to_target" << 128 << qint64{16652929};
    QTest::newRow("travelgan critic") << "travelgan" << "critic_target" << 128 << qint64{661313};
    QTest::newRow("travelgan siamese") << "travelgan" << "siamese" << 128 << qint64{4753448};
    QTest::newRow("melgan generator, 80 bands") << "melgan" << "generator" << 80 << qint64{4266050};
    QTest::newRow("melgan generator, 128 bands") << "melgan" << "generator" << 128 << qint64{4438082};
    QTest::newRow("melgan critic") << "melgan" << "critic" << 80 << qint64{16924086};
  }
  void parameterCountsOfTheReports() {
    QFETCH(QString, family);
    QFETCH(QString, module);
    QFETCH(int, bands);
    QFETCH(qint64, count);
    const Family& one = find_family(family.toStdString());
    const auto config = preset_config(one, "report", {{"bands", std::int64_t{bands}}});
    for (const auto& entry : one.modules(config))
      if (entry.name == module.toStdString()) {
        QCOMPARE(static_cast<qint64>(entry.parameters), count);
        return;
      }
    QFAIL("no such module");
  }

  void pix2pixNetworksFitIntoCycleGan() {
    const Family& family = find_family("cyclegan");
    for (const auto& entry : family.modules(preset_config(family, "report_unet"))) {
      if (entry.name == "generator_to_target") QCOMPARE(entry.parameters, std::int64_t{48378049});
      if (entry.name == "critic_target") QCOMPARE(entry.parameters, std::int64_t{2763585});
    }
  }

  void unetRefusesSizesThatDoNotHalve() {
    nn::UnetGenerator generator(nn::UnetGeneratorOptions{1, 1, 4, 3, 0.0});
    QVERIFY_THROWS_EXCEPTION(ConfigError, generator->forward(wave({1, 1, 12, 16})));
  }
};

QTEST_GUILESS_MAIN(FamilyNetworks)
#include "tst_family_networks.moc"
