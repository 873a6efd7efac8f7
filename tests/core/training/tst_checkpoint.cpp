#include "core/training/checkpoint.h"

#include <sys/resource.h>
#include <torch/torch.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace luthier;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

/// A safetensors file with any header.
std::string safetensors(const std::string& header, const std::string& data = {}) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

template <class F>
std::string sentence(F&& action) {
  try {
    action();
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "";
}

Checkpoint example() {
  Checkpoint checkpoint;
  checkpoint.record = {{"family", "fake"}, {"step", "12"}, {"labels", R"(["harfe","geige äöü"])"}, {"empty", ""}};
  torch::manual_seed(3);
  checkpoint.tensors = {{"a.double", torch::randn({3, 4}, torch::kDouble)},
                        {"b.float", torch::randn({2, 3, 5}).transpose(0, 2)},  // not contiguous
                        {"c.half", torch::randn({7}).to(torch::kHalf)},
                        {"d.bfloat", torch::randn({7}).to(torch::kBFloat16)},
                        {"e.long", torch::arange(5)},
                        {"f.int", torch::arange(5, torch::kInt)},
                        {"g.short", torch::arange(5, torch::kShort)},
                        {"h.char", torch::arange(-2, 3, torch::kChar)},
                        {"i.byte", torch::arange(5, torch::kByte)},
                        {"j.bool", torch::tensor({true, false, true})},
                        {"k.scalar", torch::tensor(0.1, torch::kDouble)},
                        {"l.empty", torch::zeros({0, 4})},
                        {"m.special", torch::tensor({INFINITY, -INFINITY, NAN, -0.0f})}};
  return checkpoint;
}

}  // namespace

class TestCheckpoint : public QObject {
  Q_OBJECT
 private slots:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }
  void everyKindOfTensorComesBackToTheBit();
  void theFileIsSafetensorsAsOthersReadIt();
  void aDamagedFileIsRefusedWithASentence_data();
  void aDamagedFileIsRefusedWithASentence();
  void aFileCutAnywhereIsRefused();
  void aFileWithAnyByteChangedNeitherCrashesNorThrowsSomethingElse();
  void aFileThatIsNotThereIsNamed();
  void aFullDiskLeavesTheOlderFileAsItWas();
  void aReadOnlyFolderLeavesTheOlderFileAsItWas();
  void aMissingRecordIsNamed();
  void modulesLoadByPrefixAndRefuseWhatDoesNotFit();
  void optimisersComeBackWithTheirMoments();

 private:
  fs::path path(const std::string& name = "x.safetensors") const { return fs::path(folder_->path().toStdString()) / name; }
  std::unique_ptr<QTemporaryDir> folder_;
};

void TestCheckpoint::everyKindOfTensorComesBackToTheBit() {
  const auto checkpoint = example();
  save_checkpoint(path(), checkpoint);
  const auto back = load_checkpoint(path());
  QVERIFY(back.record == checkpoint.record);
  QCOMPARE(back.tensors.size(), checkpoint.tensors.size());
  for (const auto& [name, tensor] : checkpoint.tensors) {
    const auto& other = back.tensors.at(name);
    QVERIFY2(other.scalar_type() == tensor.scalar_type() && other.sizes() == tensor.sizes(), name.c_str());
    const auto flat = tensor.contiguous();
    QVERIFY2(tensor.numel() == 0 || std::memcmp(flat.data_ptr(), other.data_ptr(), flat.nbytes()) == 0, name.c_str());
  }
}

void TestCheckpoint::theFileIsSafetensorsAsOthersReadIt() {
  save_checkpoint(path(), example());
  const std::string bytes = bytes_of(path());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  QCOMPARE((length + 8) % 8, std::uint64_t{0});
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  QCOMPARE(header["__metadata__"]["family"].get<std::string>(), std::string("fake"));
  QCOMPARE(header["b.float"]["dtype"].get<std::string>(), std::string("F32"));
  QVERIFY(header["b.float"]["shape"] == nlohmann::json({5, 3, 2}));
  // Offsets follow each other without a gap from 0 to the end of the file, as the format asks.
  std::map<std::uint64_t, std::uint64_t> places;
  std::uint64_t at = 0;
  for (const auto& [name, entry] : header.items())
    if (name != "__metadata__" && entry["data_offsets"][0] != entry["data_offsets"][1]) places[entry["data_offsets"][0]] = entry["data_offsets"][1];
  for (const auto& [begin, end] : places) {
    QCOMPARE(begin, at);
    at = end;
  }
  QCOMPARE(at, bytes.size() - 8 - length);
}

void TestCheckpoint::aDamagedFileIsRefusedWithASentence_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QString>("because");
  const auto row = [](const char* name, const std::string& bytes, const char* because) {
    QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << QString(because);
  };
  const auto tensor = [](const std::string& entry) { return safetensors("{\"t\":" + entry + "}", std::string(8, 'x')); };
  row("empty", "", "empty or cut short");
  row("three bytes", "abc", "empty or cut short");
  row("a text file", "This is no safetensors file at all, it is a letter.", "header");
  row("header past the end", std::string("\xff\0\0\0\0\0\0\0{}", 10), "header is cut short");
  row("header of 2^64-1", std::string(8, '\xff') + "{}xxxxxx", "header is cut short");
  row("header not JSON", safetensors("{\"t\": ", "12345678"), "header is damaged");
  row("header a list", safetensors("[1, 2, 3]", "12345678"), "header is damaged");
  row("header deep", safetensors(std::string(100000, '['), "12345678"), "header is damaged");
  row("record a list", safetensors("{\"__metadata__\": [1]}", "12345678"), "record is damaged");
  row("entry a number", tensor("5"), "'t' is not described");
  row("no shape", tensor(R"({"dtype":"F32","data_offsets":[0,8]})"), "'t' is not described");
  row("unknown type", tensor(R"({"dtype":"F99","shape":[2],"data_offsets":[0,8]})"), "unknown number type");
  row("type a number", tensor(R"({"dtype":7,"shape":[2],"data_offsets":[0,8]})"), "unknown number type");
  row("negative size", tensor(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"), "no list of sizes");
  row("a fraction", tensor(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})"), "no list of sizes");
  row("shape a text", tensor(R"({"dtype":"F32","shape":"2","data_offsets":[0,8]})"), "no list of sizes");
  row("outside", tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[8,16]})"), "outside the file");
  row("outside by 2^64", tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[18446744073709551608,18446744073709551615]})"), "outside the file");
  row("backwards", tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), "outside the file");
  row("one offset", tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})"), "no place");
  row("offsets a text", tensor(R"({"dtype":"F32","shape":[2],"data_offsets":"08"})"), "no place");
  row("too short", tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"), "another size");
  row("a huge size", tensor(R"({"dtype":"F32","shape":[1000000000000],"data_offsets":[0,8]})"), "larger than the file");
  row("a product that wraps to 0", tensor(R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})"), "larger than the file");
  row("a product that wraps to 2", tensor(R"({"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]})"), "larger than the file");
  row("huge beside 0", tensor(R"({"dtype":"F32","shape":[18446744073709551615,0],"data_offsets":[0,0]})"), "larger than the file");
}

void TestCheckpoint::aDamagedFileIsRefusedWithASentence() {
  QFETCH(QByteArray, bytes);
  QFETCH(QString, because);
  write(path(), bytes.toStdString());
  const auto said = QString::fromStdString(sentence([&] { load_checkpoint(path()); }));
  QVERIFY2(said.contains(because), qPrintable(said));
  QVERIFY2(said.contains(QString::fromStdString(path().string())), qPrintable(said));
  QVERIFY2(!said.contains('\n') && said.size() < 400, qPrintable(said));
}

void TestCheckpoint::aFileCutAnywhereIsRefused() {
  save_checkpoint(path(), example());
  const std::string bytes = bytes_of(path());
  for (std::size_t length = 0; length < bytes.size(); length += length < 32 ? 1 : 97) {
    write(path("cut.safetensors"), bytes.substr(0, length));
    QVERIFY2(!sentence([&] { load_checkpoint(path("cut.safetensors")); }).empty(), std::to_string(length).c_str());
  }
}

void TestCheckpoint::aFileWithAnyByteChangedNeitherCrashesNorThrowsSomethingElse() {
  save_checkpoint(path(), example());
  const std::string bytes = bytes_of(path());
  int refused = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 + at % 255));
    write(path("changed.safetensors"), changed);
    refused += !sentence([&] { load_checkpoint(path("changed.safetensors")); }).empty();  // anything else thrown fails the test
  }
  QVERIFY(refused > 100);
}

void TestCheckpoint::aFileThatIsNotThereIsNamed() {
  QVERIFY(sentence([&] { load_checkpoint(path("nowhere.safetensors")); }).find("nowhere.safetensors") != std::string::npos);
  QVERIFY(!sentence([&] { load_checkpoint(path("").parent_path()); }).empty());  // a folder
}

void TestCheckpoint::aFullDiskLeavesTheOlderFileAsItWas() {
  save_checkpoint(path(), example());
  const std::string before = bytes_of(path());
  Checkpoint large;
  large.tensors["t"] = torch::zeros({1 << 18});
  // A limit on the size of files stands in for a full disk: write() fails midway in the same manner.
  struct rlimit old {};
  getrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small {300000, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto said = sentence([&] { save_checkpoint(path(), large); });
  setrlimit(RLIMIT_FSIZE, &old);
  QVERIFY2(said.find("free some space") != std::string::npos, said.c_str());
  QVERIFY(bytes_of(path()) == before);
  QCOMPARE(std::distance(fs::directory_iterator(path().parent_path()), {}), std::ptrdiff_t{1});
}

void TestCheckpoint::aReadOnlyFolderLeavesTheOlderFileAsItWas() {
  if (geteuid() == 0) QSKIP("root may write everywhere");
  save_checkpoint(path(), example());
  const std::string before = bytes_of(path());
  fs::permissions(path().parent_path(), fs::perms::owner_read | fs::perms::owner_exec);
  const auto said = sentence([&] { save_checkpoint(path(), {}); });
  fs::permissions(path().parent_path(), fs::perms::owner_all);
  QVERIFY2(said.find("could not be written") != std::string::npos, said.c_str());
  QVERIFY(bytes_of(path()) == before);
}

void TestCheckpoint::aMissingRecordIsNamed() {
  QVERIFY(sentence([] { (void)Checkpoint{}.at("family"); }).find("'family'") != std::string::npos);
}

void TestCheckpoint::modulesLoadByPrefixAndRefuseWhatDoesNotFit() {
  torch::nn::Sequential one(torch::nn::Linear(3, 4), torch::nn::BatchNorm1d(4)), two(torch::nn::Linear(3, 4), torch::nn::BatchNorm1d(4));
  one->forward(torch::randn({5, 3}));  // moves the running mean
  StateSaver saver;
  saver.module("net", *one);
  load_module(saver.tensors, "model.net.", *two);
  for (const auto& item : one->named_parameters()) QVERIFY(torch::equal(item.value(), two->named_parameters()[item.key()]));
  for (const auto& item : one->named_buffers()) QVERIFY(torch::equal(item.value(), two->named_buffers()[item.key()]));
  torch::nn::Sequential wide(torch::nn::Linear(3, 5), torch::nn::BatchNorm1d(5));
  const auto shape = sentence([&] { load_module(saver.tensors, "model.net.", *wide); });
  QVERIFY2(shape.find("model.net.0.weight") != std::string::npos && shape.find("[4, 3]") != std::string::npos && shape.find("[5, 3]") != std::string::npos, shape.c_str());
  const auto missing = sentence([&] { load_module(saver.tensors, "model.other.", *two); });
  QVERIFY2(missing.find("model.other.0.weight") != std::string::npos, missing.c_str());
}

void TestCheckpoint::optimisersComeBackWithTheirMoments() {
  const auto train = [](torch::nn::Linear& net, torch::optim::Optimizer& optimiser, int steps, int from) {
    for (int i = from; i < from + steps; ++i) {
      optimiser.zero_grad();
      torch::manual_seed(static_cast<std::uint64_t>(i));
      net->forward(torch::randn({4, 3})).square().sum().backward();
      optimiser.step();
    }
  };
  for (const bool decoupled : {false, true}) {
    const auto make = [&](torch::nn::Linear& net) -> std::unique_ptr<torch::optim::Optimizer> {
      if (decoupled) return std::make_unique<torch::optim::AdamW>(net->parameters(), torch::optim::AdamWOptions(0.1));
      return std::make_unique<torch::optim::Adam>(net->parameters(), torch::optim::AdamOptions(0.1));
    };
    torch::nn::Linear one(3, 2), two(3, 2);
    auto first = make(one), second = make(two);
    train(one, *first, 5, 0);
    first->param_groups()[0].options().set_lr(0.07);
    StateSaver saver;
    saver.module("net", *one);
    saver.optimiser("adam", *first);
    StateLoader loader(saver.tensors);
    loader.module("net", *two);
    loader.optimiser("adam", *second);
    QCOMPARE(second->param_groups()[0].options().get_lr(), 0.07);
    train(one, *first, 5, 5);
    train(two, *second, 5, 5);
    QVERIFY(torch::equal(one->weight, two->weight) && torch::equal(one->bias, two->bias));
  }
}

QTEST_GUILESS_MAIN(TestCheckpoint)
#include "tst_checkpoint.moc"
