#include "core/data/splits.h"

#include <QtTest>
#include <map>
#include <set>

using namespace luthier;

namespace {

ClipInfo clip(const std::string& label, std::int64_t phrase, int recording, const std::string& split = "") {
  ClipInfo info;
  info.label = label;
  info.phrase = phrase;
  info.recording = recording;
  info.split = split;
  return info;
}

std::map<std::string, int> count(const std::vector<ClipInfo>& clips, const std::string& label = "") {
  std::map<std::string, int> out;
  for (const auto& info : clips)
    if (label.empty() || info.label == label) ++out[info.split];
  return out;
}

}  // namespace

class TestSplits : public QObject {
  Q_OBJECT
 private slots:
  void clipsOfOnePhraseStayTogether();
  void clipsOfOneRecordingStayTogetherAndEveryLabelIsMeasured();
  void whatTheRowsSayIsKeptAndDrawsItsGroupAlong();
  void oneLongRecordingForALabelIsCutInTimeWithAWarning();
  void theSameClipsGiveTheSameSplit();
  void fewClipsAreNotLost();
};

void TestSplits::clipsOfOnePhraseStayTogether() {
  std::vector<ClipInfo> clips;
  for (int phrase = 0; phrase < 24; ++phrase)
    for (int label = 0; label < 4; ++label) clips.push_back(clip(std::string(1, static_cast<char>('a' + label)), phrase, phrase * 4 + label));
  QVERIFY(assign_splits(clips, 1).empty());
  std::map<std::int64_t, std::set<std::string>> by_phrase;
  for (const auto& info : clips) by_phrase[info.phrase].insert(info.split);
  for (const auto& entry : by_phrase) QCOMPARE(entry.second.size(), std::size_t{1});
  const auto shares = count(clips);
  QCOMPARE(shares.at("validation"), 8);
  QCOMPARE(shares.at("test"), 8);
  QCOMPARE(shares.at("train"), 80);
}

void TestSplits::clipsOfOneRecordingStayTogetherAndEveryLabelIsMeasured() {
  std::vector<ClipInfo> clips;
  for (int recording = 0; recording < 40; ++recording)
    for (int part = 0; part < 5; ++part) clips.push_back(clip(recording < 10 ? "harp" : "piano", -1, recording));
  QVERIFY(assign_splits(clips, 1).empty());
  std::map<int, std::set<std::string>> by_recording;
  for (const auto& info : clips) by_recording[info.recording].insert(info.split);
  for (const auto& entry : by_recording) QCOMPARE(entry.second.size(), std::size_t{1});
  QCOMPARE(count(clips, "harp").at("validation"), 5);
  QCOMPARE(count(clips, "piano").at("validation"), 15);
  QCOMPARE(count(clips).at("train"), 160);
}

void TestSplits::whatTheRowsSayIsKeptAndDrawsItsGroupAlong() {
  std::vector<ClipInfo> clips;
  for (int phrase = 0; phrase < 10; ++phrase) {
    clips.push_back(clip("a", phrase, -1, phrase == 3 ? "test" : "train"));
    clips.push_back(clip("b", phrase, -1));
  }
  assign_splits(clips, 1);
  for (const auto& info : clips) QCOMPARE(info.split, std::string(info.phrase == 3 ? "test" : "train"));
}

void TestSplits::oneLongRecordingForALabelIsCutInTimeWithAWarning() {
  std::vector<ClipInfo> clips;
  for (int i = 0; i < 100; ++i) clips.push_back(clip("piano", -1, 1));
  for (int i = 0; i < 100; ++i) clips.push_back(clip("violin", -1, 2));
  QCOMPARE(assign_splits(clips, 1).size(), std::size_t{2});
  const auto piano = count(clips, "piano");
  QCOMPARE(piano.at("train"), 80);
  QCOMPARE(piano.at("validation"), 10);
  for (int i = 0; i < 100; ++i) QCOMPARE(clips[static_cast<std::size_t>(i)].split, std::string(i < 80 ? "train" : i < 90 ? "test" : "validation"));
}

void TestSplits::theSameClipsGiveTheSameSplit() {
  std::vector<ClipInfo> a;
  for (int i = 0; i < 50; ++i) a.push_back(clip("x", i, -1));
  auto b = a, c = a;
  assign_splits(a, 1), assign_splits(b, 1), assign_splits(c, 2);
  bool differs = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    QCOMPARE(a[i].split, b[i].split);
    differs = differs || a[i].split != c[i].split;
  }
  QVERIFY(differs);
}

void TestSplits::fewClipsAreNotLost() {
  std::vector<ClipInfo> none;
  QVERIFY(assign_splits(none, 1).empty());
  std::vector<ClipInfo> one{clip("a", -1, 1)};
  assign_splits(one, 1);
  QCOMPARE(one[0].split, std::string("train"));
  std::vector<ClipInfo> two{clip("a", 1, -1), clip("a", 2, -1)};
  assign_splits(two, 1);
  QCOMPARE(count(two).at("train"), 1);
  QCOMPARE(count(two).at("validation"), 1);
}

QTEST_GUILESS_MAIN(TestSplits)
#include "tst_splits.moc"
