// labels: golden
#include <torch/torch.h>

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "core/data/band_statistics.h"
#include "core/data/npz_file.h"
#include "tests/support/golden_cases.h"

using namespace luthier;

namespace {

RepresentationSpec spec(int n_fft = 1024, int bands = 84) { return {"stft_cqt", 22050, n_fft, 256, bands, false}; }

template <class Call>
std::string sentence(Call&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace

class BandStatisticsTest : public QObject {
  Q_OBJECT
  QTemporaryDir folder_;
  std::string file(const char* name) const { return folder_.filePath(name).toStdString(); }

 private Q_SLOTS:
  void anArchiveOfNumpyIsRead() {
    const auto arrays = read_npz(GOLDEN_DIR "/disentangled/statistics.npz");
    QCOMPARE(arrays.size(), std::size_t{4});
    QVERIFY(torch::equal(arrays.at("stft_mean"), golden_data::wave({2, 513})));
    QVERIFY(torch::equal(arrays.at("cqt_std"), golden_data::wave({2, 84}).abs()));
  }

  void whatIsWrittenIsReadBack() {
    const NpzArrays arrays = {{"scalar", torch::tensor(3.5f)}, {"line", torch::arange(5, torch::kFloat)}, {"cube", torch::randn({2, 3, 4})}};
    write_npz(file("own.npz"), arrays);
    const auto back = read_npz(file("own.npz"));
    QCOMPARE(back.size(), arrays.size());
    for (const auto& [name, array] : arrays) {
      QCOMPARE(back.at(name).sizes().vec(), array.sizes().vec());
      QVERIFY2(torch::equal(back.at(name), array), name.c_str());
    }
    QVERIFY(!QFile::exists(folder_.filePath("own.npz.part")));
  }

  /// numpy.load wants stored or deflated members called <name>.npy with a version 1.0 header of a multiple of 64 bytes.
  void anArchiveIsLaidOutAsNumpyWantsIt() {
    write_npz(file("layout.npz"), {{"stft_mean", torch::ones({2, 513})}});
    std::ifstream stream(file("layout.npz"), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    QCOMPARE(bytes.substr(0, 4), std::string("PK\x03\x04"));
    QCOMPARE(static_cast<int>(bytes[8]) | static_cast<int>(bytes[9]) << 8, 0);  // stored
    const auto start = bytes.find("\x93NUMPY");
    QVERIFY(start != std::string::npos);
    QVERIFY(bytes.find("stft_mean.npy") < start);
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[start + 8]));
    QCOMPARE((10 + length) % 64, std::size_t{0});
    QVERIFY(bytes.substr(start + 10, length).find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 513), }") == 0);
  }

  void brokenArchivesAreRefusedInOneSentence() {
    QVERIFY(sentence([&] { read_npz(file("none.npz")); }).find("There is no file") == 0);
    const auto write = [&](const char* name, const std::string& bytes) { std::ofstream(file(name), std::ios::binary) << bytes; };
    write("text.npz", "this is no archive");
    QVERIFY(!sentence([&] { read_npz(file("text.npz")); }).empty());
    write_npz(file("whole.npz"), {{"a", torch::ones({2, 300})}});
    std::ifstream stream(file("whole.npz"), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(stream), {}};
    for (const std::size_t length : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() / 3}) {
      write("cut.npz", whole.substr(0, length));
      QVERIFY2(!sentence([&] { read_npz(file("cut.npz")); }).empty(), std::to_string(length).c_str());
    }
    auto large = whole;
    const auto shape = large.find("(2, 300)");
    large.replace(shape, 8, "(9, 999)");
    write("large.npz", large);
    QVERIFY(sentence([&] { read_npz(file("large.npz")); }).find("large.npz") != std::string::npos);
    auto object = whole;
    object.replace(object.find("'<f4'"), 5, "'|O' ");
    write("object.npz", object);
    QVERIFY(!sentence([&] { read_npz(file("object.npz")); }).empty());
  }

  void statisticsFollowTheirFormulas() {
    const auto clip = [](std::int64_t frames, double scale, double shift) {
      return torch::sin(0.37 * torch::arange(2 * 5 * frames, torch::kDouble)).reshape({2, 5, frames}) * scale + shift;
    };
    BandStatisticsBuilder all, first, second;
    first.add(clip(9, 1, 0));
    second.add(clip(14, 2, 1));
    all.add(first);
    all.add(second);
    const auto wanted = golden_data::cases("disentangled/statistics.txt").at("statistics");
    const auto result = all.result();
    QCOMPARE(result.clips, 2);
    const auto mean = golden_data::output_difference(wanted, "mean", result.mean), deviation = golden_data::output_difference(wanted, "deviation", result.deviation);
    QVERIFY2(mean.empty(), mean.c_str());
    QVERIFY2(deviation.empty(), deviation.c_str());
    QVERIFY_THROWS_EXCEPTION(ConfigError, BandStatisticsBuilder().result());
    QVERIFY_THROWS_EXCEPTION(ConfigError, all.add(torch::ones({2, 6, 9})));
    QVERIFY_THROWS_EXCEPTION(ConfigError, all.add(torch::ones({1, 5, 9})));
  }

  void aBinThatNeverSoundsIsNotBlownUp() {
    BandStatistics s{torch::zeros({2, 8}), torch::ones({2, 8}), 1};
    s.deviation[1][0] = 0;
    s.deviation[1][7] = 0;
    const auto guarded = s.guarded(6);
    QVERIFY((guarded > 0).all().item<bool>());
    QCOMPARE(guarded[0][3].item<float>(), 1.0f);
    QVERIFY(std::abs(1e-7 / guarded[1][0].item<double>()) < 0.1);
    BandStatistics silent{torch::zeros({2, 8}), torch::zeros({2, 8}), 1};
    QVERIFY((silent.guarded(6) > 0).all().item<bool>());
  }

  void statisticsComeBackFromTheirFile() {
    const BandStatistics made{torch::randn({2, 597}), torch::rand({2, 597}), 3};
    write_statistics(file("piano.npz"), made, spec());
    const auto arrays = read_npz(file("piano.npz"));
    QCOMPARE(arrays.at("stft_std").sizes().vec(), (std::vector<std::int64_t>{2, 513}));
    QCOMPARE(arrays.at("cqt_mean").sizes().vec(), (std::vector<std::int64_t>{2, 84}));
    const auto back = read_statistics(file("piano.npz"), spec());
    QVERIFY(torch::equal(back.mean, made.mean));
    QVERIFY(torch::equal(back.deviation, made.deviation));
  }

  void statisticsOfAnotherRepresentationAreRefused() {
    const auto said = sentence([] { read_statistics(GOLDEN_DIR "/disentangled/statistics.npz", spec(2048)); });
    QVERIFY2(said.find("another representation") != std::string::npos && said.find("[2, 513]") != std::string::npos, said.c_str());
    // Equal shapes, but taken at another rate or hop.
    write_statistics(file("here.npz"), {torch::zeros({2, 597}), torch::ones({2, 597}), 1}, spec());
    auto elsewhere = spec();
    elsewhere.sample_rate = 44100, elsewhere.hop = 512;
    const auto rate = sentence([&] { read_statistics(file("here.npz"), elsewhere); });
    QVERIFY2(rate.find("22050 Hz with a hop of 256") != std::string::npos && rate.find("44100 Hz with a hop of 512") != std::string::npos, rate.c_str());
    auto trimmed = spec();
    trimmed.trim = true;
    QVERIFY(read_statistics(file("here.npz"), trimmed).defined());
    write_npz(file("other.npz"), {{"mean", torch::ones({2, 513})}});
    QVERIFY(sentence([&] { read_statistics(file("other.npz"), spec()); }).find("'stft_mean'") != std::string::npos);
    write_npz(file("negative.npz"), {{"stft_mean", torch::ones({2, 513})}, {"stft_std", -torch::ones({2, 513})}, {"cqt_mean", torch::ones({2, 84})}, {"cqt_std", torch::ones({2, 84})}});
    QVERIFY(sentence([&] { read_statistics(file("negative.npz"), spec()); }).find("'stft_std'") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(BandStatisticsTest)
#include "tst_band_statistics.moc"
