#include <QTemporaryDir>
#include <QtTest>
#include <array>
#include <cmath>
#include <fstream>
#include <thread>
#include <vector>

#include "audio/writer.h"
#include "core/session/clip_sound.h"
#include "core/session/content_hash.h"
#include "core/session/import_session.h"
#include "db/clip_store.h"
#include "db/label_store.h"
#include "db/recording_store.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

/// A tone of `seconds` with silence around it.
audio::AudioBuffer tone(double hz, double seconds, double silence = 0, int rate = 22050, int channels = 1) {
  const auto edge = static_cast<std::size_t>(silence * rate), length = static_cast<std::size_t>(std::llround(seconds * rate));
  audio::AudioBuffer sound(rate, channels, 2 * edge + length);
  for (auto& channel : sound.channels)
    for (std::size_t i = 0; i < length; ++i) channel[edge + i] = 0.5f * static_cast<float>(std::sin(2 * M_PI * hz * static_cast<double>(i) / rate));
  return sound;
}

}  // namespace

class TestImportSession : public QObject {
  Q_OBJECT
 private:
  std::unique_ptr<QTemporaryDir> folder_;
  fs::path at(const std::string& name) const { return fs::path(folder_->path().toStdString()) / name; }
  fs::path write(const std::string& name, const audio::AudioBuffer& sound) const {
    fs::create_directories(at(name).parent_path());
    audio::write_audio(at(name), sound);
    return at(name);
  }
  Workspace workspace() const { return Workspace::open_or_create(at("workspace")); }

 private slots:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  void listsOfFilesBecomeSplitsAndABadFileIsListed() {
    for (const std::string genre : {"classical", "jazz"})
      for (int i = 0; i < 3; ++i) write("genres/" + genre + "/" + genre + ".0000" + std::to_string(i) + ".wav", tone(200 + 50 * i + (genre == "jazz" ? 20 : 0), 3));
    write("genres/rock/rock.00000.wav", tone(700, 3));
    std::ofstream(at("genres/jazz/jazz.00054.wav")) << "no sound at all";
    std::ofstream(at("style_train_files.txt")) << "genres/jazz/jazz.00000.wav\ngenres/jazz/jazz.00054.wav\r\n\n# a remark\n";
    std::ofstream(at("source_train_files.txt")) << "Data/genres_original/classical/classical.00000.wav\n./genres\\classical\\classical.00001.wav\n";
    std::ofstream(at("test_files.txt")) << "classical.00002.wav\njazz/jazz.00001.wav\njazz/jazz.00099.wav\n";
    ImportRequest request;
    request.paths = {at("genres")};
    request.label_from_folder = true;
    request.train_lists = {at("style_train_files.txt"), at("source_train_files.txt")};
    request.test_lists = {at("test_files.txt")};
    const auto result = import_sounds(workspace(), request);
    QCOMPARE(result.recordings, 5);
    QCOMPARE(result.unlisted, 2);  // jazz.00002 and rock
    QCOMPARE(result.skipped.size(), std::size_t{2});
    QVERIFY(result.skipped[0].reason.find("jazz.00099") != std::string::npos);
    QVERIFY(result.skipped[1].file.filename() == "jazz.00054.wav");
    const auto catalog = workspace().open_catalog();
    const auto count = [&](const char* query) { return catalog->clips().count(query); };
    QCOMPARE(count("split:train"), 3);
    QCOMPARE(count("split:test"), 2);
    QCOMPARE(count("inst:jazz"), 2);
    // Again with the lists turned round: the clips follow.
    std::swap(request.train_lists, request.test_lists);
    QCOMPARE(import_sounds(workspace(), request).recordings, 0);
    QCOMPARE(count("split:test"), 3);
    std::ofstream(at("both.txt")) << "jazz/jazz.00001.wav\n";
    request.test_lists = {at("both.txt")};
    request.train_lists = {at("both.txt")};
    QVERIFY_THROWS_EXCEPTION(SessionError, import_sounds(workspace(), request));
    std::ofstream(at("empty.txt")) << "\n";
    request.train_lists = {at("empty.txt")};
    QVERIFY_THROWS_EXCEPTION(SessionError, import_sounds(workspace(), request));
  }

  void aRecordingIsTrimmedCutAndPadded() {
    write("in/violin.wav", tone(440, 7, 1.5));
    ImportRequest request;
    request.paths = {at("in")};
    request.label = "violin";
    request.tags = {"solo"};
    const auto result = import_sounds(workspace(), request);
    QCOMPARE(result.recordings, 1);
    QCOMPARE(result.clips, 3);
    QCOMPARE(result.seconds, 9.0);
    const auto catalog = workspace().open_catalog();
    const auto views = catalog->clips().views(catalog->clips().ids());
    QCOMPARE(views.size(), std::size_t{3});
    // librosa's trim keeps whole hops of 512 samples around the tone.
    QVERIFY(std::abs(views[0].clip.start_frame - 33075) <= 2048);
    for (const auto& view : views) {
      QCOMPARE(view.clip.frame_count + view.clip.pad_frames, 66150);
      QCOMPARE(view.label, std::string("violin"));
      QCOMPARE(view.tags, std::vector<std::string>{"solo"});
      QVERIFY(view.clip.peak && std::abs(*view.clip.peak + 6.02) < 0.1);
    }
    QCOMPARE(views[1].clip.start_frame, views[0].clip.start_frame + 66150);
    QCOMPARE(views[0].clip.pad_frames, 0);
    QVERIFY(views[2].clip.pad_frames > 30000);
    const auto last = read_clip(workspace(), views[2]);
    QCOMPARE(last.length(), std::size_t{66150});
    QCOMPARE(last.channels[0].back(), 0.0f);
    QCOMPARE(sha256_of_clip(last, 0, static_cast<std::size_t>(views[2].clip.frame_count), views[2].clip.pad_frames), views[2].clip.sha256);
    QVERIFY(fs::exists(workspace().audio() / "violin" / "violin.wav"));
  }

  void wholeRecordingsAndNoTrimKeepEverySample() {
    const auto file = write("long.flac", tone(300, 4, 1, 44100, 2));
    ImportRequest request;
    request.paths = {file};
    request.cutting.clip_seconds = 0;
    request.cutting.trim = false;
    QCOMPARE(import_sounds(workspace(), request).clips, 1);
    const auto catalog = workspace().open_catalog();
    const auto view = *catalog->clips().view({1});
    QCOMPARE(view.clip.frame_count, 6 * 44100);
    QCOMPARE(view.clip.pad_frames, 0);
    QCOMPARE(view.channels, 2);
    QVERIFY(view.label.empty());
  }

  void labelsComeFromTheFolder() {
    write("set/harp/a.wav", tone(300, 1));
    write("set/piano/a.wav", tone(400, 1));
    write("set/piano/b.ogg", tone(500, 1));
    ImportRequest request;
    request.paths = {at("set")};
    request.label_from_folder = true;
    QCOMPARE(import_sounds(workspace(), request).recordings, 3);
    const auto catalog = workspace().open_catalog();
    QCOMPARE(catalog->labels().find_label("harp")->clips, 1);
    QCOMPARE(catalog->labels().find_label("piano")->clips, 2);
  }

  void oneBadFileAmongManyIsSkippedAndListed() {
    for (int i = 0; i < 40; ++i) write("many/" + std::to_string(100 + i) + ".wav", tone(200 + i, 0.5));
    std::ofstream(at("many/120a.wav")) << "this is no sound";
    std::ofstream(at("many/130a.flac"));
    std::ofstream(at("many/notes.txt")) << "not looked at";
    ImportRequest request;
    request.paths = {at("many")};
    double last = 0;
    const auto result = import_sounds(workspace(), request, [&](const Progress& progress) { last = progress.fraction; });
    QCOMPARE(result.recordings, 40);
    QCOMPARE(result.skipped.size(), std::size_t{2});
    QVERIFY(result.skipped[0].reason.find("120a.wav") != std::string::npos);
    QVERIFY(result.skipped[1].reason.find("empty") != std::string::npos);
    QCOMPARE(last, 1.0);
    const auto catalog = workspace().open_catalog();
    QCOMPARE(catalog->recordings().all()[20].name, std::string("120.wav"));  // in the order of the names
  }

  void aSecondImportSkipsWhatIsThere() {
    write("in/a.wav", tone(300, 1));
    write("in/b.wav", tone(400, 1));
    ImportRequest request;
    request.paths = {at("in")};
    import_sounds(workspace(), request);
    fs::copy_file(at("in/a.wav"), at("in/copy of a.wav"));
    write("in/c.wav", tone(500, 1));
    const auto result = import_sounds(workspace(), request);
    QCOMPARE(result.recordings, 1);
    QCOMPARE(result.skipped.size(), std::size_t{3});
    QVERIFY(std::all_of(result.skipped.begin(), result.skipped.end(), [](const auto& skipped) { return skipped.duplicate; }));
  }

  void equalNamesDoNotOverwrite() {
    const auto one = write("x/take.wav", tone(300, 1)), two = write("y/take.wav", tone(400, 1));
    ImportRequest request;
    request.paths = {one, two};
    request.label = "harp";
    QCOMPARE(import_sounds(workspace(), request).recordings, 2);
    const auto catalog = workspace().open_catalog();
    for (const auto& recording : catalog->recordings().all())
      QCOMPARE(sha256_of_file(workspace().resolve(recording.path)), recording.sha256);
  }

  void filesLeftByAKilledImportAreTakenUp() {
    const auto one = write("x/take.wav", tone(300, 1));
    fs::create_directories(workspace().audio() / "harp");
    fs::copy_file(one, workspace().audio() / "harp/take.wav");
    ImportRequest request;
    request.paths = {one};
    request.label = "harp";
    import_sounds(workspace(), request);
    QCOMPARE(workspace().open_catalog()->recordings().all()[0].path, std::string("audio/harp/take.wav"));
    QCOMPARE(std::distance(fs::directory_iterator(workspace().audio() / "harp"), fs::directory_iterator()), 1);
  }

  void inPlaceRefersToTheFileWhereItLies() {
    const auto file = write("mine/a.wav", tone(300, 1));
    ImportRequest request;
    request.paths = {file};
    request.in_place = true;
    import_sounds(workspace(), request);
    const auto catalog = workspace().open_catalog();
    QCOMPARE(workspace().resolve(catalog->recordings().all()[0].path), fs::canonical(at("mine")) / "a.wav");
    QVERIFY(fs::is_empty(workspace().audio()));
    write("mine/a.wav", tone(600, 1));  // other content under the same path
    const auto result = import_sounds(workspace(), request);
    QCOMPARE(result.recordings, 0);
    QVERIFY(result.skipped[0].reason.find("already, with other content") != std::string::npos);
  }

  void aStopKeepsWhatWasImportedAndTheNextImportGoesOn() {
    for (int i = 0; i < 60; ++i) write("many/" + std::to_string(100 + i) + ".wav", tone(200 + i, 0.3));
    ImportRequest request;
    request.paths = {at("many")};
    std::stop_source stop;
    const auto first = import_sounds(workspace(), request, [&](const Progress&) { stop.request_stop(); }, stop.get_token());
    QCOMPARE(first.outcome, Outcome::cancelled);
    QVERIFY(first.recordings >= 1 && first.recordings < 60);
    const auto second = import_sounds(workspace(), request);
    QCOMPARE(first.recordings + second.recordings, 60);
    QCOMPARE(workspace().open_catalog()->recordings().count(), 60);
  }

  void whatCannotBeImportedAtAllIsOneSentence() {
    const auto refused = [&](ImportRequest request, const char* word) {
      try {
        import_sounds(workspace(), request);
      } catch (const SessionError& error) {
        return std::string(error.what()).find(word) != std::string::npos;
      }
      return false;
    };
    ImportRequest request;
    fs::create_directories(at("empty"));
    request.paths = {at("empty")};
    QVERIFY(refused(request, "no sound file"));
    request.paths = {at("nowhere")};
    QVERIFY(refused(request, "does not exist"));
    request.paths = {write("a.wav", tone(300, 1))};
    request.cutting.clip_seconds = -1;
    QVERIFY(refused(request, "0.01 s"));
  }

  void importsAtOnceShareTheWork() {
    for (int i = 0; i < 12; ++i) write("in/bell/" + std::to_string(i) + ".wav", tone(200 + 20 * i, 1));
    ImportRequest request;
    request.paths = {at("in")};
    request.label_from_folder = true;
    std::array<ImportResult, 3> results;
    std::array<std::string, 3> failures;
    {
      std::vector<std::jthread> all;
      for (std::size_t i = 0; i < results.size(); ++i)
        all.emplace_back([&, i] {
          try {
            results[i] = import_sounds(workspace(), request);  // made by the first
          } catch (const std::exception& error) {
            failures[i] = error.what();
          }
        });
    }
    std::int64_t recordings = 0, skipped = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
      QVERIFY2(failures[i].empty(), failures[i].c_str());
      recordings += results[i].recordings;
      for (const auto& skip : results[i].skipped) skipped += skip.duplicate;
    }
    QCOMPARE(recordings, 12);
    QCOMPARE(skipped, 24);
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(workspace().audio())) files += entry.is_regular_file();
    QCOMPARE(files, std::size_t{12});
    QCOMPARE(workspace().open_catalog()->clips().count("missing:no"), 12);
  }

  void hashesOfClipsDependOnTheirSamplesOnly() {
    write("a.wav", tone(300, 3));
    write("b.flac", tone(300, 3));
    for (const char* name : {"a.wav", "b.flac"}) {
      ImportRequest request;
      request.paths = {at(name)};
      import_sounds(workspace(), request);
    }
    const auto catalog = workspace().open_catalog();
    const auto groups = catalog->clips().duplicates();
    // 16-bit WAV and 24-bit FLAC differ below the 16th bit: not the same samples.
    QCOMPARE(groups.size(), std::size_t{0});
    audio::AudioBuffer sound = tone(300, 1);
    QCOMPARE(sha256_of_clip(sound, 0, 100, 0), sha256_of_clip(audio::AudioBuffer(sound), 0, 100, 0));
    QVERIFY(sha256_of_clip(sound, 0, 100, 0) != sha256_of_clip(sound, 0, 100, 1));
    QCOMPARE(sha256_of_text("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  }
};

QTEST_GUILESS_MAIN(TestImportSession)
#include "tst_import_session.moc"
