#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>

#include "audio/reader.h"
#include "audio/writer.h"
#include "core/session/check_session.h"
#include "core/session/clip_names.h"
#include "core/session/disk_session.h"
#include "core/session/export_session.h"
#include "core/session/import_session.h"
#include "core/session/library_session.h"
#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/recording_store.h"

using namespace luthier;
namespace fs = std::filesystem;

class TestLibrarySession : public QObject {
  Q_OBJECT
 private:
  std::unique_ptr<QTemporaryDir> folder_;
  fs::path at(const std::string& name) const { return fs::path(folder_->path().toStdString()) / name; }

  /// Two recordings of four and of twelve one-second clips, labelled by instrument.
  Workspace filled() const {
    for (const auto& [name, seconds] : {std::pair("harp", 4), std::pair("violin", 12)}) {
      audio::AudioBuffer sound(22050, 1, static_cast<std::size_t>(seconds) * 22050);
      for (std::size_t i = 0; i < sound.length(); ++i)
        sound.channels[0][i] = 0.4f * static_cast<float>(std::sin(0.001 * static_cast<double>(i) * (1 + static_cast<double>(i / 22050))));
      fs::create_directories(at(std::string("in/") + name));
      audio::write_audio(at(std::string("in/") + name + "/take.wav"), sound);
    }
    const auto workspace = Workspace::create(at("w"));
    ImportRequest request;
    request.paths = {at("in")};
    request.label_from_folder = true;
    request.cutting.clip_seconds = 1;
    request.cutting.trim = false;
    import_sounds(workspace, request);
    return workspace;
  }

  static std::vector<std::string> errors(const CheckResult& result) {
    std::vector<std::string> list;
    for (const auto& finding : result.findings)
      if (finding.error) list.push_back(finding.text);
    return list;
  }

 private slots:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  void everyChangeIsOneStep() {
    const auto workspace = filled();
    const auto catalog = workspace.open_catalog();
    const ClipIds ids = {{1}, {2}, {3}};
    QVERIFY(label_clips(*catalog, ids, "lute"));
    QVERIFY(tag_clips(*catalog, ids, "plucked"));
    QVERIFY(rate_clips(*catalog, ids, 4));
    QVERIFY(exclude_clips(*catalog, ids, true));
    QVERIFY(phrase_clips(*catalog, ids, "scale"));
    QVERIFY(split_clips(*catalog, ids, db::Split::test));
    QVERIFY(note_clips(*catalog, ids, "buzz"));
    QVERIFY(set_rights(*catalog, {{1}}, "CC0"));
    QVERIFY(remove_clips(*catalog, {{2}}));
    QVERIFY(!rate_clips(*catalog, {{1}}, 4));  // nothing changed, no step
    QCOMPARE(catalog->journal().list().size(), std::size_t{9});
    QCOMPARE(catalog->clips().ids("inst:lute tag:plucked rating:4 excluded:yes phrase:scale split:test notes:buzz rights:CC0").size(), std::size_t{2});
    while (catalog->journal().undo()) {
    }
    const auto view = *catalog->clips().view({2});
    QCOMPARE(view.label, std::string("harp"));
    QVERIFY(view.tags.empty() && view.clip.rating == 0 && !view.clip.excluded && view.clip.notes.empty());
  }

  void namesSortAsFilesDo() {
    const auto workspace = filled();
    const auto groups = named_clips(*workspace.open_catalog());
    std::vector<std::string> names;
    for (const auto& clip : groups.at("violin")) names.push_back(clip.name);
    QCOMPARE(names, (std::vector<std::string>{"take_chunk0", "take_chunk1", "take_chunk10", "take_chunk11", "take_chunk2", "take_chunk3", "take_chunk4",
                                              "take_chunk5", "take_chunk6", "take_chunk7", "take_chunk8", "take_chunk9"}));
  }

  void aClipIsCutAnewWithItsHash() {
    const auto workspace = filled();
    const auto catalog = workspace.open_catalog();
    const auto before = *catalog->clips().get({1});
    QVERIFY(recut_clip(workspace, *catalog, {1}, 22050, 22050));
    const auto after = *catalog->clips().get({1});
    QCOMPARE(after.start_frame, 22050);
    QCOMPARE(after.sha256, catalog->clips().get({2})->sha256);  // the same samples now
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, recut_clip(workspace, *catalog, {1}, 100 * 22050, 10));
    catalog->journal().undo();
    QCOMPARE(catalog->clips().get({1})->sha256, before.sha256);
  }

  void movedFilesAreFoundAgainByContent() {
    const auto workspace = filled();
    const auto catalog = workspace.open_catalog();
    fs::create_directories(at("elsewhere/deep"));
    fs::rename(workspace.audio() / "harp/take.wav", at("elsewhere/deep/renamed.wav"));
    QCOMPARE(relink_missing(workspace, *catalog, {}).missing, 1);
    QCOMPARE(catalog->clips().count("missing:yes"), 4);
    const auto result = relink_missing(workspace, *catalog, {at("elsewhere")});
    QCOMPARE(result.found, 1);
    QCOMPARE(catalog->clips().count("missing:yes"), 0);
    QVERIFY(check_workspace(workspace, true).sound());
  }

  void theCheckNamesWhatIsWrong() {
    const auto workspace = filled();
    QVERIFY(check_workspace(workspace, true).sound());
    std::ofstream(workspace.audio() / "violin/take.wav", std::ios::binary | std::ios::in) << "RIFX";
    const auto changed = errors(check_workspace(workspace, true));
    QCOMPARE(changed.size(), std::size_t{1});
    QVERIFY(changed[0].find("has changed") != std::string::npos);
    QVERIFY(check_workspace(workspace, false).sound());  // sizes only
    fs::remove(workspace.audio() / "violin/take.wav");
    const auto missing = errors(check_workspace(workspace, false));
    QVERIFY(missing.size() == 1 && missing[0].find("missing") != std::string::npos);
    QVERIFY(missing[0].find("luthierctl") == std::string::npos);  // command line and window say each in their own words what helps
    QVERIFY(check_workspace(workspace, false).findings.front().cure == Cure::relink);
  }

  void removedClipsFreeTheirFilesWhenAsked() {
    const auto workspace = filled();
    const auto catalog = workspace.open_catalog();
    remove_clips(*catalog, catalog->clips().ids("inst:harp"));
    QVERIFY(fs::exists(workspace.audio() / "harp/take.wav"));
    QCOMPARE(free_unused_files(workspace, *catalog, true).files, 1);
    QVERIFY(fs::exists(workspace.audio() / "harp/take.wav"));
    QCOMPARE(free_unused_files(workspace, *catalog, false).files, 1);
    QVERIFY(!fs::exists(workspace.audio() / "harp/take.wav"));
    QCOMPARE(catalog->recordings().count(), 1);
    QVERIFY(!catalog->journal().undo());
    QVERIFY(check_workspace(workspace, true).sound());
  }

  void soundsAreExportedWithATable() {
    const auto workspace = filled();
    ExportRequest request;
    request.folder = at("out");
    request.format = "flac";
    const auto result = export_sounds(workspace, request);
    QCOMPARE(result.files, 16);
    const auto sound = audio::read_audio(at("out/violin/take_chunk10.flac"));
    const auto original = audio::read_audio(workspace.audio() / "violin/take.wav", 10 * 22050, 22050);
    QCOMPARE(sound.channels[0], original.channels[0]);
    std::ifstream table(at("out/metadata.csv"));
    std::string line;
    std::getline(table, line);
    QVERIFY(line.starts_with("file_name,label,"));
    std::getline(table, line);
    QVERIFY2(line.starts_with("harp/take_chunk0.flac,harp,none,,1.0,1,"), line.c_str());
    QVERIFY_THROWS_EXCEPTION(SessionError, export_sounds(workspace, request));  // the folder is not empty
  }

  void picturesAreThoseOfTheSeedSystem() {
    const auto workspace = filled();
    ExportRequest request;
    request.folder = at("pictures");
    request.query = "inst:harp";
    QCOMPARE(export_images(workspace, request).files, 4);
    std::ifstream file(at("pictures/harp/take_chunk0.png"), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    QVERIFY(bytes.starts_with("\x89PNG"));
    const auto number = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at + 2]) * 256 + static_cast<unsigned char>(bytes[at + 3]); };
    QCOMPARE(number(16), 1 + 22050 / 512);  // width: frames
    QCOMPARE(number(20), 128);              // height: bands
    QCOMPARE(static_cast<int>(bytes[24]), 8);
    QCOMPARE(static_cast<int>(bytes[25]), 0);  // grey
  }

  void aRunIsTrainedByOneProgramAtATime() {
    const auto workspace = Workspace::create(at("w"));
    const auto run = workspace.make_unique_folder(workspace.runs(), "texture");
    QVERIFY(run != workspace.make_unique_folder(workspace.runs(), "texture"));
    QVERIFY(!RunLock::is_held(run));
    {
      RunLock lock(run);
      QVERIFY(RunLock::is_held(run));
      try {
        RunLock second(run);
        QFAIL("locked twice");
      } catch (const SessionError& error) {
        QVERIFY2(std::string(error.what()).find(std::to_string(getpid())) != std::string::npos, error.what());
      }
    }
    QVERIFY(!RunLock::is_held(run));
    RunLock again(run);
  }

  void aFolderThatIsNoWorkspaceIsRefused() {
    const auto refused = [](const std::function<void()>& action, const char* word) {
      try {
        action();
      } catch (const SessionError& error) {
        return std::string(error.what()).find(word) != std::string::npos;
      }
      return false;
    };
    QVERIFY(refused([&] { Workspace::open(at("nothing")); }, "no workspace"));
    fs::create_directories(at("full"));
    std::ofstream(at("full/letter.txt")) << "dear";
    QVERIFY(refused([&] { Workspace::open(at("full")); }, "luthier.sqlite"));
    QVERIFY(refused([&] { Workspace::create(at("full")); }, "other files"));
    QVERIFY(refused([&] { Workspace::create(at("full/letter.txt")); }, "is a file"));
    const auto workspace = Workspace::create(at("new"));
    QVERIFY(refused([&] { Workspace::create(at("new")); }, "already"));
    QCOMPARE(workspace.catalog_path(workspace.audio() / "x/y.wav"), std::string("audio/x/y.wav"));
    QCOMPARE(workspace.catalog_path("/tmp/../opt/y.wav"), std::string("/opt/y.wav"));
    QCOMPARE(Workspace::open(at("new/")).folder(), workspace.folder());
  }
};

QTEST_GUILESS_MAIN(TestLibrarySession)
#include "tst_library_session.moc"
