#include "core/data/clip_loader.h"

#include <torch/torch.h>

#include <QtTest>
#include <fstream>
#include <limits>
#include <set>

#include "audio/reader.h"
#include "tests/support/core_workspace.h"

using namespace luthier;
namespace fs = std::filesystem;

class TestClipLoader : public QObject {
  Q_OBJECT
 private slots:
  void init();
  void rowsBecomeFeaturesInOrderWithLabelsAndPhrases();
  void waveformsAreSixteenBits();
  void theCacheGivesTheSameFeatures();
  void brokenFilesAreSkippedAndListed();
  void excludedAndUnlabelledClipsAreLeftOut();
  void aRunThatGoesOnGetsItsClipsAndSplitsAgain();
  void aStopEndsWithinOneClip();
  void progressReachesTheEnd();
  void contentOnlyClipsAreMarked();

 private:
  LoadedClips load(const ClipChoice& choice = {}, const RepresentationSpec& spec = {"log_mel", 16000, 1024, 256, 40}) {
    return load_clips({*catalog_, [this](const std::string& path) { return workspace_->resolve(path); }, workspace_->features()}, choice, spec, progress_, stop_);
  }
  std::unique_ptr<QTemporaryDir> folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<db::Catalog> catalog_;
  ProgressSink progress_;
  std::stop_token stop_;
};

void TestClipLoader::init() {
  folder_ = std::make_unique<QTemporaryDir>();
  workspace_ = make_test_workspace(fs::path(folder_->path().toStdString()) / "w", 6);
  catalog_ = workspace_->open_catalog();
  progress_ = {};
  stop_ = {};
}

void TestClipLoader::rowsBecomeFeaturesInOrderWithLabelsAndPhrases() {
  const auto loaded = load();
  const ClipSet& set = *loaded.clips;
  QCOMPARE(set.size(), std::size_t{12});
  QCOMPARE(set.labels, (std::vector<std::string>{"bell", "horn"}));
  QCOMPARE(set.features.size(), std::size_t{12});
  QCOMPARE(set.features[0].sizes().vec(), (std::vector<std::int64_t>{1, 40, 126}));
  QVERIFY(torch::allclose(set.features[0], make_representation(set.representation)->analyse(audio::read_audio(workspace_->audio() / "bell0.wav")), 0, 0.01));
  std::map<std::int64_t, std::set<std::string>> splits;
  for (const auto& clip : set.clips) {
    QCOMPARE(clip.label_index, clip.label == "bell" ? 0 : 1);
    splits[clip.phrase].insert(clip.split);
  }
  QCOMPARE(splits.size(), std::size_t{6});
  for (const auto& entry : splits) QCOMPARE(entry.second.size(), std::size_t{1});
  QCOMPARE(loaded.hashes.size(), std::size_t{12});
  QVERIFY(loaded.skipped.empty() && loaded.warnings.empty());
}

void TestClipLoader::waveformsAreSixteenBits() {
  const auto loaded = load({}, {"waveform", 8000});
  QVERIFY(loaded.clips->features[0].scalar_type() == torch::kShort);
  QCOMPARE(loaded.clips->features[0].sizes().vec(), (std::vector<std::int64_t>{1, 1, 16000}));
}

void TestClipLoader::theCacheGivesTheSameFeatures() {
  const auto first = load();
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(workspace_->features())) files += entry.is_regular_file();
  QCOMPARE(files, 12);
  fs::remove_all(workspace_->audio());  // now only the cache can answer
  const auto second = load();
  QCOMPARE(second.clips->size(), std::size_t{12});
  for (std::size_t i = 0; i < 12; ++i) QVERIFY(torch::equal(first.clips->features[i], second.clips->features[i]));
}

void TestClipLoader::brokenFilesAreSkippedAndListed() {
  std::ofstream(workspace_->audio() / "bell2.wav") << "no sound";
  fs::remove(workspace_->audio() / "horn3.wav");
  fs::resize_file(workspace_->audio() / "horn4.wav", 20000);
  const auto loaded = load();
  QCOMPARE(loaded.clips->size(), std::size_t{9});
  QCOMPARE(loaded.skipped.size(), std::size_t{3});
  for (const auto& skipped : loaded.skipped) QVERIFY(!skipped.reason.empty() && skipped.id > 0);
}

void TestClipLoader::excludedAndUnlabelledClipsAreLeftOut() {
  catalog_->clips().set_excluded({{1}}, true);
  catalog_->clips().set_label({{2}}, std::nullopt);
  QCOMPARE(load().clips->size(), std::size_t{10});
  ClipChoice horns;
  horns.labels = {"horn"};
  QCOMPARE(load(horns).clips->size(), std::size_t{5});
  ClipChoice longer;
  longer.minimum_seconds = 3;
  const auto none = load(longer);
  QCOMPARE(none.clips->size(), std::size_t{0});
  QCOMPARE(none.skipped.size(), std::size_t{10});
}

void TestClipLoader::aRunThatGoesOnGetsItsClipsAndSplitsAgain() {
  catalog_->clips().set_label({{4}}, std::nullopt);
  ClipChoice choice;
  choice.ids = {7, 4, 1};
  choice.splits = {{7, "validation"}, {4, "train"}, {1, "test"}};
  const auto loaded = load(choice);
  QCOMPARE(loaded.clips->size(), std::size_t{3});
  QCOMPARE(loaded.clips->clips[0].id, std::int64_t{7});
  QCOMPARE(loaded.clips->clips[0].split, std::string("validation"));
  QCOMPARE(loaded.clips->clips[2].split, std::string("test"));
}

void TestClipLoader::aStopEndsWithinOneClip() {
  std::stop_source source;
  stop_ = source.get_token();
  int asked = 0;
  progress_ = [&](const Progress&) {
    if (++asked == 3) source.request_stop();
  };
  const auto loaded = load();
  QVERIFY(loaded.stopped);
  QCOMPARE(loaded.clips->size(), std::size_t{3});
}

void TestClipLoader::progressReachesTheEnd() {
  double last = -1;
  bool rising = true;
  progress_ = [&](const Progress& p) {
    rising = rising && p.fraction >= last;
    last = p.fraction;
  };
  load();
  QVERIFY(rising);
  QCOMPARE(last, 1.0);
}

void TestClipLoader::contentOnlyClipsAreMarked() {
  catalog_->clips().add_tag({{3}}, catalog_->labels().tag(kContentOnlyTag));
  const auto loaded = load();
  for (const auto& clip : loaded.clips->clips) QCOMPARE(clip.target_allowed, clip.id != 3);
}

QTEST_GUILESS_MAIN(TestClipLoader)
#include "tst_clip_loader.moc"
