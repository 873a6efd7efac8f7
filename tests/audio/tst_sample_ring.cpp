#include <QtTest>
#include <numeric>
#include <thread>

#include "audio/device/sample_ring.h"

using luthier::audio::SampleRing;

class TestSampleRing : public QObject {
  Q_OBJECT

 private slots:
  void samplesComeOutInOrderAcrossTheSeam() {
    SampleRing ring(8);
    std::vector<float> in(5), out(8);
    float next = 0.0f, wanted = 0.0f;
    for (int round = 0; round < 50; ++round) {
      for (float& x : in) x = next++;
      QCOMPARE(ring.write(in), std::size_t{5});
      QCOMPARE(ring.read(out), std::size_t{5});
      for (std::size_t i = 0; i < 5; ++i) QCOMPARE(out[i], wanted++);
    }
  }
  void aFullRingTakesNoMoreAndAnEmptyOneGivesNone() {
    SampleRing ring(6);
    QCOMPARE(ring.capacity(), std::size_t{8});
    const std::vector<float> many(20, 1.0f);
    std::vector<float> out(20);
    QCOMPARE(ring.write(many), std::size_t{8});
    QCOMPARE(ring.write(many), std::size_t{0});
    QCOMPARE(ring.skip(3), std::size_t{3});
    QCOMPARE(ring.read(out), std::size_t{5});
    QCOMPARE(ring.read(out), std::size_t{0});
    QCOMPARE(ring.skip(3), std::size_t{0});
  }
  void twoThreadsNeitherLoseNorDoubleASample() {
    constexpr std::size_t kTotal = 300'000;  // exact in a float
    SampleRing ring(1024);
    std::thread writer([&] {
      std::vector<float> block(333);
      for (std::size_t sent = 0; sent < kTotal;) {
        const std::size_t count = std::min(block.size(), kTotal - sent);
        std::iota(block.begin(), block.end(), static_cast<float>(sent));
        const std::size_t wrote = ring.write(std::span(block).first(count));
        sent += wrote;
        if (wrote == 0) std::this_thread::yield();
      }
    });
    std::vector<float> block(257);
    std::size_t got = 0, wrong = 0;
    while (got < kTotal) {
      const std::size_t count = ring.read(block);
      for (std::size_t i = 0; i < count; ++i) wrong += block[i] != static_cast<float>(got + i);
      got += count;
      if (count == 0) std::this_thread::yield();
    }
    writer.join();
    QCOMPARE(got, kTotal);
    QCOMPARE(wrong, std::size_t{0});
  }
};

QTEST_GUILESS_MAIN(TestSampleRing)
#include "tst_sample_ring.moc"
