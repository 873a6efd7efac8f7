// labels: golden
// timeout: 120
#include "core/nn/weights/torch_archive.h"

#include <torch/torch.h>

#include <QTest>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/nn/weights/unpickler.h"
#include "tests/support/golden_numbers.h"

using namespace luthier;

namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A file that goes with the test.
class Scratch {
 public:
  explicit Scratch(const std::string& bytes = {}) : path_(std::filesystem::temp_directory_path() / ("luthier_weights_" + std::to_string(std::random_device{}()))) { write(bytes); }
  ~Scratch() { std::filesystem::remove(path_); }
  void write(const std::string& bytes) { std::ofstream(path_, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size())); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The sentence that a file is refused with; empty where it is read.
std::string refusal(const std::filesystem::path& file) {
  try {
    read_torch_archive(file);
    return {};
  } catch (const WeightFileError& error) {
    return error.what();
  }
}

/// A legacy container around a hand-made pickle of the object.
std::string legacy_around(const std::string& object) {
  using namespace std::string_literals;
  return "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."s + object + "\x80\x02]."s;
}

std::string pickled_text(const std::string& text) { return std::string("X") + static_cast<char>(text.size()) + std::string(3, '\0') + text; }

}  // namespace

class TorchArchiveTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyKindOfTensorIsReadFromBothContainers_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("zip") << "kinds_zip.pth";
    QTest::newRow("legacy") << "kinds_legacy.pth";
  }
  void everyKindOfTensorIsReadFromBothContainers() {
    QFETCH(QString, name);
    const auto tensors = read_torch_archive(golden::folder() + name.toStdString());
    const auto at = [&](const char* key) { return tensors.at(std::string("state_dict.") + key); };
    const auto base = golden::cosine({4, 6}).to(torch::kFloat);
    QVERIFY(at("plain").allclose(base, 0, 1e-7));
    QVERIFY(at("turned").allclose(base.t(), 0, 1e-7));
    QVERIFY(at("part").allclose(base.slice(0, 1, 3).slice(1, 2, 5), 0, 1e-7));
    QCOMPARE(at("scalar").item<double>(), 2.5);
    QCOMPARE(at("empty").numel(), 0);
    QVERIFY(at("half").scalar_type() == torch::kHalf && at("half").allclose(golden::cosine({5}).to(torch::kHalf)));
    QVERIFY(at("bfloat").scalar_type() == torch::kBFloat16 && at("bfloat").allclose(golden::cosine({5}).to(torch::kBFloat16)));
    QVERIFY(at("double").allclose(golden::cosine({5}), 0, 1e-15));
    QVERIFY(at("long").equal(torch::tensor({std::int64_t{1}, std::int64_t{-2}, std::int64_t{1} << 40})));
    QVERIFY(at("integer").equal(torch::tensor({7, -8}, torch::kInt)));
    QVERIFY(at("small").equal(torch::tensor({1, -1}, torch::kShort)));
    QVERIFY(at("tiny").equal(torch::tensor({-3, 3}, torch::kChar)));
    QVERIFY(at("byte").equal(torch::tensor({0, 255}, torch::kByte)));
    QVERIFY(at("flag").equal(torch::tensor({true, false, true})));
    QVERIFY(tensors.at("list.0").equal(torch::ones({2})));
    QVERIFY(tensors.at("7").equal(torch::zeros({1})));
    QCOMPARE(tensors.size(), std::size_t{16});
  }

  void aModulesStateDictAndNumpyArraysAreRead() {
    for (const char* name : {"module_zip.pth", "module_legacy.pth"}) {
      const auto tensors = read_torch_archive(golden::folder() + name);
      QCOMPARE(tensors.size(), std::size_t{7});
      QVERIFY(tensors.at("1.running_var").allclose((golden::cosine({2}) * 0.5 + 1).to(torch::kFloat), 0, 1e-6));
    }
    const auto arrays = read_torch_archive(golden::folder() + "numpy.pth");
    QVERIFY(arrays.at("pca_eigen_vectors").allclose(golden::cosine({3, 4}), 0, 1e-15));
    QVERIFY(arrays.at("pca_means").allclose(golden::cosine({2, 3}).to(torch::kFloat), 0, 1e-6));
  }

  void nothingInAFileIsRun() {
    for (const char* name : {"hostile_zip.pth", "hostile_legacy.pth"}) {
      const auto sentence = refusal(golden::folder() + name);
      QVERIFY2(sentence.find("posix.system") != std::string::npos && sentence.find("nothing in a weight file is ever run") != std::string::npos, sentence.c_str());
      QVERIFY(!std::filesystem::exists("luthier_was_here"));
    }
    QVERIFY(!refusal(golden::folder() + "whole_module.pth").empty());
  }

  void otherPickleCodesAreRefused_data() {
    using namespace std::string_literals;
    QTest::addColumn<QByteArray>("object");
    const auto row = [](const char* name, const std::string& object) { QTest::newRow(name) << QByteArray(object.data(), static_cast<qsizetype>(object.size())); };
    row("INST builds any class", "\x80\x02(ios\nsystem\n."s);
    row("OBJ builds any class", "\x80\x02(cos\nsystem\no."s);
    row("NEWOBJ of a listed name", "\x80\x02" "ccollections\nOrderedDict\n)\x81."s);
    row("REDUCE of a text", "\x80\x02"s + pickled_text("os.system") + ")R."s);
    row("BUILD on a global", "\x80\x02" "ccollections\nOrderedDict\n}b."s);
    row("EXT1 takes a registered function", "\x80\x02\x82\x01."s);
    row("eval as a stacked global", "\x80\x04" + pickled_text("builtins") + pickled_text("eval") + "\x93."s);
    row("a listed name under another module", "\x80\x02" "cos\nOrderedDict\n)R."s);
    row("nothing on the stack", "\x80\x02."s);
    row("an object too many", "\x80\x02NN."s);
    row("MARK missing", "\x80\x02Nt."s);
    row("memo missing", "\x80\x02h\x05."s);
    row("a text of 4 GB", "\x80\x02X\xff\xff\xff\xff" "abc."s);
    row("bytes of 16 EB", "\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f" "abc."s);
    row("an odd dict", "\x80\x02}(NNNu."s);
    row("protocol 0", "I1\n."s);
    row("a list that holds itself", "\x80\x02}q\x00"s + pickled_text("a") + "h\x00s."s);
    row("the whole model", "\x80\x02("s + pickled_text("module") + "NNNNtQ."s);
  }
  void otherPickleCodesAreRefused() {
    QFETCH(QByteArray, object);
    const Scratch file(legacy_around(object.toStdString()));
    const auto sentence = refusal(file.path());
    QVERIFY2(sentence.find(file.path().string()) != std::string::npos, sentence.c_str());
  }

  void aTensorBeyondItsNumbersIsRefused_data() {
    using namespace std::string_literals;
    QTest::addColumn<QByteArray>("sizes");
    QTest::addColumn<QByteArray>("strides");
    QTest::addColumn<QByteArray>("offset");
    QTest::addColumn<bool>("fine");
    const auto row = [](const char* name, const std::string& sizes, const std::string& strides, const std::string& offset, bool fine) {
      const auto bytes = [](const std::string& s) { return QByteArray(s.data(), static_cast<qsizetype>(s.size())); };
      QTest::newRow(name) << bytes(sizes) << bytes(strides) << bytes(offset) << fine;
    };
    const auto big = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"s;
    row("fits", "K\x03\x85"s, "K\x01\x85"s, "K\x01"s, true);
    row("one too far", "K\x03\x85"s, "K\x01\x85"s, "K\x02"s, false);
    row("stride too wide", "K\x03\x85"s, "K\x02\x85"s, "K\x00"s, false);
    row("repeated without end", big + "\x85", "K\x00\x85"s, "K\x00"s, false);
    row("product overflows", big + big + "\x86", "K\x00K\x00\x86"s, "K\x00"s, false);
    row("stride overflows", "K\x03\x85"s, big + "\x85", "K\x00"s, false);
    row("offset overflows", "K\x03\x85"s, "K\x01\x85"s, big, false);
    row("negative size", "J\xff\xff\xff\xff\x85"s, "K\x01\x85"s, "K\x00"s, false);
    row("negative offset", "K\x03\x85"s, "K\x01\x85"s, "J\xff\xff\xff\xff"s, false);
    row("axes differ", "K\x03\x85"s, ")"s, "K\x00"s, false);
  }
  void aTensorBeyondItsNumbersIsRefused() {
    using namespace std::string_literals;
    QFETCH(QByteArray, sizes);
    QFETCH(QByteArray, strides);
    QFETCH(QByteArray, offset);
    QFETCH(bool, fine);
    const std::string object = "\x80\x02}"s + pickled_text("w") + "ctorch._utils\n_rebuild_tensor\n((" + pickled_text("storage") + "ctorch\nFloatStorage\n" +
                               pickled_text("0") + pickled_text("cpu") + "K\x04tQ"s + offset.toStdString() + sizes.toStdString() + strides.toStdString() + "tRs."s;
    std::string file = legacy_around(object);
    file.resize(file.size() - 4);
    file += "\x80\x02]"s + pickled_text("0") + "a."s + "\x04\0\0\0\0\0\0\0"s + std::string(16, '\0');
    const auto sentence = refusal(Scratch(file).path());
    QVERIFY2(sentence.empty() == fine, sentence.c_str());
  }

  void storagesOfUnlikelyLengthAreRefusedBeforeMemoryIsAsked() {
    std::string file = bytes_of(golden::folder() + "lpips_small.pth");
    const auto count = file.rfind(std::string("\x08\0\0\0\0\0\0\0", 8));  // the last storage: 8 numbers
    QVERIFY(count != std::string::npos);
    file.replace(count, 8, std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8));
    QVERIFY(!refusal(Scratch(file).path()).empty());
  }

  void aFileCutAnywhereIsRefused() {
    for (const char* name : {"kinds_zip.pth", "kinds_legacy.pth", "numpy.pth"}) {
      const auto whole = bytes_of(golden::folder() + name);
      Scratch file;
      for (std::size_t length = 0; length < whole.size(); length += 1 + length / 40) {
        file.write(whole.substr(0, length));
        QVERIFY2(!refusal(file.path()).empty(), (std::string(name) + " cut to " + std::to_string(length)).c_str());
      }
    }
  }

  void damagedFilesNeverDoMoreThanBeRefused() {
    std::mt19937 random(7);
    for (const char* name : {"kinds_zip.pth", "kinds_legacy.pth", "numpy.pth", "module_legacy.pth"}) {
      const auto whole = bytes_of(golden::folder() + name);
      Scratch file;
      for (int round = 0; round < 600; ++round) {
        auto bytes = whole;
        for (int i = 0; i < 1 + round % 5; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        file.write(bytes);
        try {
          for (const auto& [key, tensor] : read_torch_archive(file.path())) tensor.to(torch::kDouble).sum().item<double>();
        } catch (const WeightFileError&) {
        }
      }
    }
  }

  void otherFilesAreNamedForWhatTheyAre() {
    QVERIFY(refusal("/nowhere/file.pth").find("no such file") != std::string::npos);
    QVERIFY(refusal(Scratch().path()).find("empty") != std::string::npos);
    QVERIFY(refusal(Scratch(std::string(100, 'x')).path()).find("no file of torch.save") != std::string::npos);
    QVERIFY(refusal(std::filesystem::temp_directory_path()).find("no such file") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TorchArchiveTest)
#include "tst_torch_archive.moc"
