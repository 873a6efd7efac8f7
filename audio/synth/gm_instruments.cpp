#include "audio/synth/gm_instruments.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "audio/audio_buffer.h"

namespace luthier::audio {
namespace {

constexpr std::array<std::string_view, 128> kNames = {"acoustic_grand_piano",
                                                      "bright_acoustic_piano",
                                                      "electric_grand_piano",
                                                      "honky_tonk_piano",
                                                      "electric_piano_1",
                                                      "electric_piano_2",
                                                      "harpsichord",
                                                      "clavinet",
                                                      "celesta",
                                                      "glockenspiel",
                                                      "music_box",
                                                      "vibraphone",
                                                      "marimba",
                                                      "xylophone",
                                                      "tubular_bells",
                                                      "dulcimer",
                                                      "drawbar_organ",
                                                      "percussive_organ",
                                                      "rock_organ",
                                                      "church_organ",
                                                      "reed_organ",
                                                      "accordion",
                                                      "harmonica",
                                                      "tango_accordion",
                                                      "nylon_guitar",
                                                      "steel_guitar",
                                                      "jazz_guitar",
                                                      "clean_guitar",
                                                      "muted_guitar",
                                                      "overdriven_guitar",
                                                      "distortion_guitar",
                                                      "guitar_harmonics",
                                                      "acoustic_bass",
                                                      "fingered_bass",
                                                      "picked_bass",
                                                      "fretless_bass",
                                                      "slap_bass_1",
                                                      "slap_bass_2",
                                                      "synth_bass_1",
                                                      "synth_bass_2",
                                                      "violin",
                                                      "viola",
                                                      "cello",
                                                      "contrabass",
                                                      "tremolo_strings",
                                                      "pizzicato_strings",
                                                      "orchestral_harp",
                                                      "timpani",
                                                      "string_ensemble_1",
                                                      "string_ensemble_2",
                                                      "synth_strings_1",
                                                      "synth_strings_2",
                                                      "choir_aahs",
                                                      "voice_oohs",
                                                      "synth_voice",
                                                      "orchestra_hit",
                                                      "trumpet",
                                                      "trombone",
                                                      "tuba",
                                                      "muted_trumpet",
                                                      "french_horn",
                                                      "brass_section",
                                                      "synth_brass_1",
                                                      "synth_brass_2",
                                                      "soprano_sax",
                                                      "alto_sax",
                                                      "tenor_sax",
                                                      "baritone_sax",
                                                      "oboe",
                                                      "english_horn",
                                                      "bassoon",
                                                      "clarinet",
                                                      "piccolo",
                                                      "flute",
                                                      "recorder",
                                                      "pan_flute",
                                                      "blown_bottle",
                                                      "shakuhachi",
                                                      "whistle",
                                                      "ocarina",
                                                      "square_lead",
                                                      "saw_lead",
                                                      "calliope_lead",
                                                      "chiffer_lead",
                                                      "charang_lead",
                                                      "voice_lead",
                                                      "fifths_lead",
                                                      "bass_lead",
                                                      "new_age_pad",
                                                      "warm_pad",
                                                      "polysynth_pad",
                                                      "choir_pad",
                                                      "bowed_pad",
                                                      "metal_pad",
                                                      "halo_pad",
                                                      "sweep_pad",
                                                      "rain",
                                                      "soundtrack",
                                                      "crystal",
                                                      "atmosphere",
                                                      "brightness",
                                                      "goblins",
                                                      "echoes",
                                                      "sci_fi",
                                                      "sitar",
                                                      "banjo",
                                                      "shamisen",
                                                      "koto",
                                                      "kalimba",
                                                      "bagpipe",
                                                      "fiddle",
                                                      "shanai",
                                                      "tinkle_bell",
                                                      "agogo",
                                                      "steel_drums",
                                                      "woodblock",
                                                      "taiko_drum",
                                                      "melodic_tom",
                                                      "synth_drum",
                                                      "reverse_cymbal",
                                                      "guitar_fret_noise",
                                                      "breath_noise",
                                                      "seashore",
                                                      "bird_tweet",
                                                      "telephone_ring",
                                                      "helicopter",
                                                      "applause",
                                                      "gunshot"};

constexpr std::array<std::pair<std::string_view, int>, 38> kShortNames = {{
    {"piano", 0},
    {"electric_piano", 4},
    {"bells", 14},
    {"organ", 19},
    {"guitar", 24},
    {"acoustic_guitar", 24},
    {"electric_guitar", 27},
    {"bass", 32},
    {"electric_bass", 33},
    {"double_bass", 43},
    {"pizzicato", 45},
    {"harp", 46},
    {"strings", 48},
    {"choir", 52},
    {"voice", 53},
    {"horn", 60},
    {"brass", 61},
    {"sax", 65},
    {"saxophone", 65},
    {"alto_saxophone", 65},
    {"soprano_saxophone", 64},
    {"tenor_saxophone", 66},
    {"baritone_saxophone", 67},
    {"cor_anglais", 69},
    {"pipe", 75},
    {"synth_lead", 80},
    {"lead", 81},
    {"pad", 89},
    {"bagpipes", 109},
    {"steelpan", 114},
    {"taiko", 116},
    {"grand_piano", 0},
    {"acoustic_piano", 0},
    {"synth_bass", 38},
    {"synth_strings", 50},
    {"string_ensemble", 48},
    {"vibes", 11},
    {"timpani_drum", 47},
}};

std::string normalised(std::string_view name) {
  std::string out;
  for (const char c : name)
    out += c == ' ' || c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::optional<int> find_gm_program(std::string_view name) {
  const std::string wanted = normalised(name);
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == wanted) return static_cast<int>(i);
  for (const auto& [known, program] : kShortNames)
    if (known == wanted) return program;
  return std::nullopt;
}

int gm_program(std::string_view name) {
  if (const auto program = find_gm_program(name)) return *program;
  const std::string wanted = normalised(name);
  std::string near;
  const auto consider = [&](std::string_view known) {
    if (wanted.size() >= 3 && known.substr(0, 3) == std::string_view(wanted).substr(0, 3) && near.size() < 60)
      near += (near.empty() ? "" : ", ") + std::string(known);
  };
  for (const std::string_view known : kNames) consider(known);
  for (const auto& [known, program] : kShortNames) consider(known);
  throw AudioError("There is no General MIDI instrument '" + std::string(name) + "'; " +
                   (near.empty() ? "try piano, guitar, harp, violin, flute, clarinet, trumpet or organ."
                                 : "did you mean " + near + "?"));
}

std::string_view gm_name(int program) {
  return kNames[static_cast<std::size_t>(std::clamp(program, 0, 127))];
}

std::vector<std::string_view> gm_short_names() {
  std::vector<std::pair<int, std::string_view>> sorted;
  for (const auto& [name, program] : kShortNames) sorted.emplace_back(program, name);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> names;
  for (const auto& [program, name] : sorted) names.push_back(name);
  return names;
}

}  // namespace luthier::audio
