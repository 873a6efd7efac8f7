#pragma once
#include <filesystem>

#include "audio/synth/phrase.h"

namespace luthier::audio {

/// Standard MIDI file, format 0, 960 ticks a second; `program` is the GM program 0 … 127. Throws AudioError.
void write_midi(const std::filesystem::path& path, const Phrase& phrase, int program = 0);

/// All notes of a standard MIDI file (format 0 or 1) as one phrase, the drum channel left out; tempo changes
/// and running status are heeded. Throws AudioError when the file is missing, broken, or longer than 4 hours.
Phrase read_midi(const std::filesystem::path& path);

}  // namespace luthier::audio
