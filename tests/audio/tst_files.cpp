#include <sys/resource.h>
#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "audio/loudness.h"
#include "audio/reader.h"
#include "audio/writer.h"
#include "tests/support/audio_signals.h"

using namespace luthier::audio;
namespace fs = std::filesystem;

#ifdef __SANITIZE_ADDRESS__
/// libsndfile forgets a Vorbis header when it refuses a broken OGG file.
extern "C" const char* __lsan_default_suppressions() { return "leak:vorbis_info_init\n"; }
#endif

class TestFiles : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path at(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }

  static AudioBuffer stereo(int rate, std::size_t length) {
    AudioBuffer buffer(rate, 2, 0);
    buffer.channels[0] = sine(440, rate, length);
    buffer.channels[1] = sine(660, rate, length, 0.25);
    return buffer;
  }
  static double largest_difference(const AudioBuffer& a, const AudioBuffer& b) {
    double largest = 0.0;
    for (std::size_t c = 0; c < a.channels.size(); ++c)
      for (std::size_t i = 0; i < a.length(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(a.channels[c][i]) - b.channels[c][i]));
    return largest;
  }
  static std::string message(const std::function<void()>& action) {
    try {
      action();
    } catch (const AudioError& error) {
      return error.what();
    }
    return "";
  }
  std::string message_of_reading(const fs::path& path) const {
    return message([&] { read_audio(path); });
  }
  void write_bytes(const fs::path& path, const std::string& bytes) const {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  static std::string bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path().toStdString()), {}));
  }

 private slots:
  void everyFormatComesBackAsItWasWritten_data() {
    QTest::addColumn<QString>("format");
    QTest::addColumn<int>("rate");
    QTest::addColumn<double>("tolerance");  // of a sample; for the lossy ones the RMS of the difference
    QTest::addColumn<bool>("lossy");
    QTest::newRow("wav16 22.05k") << "wav16" << 22050 << 1.0 / 32768 << false;
    QTest::newRow("wav24 48k") << "wav24" << 48000 << 1.0 / 8388608 << false;
    QTest::newRow("wav_float 44.1k") << "wav_float" << 44100 << 0.0 << false;
    QTest::newRow("flac 16k") << "flac" << 16000 << 1.0 / 8388608 << false;
    QTest::newRow("ogg 22.05k") << "ogg" << 22050 << 0.02 << true;
    QTest::newRow("opus 48k") << "opus" << 48000 << 0.03 << true;
    QTest::newRow("mp3 44.1k") << "mp3" << 44100 << 0.02 << true;
  }
  void everyFormatComesBackAsItWasWritten() {
    QFETCH(QString, format);
    QFETCH(int, rate);
    QFETCH(double, tolerance);
    QFETCH(bool, lossy);
    const AudioBuffer sound = stereo(rate, static_cast<std::size_t>(rate));
    const FileFormat kind = file_format(format.toStdString());
    const fs::path path =
        at(("tone_" + format.toStdString() + "." + std::string(file_extension(kind))).c_str());
    const Metadata metadata = {{"title", "Zwölf Töne"},
                               {"comment", "{\"seed\": 7, \"made\": \"" + std::string(3000, 'x') + "\"}"}};
    write_audio(path, sound, kind, metadata);

    const AudioInfo info = probe(path);
    QCOMPARE(info.sample_rate, rate);
    QCOMPARE(info.channels, 2);
    QVERIFY(!info.format.empty());
    const AudioBuffer back = read_audio(path);
    QCOMPARE(back.sample_rate, rate);
    QCOMPARE(back.channel_count(), 2);
    QCOMPARE(back.length(), sound.length());
    if (lossy) {
      std::vector<float> difference(sound.length());
      for (std::size_t i = 0; i < difference.size(); ++i)
        difference[i] = sound.channels[0][i] - back.channels[0][i];
      QVERIFY2(rms(difference) <= tolerance, qPrintable(QString::number(rms(difference))));
    } else {
      QVERIFY(largest_difference(sound, back) <= tolerance);
    }
    Metadata fields = read_metadata(path);
    if (format == "mp3") fields.erase("software");  // LAME always names itself
    QVERIFY(fields == metadata);
  }

  void opusOfAnyRateBecomes48k() {
    const AudioBuffer sound(22050, sine(440, 22050, 22050));
    write_audio(at("any.opus"), sound);
    const AudioBuffer back = read_audio(at("any.opus"));
    QCOMPARE(back.sample_rate, 48000);
    QCOMPARE(back.length(), std::size_t{48000});
  }

  void aRangeEqualsThatPartOfTheWhole() {
    const AudioBuffer sound = stereo(22050, 20000);
    for (const char* name : {"part.wav", "part.flac"}) {
      write_audio(at(name), sound);
      const AudioBuffer whole = read_audio(at(name));
      const AudioBuffer part = read_audio(at(name), 12345, 4321);
      QCOMPARE(part.length(), std::size_t{4321});
      for (std::size_t i = 0; i < part.length(); ++i)
        QCOMPARE(part.channels[1][i], whole.channels[1][i + 12345]);
      QCOMPARE(read_audio(at(name), 19000, 5000).length(), std::size_t{1000});
      QVERIFY(message([&] { read_audio(at(name), 20000, 1); }).find("ends at 20000") != std::string::npos);
    }
  }

  void aRangeOfACompressedFileIsThatPartToo() {
    AudioBuffer sound(48000, 1, 0);
    sound.channels[0] = noise(150'000, 3, 0.25f);
    for (const char* name : {"part.ogg", "part.opus", "part.mp3"}) {
      write_audio(at(name), sound);
      const AudioBuffer whole = read_audio(at(name));
      const AudioBuffer part = read_audio(at(name), 70'001, 20'000);
      QCOMPARE(part.length(), std::size_t{20'000});
      double largest = 0.0;
      for (std::size_t i = 0; i < part.length(); ++i)
        largest = std::max(
            largest, std::abs(static_cast<double>(part.channels[0][i]) - whole.channels[0][i + 70'001]));
      QVERIFY2(largest < 2e-3, (std::string(name) + " " + std::to_string(largest)).c_str());
    }
  }

  void aiffIsRead() {
    std::string sound, header = "FORM";
    for (int i = 0; i < 1000; ++i) sound += {static_cast<char>(i >> 8), static_cast<char>(i)};
    const auto big = [](std::uint32_t value) {
      return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                         static_cast<char>(value >> 8), static_cast<char>(value)};
    };
    header += big(4 + 8 + 18 + 8 + 8 + 2000) + "AIFFCOMM" + big(18) + std::string("\0\1", 2) + big(1000) +
              std::string("\0\x10\x40\x0d\xac\x44\0\0\0\0\0\0", 12) + "SSND" + big(2008) + big(0) + big(0);
    write_bytes(at("a.aiff"), header + sound);
    const AudioBuffer back = read_audio(at("a.aiff"));
    QCOMPARE(back.sample_rate, 22050);
    QCOMPARE(back.length(), std::size_t{1000});
    QCOMPARE(back.channels[0][999], 999.0f / 32768.0f);
    write_bytes(at("a.aiff"), header + sound.substr(0, 1000));
    QVERIFY(message_of_reading(at("a.aiff")).find("is cut short: about 50") != std::string::npos);
  }

  void anAiffThatPromisesMoreFramesThanItHoldsIsCutShort() {
    AudioBuffer sound(22050, 1, 0);
    sound.channels[0] = noise(20'000, 3, 0.25f);
    std::string file = "FORM";
    const auto big = [](std::uint32_t value) { return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)}; };
    const std::string rate("\x40\x0d\xac\x44\0\0\0\0\0\0", 10), bits("\0\x10", 2), mono("\0\1", 2);
    file += big(4 + 26 + 16 + 2000) + "AIFFCOMM" + big(18) + mono + big(4000) + bits + rate + "SSND" + big(8 + 2000) + big(0) + big(0) + std::string(2000, '\1');
    write_bytes(at("frames.aiff"), file);
    QVERIFY(message_of_reading(at("frames.aiff")).find("is cut short: about 75") != std::string::npos);
  }

  void anOggThatEndsWithinAPageIsCutShort() {
    AudioBuffer sound(48000, 1, 0);
    sound.channels[0] = noise(150'000, 3, 0.25f);
    for (const char* name : {"whole.ogg", "whole.opus"}) {
      write_audio(at(name), sound);
      const std::string bytes = bytes_of(at(name));
      write_bytes(at(name), bytes.substr(0, bytes.size() / 2));
      QVERIFY2(message_of_reading(at(name)).find("is cut short") != std::string::npos, name);
      write_bytes(at(name), bytes + bytes);  // one stream after another is a whole file
      QVERIFY(read_audio(at(name)).length() >= 149'000);
      write_bytes(at(name), bytes + "TAG of another program");
      QVERIFY(read_audio(at(name)).length() >= 149'000);
    }
  }

  void samplesOfAbsurdSizeAreRefused() {
    write_audio(at("absurd.wav"), AudioBuffer(22050, sine(440, 22050, 1000)), FileFormat::wav_float);
    std::string bytes = bytes_of(at("absurd.wav"));
    const float absurd = 3e30f;
    std::memcpy(bytes.data() + bytes.size() - 400, &absurd, 4);
    write_bytes(at("absurd.wav"), bytes);
    QVERIFY(message_of_reading(at("absurd.wav")).find("times full scale") != std::string::npos);
  }

  void loudSamplesAreClippedNotWrapped() {
    AudioBuffer sound(8000, std::vector<float>{0.0f, 1.5f, -1.5f, 0.25f});
    write_audio(at("loud.wav"), sound);
    const AudioBuffer back = read_audio(at("loud.wav"));
    QVERIFY(back.channels[0][1] > 0.999f);
    QVERIFY(back.channels[0][2] < -0.999f);
  }

  void equalSoundsGiveEqualFiles() {
    const AudioBuffer sound = stereo(22050, 5000);
    for (const char* format : {"wav16", "wav24", "wav_float", "flac"}) {
      write_audio(at("one"), sound, file_format(format), {{"comment", "c"}});
      write_audio(at("two"), sound, file_format(format), {{"comment", "c"}});
      QVERIFY2(bytes_of(at("one")) == bytes_of(at("two")), format);
    }
  }

  void everyBrokenFileGetsItsOwnSentence() {
    QVERIFY(message_of_reading(at("missing.wav")).find("There is no file") == 0);
    QVERIFY(message_of_reading(folder_.path().toStdString()).find("is a folder") != std::string::npos);
    write_bytes(at("empty.wav"), "");
    QVERIFY(message_of_reading(at("empty.wav")).find("is empty (0 bytes)") != std::string::npos);
    write_bytes(at("text.wav"), "This is a letter to my aunt, not a sound.\n");
    QVERIFY(message_of_reading(at("text.wav")).find("is not a sound file that can be read") !=
            std::string::npos);
    for (const char* name : {"text.gsm", "text.vox", "text.raw", "text.mp3", "text.au", "text.flac"}) {
      write_bytes(at(name), "This is a letter to my aunt, not a sound.\n" + std::string(3000, 'a'));
      QVERIFY2(message_of_reading(at(name)).find("is not a sound file that can be read") != std::string::npos,
               name);
    }
  }

  void aFileWithoutSamplesIsRefused() {
    write_audio(at("full.wav"), AudioBuffer(22050, sine(440, 22050, 1000)));
    std::string bytes = bytes_of(at("full.wav")).substr(0, 44);
    bytes.replace(40, 4, std::string(4, '\0'));
    bytes.replace(4, 4, std::string("\x24\0\0\0", 4));
    write_bytes(at("zero.wav"), bytes);
    QVERIFY(message_of_reading(at("zero.wav")).find("0 samples") != std::string::npos);
  }

  void aFileCutShortIsRefused() {
    for (const char* name : {"long.wav", "long.flac"}) {
      write_audio(at(name), stereo(22050, 50000));
      const std::string bytes = bytes_of(at(name));
      write_bytes(at(name), bytes.substr(0, bytes.size() * 6 / 10));
      const std::string text = message_of_reading(at(name));
      QVERIFY2(text.find("is cut short: about 4") != std::string::npos, text.c_str());
    }
    // A byte or two less than promised is common and harmless.
    write_audio(at("nearly.wav"), stereo(22050, 50000));
    const std::string bytes = bytes_of(at("nearly.wav"));
    write_bytes(at("nearly.wav"), bytes.substr(0, bytes.size() - 8));
    QCOMPARE(read_audio(at("nearly.wav")).length(), std::size_t{49998});
  }

  void aStreamedWavOfUnknownLengthIsRead() {
    write_audio(at("stream.wav"), AudioBuffer(22050, sine(440, 22050, 1000)));
    std::string bytes = bytes_of(at("stream.wav"));
    const std::size_t data = bytes.find("data");
    bytes.replace(data + 4, 4, "\xff\xff\xff\xff");
    write_bytes(at("stream.wav"), bytes);
    QCOMPARE(read_audio(at("stream.wav")).length(), std::size_t{1000});
  }

  void samplesThatAreNoNumbersAreRefused() {
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      AudioBuffer sound(8000, std::vector<float>(100, 0.5f));
      write_audio(at("nan.wav"), sound, FileFormat::wav_float);
      std::string bytes = bytes_of(at("nan.wav"));
      std::memcpy(bytes.data() + bytes.find("data") + 8 + 4 * 50, &bad, 4);
      write_bytes(at("nan.wav"), bytes);
      QVERIFY(message_of_reading(at("nan.wav")).find("no numbers") != std::string::npos);
      sound.channels[0][3] = bad;
      QVERIFY(message([&] { write_audio(at("never.wav"), sound); }).find("no numbers") != std::string::npos);
    }
    QVERIFY(!fs::exists(at("never.wav")));
  }

  void hugeHeaderClaimsCostNothing() {
    write_audio(at("claim.wav"), AudioBuffer(22050, sine(440, 22050, 1000)));
    std::string bytes = bytes_of(at("claim.wav"));
    const std::size_t data = bytes.find("data");
    bytes.replace(data + 4, 4, std::string("\x00\x00\x00\xf0", 4));
    write_bytes(at("claim.wav"), bytes);
    QVERIFY(message_of_reading(at("claim.wav")).find("is cut short") != std::string::npos);

    // FLAC: 2^36 - 1 samples in STREAMINFO (36 bits from the middle of byte 21).
    write_audio(at("claim.flac"), AudioBuffer(22050, sine(440, 22050, 1000)));
    bytes = bytes_of(at("claim.flac"));
    bytes[21] = static_cast<char>(bytes[21] | 0x0f);
    for (int i = 22; i < 26; ++i) bytes[static_cast<std::size_t>(i)] = '\xff';
    write_bytes(at("claim.flac"), bytes);
    QVERIFY(message_of_reading(at("claim.flac")).find("is too long") != std::string::npos);
  }

  void tenHoursOfSilenceAreRefusedBeforeReading() {
    AudioBuffer silence(1000, std::vector<float>(36'000'000));
    write_audio(at("night.flac"), silence);
    silence = {};
    QElapsedTimer timer;
    timer.start();
    const std::string text = message_of_reading(at("night.flac"));
    QVERIFY2(text.find("is too long (600 minutes") != std::string::npos, text.c_str());
    QVERIFY(timer.elapsed() < 500);
  }

  void everyTruncationAndBitFlipIsReadOrRefused() {
    for (const char* name : {"fuzz.wav", "fuzz.flac", "fuzz.ogg", "fuzz.opus", "fuzz.mp3"}) {
      write_audio(at(name), stereo(48000, 3000), {{"title", "t"}});
      const std::string bytes = bytes_of(at(name));
      unsigned state = 99;
      for (int round = 0; round < 60; ++round) {
        std::string broken = bytes;
        state = state * 1664525u + 1013904223u;
        if (round % 3 == 0) broken.resize(1 + (state >> 8) % bytes.size());
        for (int flip = 0; flip < 4; ++flip) {
          state = state * 1664525u + 1013904223u;
          const std::size_t span = round % 2 ? broken.size() : std::min<std::size_t>(broken.size(), 120);
          broken[(state >> 8) % span] = static_cast<char>(state >> 24);
        }
        write_bytes(at(name), broken);
        try {
          const AudioBuffer sound = read_audio(at(name));
          QVERIFY(!sound.empty());
          QVERIFY(peak(sound) < std::numeric_limits<double>::infinity());
        } catch (const AudioError& error) {
          QVERIFY(std::string(error.what()).size() > 20);
        }
      }
    }
  }

  void aFullDiskLeavesTheOldFileAndNothingElse() {
    write_audio(at("keep.wav"), AudioBuffer(8000, std::vector<float>(100, 0.25f)));
    const std::string before = bytes_of(at("keep.wav"));
    const std::size_t count = files_in_folder();
    const AudioBuffer large(44100, noise(500'000));
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit old{};
    getrlimit(RLIMIT_FSIZE, &old);
    const rlimit tight{30'000, old.rlim_max};
    for (const char* format : {"wav16", "flac", "ogg", "opus", "mp3"}) {
      setrlimit(RLIMIT_FSIZE, &tight);
      const std::string text = message([&] { write_audio(at("keep.wav"), large, file_format(format)); });
      setrlimit(RLIMIT_FSIZE, &old);
      QVERIFY2(text.find("Cannot write") == 0, (std::string(format) + ": " + text).c_str());
      QVERIFY(bytes_of(at("keep.wav")) == before);
      QCOMPARE(files_in_folder(), count);
    }
  }

  void aFolderThatCannotBeWrittenToIsSaid() {
    const AudioBuffer sound(8000, std::vector<float>(100, 0.25f));
    QVERIFY(message([&] { write_audio(at("no/such/folder.wav"), sound); }).find("Cannot write") == 0);
    QVERIFY(message([&] { write_audio(at("name.xyz"), sound); }).find("does not say a sound format") !=
            std::string::npos);
    QVERIFY(message([&] { write_audio(at("e.wav"), AudioBuffer{}); }).find("no sound") != std::string::npos);
    QVERIFY(message([&] {
              write_audio(at("m.wav"), sound, {{"mood", "blue"}});
            }).find("'mood'") != std::string::npos);
    QVERIFY(!fs::exists(at("m.wav")));
  }

  void soundFilesAreKnownByTheirNames() {
    QVERIFY(has_audio_extension("a/B.WAV"));
    QVERIFY(has_audio_extension("x.aiff"));
    QVERIFY(!has_audio_extension("notes.txt"));
    QVERIFY(!has_audio_extension("wav"));
  }
};

QTEST_GUILESS_MAIN(TestFiles)
#include "tst_files.moc"
