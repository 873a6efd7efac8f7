// labels: golden
// timeout: 60
#include <torch/torch.h>

#include <QTest>

#include "core/nn/lpips.h"
#include "core/nn/vggish.h"
#include "core/nn/weights/byte_reader.h"
#include "tests/support/golden_numbers.h"

using namespace luthier;

namespace {

std::int64_t count(const torch::nn::Module& module) {
  std::int64_t total = 0;
  for (const auto& parameter : module.parameters()) total += parameter.numel();
  return total;
}

const torch::Tensor kA = golden::pictures(2, 64, 0.37), kB = golden::pictures(2, 64, 0.11, 1);

}  // namespace

class FeatureNetworksTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { torch::set_num_threads(1); }  // small layers: threads would only wait for each other
  void vggishHasThePublishedShape() {
    VggishFeatures network;
    QCOMPARE(count(*network), std::int64_t{4499712});
    const auto maps = network->maps(torch::rand({1, 1, 32, 32}));
    QCOMPARE(maps.size(), std::size_t{6});
    QCOMPARE(maps.back().sizes(), (torch::IntArrayRef{1, 512, 4, 4}));
    QVERIFY(network->named_parameters().contains("features.13.bias"));
  }

  void alexNetHasThePublishedShape() {
    Lpips network;
    QCOMPARE(count(*network), std::int64_t{2469696});
    const auto maps = network->maps(torch::rand({1, 1, 128, 128}));
    QCOMPARE(maps.size(), std::size_t{5});
    QCOMPARE(maps.front().sizes(), (torch::IntArrayRef{1, 64, 31, 31}));
    QCOMPARE(maps.back().size(1), std::int64_t{256});
    QVERIFY(network->named_parameters().contains("features.10.weight"));
  }

  void vggishLoadedFromEitherContainerGivesTheReferencesNumbers() {
    for (const char* file : {"vggish_small_zip.pth", "vggish_small_legacy.pth", "vggish_small_other_names.pth"}) {
      VggishFeatures network(2);
      load_vggish(golden::folder() + file, *network);
      const auto maps = network->maps(kA);
      for (std::size_t i = 0; i < maps.size(); ++i) QVERIFY(golden::difference("vggish.map" + std::to_string(i), maps[i]) < 1e-5);
      const auto asked = kA.clone().requires_grad_(true);
      const auto distance = network->distance(network->maps(asked), network->maps(kB));
      QVERIFY(golden::difference("vggish.distance", distance) < 1e-5);
      distance.backward();
      QVERIFY(golden::difference("vggish.gradient", asked.grad()) < 1e-6);
    }
  }

  void lpipsLoadedFromFilesGivesTheReferencesNumbers() {
    for (const char* file : {"alexnet_small.pth", "alexnet_small_old.pth"}) {
      Lpips network(2);
      load_alexnet(golden::folder() + file, *network);
      const auto maps = network->maps(kA);
      for (std::size_t i = 0; i < maps.size(); ++i) QVERIFY(golden::difference("lpips.map" + std::to_string(i), maps[i]) < 1e-5);
      load_lpips(golden::folder() + "lpips_small.pth", *network);
      QVERIFY(golden::difference("lpips.distance", network->distance(maps, network->maps(kB))) < 1e-5);
    }
  }

  void aFileOfAnotherNetworkIsRefusedByName() {
    VggishFeatures network(2);
    QVERIFY_THROWS_EXCEPTION(WeightFileError, load_vggish(golden::folder() + "lpips_small.pth", *network));
    VggishFeatures wide(4);
    try {
      load_vggish(golden::folder() + "vggish_small_zip.pth", *wide);
      QFAIL("a file of another shape was taken");
    } catch (const WeightFileError& error) {
      QVERIFY2(std::string(error.what()).find("features.0.weight") != std::string::npos, error.what());
    }
  }

  void aPictureIsAtNoDistanceFromItselfAndGradientsStayFinite() {
    torch::manual_seed(1);  // of networks this small some are dead from the start
    VggishFeatures vggish(4);
    Lpips lpips(4);
    for (FeatureNetwork* network : {static_cast<FeatureNetwork*>(vggish.get()), static_cast<FeatureNetwork*>(lpips.get())}) {
      QCOMPARE(network->distance(network->maps(kA), network->maps(kA)).item<float>(), 0.0f);
      QCOMPARE(gram_distance(network->maps(kA), network->maps(kA)).item<float>(), 0.0f);
      for (const bool gram : {false, true}) {
        const auto flat = torch::zeros({2, 1, 64, 64}).requires_grad_(true);  // silence: maps are constant
        const auto maps = network->maps(flat);
        (gram ? gram_distance(maps, network->maps(kB)) : network->distance(maps, network->maps(kB))).backward();
        QVERIFY(flat.grad().isfinite().all().item<bool>());
        QVERIFY(flat.grad().abs().sum().item<double>() > 0);
      }
    }
  }

  void gramMatricesForgetWhereThingsAre() {
    VggishFeatures network(4);
    const auto map = torch::rand({1, 8, 6, 6});
    const auto moved = map.roll(3, 3);
    QVERIFY(gram_distance({map}, {moved}).item<double>() < 1e-10);
    QVERIFY(network->distance({map}, {moved}).item<double>() > 0.1);
  }
};

QTEST_GUILESS_MAIN(FeatureNetworksTest)
#include "tst_feature_networks.moc"
