#include <QTemporaryDir>
#include <QtTest>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "audio/analysis/stft.h"
#include "audio/loudness.h"
#include "audio/synth/gm_instruments.h"
#include "audio/synth/soundfont_renderer.h"

using namespace luthier::audio;

class TestSoundfont : public QObject {
  Q_OBJECT

  std::filesystem::path font_;

  static double level(const AudioBuffer& sound, double from, double to) {
    const auto at = [&](double seconds) { return static_cast<std::size_t>(seconds * sound.sample_rate); };
    return rms(std::span(sound.channels[0]).subspan(at(from), at(to) - at(from)));
  }
  static Phrase two_notes() { return {0, 2.0, {{0.25, 0.75, 69, 90}, {1.25, 1.75, 69, 90}}}; }

 private slots:
  void initTestCase() {
    try {
      font_ = find_soundfont();
    } catch (const AudioError& error) {
      QSKIP(error.what());
    }
    const std::filesystem::path small = "/usr/share/sounds/sf2/TimGM6mb.sf2";  // loads in no time
    if (std::filesystem::exists(small)) font_ = small;
  }

  void notesSoundWhenTheyAreWritten() {
    SoundfontRenderer renderer(font_);
    for (const char* name : {"piano", "guitar", "harp", "violin"}) {
      const AudioBuffer sound = renderer.render(two_notes(), gm_program(name), 2.0);
      QCOMPARE(sound.sample_rate, 48000);
      QCOMPARE(sound.channel_count(), 1);
      QCOMPARE(sound.length(), std::size_t{96000});
      QCOMPARE(level(sound, 0.0, 0.248), 0.0);
      QVERIFY2(level(sound, 0.26, 0.75) > 1e-3, name);
      QVERIFY2(level(sound, 1.26, 1.5) > 1.2 * level(sound, 1.0, 1.24), name);
      QVERIFY(peak(sound) < 1.0);
    }
  }

  void theNoteHasItsPitch() {
    SoundfontRenderer renderer(font_, {.sample_rate = 16000});
    const AudioBuffer sound = renderer.render({0, 2.0, {{0.0, 1.9, 69, 100}}}, gm_program("flute"), 2.0);
    const Spectrogram picture = magnitude(stft(sound.channels[0], {.n_fft = 4096, .hop = 1024}));
    int strongest = 1;
    for (int k = 1; k < picture.bands; ++k)
      if (picture.at(k, 12) > picture.at(strongest, 12)) strongest = k;
    const double hz = strongest * 16000.0 / 4096;
    QVERIFY2(std::abs(hz - 440) < 6 || std::abs(hz - 880) < 8, qPrintable(QString::number(hz)));
  }

  void equalCallsGiveEqualBits() {
    SoundfontRenderer first(font_), second(font_);
    const Phrase phrase = make_phrase(5);
    const AudioBuffer piano = first.render(phrase, 0);
    const AudioBuffer harp = first.render(phrase, 46);
    QVERIFY(harp.channels != piano.channels);
    QVERIFY(first.render(phrase, 0).channels == piano.channels);
    QVERIFY(second.render(phrase, 46).channels == harp.channels);
    QCOMPARE(piano.length(), std::size_t{480000});  // 8 s and 2 s of release
  }

  void renderersOnSeveralThreadsAreIndependent() {
    const Phrase phrase = make_phrase(2);
    const AudioBuffer wanted = SoundfontRenderer(font_).render(phrase, 24, 4.0);
    std::vector<AudioBuffer> results(3);
    std::vector<std::thread> threads;
    for (AudioBuffer& result : results)
      threads.emplace_back([&] { result = SoundfontRenderer(font_).render(phrase, 24, 4.0); });
    for (std::thread& thread : threads) thread.join();
    for (const AudioBuffer& result : results) QVERIFY(result.channels == wanted.channels);
  }

  void monoIsTheMeanOfStereo() {
    const AudioBuffer stereo = SoundfontRenderer(font_, {.stereo = true}).render(two_notes(), 0, 1.0);
    const AudioBuffer mono = SoundfontRenderer(font_).render(two_notes(), 0, 1.0);
    QCOMPARE(stereo.channel_count(), 2);
    for (std::size_t i = 0; i < mono.length(); ++i)
      QVERIFY(std::abs(mono.channels[0][i] - 0.5f * (stereo.channels[0][i] + stereo.channels[1][i])) < 1e-6f);
  }

  void onsetsAreTheSameForEveryRate() {
    for (const int rate : {16000, 22050, 48000}) {
      const AudioBuffer sound = SoundfontRenderer(font_, {.sample_rate = rate}).render(two_notes(), 0, 1.0);
      std::size_t onset = 0;
      while (onset < sound.length() && std::abs(sound.channels[0][onset]) < 1e-4f) ++onset;
      const double seconds = static_cast<double>(onset) / rate;
      QVERIFY2(seconds > 0.246 && seconds < 0.265, qPrintable(QString::number(seconds)));
    }
  }

  void badFontsAndNumbersAreRefused() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("not.sf2").toStdString();
    std::ofstream(path) << "no soundfont at all";
    QVERIFY_EXCEPTION_THROWN(SoundfontRenderer{path}, AudioError);
    QVERIFY_EXCEPTION_THROWN(SoundfontRenderer{folder.filePath("none.sf2").toStdString()}, AudioError);
    std::ofstream(path, std::ios::binary)
        << std::string("RIFF\x40\0\0\0sfbkLIST\x10\0\0\0INFOifil\4\0\0\0\2\0\1\0", 36);
    QVERIFY_EXCEPTION_THROWN(SoundfontRenderer{path}, AudioError);
    SoundfontRenderer renderer(font_);
    QVERIFY_EXCEPTION_THROWN(renderer.render(two_notes(), 128), AudioError);
    QVERIFY_EXCEPTION_THROWN(renderer.render({0, 1, {{0, 1, 200, 90}}}, 0), AudioError);
    QVERIFY_EXCEPTION_THROWN(SoundfontRenderer(font_, {.sample_rate = 1000}), AudioError);
  }

  void theFontOfTheEnvironmentComesFirst() {
    const QByteArray before = qgetenv("LUTHIER_SOUNDFONT");
    qputenv("LUTHIER_SOUNDFONT", font_.string().c_str());
    QVERIFY(find_soundfont() == font_);
    qputenv("LUTHIER_SOUNDFONT", "/no/such.sf2");
    QVERIFY_EXCEPTION_THROWN(find_soundfont(), AudioError);
    if (before.isNull())
      qunsetenv("LUTHIER_SOUNDFONT");
    else
      qputenv("LUTHIER_SOUNDFONT", before);
  }
};

QTEST_GUILESS_MAIN(TestSoundfont)
#include "tst_soundfont.moc"
