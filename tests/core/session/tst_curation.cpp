#define QT_NO_KEYWORDS  // `slots` is a name of LibTorch
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>

#include "audio/reader.h"
#include "core/data/neighbours.h"
#include "core/session/clip_sound.h"
#include "core/session/disk_session.h"
#include "core/session/library_session.h"
#include "core/session/map_session.h"
#include "db/edit_journal.h"
#include "db/pair_store.h"
#include "db/run_store.h"
#include "core/session/transfer_list.h"
#include "db/transfer_store.h"
#include "tests/support/core_workspace.h"

using namespace luthier;
namespace fs = std::filesystem;

/// What keeps a library in order: duplicates, cuts, disk, the map.
class TestCuration : public QObject {
  Q_OBJECT
  std::unique_ptr<QTemporaryDir> folder_;
  fs::path at(const std::string& name) const { return fs::path(folder_->path().toStdString()) / name; }

  static std::string sentence(const std::function<void()>& action) {
    try {
      action();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  }

  /// A run folder as a training leaves it.
  static void add_run(const Workspace& workspace, const std::string& name, std::size_t bytes) {
    fs::create_directories(workspace.runs() / name / "checkpoints");
    std::ofstream(workspace.runs() / name / "status.json") << "{\"id\":\"" << name << "\",\"family\":\"melgan\",\"preset\":\"tiny\",\"status\":\"done\"}";
    std::ofstream(workspace.runs() / name / "checkpoints" / "last.safetensors") << std::string(bytes, 'x');
    db::RunRow row;
    row.folder = name, row.family = "melgan", row.state = db::RunState::finished;
    workspace.open_catalog()->runs().add(row);
  }

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  void extraClipsAreExcludedOrRemovedInOneStep() {
    const auto workspace = make_test_workspace(at("w"), 3);
    const auto catalog = workspace.open_catalog();
    const auto copy = add_test_clip(workspace, *catalog, "horn", "", test_melody(9, 12, 6), "copy.wav");
    QVERIFY(extra_duplicates(*catalog).empty());
    db::ClipRow row = *catalog->clips().get(copy);
    row.sha256 = catalog->clips().get({1})->sha256;
    catalog->clips().set_extent(copy, row);
    QCOMPARE(extra_duplicates(*catalog), ClipIds{copy});
    QVERIFY(exclude_duplicates(*catalog));
    QVERIFY(catalog->clips().get(copy)->excluded);
    QVERIFY(extra_duplicates(*catalog).empty());
    QVERIFY(!exclude_duplicates(*catalog));
    catalog->journal().undo();
    QVERIFY(remove_duplicates(*catalog));
    QVERIFY(!catalog->clips().get(copy));
    catalog->journal().undo();
    QCOMPARE(catalog->clips().get(copy)->sha256, row.sha256);
  }

  void aClipIsTrimmedAndLeavesItsPhrase() {
    const auto workspace = make_test_workspace(at("w"), 1);
    const auto catalog = workspace.open_catalog();
    const auto before = *catalog->clips().view({1});
    const auto set = catalog->pairs().add_set({{}, "some"});
    catalog->pairs().add(set, {{{}, {}, 0, {1}, {2}, db::ClipId{2}, "same phrase"}, {{}, {}, 0, {2}, {1}, db::ClipId{1}, "same phrase"}, {{}, {}, 0, {2}, {1}, {}, ""}});
    QVERIFY(recut_clip(workspace, *catalog, {1}, 8000, 16000));
    QCOMPARE(catalog->pairs().pairs(set).size(), std::size_t{1});  // only the one without a known target is still true
    const auto after = *catalog->clips().view({1});
    QCOMPARE(after.clip.start_frame, 8000);
    QCOMPARE(after.clip.seconds, 1.0);
    QVERIFY(after.phrase.empty() && after.clip.sha256 != before.clip.sha256);
    QCOMPARE(read_clip(workspace, after).channels[0], audio::read_audio(workspace.resolve(before.path), 8000, 16000).channels[0]);
    QVERIFY(!recut_clip(workspace, *catalog, {1}, 8000, 16000));  // as it is already
    QVERIFY(sentence([&] { recut_clip(workspace, *catalog, {1}, 30000, 16000); }).find("within its recording") != std::string::npos);
    QVERIFY(sentence([&] { recut_clip(workspace, *catalog, {99}, 0, 10); }).find("no clip 99") != std::string::npos);
    catalog->journal().undo();
    QCOMPARE(catalog->clips().view({1})->phrase, before.phrase);
    QCOMPARE(catalog->pairs().pairs(set).size(), std::size_t{3});
    QCOMPARE(catalog->clips().view({1})->clip.sha256, before.clip.sha256);
  }

  void aNewClipIsCutOutOfAnother() {
    const auto workspace = make_test_workspace(at("w"), 1);
    const auto catalog = workspace.open_catalog();
    tag_clips(*catalog, {{1}}, "solo");
    split_clips(*catalog, {{1}}, db::Split::test);
    const auto made = cut_new_clip(workspace, *catalog, {1}, 4000, 8000);
    const auto view = *catalog->clips().view(made);
    QCOMPARE(view.clip.recording, catalog->clips().get({1})->recording);
    QCOMPARE(view.label, std::string("bell"));
    QCOMPARE(view.tags, std::vector<std::string>{"solo"});
    QVERIFY(view.clip.split == db::Split::test && view.phrase.empty() && view.clip.peak);
    QCOMPARE(view.clip.seconds, 0.5);
    catalog->journal().undo();
    QVERIFY(!catalog->clips().get(made));
    catalog->journal().redo();
    QCOMPARE(catalog->clips().view(made)->tags, std::vector<std::string>{"solo"});
  }

  void theDiskIsMeasuredAndFreed() {
    const auto workspace = make_test_workspace(at("w"), 2);
    add_run(workspace, "a-melgan-1", 50'000);
    add_run(workspace, "b-melgan-1", 90'000);
    fs::create_directories(workspace.features() / "mel");
    std::ofstream(workspace.features() / "mel" / "x.features") << std::string(7000, 'x');
    const auto catalog = workspace.open_catalog();
    for (const bool kept : {true, false}) {
      const std::string name = kept ? "kept" : "old";
      fs::create_directories(workspace.transfers() / name);
      std::ofstream(workspace.transfers() / name / "result.wav") << std::string(3000, 'x');
      db::TransferRow row;
      row.folder = "transfers/" + name, row.kept = kept;
      catalog->transfers().add(row);
    }
    remove_clips(*catalog, catalog->clips().ids("file:bell0"));
    const auto items = disk_use(workspace);
    const auto part = [&](DiskPart wanted) {
      for (const auto& item : items)
        if (item.part == wanted) return item;
      return DiskItem{};
    };
    QCOMPARE(part(DiskPart::features).size.bytes, 7000);
    QCOMPARE(part(DiskPart::transfers).size.bytes, 3000);
    QCOMPARE(part(DiskPart::old_transfers).size.bytes, 3000);
    QCOMPARE(part(DiskPart::unused_audio).size.files, 1);
    QCOMPARE(part(DiskPart::audio).size.files, 3);
    QCOMPARE(part(DiskPart::run).run, std::string("b-melgan-1"));  // the largest first
    QVERIFY(part(DiskPart::run).removable && !part(DiskPart::audio).removable);

    QVERIFY(free_run(workspace, *catalog, "b-melgan-1", true).bytes > 90'000);
    QVERIFY(fs::exists(workspace.runs() / "b-melgan-1"));
    {
      const RunLock training(workspace.runs() / "b-melgan-1");
      QVERIFY(sentence([&] { free_run(workspace, *catalog, "b-melgan-1", false); }).find("being trained") != std::string::npos);
    }
    QVERIFY(free_run(workspace, *catalog, "b-melgan-1", false).bytes > 90'000);
    QVERIFY(!fs::exists(workspace.runs() / "b-melgan-1") && !catalog->runs().find("b-melgan-1") && catalog->runs().find("a-melgan-1"));
    for (const char* wrong : {"..", ".", "", "nothing", "../audio"})
      QVERIFY2(sentence([&] { free_run(workspace, *catalog, wrong, false); }).find("no run") != std::string::npos, wrong);
    QCOMPARE(free_transfers(workspace, *catalog, false).files, 1);
    QVERIFY(fs::exists(workspace.transfers() / "kept") && !fs::exists(workspace.transfers() / "old"));
    QCOMPARE(catalog->transfers().all().size(), std::size_t{1});
    free_unused_files(workspace, *catalog, false);
    free_features(workspace, false);
    for (const auto& item : disk_use(workspace)) QVERIFY2(item.part == DiskPart::run || !item.removable, to_text(item.part));
  }

  void transfersAreFoundKeptAndRemoved() {
    const auto workspace = make_test_workspace(at("w"), 1);
    const auto catalog = workspace.open_catalog();
    const auto add = [&](const std::string& folder, const std::string& style, const std::string& model) {
      fs::create_directories(workspace.transfers() / folder);
      db::TransferRow row;
      row.content = "Bell 1", row.style = style, row.model = model, row.folder = "transfers/" + folder, row.settings_json = R"({"steps":50})";
      row.audio = std::to_string(catalog->transfers().all().size()) + ".wav";
      std::ofstream(workspace.transfers() / folder / row.audio) << "sound";
      return catalog->transfers().add(row);
    };
    const auto harp = add("a", "harp", "20260101T000000Z-cyclegan-1/best.safetensors"), organ = add("b", "Organ", "texture"), both = add("b", "horn", "/elsewhere/mine.safetensors");
    QCOMPARE(find_transfers(*catalog, {}).count, std::int64_t{3});
    QCOMPARE(find_transfers(*catalog, {"", false, 2}).rows.size(), std::size_t{2});
    QCOMPARE(find_transfers(*catalog, {"BELL organ", false, 9}).rows.front().id, organ);
    QCOMPARE(find_transfers(*catalog, {"cyclegan steps", false, 9}).rows.front().id, harp);
    QCOMPARE(find_transfers(*catalog, {"bell trumpet", false, 9}).count, std::int64_t{0});
    QCOMPARE(transfer_model_name("20260101T000000Z-cyclegan-1/best.safetensors"), std::string("20260101T000000Z-cyclegan-1"));
    QCOMPARE(transfer_model_name("/elsewhere/mine.safetensors"), std::string("mine.safetensors"));
    // A run is called, and found, by the title that it was given.
    db::RunRow run;
    run.folder = "20260101T000000Z-cyclegan-1", run.family = "cyclegan";
    catalog->runs().set_title(catalog->runs().add(run), "Evening take");
    const auto titled = find_transfers(*catalog, {"evening", false, 9});
    QCOMPARE(titled.rows.front().id, harp);
    QCOMPARE(model_name(titled.rows.front().model, titled.titles), std::string("Evening take"));
    // A number that is not there marks none of them.
    QVERIFY(sentence([&] { mark_transfers(*catalog, {organ, {99}}, true); }).find("no transfer 99") != std::string::npos);
    QCOMPARE(find_transfers(*catalog, {"", true, 9}).count, std::int64_t{0});
    mark_transfers(*catalog, {both}, true);
    QCOMPARE(find_transfers(*catalog, {"", true, 9}).rows.front().id, both);
    // What is kept keeps its folder, though something else lies there that is not.
    QCOMPARE(free_transfers(workspace, *catalog, false).files, std::int64_t{1});
    QVERIFY(!fs::exists(workspace.transfers() / "a") && fs::exists(workspace.transfers() / "b" / "2.wav"));
    QCOMPARE(free_transfer(workspace, *catalog, organ, true).files, std::int64_t{1});
    QCOMPARE(free_transfer(workspace, *catalog, organ, false).files, std::int64_t{1});
    QVERIFY(!fs::exists(workspace.transfers() / "b" / "1.wav") && fs::exists(workspace.transfers() / "b" / "2.wav"));
    QCOMPARE(free_transfer(workspace, *catalog, both, false).files, std::int64_t{1});  // asked for by its number
    QVERIFY(!fs::exists(workspace.transfers() / "b") && catalog->transfers().all().empty());
    QVERIFY(sentence([&] { free_transfer(workspace, *catalog, both, true); }).find("no transfer") != std::string::npos);
  }

  void aSoundThatAnImportIsWritingIsNotFreed() {
    const auto workspace = make_test_workspace(at("w"), 1);
    const auto catalog = workspace.open_catalog();
    const auto fresh = workspace.audio() / "coming.wav";
    fs::copy_file(workspace.audio() / "bell0.wav", fresh);
    QCOMPARE(free_unused_files(workspace, *catalog, false).files, 0);
    fs::last_write_time(fresh, fs::file_time_type::clock::now() - std::chrono::hours(1));
    QCOMPARE(free_unused_files(workspace, *catalog, false).files, 1);
    QVERIFY(!fs::exists(fresh));
  }

  void neighboursAreTheNearest() {
    NeighbourIndex index(3, 500);
    std::vector<std::array<float, 3>> rows;
    for (int i = 0; i < 500; ++i) rows.push_back({std::sin(0.7f * static_cast<float>(i)), std::cos(1.3f * static_cast<float>(i)), std::sin(2.1f * static_cast<float>(i) + 1)});
    for (std::size_t i = 0; i < rows.size(); ++i) index.add(i, rows[i]);
    QCOMPARE(index.size(), std::size_t{500});
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, index.add(500, rows[0]));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, index.nearest(std::vector<float>{1, 2}, 3));
    int right = 0;
    for (std::size_t i = 0; i < 50; ++i) {
      const auto found = index.nearest(rows[i], 2);
      QCOMPARE(found.front().number, i);
      QCOMPARE(found.front().distance, 0.0);
      double least = 1e9;
      for (std::size_t j = 0; j < rows.size(); ++j)
        if (j != i) least = std::min(least, std::hypot(static_cast<double>(rows[i][0] - rows[j][0]), static_cast<double>(rows[i][1] - rows[j][1]), static_cast<double>(rows[i][2] - rows[j][2])));
      right += std::abs(found[1].distance - least) < 1e-4;
    }
    QVERIFY2(right >= 48, qPrintable(QString::number(right)));
    QVERIFY(NeighbourIndex(2, 0).nearest(std::vector<float>{0, 0}, 3).empty());
  }

  void theMapPutsInstrumentsApartAndIsKept() {
    const auto workspace = make_test_workspace(at("w"), 12);
    QVERIFY(!load_map(workspace));
    double last = 0;
    const auto map = make_map(workspace, {}, [&](const Progress& p) { last = std::max(last, p.fraction); });
    QVERIFY(map && last > 0.8);
    QCOMPARE(map->points().size(), std::size_t{24});
    QCOMPARE(map->unplaced(), 0);
    const auto catalog = workspace.open_catalog();
    const auto label = [&](db::ClipId id) { return catalog->clips().view(id)->label; };
    int same = 0;
    for (const auto& point : map->points()) {
      QVERIFY(point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1);
      const auto near = map->neighbours(point.clip, 3);
      QCOMPARE(near.size(), std::size_t{3});
      QVERIFY(near[0].clip != point.clip && near[0].distance <= near[1].distance);
      same += label(near[0].clip) == label(point.clip);
    }
    QVERIFY2(same >= 23, qPrintable(QString::number(same)));
    QVERIFY(map->neighbours({4711}, 3).empty());

    // Read back: the same places; a clip that was excluded is off, a new one is counted.
    exclude_clips(*catalog, {{1}}, true);
    add_test_clip(workspace, *catalog, "bell", "", test_melody(20, 11, 6), "new.wav");
    const auto again = load_map(workspace);
    QVERIFY(again);
    QCOMPARE(again->points().size(), std::size_t{23});
    QCOMPARE(again->unplaced(), 1);
    QCOMPARE(again->points().front().clip.value, 2);
    QCOMPARE(again->points().front().x, map->points()[1].x);

    // Few landmarks: the others lie beside those they sound like.
    MapOptions few;
    few.landmarks = 8;
    const auto rough = make_map(workspace, few);
    QCOMPARE(rough->points().size(), std::size_t{24});
    QCOMPARE(rough->unplaced(), 0);
  }

  void damagedCachesAreMadeAnew() {
    const auto workspace = make_test_workspace(at("w"), 3);
    const auto map = make_map(workspace);
    const auto embeddings = workspace.features() / "timbre-1.embeddings";
    const auto whole = fs::file_size(embeddings);
    { std::ofstream(embeddings, std::ios::app | std::ios::binary) << "half a record"; }
    QVERIFY(load_map(workspace));
    QCOMPARE(fs::file_size(embeddings), whole);
    std::ofstream(embeddings, std::ios::binary) << "nonsense";
    QVERIFY(!load_map(workspace));  // no embedding, no place
    QCOMPARE(make_map(workspace)->points().size(), map->points().size());
    std::ofstream(workspace.features() / "clips-1.map", std::ios::binary) << "luthier clip map 1\n" << std::string(1000, '\xff');
    QVERIFY(!load_map(workspace));
  }

  void tooFewClipsMakeNoMap() {
    const auto workspace = make_test_workspace(at("w"), 1);
    const auto words = sentence([&] { make_map(workspace); });
    QVERIFY2(words.find("four clips") != std::string::npos, words.c_str());
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(!make_map(workspace, {}, {}, stopped.get_token()));
  }

  void shortAndSilentSoundsAreTakenOrLeft() {
    const auto sound = test_melody(1, 8, 3, 0.3);
    const auto whole = timbre_of(sound.channels[0], sound.sample_rate);
    QVERIFY(whole.has_value());
    QVERIFY(!timbre_of(std::vector<float>(16000, 0.0f), 16000));
    QVERIFY(!timbre_of({}, 16000));
    auto loud = sound.channels[0];
    for (float& x : loud) x *= 0.25f;
    const auto quiet = timbre_of(loud, sound.sample_rate);
    for (std::size_t k = 0; k < whole->size(); ++k) QVERIFY(std::abs((*whole)[k] - (*quiet)[k]) < 0.05f);  // the level does not count
    QCOMPARE(hash_text(hash_bytes(std::string(32, 'a') + std::string(32, '0'))), std::string(32, 'a') + std::string(32, '0'));
    QVERIFY(hash_bytes("xyz").empty());
  }
};

QTEST_GUILESS_MAIN(TestCuration)
#include "tst_curation.moc"
