#define QT_NO_KEYWORDS  // `slots` is a name of LibTorch
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/families/family.h"
#include "core/families/melgan/public_weights.h"
#include "core/families/texture/sound_optimiser.h"

using namespace luthier;

namespace {

constexpr std::int64_t kSamples = 9000;

torch::Tensor tone() { return (0.3 * at::sin(at::arange(kSamples, at::kDouble) / 22050.0 * 2 * M_PI * 330)).to(at::kFloat).reshape({1, 1, -1}); }

torch::Tensor noise() {
  Rng rng(2, 0);
  return 0.3 * rng.normal({1, 1, kSamples});
}

std::unique_ptr<FamilyTransfer> model_of(const std::string& preset, const Config& overrides = {}) {
  const Family& family = find_family("texture");
  Checkpoint checkpoint;
  const auto config = config_from_text(family.schema(), canonical_text(preset_config(family, preset, overrides)));
  checkpoint.record = {{"family", "texture"}, {"config", canonical_text(config)}};
  return family.make_transfer(checkpoint, at::kCPU);
}

Config options_of(const Config& overrides) { return complete(find_family("texture").transfer_schema(), overrides); }

template <class Call>
QString error_of(const Call& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return QString::fromUtf8(error.what());
  }
  return "";
}

nn::MelGanCritic small_critic() {
  nn::MelGanCriticOptions options;
  options.filters = 4;
  return nn::MelGanCritic(options);
}

}  // namespace

class TextureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { at::set_num_threads(1); }

  void textureMovesTheSoundTowardsTheStyle() {
    const auto model = model_of("tiny");
    const auto content = tone(), style = noise();
    int shown = 0;
    const auto made = model->transform(content, style, options_of({{"steps", std::int64_t{12}}, {"style_weight", 1000.0}}),
                                       [&](const SamplingStep& step) { shown = step.step; }, {});
    QVERIFY(made.sizes() == content.sizes() && made.isfinite().all().item<bool>());
    QCOMPARE(shown, 12);
    // Noise has energy everywhere; the sine has none in the upper half of its spectrum.
    const auto high = [](const torch::Tensor& x) {
      const auto magnitude = at::fft_rfft(x.reshape({-1})).abs().square();
      return (magnitude.narrow(0, magnitude.size(0) / 2, magnitude.size(0) / 2).sum() / magnitude.sum()).item<double>();
    };
    QVERIFY(high(content) < 1e-4 && high(made) > 0.05);
    const auto stop = std::make_unique<std::stop_source>();  // on the heap: GCC 12 takes a local one for uninitialised
    stop->request_stop();
    QVERIFY_THROWS_EXCEPTION(Cancelled, model->transform(content, style, options_of({}), {}, stop->get_token()));
  }

  void theStatisticsChooseTheWeightOfTheStyle() {
    const auto defaults = settings_from<texture::Options>(options_of({}));
    QCOMPARE(defaults.content_weight, 1.0);
    QCOMPARE(defaults.style_weight, 100.0);
    QCOMPARE(defaults.activation_weight, 10.0);
    texture::Settings settings;
    settings.features = "critic", settings.statistics = "activations";
    const auto features = texture::critic_features(small_critic());
    const auto made = [&](const char* statistics, double gram, double activations) {
      auto chosen = settings;
      chosen.statistics = statistics;
      texture::Options options;
      options.steps = 1, options.style_weight = gram, options.activation_weight = activations;
      return texture::optimise(*features, chosen, options, tone(), noise(), 0, {});
    };
    QVERIFY(at::equal(made("activations", 100, 10), made("activations", 3, 10)));
    QVERIFY(!at::equal(made("activations", 100, 10), made("activations", 100, 1000)));
    QVERIFY(at::equal(made("gram", 100, 10), made("gram", 100, 1000)));
    QVERIFY(!at::equal(made("gram", 100, 10), made("gram", 1, 10)));
    // A weight that would be passed over is refused.
    const auto said = error_of([] { model_of("report")->transform(tone(), noise(), options_of({{"style_weight", 3.0}}), {}, {}); });
    QVERIFY2(said.contains("'activation_weight'"), qPrintable(said));
    QVERIFY(error_of([] { model_of("report")->transform(tone(), noise(), options_of({}), {}, {}); }).contains("netD.pt"));
  }

  void layersMayBeChosen() {
    const auto features = texture::critic_features(small_critic());
    const auto made = [&](const std::string& content, const std::string& style) {
      texture::Settings settings;
      settings.statistics = "activations", settings.content_maps = content, settings.style_maps = style;
      texture::Options options;
      options.steps = 3;
      return texture::optimise(*features, settings, options, tone(), noise(), 0, {});
    };
    QVERIFY(at::equal(made("", ""), made("1,2,3,4,5,6,7", "6")));
    QVERIFY(!at::equal(made("", ""), made("", "2, 3")));
    QVERIFY(error_of([&] { made("9", ""); }).contains("'content_maps'"));
    for (const char* wrong : {"0", "8", "x", "1;2"}) QVERIFY2(error_of([&] { made("", wrong); }).contains("'style_maps'"), wrong);
  }

  void publishedCriticsServe() {
    StateSaver saver;
    auto critic = small_critic();
    saver.module("critic", *critic);
    TensorMap published;
    for (const auto& [name, tensor] : saver.tensors) published[name.substr(std::string("model.critic.").size())] = tensor;
    QVERIFY(melgan::is_public_critic(published) && !melgan::is_public_generator(published));
    auto read = melgan::critic_of(published, "", "netD.pt");
    const auto wanted = critic->first_scale(tone()), given = read->first_scale(tone());
    QCOMPARE(given.size(), std::size_t{7});
    for (std::size_t i = 0; i < given.size(); ++i) QVERIFY(at::equal(given[i], wanted[i]));
    QVERIFY(error_of([] { melgan::critic_of({}, "", "netD.pt"); }).contains("'netD.pt' has no critic"));
    // The same out of a run's checkpoint, through the family.
    QTemporaryDir folder;
    const auto file = folder.filePath("latest.safetensors").toStdString();
    Checkpoint run;
    run.record = {{"family", "melgan"}, {"config", ""}};
    run.tensors = saver.tensors;
    save_checkpoint(file, run);
    const auto made = model_of("report")->transform(tone(), noise(), options_of({{"weights", file}, {"steps", std::int64_t{1}}}), {}, {});
    QVERIFY(made.sizes() == tone().sizes() && made.isfinite().all().item<bool>());
  }

  void vggishHearsItsOwnPicture() {
    texture::Settings settings;
    settings.features = "vggish";
    at::manual_seed(3);
    const auto features = texture::vggish_features(settings, VggishFeatures(4), at::kCPU);
    QVERIFY(features->shortest() <= kSamples);
    auto sound = tone().set_requires_grad(true);
    const auto maps = (*features)(sound);
    QCOMPARE(maps.size(), features->count());
    QCOMPARE(maps.front().size(1), std::int64_t{4});
    auto sum = maps.front().sum();
    for (const auto& map : maps) sum = sum + map.sum();
    sum.backward();
    QVERIFY(sound.grad().abs().sum().item<double>() > 0 && sound.grad().isfinite().all().item<bool>());
    texture::Options options;
    options.steps = 3;
    const auto made = texture::optimise(*features, settings, options, tone(), noise(), 0, {});
    QVERIFY(made.isfinite().all().item<bool>() && !at::equal(made, tone()));
    QVERIFY(error_of([] { model_of("studio", {{"features", std::string("vggish")}})->transform(tone(), noise(), options_of({}), {}, {}); }).contains("import-weights"));
  }
};

QTEST_GUILESS_MAIN(TextureTest)
#include "tst_texture.moc"
