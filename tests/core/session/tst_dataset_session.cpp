#define QT_NO_KEYWORDS  // `slots` is a name of LibTorch
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "audio/loudness.h"
#include "audio/reader.h"
#include "audio/writer.h"
#include "core/data/band_statistics.h"
#include "core/data/tsne.h"
#include "core/session/clip_sound.h"
#include "core/session/dataset_session.h"
#include "core/session/import_session.h"
#include "core/session/segment_choice.h"
#include "core/signal/representation.h"
#include "db/clip_store.h"
#include "db/recording_store.h"
#include "tests/support/golden.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

/// A tone for the given stretches of seconds, silence elsewhere.
audio::AudioBuffer tone(double seconds, std::vector<std::pair<double, double>> sounding, double hz = 440, int rate = 8000, float level = 0.3f) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    for (const auto& [from, to] : sounding)
      if (t >= from && t < to) samples[i] = level * static_cast<float>(std::sin(2 * M_PI * hz * t));
  }
  return {rate, std::move(samples)};
}

std::vector<double> starts(const audio::AudioBuffer& sound, const SegmentOptions& options, double seconds = 10) {
  std::vector<double> out;
  for (const auto& range : choose_segments(sound, {0, sound.length()}, static_cast<std::size_t>(seconds * sound.sample_rate), options))
    out.push_back(static_cast<double>(range.begin) / sound.sample_rate);
  return out;
}

}  // namespace

class DatasetSession : public QObject {
  Q_OBJECT
  QTemporaryDir folder_;
  fs::path path(const char* name) const { return folder_.filePath(name).toStdString(); }

 private Q_SLOTS:
  void measuresAreThoseOfLibrosa() {
    const auto m = measure_sound(golden_signal(), 22050);
    QVERIFY(std::abs(m.centroid / 1651.19876 - 1) < 1e-3);
    QVERIFY(std::abs(m.bandwidth / 1564.28589 - 1) < 1e-3);
    QVERIFY(std::abs(m.rolloff / 2755.91872 - 1) < 1e-3);
    QVERIFY(std::abs(m.flatness / 0.03733978 - 1) < 1e-2);
    QVERIFY(std::abs(m.rms - -19.736187) < 1e-3);
    QVERIFY(std::abs(m.peak - -5.492025) < 1e-3);
    QVERIFY(std::abs(m.zero_crossings - 0.1136398) < 1e-4);
    QCOMPARE(measure_sound({}, 22050).seconds, 0.0);
    const auto silent = measure_sound(std::vector<float>(22050, 0.0f), 22050);
    QCOMPARE(silent.centroid, 0.0);
    QCOMPARE(silent.dynamic_range, 0.0);
  }

  void segmentsAreAsManyAsTheRulesSay() {
    const auto even = [](double minutes) { return segment_count({.choice = "even"}, 60 * minutes); };
    QCOMPARE(even(1), 2);
    QCOMPARE(even(4), 4);
    QCOMPARE(even(16), 8);
    QCOMPARE(even(20), 10);
    const auto random = [](double seconds) { return segment_count({.choice = "random"}, seconds); };
    QCOMPARE(random(30), 1);
    QCOMPARE(random(60), 2);
    QCOMPARE(random(100), 3);
    QCOMPARE(random(250), 4);
    QCOMPARE(random(900), 5);
    QCOMPARE(segment_count({.choice = "even", .count = 7}, 10), 7);
  }

  void evenSegmentsKeepFromTheEndsAndFromSilence() {
    const auto whole = tone(110, {{0, 110}});
    QCOMPARE(starts(whole, {.choice = "even"}), (std::vector<double>{15, 85}));
    // The first place is silent: it moves on second by second until six tenths sound.
    const auto late = tone(110, {{25, 110}});
    QCOMPARE(starts(late, {.choice = "even"}), (std::vector<double>{21, 85}));
    QVERIFY(starts(tone(110, {}), {.choice = "even"}).empty());
    QCOMPARE(starts(tone(6, {{0, 6}}), {.choice = "even"}), (std::vector<double>{0}));
    QCOMPARE(starts(tone(50, {{0, 50}}), {.choice = "centre"}), (std::vector<double>{20}));
  }

  void randomSegmentsKeepApartAndComeAgain() {
    const auto sound = tone(320, {{0, 100}, {160, 320}});
    const SegmentOptions options{.choice = "random"};
    const auto found = starts(sound, options);
    QVERIFY(found.size() >= 3 && found.size() <= 5);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i > 0) QVERIFY(found[i] - found[i - 1] >= 25);
      QVERIFY(found[i] < 97 || found[i] > 153);
    }
    QCOMPARE(starts(sound, options), found);
    SegmentOptions other = options;
    other.seed = 2;
    QVERIFY(starts(sound, other) != found);
  }

  void anImportTakesSegmentsAndEvensLevels() {
    const auto music = path("music");
    fs::create_directories(music / "a");
    fs::create_directories(music / "b");
    auto uneven = tone(100, {{0, 100}}, 440, 8000, 0.02f);
    for (std::size_t i = uneven.length() / 2; i < uneven.length(); ++i) uneven.channels[0][i] *= 5;  // its second half is louder
    audio::write_audio(music / "a" / "one.wav", uneven);
    audio::write_audio(music / "b" / "two.wav", tone(100, {{0, 100}}, 880, 8000, 0.5f));
    const auto workspace = Workspace::create(path("ws"));
    ImportRequest request;
    request.paths = {music};
    request.label_from_folder = true;
    request.rms = 0.07;
    request.cutting.clip_seconds = 10;
    request.cutting.segments.choice = "even";
    const auto result = import_sounds(workspace, request);
    QCOMPARE(result.recordings, 2);
    QCOMPARE(result.clips, 4);
    const auto catalog = workspace.open_catalog();
    for (const auto& view : catalog->clips().views(catalog->clips().ids())) {
      const auto sound = read_clip(workspace, view);
      QVERIFY(std::abs(audio::rms(sound) - 0.07) < 1e-3);
      QCOMPARE(sound.seconds(), 10.0);
    }
    QVERIFY(!fs::exists(workspace.audio() / ".levelled"));
    // The same files again are known although their copies have other bytes.
    const auto again = import_sounds(workspace, request);
    QCOMPARE(again.recordings, 0);
    QCOMPARE(again.skipped.size(), std::size_t{2});
    request.in_place = true;
    QVERIFY_THROWS_EXCEPTION(SessionError, import_sounds(workspace, request));
  }

  void labelsAreAnalysedAndDrawn() {
    const auto workspace = Workspace::open(path("ws"));
    const auto analysis = analyse_dataset(workspace, {{}, path("plots.png"), path("map.png")}, {}, {});
    QCOMPARE(analysis.labels.size(), std::size_t{2});
    QCOMPARE(analysis.labels[0].label, std::string("a"));
    QCOMPARE(analysis.labels[0].clips, 2);
    QVERIFY(std::abs(analysis.labels[0].measures.at("centroid").mean - 440) < 30);
    QVERIFY(std::abs(analysis.labels[1].measures.at("centroid").mean - 880) < 30);
    QVERIFY(std::abs(analysis.labels[1].measures.at("rms").mean - 20 * std::log10(0.07)) < 0.1);
    for (const char* name : {"plots.png", "map.png"}) QVERIFY2(fs::file_size(path(name)) > 1000, name);
    QVERIFY_THROWS_EXCEPTION(SessionError, analyse_dataset(workspace, {{}, path("plots.png"), {}}, {}, {}));
    QVERIFY_THROWS_EXCEPTION(SessionError, analyse_dataset(workspace, {"oboe"}, {}, {}));
  }

  void statisticsOfALabelAreWritten() {
    const auto workspace = Workspace::open(path("ws"));
    const RepresentationSpec spec{"stft_cqt", 22050, 1024, 256, 84, false};
    QVERIFY(write_label_statistics(workspace, "a", spec, path("a.npz"), {}, {}) >= 1);
    QVERIFY(write_label_statistics(workspace, "", spec, path("all.npz"), {}, {}) >= 2);
    QVERIFY(read_statistics(path("a.npz"), spec).defined());
    QVERIFY_THROWS_EXCEPTION(SessionError, write_label_statistics(workspace, "oboe", spec, path("o.npz"), {}, {}));
    QVERIFY_THROWS_EXCEPTION(SessionError, write_label_statistics(workspace, "a", spec, path("a.npz"), {}, {}));
  }

  void aMapKeepsGroupsApart() {
    std::vector<std::vector<double>> rows;
    for (int i = 0; i < 60; ++i) {
      std::vector<double> row(10);
      for (std::size_t k = 0; k < row.size(); ++k) row[k] = (i % 3 == static_cast<int>(k % 3) ? 5 : 0) + std::sin(1.7 * i + 3.1 * static_cast<double>(k));
      rows.push_back(row);
    }
    const auto places = tsne(rows);
    QCOMPARE(places.size(), rows.size());
    int right = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      double best = HUGE_VAL;
      std::size_t nearest = i;
      for (std::size_t j = 0; j < places.size(); ++j) {
        const double distance = std::hypot(places[i].first - places[j].first, places[i].second - places[j].second);
        if (j != i && distance < best) best = distance, nearest = j;
      }
      right += nearest % 3 == i % 3;
    }
    QVERIFY2(right >= 57, qPrintable(QString::number(right)));
    QVERIFY(tsne(rows) == places);
    QCOMPARE(tsne({{1}, {2}}).size(), std::size_t{2});
  }
};

QTEST_GUILESS_MAIN(DatasetSession)
#include "tst_dataset_session.moc"
