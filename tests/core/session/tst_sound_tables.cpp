#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "audio/reader.h"
#include "core/session/clip_sound.h"
#include "core/session/export_session.h"
#include "core/session/import_session.h"
#include "core/session/library_session.h"
#include "core/session/sound_table.h"
#include "core/session/tar_file.h"
#include "tests/support/core_workspace.h"

using namespace luthier;
namespace fs = std::filesystem;

/// Tables and shards: what goes out comes back, and what is wrong in them is one sentence.
class TestSoundTables : public QObject {
  Q_OBJECT
  std::unique_ptr<QTemporaryDir> folder_;
  fs::path at(const std::string& name) const { return fs::path(folder_->path().toStdString()) / name; }

  static void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  static std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::string sentence(const std::function<void()>& action) {
    try {
      action();
    } catch (const SessionError& error) {
      return error.what();
    }
    return "no error";
  }
  ImportResult take(const Workspace& workspace, const fs::path& path) const {
    ImportRequest request;
    request.paths = {path};
    request.cutting.clip_seconds = 0;
    request.cutting.trim = false;
    return import_sounds(workspace, request);
  }

  /// Three clips with all that can be said of one.
  Workspace filled() const {
    const auto workspace = make_test_workspace(at("w"), 2);
    const auto catalog = workspace.open_catalog();
    tag_clips(*catalog, {{1}}, "solo");
    tag_clips(*catalog, {{1}}, "close mic");
    rate_clips(*catalog, {{1}}, 4);
    split_clips(*catalog, {{1}, {2}}, db::Split::test);
    note_clips(*catalog, {{1}}, "a \"bow\", noisy");
    set_rights(*catalog, {{1}, {2}}, "CC BY 4.0");
    set_source(*catalog, {{1}}, "https://example.org/a");
    exclude_clips(*catalog, {{4}}, true);
    label_clips(*catalog, {{2}}, "Flöte");
    return workspace;
  }

  /// What the clips of a workspace are, by their samples, which name them wherever they lie.
  static std::map<std::vector<float>, std::string> described(const Workspace& workspace) {
    const auto catalog = workspace.open_catalog();
    std::map<std::vector<float>, std::string> all;
    for (const auto& view : catalog->clips().views(catalog->clips().ids("excluded:no"))) {
      std::string tags;
      for (const auto& tag : view.tags) tags += tag + ";";
      all[read_clip(workspace, view).channels[0]] = view.label + "|" + db::to_text(view.clip.split) + "|" + view.phrase + "|" + tags + "|" +
                                                    std::to_string(view.clip.rating) + "|" + view.rights + "|" + view.clip.notes;
    }
    return all;
  }

 private slots:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  void whatIsExportedComesBack_data() {
    QTest::addColumn<QString>("kind");
    for (const char* kind : {"csv", "jsonl", "shards"}) QTest::newRow(kind) << kind;
  }
  void whatIsExportedComesBack() {
    QFETCH(QString, kind);
    const auto workspace = filled();
    ExportRequest request;
    request.folder = at("out");
    request.format = "wav16";
    request.shard_clips = 2;
    if (kind != "shards") request.table = kind.toStdString();
    const auto written = kind == "shards" ? export_shards(workspace, request) : export_sounds(workspace, request);
    QCOMPARE(written.files, 3);
    const auto other = Workspace::create(at("other"));
    if (kind == "shards") {
      QVERIFY(fs::exists(at("out/shard-000000.tar")) && fs::exists(at("out/shard-000001.tar")) && !fs::exists(at("out/shard-000002.tar")));
      for (const char* shard : {"out/shard-000000.tar", "out/shard-000001.tar"}) take(other, at(shard));
    } else {
      QCOMPARE(take(other, at("out")).clips, 3);
    }
    QCOMPARE(described(other), described(workspace));
    const auto catalog = other.open_catalog();
    QCOMPARE(catalog->clips().ids("source:https://example.org/a").size(), std::size_t{1});
    for (const auto& entry : fs::directory_iterator(other.folder())) QVERIFY2(!entry.path().filename().string().starts_with(".unpacked"), entry.path().c_str());
  }

  void onlyTheClipsNamedAreExported() {
    const auto workspace = filled();
    ExportRequest request;
    request.folder = at("out");
    request.clips = {{2}, {4}};  // the second is excluded
    QCOMPARE(export_sounds(workspace, request).files, 1);
    QVERIFY(fs::exists(at("out/Flöte/horn0_chunk0.wav")));
  }

  void aTableNamesFilesWhereverTheyLie() {
    const auto workspace = filled();
    fs::create_directories(at("sounds/deep"));
    fs::copy_file(workspace.audio() / "bell0.wav", at("sounds/deep/x.wav"));
    fs::copy_file(workspace.audio() / "horn1.wav", at("sounds/y.wav"));
    write(at("sounds/list.csv"), "\xEF\xBB\xBF" "File,Instrument,Split,Tags,extra\r\ndeep/x.wav,\"bell, small\",dev,a | b,1\r\n\r\ny.wav,horn,train,,2\r\n");
    const auto other = Workspace::create(at("other"));
    QCOMPARE(take(other, at("sounds/list.csv")).clips, 2);
    const auto catalog = other.open_catalog();
    QCOMPARE(catalog->clips().ids("inst:\"bell, small\" split:validation tag:a tag:b").size(), std::size_t{1});  // a comma in quotes is part of the name
    QCOMPARE(catalog->clips().view({1})->label, std::string("bell, small"));
    QCOMPARE(catalog->clips().ids("inst:horn split:train tag:none").size(), std::size_t{1});
  }

  void aWrongTableIsOneSentenceWithItsLine_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const QByteArray& text, const char* part) { QTest::newRow(part) << QString(name) << text << QString(part); };
    row("a.csv", "file_name,label\nx.wav\n", "line 2 has 1 cells");
    row("b.csv", "file_name,label\n\"x.wav,harp\n", "line 2 has a quote");
    row("c.csv", "label\nharp\n", "line 2 names no file");
    row("d.csv", "file_name,rating\nx.wav,excellent\n", "a rating is 0 to 5");
    row("e.csv", "file_name\ngone.wav\n", "does not exist");
    row("f.csv", "", "names no sound file");
    row("g.jsonl", "\n{broken\n", "line 2 is no JSON object");
    row("h.jsonl", "[1, 2]\n", "line 1 is no JSON object");
    row("i.tar", "this is no tar file, and much too short for one", "cannot be read as a tar file");
  }
  void aWrongTableIsOneSentenceWithItsLine() {
    QFETCH(QString, name);
    QFETCH(QByteArray, text);
    QFETCH(QString, part);
    const auto workspace = make_test_workspace(at("w"), 1);
    fs::create_directories(at("in"));
    fs::copy_file(workspace.audio() / "bell0.wav", at("in/x.wav"));
    write(at("in/" + name.toStdString()), text.toStdString());
    const auto other = Workspace::create(at("other"));
    const auto words = sentence([&] { take(other, at("in/" + name.toStdString())); });
    QVERIFY2(words.find(part.toStdString()) != std::string::npos, words.c_str());
    QCOMPARE(other.open_catalog()->recordings().count(), 0);
    for (const auto& entry : fs::directory_iterator(other.folder())) QVERIFY2(!entry.path().filename().string().starts_with("."), entry.path().c_str());
  }

  void oneBadEntryOfAShardIsListedByItsPlaceThere() {
    const auto workspace = make_test_workspace(at("w"), 2);
    {
      TarWriter shard(at("mixed.tar"));
      shard.add("good.wav", read(workspace.audio() / "bell0.wav"));
      shard.add("good.json", "{\"label\":\"bell\"}");
      shard.add("json.wav", read(workspace.audio() / "bell1.wav"));
      shard.add("json.json", "{broken");
      shard.add("split.wav", read(workspace.audio() / "horn0.wav"));
      shard.add("split.json", "{\"split\":\"foo\"}");
      shard.add("deep/sound.wav", "no sound at all, but long enough to be looked at");
      shard.finish();
    }
    const auto other = Workspace::create(at("other"));
    fs::create_directories(other.folder() / ".unpacked-999999999" / "0");  // of an import that was killed
    const auto result = take(other, at("mixed.tar"));
    QCOMPARE(result.recordings, 1);
    std::string all;
    for (const auto& skipped : result.skipped) all += skipped.reason + "\n";
    QCOMPARE(result.skipped.size(), std::size_t{3});
    for (const char* part : {"'json.json' in '", "'split' in '", "a split is train", "mixed.tar/deep/sound.wav' "}) QVERIFY2(all.find(part) != std::string::npos, all.c_str());
    QVERIFY2(all.find(".unpacked") == std::string::npos, all.c_str());
    for (const auto& entry : fs::directory_iterator(other.folder())) QVERIFY2(!entry.path().filename().string().starts_with(".unpacked"), entry.path().c_str());
  }

  void nothingInAShardChoosesWhereItLands() {
    const auto workspace = make_test_workspace(at("w"), 1);
    const std::string sound = read(workspace.audio() / "bell0.wav");
    {
      TarWriter shard(at("evil.tar"));
      shard.add("../../escaped.wav", sound);
      shard.add("../../escaped.json", "{\"label\":\"bell\",\"tags\":[\"a\",\"b\"],\"rating\":3}");
      shard.add("/absolute.wav", read(workspace.audio() / "horn0.wav"));
      shard.add("/absolute.cls", "horn\n");
      shard.add("readme.txt", "hello");
      shard.finish();
    }
    const auto other = Workspace::create(at("deep/er/other"));
    QCOMPARE(take(other, at("evil.tar")).clips, 2);
    QVERIFY(!fs::exists(at("escaped.wav")) && !fs::exists(at("deep/escaped.wav")) && !fs::exists("/absolute.wav"));
    const auto catalog = other.open_catalog();
    QCOMPARE(catalog->clips().ids("inst:bell tag:a tag:b rating:3").size(), std::size_t{1});
    QCOMPARE(catalog->clips().ids("inst:horn").size(), std::size_t{1});
    for (const auto& recording : catalog->recordings().all()) QVERIFY2(recording.path.starts_with("audio/"), recording.path.c_str());
  }

  void aShardThatIsCutShortIsRefused() {
    const auto workspace = make_test_workspace(at("w"), 1);
    {
      TarWriter shard(at("whole.tar"));
      shard.add("a.wav", read(workspace.audio() / "bell0.wav"));
      shard.finish();
    }
    const std::string whole = read(at("whole.tar"));
    write(at("short.tar"), whole.substr(0, whole.size() / 3));
    const auto other = Workspace::create(at("other"));
    const auto words = sentence([&] { take(other, at("short.tar")); });
    QVERIFY2(words.find("short.tar' cannot be read as a tar file") != std::string::npos, words.c_str());
    {
      TarWriter unfinished(at("unfinished.tar"));
      unfinished.add("a.wav", "x");
    }
    QVERIFY(!fs::exists(at("unfinished.tar")));
    for (const auto& entry : fs::directory_iterator(at("."))) QVERIFY2(entry.path().string().find(".part") == std::string::npos, entry.path().c_str());
  }
};

QTEST_GUILESS_MAIN(TestSoundTables)
#include "tst_sound_tables.moc"
