#include <torch/torch.h>

#include <QtTest>
#include <filesystem>
#include <fstream>

#include "core/data/feature_cache.h"

using namespace luthier;
namespace fs = std::filesystem;

class TestFeatureCache : public QObject {
  Q_OBJECT
 private slots:
  void featuresComeBackMapped();
  void anotherRepresentationIsAnotherEntry();
  void damageOfAnyKindIsSeenAndTheEntryRemoved_data();
  void damageOfAnyKindIsSeenAndTheEntryRemoved();
  void aFolderThatCannotBeWrittenOnlyMeansNoCache();
  void writingToTheTensorDoesNotTouchTheFile();
};

static const std::string kHash(64, 'a');
static const RepresentationSpec kSpec{"log_mel", 16000, 2048, 256, 4, false};

static torch::Tensor numbers() { return torch::arange(4 * 33, torch::kFloat).reshape({1, 4, 33}) / 7; }

void TestFeatureCache::featuresComeBackMapped() {
  QTemporaryDir folder;
  FeatureCache cache(folder.path().toStdString(), kSpec);
  QVERIFY(!cache.find(kHash));
  QVERIFY(torch::equal(cache.store(kHash, numbers()), numbers()));
  const auto kept = cache.find(kHash);
  QVERIFY(kept && torch::equal(*kept, numbers()));
  const auto sound = (torch::arange(1000) - 500).to(torch::kShort).reshape({1, 1, 1000});
  FeatureCache waves(folder.path().toStdString(), {"waveform", 16000});
  const auto mapped = waves.store(kHash, sound);
  QVERIFY(mapped.scalar_type() == torch::kShort);
  QVERIFY(torch::equal(mapped, sound));
}

void TestFeatureCache::anotherRepresentationIsAnotherEntry() {
  QTemporaryDir folder;
  FeatureCache a(folder.path().toStdString(), kSpec);
  a.store(kHash, numbers());
  auto other = kSpec;
  other.hop = 128;
  QVERIFY(!FeatureCache(folder.path().toStdString(), other).find(kHash));
  QVERIFY(FeatureCache(folder.path().toStdString(), kSpec).find(kHash));
  QVERIFY(!a.find(std::string(64, 'b')));
}

void TestFeatureCache::damageOfAnyKindIsSeenAndTheEntryRemoved_data() {
  QTest::addColumn<int>("at");
  QTest::addColumn<int>("size");
  QTest::newRow("empty") << -1 << 0;
  QTest::newRow("cut in the header") << -1 << 100;
  QTest::newRow("cut in the values") << -1 << 300;
  QTest::newRow("longer") << -1 << 100000;
  QTest::newRow("magic") << 0 << -1;
  QTest::newRow("type") << 8 << -1;
  QTest::newRow("axes") << 12 << -1;
  QTest::newRow("sizes") << 17 << -1;
  QTest::newRow("a value") << 400 << -1;
}

void TestFeatureCache::damageOfAnyKindIsSeenAndTheEntryRemoved() {
  QFETCH(int, at);
  QFETCH(int, size);
  QTemporaryDir folder;
  FeatureCache cache(folder.path().toStdString(), kSpec);
  cache.store(kHash, numbers());
  if (size >= 0) fs::resize_file(cache.file(kHash), static_cast<std::uintmax_t>(size));
  if (at >= 0) {
    std::fstream file(cache.file(kHash), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put('\x5b');
  }
  QVERIFY(!cache.find(kHash));
  QVERIFY(!fs::exists(cache.file(kHash)));
  QVERIFY(torch::equal(cache.store(kHash, numbers()), numbers()));
  QVERIFY(cache.find(kHash));
}

void TestFeatureCache::aFolderThatCannotBeWrittenOnlyMeansNoCache() {
  FeatureCache cache("/proc/no-such-place", kSpec);
  QVERIFY(torch::equal(cache.store(kHash, numbers()), numbers()));
  QVERIFY(!cache.problem().empty());
  FeatureCache off("", kSpec);
  QVERIFY(torch::equal(off.store(kHash, numbers()), numbers()));
  QVERIFY(off.problem().empty());
}

void TestFeatureCache::writingToTheTensorDoesNotTouchTheFile() {
  QTemporaryDir folder;
  FeatureCache cache(folder.path().toStdString(), kSpec);
  auto mapped = cache.store(kHash, numbers());
  mapped.fill_(3);
  QVERIFY(torch::equal(*cache.find(kHash), numbers()));
}

QTEST_GUILESS_MAIN(TestFeatureCache)
#include "tst_feature_cache.moc"
