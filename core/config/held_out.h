#pragma once
#include <cstdint>

namespace luthier {

// What is kept for measuring and must never be trained on (core/evaluate/protocol.h).

/// Which seeds of audio::make_phrase belong to whom. Figures of a table mean something only while no phrase of it was
/// trained on, so the ranges are disjoint by construction: phrases for training start at a million, everything below is
/// kept for measuring. Even seeds give one voice, odd seeds several.
inline constexpr std::uint64_t kFirstTrainingPhraseSeed = 1'000'000;
inline constexpr std::uint64_t kFirstTestPhraseSeed = 1000;   ///< contents and targets: 1000 … 1059
inline constexpr std::uint64_t kFirstStylePhraseSeed = 5000;  ///< style clips: 5000 … 5059
inline constexpr std::uint64_t kFirstJudgePhraseSeed = 7000;  ///< what the judges learn from: 7000 … 7079
inline constexpr int kTestPhraseCount = 60;
inline constexpr int kJudgePhraseCount = 80;

/// General MIDI programs (from 0) whose sound no training may hear, whatever the font: harpsichord, accordion, oboe, banjo.
inline constexpr int kHeldOutPrograms[] = {6, 21, 68, 105};
/// The soundfont that no training may hear, by the stem of its file name.
inline constexpr char kHeldOutFont[] = "TimGM6mb";

constexpr bool held_out_program(int program) {
  for (int p : kHeldOutPrograms)
    if (p == program) return true;
  return false;
}

/// True for seeds that nothing may be trained on.
constexpr bool reserved_for_evaluation(std::uint64_t seed) { return seed < kFirstTrainingPhraseSeed; }

static_assert(kFirstTestPhraseSeed + kTestPhraseCount <= kFirstStylePhraseSeed);
static_assert(kFirstStylePhraseSeed + kTestPhraseCount <= kFirstJudgePhraseSeed);
static_assert(kFirstJudgePhraseSeed + kJudgePhraseCount <= kFirstTrainingPhraseSeed);

}  // namespace luthier
