#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <set>

#include "audio/audio_buffer.h"
#include "audio/synth/gm_instruments.h"
#include "audio/synth/midi_file.h"
#include "audio/synth/phrase.h"

using namespace luthier::audio;

class TestPhrase : public QObject {
  Q_OBJECT

  static int most_voices(const Phrase& phrase) {
    int most = 0;
    for (const Note& note : phrase.notes) {
      int sounding = 0;
      for (const Note& other : phrase.notes)
        sounding += other.start_s <= note.start_s && other.end_s > note.start_s;
      most = std::max(most, sounding);
    }
    return most;
  }

 private slots:
  void phrasesArePinned() {
    const Phrase mono = make_phrase(42), poly = make_phrase(1), varied = make_phrase(1, {.varied = true});
    QCOMPARE(phrase_hash(mono), std::uint64_t{16120448610589427382u});
    QCOMPARE(phrase_hash(poly), std::uint64_t{15582785659865429025u});
    QCOMPARE(phrase_hash(varied), std::uint64_t{6530519294800703084u});
    QVERIFY((mono.notes[1] == Note{1.083008, 1.597436, 71, 61}));
    QVERIFY(make_phrase(42) == mono);
  }

  void everyPhraseKeepsToItsOptions() {
    const PhraseOptions wide{.low_pitch = 36,
                             .high_pitch = 96,
                             .low_velocity = 30,
                             .high_velocity = 120,
                             .max_voices = 4,
                             .voicing = Voicing::poly,
                             .varied = true};
    for (std::uint64_t seed = 0; seed < 300; ++seed)
      for (const PhraseOptions& options : {PhraseOptions{}, wide}) {
        const Phrase phrase = make_phrase(seed, options);
        QVERIFY(phrase.notes.size() >= 3);
        std::set<int> classes;
        double previous = 0.0;
        for (const Note& note : phrase.notes) {
          QVERIFY(note.start_s >= previous && note.end_s > note.start_s + 0.01 &&
                  note.end_s <= options.seconds);
          QVERIFY(note.pitch >= options.low_pitch && note.pitch <= options.high_pitch);
          QVERIFY(note.velocity >= std::max(1, options.low_velocity - 10) &&
                  note.velocity <= options.high_velocity);
          previous = note.start_s;
          classes.insert(note.pitch % 12);
        }
        QVERIFY(classes.size() <= 7);  // one diatonic scale
        QVERIFY(most_voices(phrase) <= options.max_voices);
      }
  }

  void evenSeedsHaveOneVoiceAndOddOnesMore() {
    int with_chords = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const int voices = most_voices(make_phrase(seed));
      if (seed % 2 == 0) QCOMPARE(voices, 1);
      with_chords += voices > 1;
    }
    QVERIFY(with_chords >= 18);
    QCOMPARE(most_voices(make_phrase(3, {.voicing = Voicing::mono})), 1);
    QVERIFY(most_voices(make_phrase(2, {.voicing = Voicing::poly})) > 1);
  }

  void variedPhrasesHoldRepeatRunLeapAndRest() {
    int held = 0, repeated = 0, leaps = 0, rests = 0, fast = 0;
    for (std::uint64_t seed = 0; seed < 100; seed += 2) {
      const Phrase phrase = make_phrase(seed, {.varied = true});
      for (std::size_t i = 0; i < phrase.notes.size(); ++i) {
        const Note& note = phrase.notes[i];
        held += note.end_s - note.start_s > 1.5;
        fast += note.end_s - note.start_s < 0.2;
        if (i == 0) continue;
        const Note& before = phrase.notes[i - 1];
        repeated += note.pitch == before.pitch;
        leaps += std::abs(note.pitch - before.pitch) > 8;
        rests += note.start_s - before.end_s > 0.3;
      }
    }
    for (const int count : {held, repeated, leaps, rests, fast})
      QVERIFY2(count > 20, qPrintable(QString::number(count)));
  }

  void differentSeedsGiveDifferentPhrases() {
    std::set<std::uint64_t> hashes;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) hashes.insert(phrase_hash(make_phrase(seed)));
    QCOMPARE(hashes.size(), std::size_t{2000});
  }

  void nonsenseOptionsAreRefused() {
    QVERIFY_EXCEPTION_THROWN(make_phrase(0, {.low_pitch = 60, .high_pitch = 65}), AudioError);
    QVERIFY_EXCEPTION_THROWN(make_phrase(0, {.max_voices = 5}), AudioError);
    QVERIFY_EXCEPTION_THROWN(make_phrase(0, {.seconds = 0}), AudioError);
    QVERIFY_EXCEPTION_THROWN(make_phrase(0, {.low_velocity = 0}), AudioError);
    QVERIFY_EXCEPTION_THROWN(make_phrase(0, {.high_bpm = 10}), AudioError);
  }

  void aMidiFileGivesThePhraseBack() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("phrase.mid").toStdString();
    const Phrase phrase = make_phrase(7, {.voicing = Voicing::mono});
    write_midi(path, phrase, 40);
    const Phrase back = read_midi(path);
    QCOMPARE(back.notes.size(), phrase.notes.size());
    for (std::size_t i = 0; i < phrase.notes.size(); ++i) {
      QVERIFY(std::abs(back.notes[i].start_s - phrase.notes[i].start_s) < 1.0 / 960);
      QVERIFY(std::abs(back.notes[i].end_s - phrase.notes[i].end_s) < 1.0 / 960);
      QCOMPARE(back.notes[i].pitch, phrase.notes[i].pitch);
      QCOMPARE(back.notes[i].velocity, phrase.notes[i].velocity);
    }
  }

  void tempoChangesAndRunningStatusAreHeeded() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("tempo.mid").toStdString();
    const std::string track(
        "\x00\xff\x51\x03\x07\xa1\x20"  // 120 bpm
        "\x00\x90\x3c\x50"              // C on
        "\x60\x3c\x00"                  // running status: C off after 96 ticks = 0.5 s
        "\x00\xff\x51\x03\x0f\x42\x40"  // 60 bpm
        "\x60\x3e\x40"                  // D on at 1.5 s
        "\x60\x80\x3e\x00"              // off at 2.5 s
        "\x00\xff\x2f\x00",
        7 + 4 + 3 + 7 + 3 + 4 + 4);
    const std::string head =
        std::string("MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0", 21) + static_cast<char>(track.size());
    std::ofstream(path, std::ios::binary) << head << track;
    const Phrase phrase = read_midi(path);
    QCOMPARE(phrase.notes.size(), std::size_t{2});
    QVERIFY(std::abs(phrase.notes[0].end_s - 0.5) < 1e-9);
    QVERIFY(std::abs(phrase.notes[1].start_s - 1.5) < 1e-9);
    QVERIFY(std::abs(phrase.notes[1].end_s - 2.5) < 1e-9);
    // Every cut of it is read or refused, never worse.
    for (std::size_t size = 0; size < head.size() + track.size(); ++size) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << (head + track).substr(0, size);
      try {
        read_midi(path);
      } catch (const AudioError&) {
      }
    }
  }

  void instrumentsAreKnownByName() {
    const std::pair<const char*, int> wanted[] = {{"piano", 0},
                                                  {"guitar", 24},
                                                  {"harp", 46},
                                                  {"violin", 40},
                                                  {"clarinet", 71},
                                                  {"flute", 73},
                                                  {"strings", 48},
                                                  {"vibraphone", 11},
                                                  {"organ", 19},
                                                  {"trumpet", 56},
                                                  {"cello", 42},
                                                  {"marimba", 12},
                                                  {"harpsichord", 6},
                                                  {"oboe", 68},
                                                  {"saxophone", 65},
                                                  {"gunshot", 127},
                                                  {"Acoustic Grand-Piano", 0}};
    for (const auto& [name, program] : wanted) QCOMPARE(gm_program(name), program);
    std::set<std::string_view> names;
    for (int program = 0; program < 128; ++program) {
      names.insert(gm_name(program));
      QCOMPARE(gm_program(gm_name(program)), program);
    }
    QCOMPARE(names.size(), std::size_t{128});
    QVERIFY(!find_gm_program("kazoo"));
    try {
      gm_program("violine");
      QFAIL("an unknown name was taken");
    } catch (const AudioError& error) {
      QVERIFY(std::string(error.what()).find("did you mean violin") != std::string::npos);
    }
  }
};

QTEST_GUILESS_MAIN(TestPhrase)
#include "tst_phrase.moc"
