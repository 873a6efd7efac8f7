#include <ATen/ATen.h>

#include <QtTest>

#include "core/config/schema.h"
#include "core/data/clip_crops.h"
#include "core/data/domain_clips.h"
#include "core/signal/frame_windows.h"

using namespace luthier;

namespace {

/// `per_label` clips of each label; value = 100 * label + clip, rising by 0.001 a frame; clip k plays phrase k.
std::shared_ptr<ClipSet> clips_of(const std::vector<std::string>& labels, int per_label, std::int64_t frames, bool phrases = true) {
  auto set = std::make_shared<ClipSet>();
  set->labels = labels;
  set->representation.kind = "mel_db";
  for (std::size_t label = 0; label < labels.size(); ++label)
    for (int k = 0; k < per_label; ++k) {
      ClipInfo info;
      info.label = labels[label];
      info.label_index = static_cast<int>(label);
      info.phrase = phrases ? k : -1;
      info.split = k + 1 == per_label && per_label > 1 ? "validation" : "train";
      set->clips.push_back(info);
      set->features.push_back(at::full({1, 4, frames}, 100.0 * static_cast<double>(label) + k) + 0.001 * at::arange(frames));
    }
  return set;
}

QString error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return QString::fromUtf8(error.what());
  }
  return "";
}

}  // namespace

class DomainClipsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void twoLabelsNeedNoChoice() {
    const DomainClips clips(clips_of({"harp", "piano"}, 3, 20), {}, {"", "", 8, 1, false});
    QCOMPARE(clips.name(DomainClips::source), std::string("harp"));
    QCOMPARE(clips.name(DomainClips::target), std::string("piano"));
  }

  void manyToOneByChoice() {
    const DomainClips clips(clips_of({"guitar", "harp", "piano"}, 3, 20), {}, {"", "harp", 8, 1, false});
    QCOMPARE(clips.name(DomainClips::source), std::string("guitar, piano"));
    Rng rng(1, 1);
    const auto crops = clips.draw(DomainClips::target, 16, rng);
    QCOMPARE(crops.sizes().vec(), (std::vector<std::int64_t>{16, 1, 4, 8}));
    QVERIFY(crops.min().item<double>() >= 100 && crops.max().item<double>() < 102);  // harp's training clips only
    const auto sources = clips.draw(DomainClips::source, 64, rng);
    QVERIFY(sources.max().item<double>() >= 200 && sources.min().item<double>() < 100);
  }

  void threeLabelsWithoutChoiceAreSaid() {
    QString said;
    const DomainClips clips(clips_of({"guitar", "harp", "piano"}, 2, 20), {}, {"", "", 8, 1, false},
                            [&](const std::string& text) { said = QString::fromStdString(text); });
    QVERIFY(said.contains("guitar, harp to piano"));
  }

  void pairsAreTheSameMomentOfOnePhrase() {
    const DomainClips clips(clips_of({"harp", "piano"}, 4, 20), {}, {"", "", 8, 1, true});
    Rng rng(5, 0);
    const auto [from, to] = clips.draw_pairs(32, rng);
    QVERIFY(at::allclose(to - from, at::full_like(from, 100.0), 0, 1e-4));
    const auto [from_fixed, to_fixed] = clips.fixed_pairs(8);
    QCOMPARE(from_fixed.size(0), 1);  // only the last clip is for validation
    QVERIFY(at::allclose(to_fixed - from_fixed, at::full_like(from_fixed, 100.0), 0, 1e-4));
  }

  void contentsOnlyAreNeverTargetsOfAPairSet() {
    auto set = clips_of({"harp", "piano"}, 3, 20, false);
    set->clips[4].target_allowed = false;
    const DomainClips clips(set, {{0, 4, 4}, {1, 3, 3}}, {"", "", 8, 1, true});
    Rng rng(5, 0);
    QVERIFY(clips.draw_pairs(32, rng).second.max().item<double>() < 101);  // clip 3 alone
    QCOMPARE(clips.pairs_of_epoch(), std::int64_t{2});
  }

  void cropsKeepToTheGrid() {
    const DomainClips clips(clips_of({"harp", "piano"}, 2, 20), {}, {"", "", 8, 4, false});
    Rng rng(7, 0);
    const auto starts = (clips.draw(0, 64, rng).select(3, 0).select(2, 0) * 1000).round();
    QVERIFY((starts.remainder(4) == 0).all().item<bool>());
    QCOMPARE(starts.max().item<double>(), 12.0);
  }

  void sameSeedDrawsTheSame() {
    const DomainClips clips(clips_of({"harp", "piano"}, 5, 40), {}, {"", "", 8, 1, false});
    Rng one(9, 4), other(9, 4);
    QVERIFY(at::equal(clips.draw(1, 8, one), clips.draw(1, 8, other)));
  }

  void refusalsAreSentences_data() {
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("said");
    QTest::newRow("one label") << "one" << "only the label 'piano'";
    QTest::newRow("no phrase in common") << "unpaired" << "No phrase is played by both 'harp' and 'piano'";
    QTest::newRow("too short") << "short" << "clips must be at least";
    QTest::newRow("unknown label") << "unknown" << "No clip has the label 'kazoo'; the labels are: harp, piano.";
    QTest::newRow("label on both sides") << "both" << "is on both sides";
  }
  void refusalsAreSentences() {
    QFETCH(QString, what);
    QFETCH(QString, said);
    const auto two = clips_of({"harp", "piano"}, 2, 20);
    const auto message = error_of([&] {
      if (what == "one") DomainClips(clips_of({"piano"}, 3, 20), {}, {"", "", 8, 1, false});
      if (what == "unpaired") DomainClips(clips_of({"harp", "piano"}, 2, 20, false), {}, {"", "", 8, 1, true});
      if (what == "short") DomainClips(two, {}, {"", "", 21, 1, false});
      if (what == "unknown") DomainClips(two, {}, {"", "kazoo", 8, 1, false});
      if (what == "both") DomainClips(two, {}, {"harp", "harp,piano", 8, 1, false});
    });
    QVERIFY2(message.contains(said), qPrintable(message));
  }

  void styleFindsItsSide() {
    auto set = clips_of({"bright", "dull"}, 3, 50);
    for (std::size_t i = 0; i < set->size(); ++i) {
      const double slope = set->clips[i].label == "bright" ? 0.2 : -0.2;
      set->features[i] = (slope * at::arange(4)).reshape({1, 4, 1}) + 0.1 * at::sin(at::arange(50) * 0.9).reshape({1, 1, 50});
    }
    const DomainClips clips(set, {}, {"", "", 8, 1, false});
    const auto quiet = set->features[4] - 3.0;  // another level must not matter
    QCOMPARE(nearer_domain(clips.statistics(), quiet), 1);
    QCOMPARE(nearer_domain(clips.statistics(), set->features[0] + 2.0), 0);
  }

  void windowsLoseNoFrameAtAnyLength_data() {
    QTest::addColumn<int>("frames");
    for (const int frames : {1, 2, 15, 16, 17, 24, 31, 33, 100, 101}) QTest::addRow("%d frames", frames) << frames;
  }
  void windowsLoseNoFrameAtAnyLength() {
    QFETCH(int, frames);
    const auto sound = at::sin(at::arange(3 * frames) * 0.13).reshape({1, 3, frames});
    for (const std::int64_t overlap : {0, 4, 8, 15}) {
      const FrameWindows windows{16, overlap};
      std::int64_t calls = 0;
      const auto back = windows.run(sound, [&](const torch::Tensor& part, std::int64_t, std::int64_t) {
        ++calls;
        return part.size(-1) == 16 ? part : torch::Tensor();
      });
      QCOMPARE(calls, windows.count(frames));
      QVERIFY(back.sizes() == sound.sizes() && at::allclose(back, sound, 1e-5, 1e-6));
    }
  }

  void windowsMayGiveManySamplesAFrame() {
    const auto sound = at::arange(50, at::kFloat).reshape({1, 1, 50});
    const FrameWindows windows{16, 6};
    const auto made = windows.run(sound, [](const torch::Tensor& part, std::int64_t, std::int64_t) { return part.repeat_interleave(4, 3); });
    QVERIFY(at::allclose(made, sound.repeat_interleave(4, 2)));
  }

  void seamsAreCrossFaded() {
    const FrameWindows windows{16, 8};
    const auto made = windows.run(at::zeros({1, 1, 40}), [](const torch::Tensor& part, std::int64_t index, std::int64_t) { return part + static_cast<double>(index % 2); });
    const auto steps = (made.narrow(2, 1, 39) - made.narrow(2, 0, 39)).abs();
    QVERIFY(steps.max().item<double>() <= 1.0 / 8 + 1e-6);
  }

  void cropsOfAllLabelsReadSixteenBits() {
    auto set = std::make_shared<ClipSet>();
    set->labels = {"harp"};
    set->clips.emplace_back();
    set->clips.back().label = "harp";
    set->features.push_back(at::full({1, 1, 100}, 16384, at::kShort));
    const ClipCrops crops(set, "", 32, 8);
    Rng rng(1, 0);
    QVERIFY(at::equal(crops.draw(3, rng), at::full({3, 1, 1, 32}, 0.5)));
    QVERIFY(error_of([&] { ClipCrops(set, "oboe", 32, 8); }).contains("No clip has the label 'oboe'"));
    QVERIFY(error_of([&] { ClipCrops(set, "", 101, 8); }).contains("at least"));
  }
};

QTEST_GUILESS_MAIN(DomainClipsTest)
#include "tst_domain_clips.moc"
