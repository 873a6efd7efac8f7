#include <png.h>

#include <QtTest>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "audio/reader.h"
#include "core/config/schema.h"
#include "core/session/compare_session.h"
#include "core/session/html_report.h"
#include "core/session/figure/spectrogram_figure.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

audio::AudioBuffer melody(int rate, double seconds, double base, int partials) {
  std::vector<float> samples(static_cast<std::size_t>(rate * seconds));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate, since = std::fmod(t, 0.5);
    const double hz = base * std::pow(2.0, std::floor(t / 0.5) / 6.0);
    double value = 0;
    for (int h = 1; h <= partials; ++h) value += std::exp(-3 * since) / h * std::sin(6.283185307 * hz * h * since);
    samples[i] = static_cast<float>(0.2 * value);
  }
  return {rate, std::move(samples)};
}

std::string text_of(const fs::path& path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

ComparisonRequest request_in(const fs::path& folder) {
  ComparisonRequest request;
  request.sounds = {{"content", melody(44100, 3.0, 220, 4)}, {"style", melody(22050, 2.0, 330, 12)}, {"result <1 & 2>", melody(44100, 3.0, 220, 10)}};
  request.record = {{"title", "Style transfer"}, {"options", R"({"steps":4})"}};
  request.folder = folder;
  return request;
}

}  // namespace

class TestCompareSession : public QObject {
  Q_OBJECT
 private slots:
  void picturesSoundsNumbersAndRecordAreWritten();
  void everyFileCarriesTheRecord();
  void withoutATruthNothingIsMeasured();
  void anExistingComparisonIsNotTouched();
  void aFailureLeavesNothingBehind();
  void shortSoundsSayThatTheyCannotBeMeasured();
  void ticksAreRound();
  void aLouderSpotIsBrighterInThePicture();
};

void TestCompareSession::picturesSoundsNumbersAndRecordAreWritten() {
  QTemporaryDir folder;
  const auto files = write_comparison(request_in(fs::path(folder.path().toStdString()) / "new" / "one"));
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  QVERIFY(png_image_begin_read_from_file(&png, files.png.c_str()));
  QCOMPARE(png.width, 1200u);
  QVERIFY(png.height > 700u);
  png_image_free(&png);
  QCOMPARE(files.sounds.size(), std::size_t{3});
  const auto back = audio::read_audio(files.sounds[1]);
  QCOMPARE(back.sample_rate, 22050);
  QCOMPARE(files.sounds[2].filename().string(), std::string("result-1-2.wav"));
  const auto record = nlohmann::json::parse(text_of(files.record));
  QCOMPARE(record.at("options").at("steps").get<int>(), 4);
  QCOMPARE(record.at("figures").size(), std::size_t{2});
  const auto& style = record.at("figures")[0].at("figures");
  const auto& result = record.at("figures")[1].at("figures");
  QVERIFY(result.at("notes_kept").get<double>() > 0.8);                       // the same notes
  QVERIFY(result.at("notes_kept").get<double>() > style.at("notes_kept").get<double>());
  QVERIFY(result.at("mel_l1_nepers").get<double>() > 0.0);
}

void TestCompareSession::everyFileCarriesTheRecord() {
  QTemporaryDir folder;
  const auto files = write_comparison(request_in(fs::path(folder.path().toStdString()) / "a"));
  QVERIFY(text_of(files.png).find("\"kind\": \"comparison\"") != std::string::npos);
  const std::string svg = text_of(files.svg);
  QVERIFY(svg.find("&quot;kind&quot;: &quot;comparison&quot;") != std::string::npos);
  QVERIFY(svg.find("result &lt;1 &amp; 2&gt;</text>") != std::string::npos);
  QVERIFY(svg.find("time in s") != std::string::npos);
  QVERIFY(audio::read_metadata(files.sounds[0]).at("comment").find("comparison") != std::string::npos);
}

void TestCompareSession::withoutATruthNothingIsMeasured() {
  QTemporaryDir folder;
  auto request = request_in(fs::path(folder.path().toStdString()) / "a");
  request.truth.reset();
  request.sounds[2].record = R"({"kind":"transfer","options":{}})";
  const auto files = write_comparison(request);
  QVERIFY(files.figures.empty() && !fs::exists(request.folder / "figures.csv"));
  const auto record = nlohmann::json::parse(text_of(files.record));
  for (const char* name : {"truth", "figures", "metrics", "table"}) QVERIFY2(!record.contains(name), name);
  // The result's file says how it was made, the others what they were shown with.
  QCOMPARE(audio::read_metadata(files.sounds[2]).at("comment"), request.sounds[2].record);
  QVERIFY(audio::read_metadata(files.sounds[0]).at("comment").find("\"comparison\"") != std::string::npos);
  ReportRequest page;
  page.comparison = request, page.file = fs::path(folder.path().toStdString()) / "page.html";
  write_report(page);
  const std::string text = text_of(page.file);
  QVERIFY(text.find("(truth)") == std::string::npos && text.find("Figures against") == std::string::npos && text.find("comparison") != std::string::npos);
}

void TestCompareSession::anExistingComparisonIsNotTouched() {
  QTemporaryDir folder;
  const fs::path place = fs::path(folder.path().toStdString()) / "a";
  const auto files = write_comparison(request_in(place));
  const std::string before = text_of(files.record);
  QVERIFY_THROWS_EXCEPTION(ConfigError, write_comparison(request_in(place)));
  QCOMPARE(text_of(files.record), before);
  QVERIFY(fs::exists(files.png) && fs::exists(files.sounds[0]));
}

void TestCompareSession::aFailureLeavesNothingBehind() {
  QTemporaryDir folder;
  auto request = request_in(fs::path(folder.path().toStdString()) / "b");
  request.sounds[1].sound.channels[0][5] = std::nanf("");
  QVERIFY_THROWS_EXCEPTION(std::runtime_error, write_comparison(request));
  QVERIFY(!fs::exists(request.folder));
  request = request_in("/proc/nowhere");
  QVERIFY_THROWS_EXCEPTION(ConfigError, write_comparison(request));
  request = request_in(request_in("").folder);
  request.audio_format = "exe";
  QVERIFY_THROWS_EXCEPTION(ConfigError, write_comparison(request));
}

void TestCompareSession::shortSoundsSayThatTheyCannotBeMeasured() {
  QTemporaryDir folder;
  ComparisonRequest request;
  request.sounds = {{"a", melody(16000, 0.3, 220, 3)}, {"b", melody(16000, 0.3, 220, 3)}};
  request.folder = fs::path(folder.path().toStdString()) / "c";
  const auto record = nlohmann::json::parse(text_of(write_comparison(request).record));
  QVERIFY(record.at("figures")[0].contains("not_measured"));
}

void TestCompareSession::ticksAreRound() {
  QCOMPARE(axis_ticks(0, 3.1, 10), (std::vector<double>{0, 0.5, 1, 1.5, 2, 2.5, 3}));
  QCOMPARE(axis_ticks(-85, -5, 5), (std::vector<double>{-80, -60, -40, -20}));
  QCOMPARE(axis_ticks(0, 0, 5).size(), std::size_t{1});
}

void TestCompareSession::aLouderSpotIsBrighterInThePicture() {
  std::vector<float> values(20, -80.0f);
  values[1 * 5 + 2] = 0.0f;  // bin 1 of 4, frame 2 of 5
  const Raster picture = spectrogram_raster(values, 4, 5, 0, 80, "grey", 2, 3);
  QCOMPARE(picture.width(), 10);
  QCOMPARE(picture.height(), 12);
  QVERIFY((picture.at(4, 7) == Colour{255, 255, 255, 255}));  // bin 1 is the third row from the top
  QVERIFY((picture.at(4, 1) == Colour{0, 0, 0, 255}));
}

QTEST_GUILESS_MAIN(TestCompareSession)
#include "tst_compare_session.moc"
