#include <torch/torch.h>

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "core/families/family.h"
#include "core/families/melgan/melgan_trainer.h"
#include "core/nn/vggish.h"
#include "core/nn/weights/byte_reader.h"
#include "core/session/model_source.h"
#include "core/session/public_weights.h"
#include "core/training/state.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

void put_number(std::string& out, std::int64_t value, std::size_t bytes) { out.append(reinterpret_cast<const char*>(&value), bytes); }

std::string pickled(const std::string& text) {
  std::string out = "X";
  put_number(out, static_cast<std::int64_t>(text.size()), 4);
  return out + text;
}

std::string pickled(std::int64_t number) {
  std::string out = "J";
  put_number(out, number, 4);
  return out;
}

std::string pickled(at::IntArrayRef numbers) {
  std::string out = "(";
  for (const auto number : numbers) out += pickled(number);
  return out + "t";
}

/// A state dictionary as torch.save wrote it before there were ZIP containers: what the published files are.
void save_as_torch_did(const fs::path& file, torch::nn::Module& module, const std::string& left_out = {}) {
  std::string object = "\x80\x02}", keys = "\x80\x02](", storages;
  int number = 0;
  for (const auto& item : module.named_parameters()) {
    if (item.key() == left_out) continue;
    const auto value = item.value().detach().contiguous();
    const auto key = pickled(std::to_string(number++));
    object += pickled(item.key()) + "ctorch._utils\n_rebuild_tensor_v2\n((" + pickled("storage") + "ctorch\nFloatStorage\n" + key + pickled("cpu") + pickled(value.numel()) + "NtQ" +
              pickled(std::int64_t{0}) + pickled(value.sizes()) + pickled(value.strides()) + "\x89" + "ccollections\nOrderedDict\n)RtRs";
    keys += key;
    put_number(storages, value.numel(), 8);
    storages.append(static_cast<const char*>(value.data_ptr()), value.nbytes());
  }
  const std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.", 25);
  std::ofstream(file, std::ios::binary) << magic << object << '.' << keys << "e." << storages;
}

melgan::Settings small_melgan() {
  melgan::Settings settings;
  settings.sound.bands = 40, settings.sound.hop = 32, settings.filters = 4, settings.ratios = "8,4", settings.residual_layers = 2;
  return settings;
}

template <class Call>
QString refusal(const Call& call) {
  try {
    call();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

class TestPublicWeights : public QObject {
  Q_OBJECT
  std::unique_ptr<QTemporaryDir> folder_;
  fs::path at(const char* name) const { return fs::path(folder_->path().toStdString()) / name; }

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  void aMelGanGeneratorBecomesARunThatDecodes() {
    const auto workspace = Workspace::create(at("w"));
    nn::MelGanGenerator generator(melgan::generator_options(small_melgan()));
    save_as_torch_did(at("netG.pt"), *generator);
    QVERIFY(is_torch_archive(at("netG.pt")));
    const auto taken = import_public_weights(workspace, at("netG.pt"));
    QCOMPARE(taken.kind, std::string("melgan"));
    const auto loaded = load_named_model(&workspace, taken.run, Role::vocoder);
    const auto model = loaded.family->make_transfer(loaded.checkpoint, torch::kCPU);
    QCOMPARE(model->representation().bands, 40);
    const auto mel = torch::full({1, 40, 30}, -1.0f);
    const auto sound = model->decode(mel, {}, {});
    QCOMPARE(sound.size(), std::size_t{30 * 32});
    for (const auto& item : generator->named_parameters())
      QVERIFY2(torch::equal(loaded.checkpoint.tensors.at("model.generator." + item.key()), item.value()), item.key().c_str());
  }

  void vggishIsFoundByLaterTrainings() {
    const auto workspace = Workspace::create(at("w"));
    const auto& family = find_family("latent_diffusion");
    auto config = preset_config(family, "report_tiny");
    use_public_weights(workspace, config);
    QVERIFY(std::get<std::string>(config.at("vggish_weights")).empty());
    VggishFeatures network(64);
    save_as_torch_did(at("vggish.pth"), *network);
    const auto taken = import_public_weights(workspace, at("vggish.pth"));
    QCOMPARE(taken.kind, std::string("vggish"));
    use_public_weights(workspace, config);
    QCOMPARE(std::get<std::string>(config.at("vggish_weights")), taken.file.string());
    VggishFeatures again(64);
    load_vggish(taken.file, *again);
    QVERIFY(torch::equal(again->parameters().front(), network->parameters().front()));
    config["vggish_weights"] = std::string("mine.pth");  // what the user named stays
    use_public_weights(workspace, config);
    QCOMPARE(std::get<std::string>(config.at("vggish_weights")), std::string("mine.pth"));
    QVERIFY(refusal([&] { import_public_weights(workspace, at("vggish.pth")); }).contains("never overwritten"));
  }

  void whatIsNoneOfThemIsRefusedAndLeavesNothing() {
    const auto workspace = Workspace::create(at("w"));
    torch::nn::Linear other(3, 2);
    save_as_torch_did(at("other.pt"), *other);
    QVERIFY(refusal([&] { import_public_weights(workspace, at("other.pt")); }).contains("not those of VGGish"));
    VggishFeatures network(64);
    save_as_torch_did(at("part.pth"), *network, "features.8.bias");
    QVERIFY(refusal([&] { import_public_weights(workspace, at("part.pth")); }).contains("features.8.bias"));
    for (const char* hostile : {"hostile_zip.pth", "hostile_legacy.pth"}) {
      const auto file = fs::path(GOLDEN_DIR) / "weights" / hostile;
      QVERIFY(!refusal([&] { import_public_weights(workspace, file); }).isEmpty());
    }
    QVERIFY(!fs::exists(workspace.folder() / "weights"));
    QVERIFY(fs::is_empty(workspace.runs()));
  }
};

QTEST_GUILESS_MAIN(TestPublicWeights)
#include "tst_public_weights.moc"
