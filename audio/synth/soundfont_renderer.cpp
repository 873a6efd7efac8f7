#include "audio/synth/soundfont_renderer.h"

#include <fluidsynth.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

namespace luthier::audio {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kStep =
    64;  // FluidSynth computes in blocks of 64 frames; a note cannot start within one

struct SettingsDeleter {
  void operator()(fluid_settings_t* settings) const { delete_fluid_settings(settings); }
};
struct SynthDeleter {
  void operator()(fluid_synth_t* synth) const { delete_fluid_synth(synth); }
};
using Settings = std::unique_ptr<fluid_settings_t, SettingsDeleter>;
using Synth = std::unique_ptr<fluid_synth_t, SynthDeleter>;

/// Errors reach the user as AudioError; FluidSynth would print them, and many warnings of no use.
void silence_log() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (int level = 0; level < LAST_LOG_LEVEL; ++level) fluid_set_log_function(level, nullptr, nullptr);
  });
}

Settings make_settings(const RenderOptions& options) {
  Settings settings(new_fluid_settings());
  if (!settings) throw AudioError("Cannot start FluidSynth; is there enough memory?");
  fluid_settings_setnum(settings.get(), "synth.sample-rate", options.sample_rate);
  fluid_settings_setnum(settings.get(), "synth.gain", options.gain);
  fluid_settings_setint(settings.get(), "synth.reverb.active", options.reverb);
  fluid_settings_setint(settings.get(), "synth.chorus.active", options.chorus);
  fluid_settings_setint(settings.get(), "synth.midi-channels", 16);
  fluid_settings_setint(settings.get(), "synth.cpu-cores", 1);
  return settings;
}

Synth make_synth(const Settings& settings) {
  Synth synth(new_fluid_synth(settings.get()));
  if (!synth) throw AudioError("Cannot start FluidSynth; is there enough memory?");
  return synth;
}

struct Event {
  std::int64_t step;
  bool on;
  int pitch;
  int velocity;
};

/// Ends before starts within one step, so that a repeated note sounds again.
std::vector<Event> events_of(const Phrase& phrase, int sample_rate) {
  const auto step_of = [&](double seconds) {
    return std::llround(seconds * sample_rate / static_cast<double>(kStep));
  };
  std::vector<Event> events;
  for (const Note& note : phrase.notes) {
    const std::int64_t start = std::max<std::int64_t>(0, step_of(note.start_s));
    events.push_back({start, true, note.pitch, note.velocity});
    events.push_back(
        {std::max(start + 1, static_cast<std::int64_t>(step_of(note.end_s))), false, note.pitch, 0});
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.step != b.step ? a.step < b.step : a.on < b.on;
  });
  return events;
}

void check(const Phrase& phrase, int program, const RenderOptions& options, double seconds) {
  if (program < 0 || program > 127)
    throw AudioError("A GM program lies between 0 and 127; it is " + std::to_string(program) + ".");
  if (seconds > 3600.0) throw AudioError("At most an hour is rendered at once.");
  if (options.sample_rate < 8000 || options.sample_rate > 96000)
    throw AudioError("Rendering works from 8000 to 96000 Hz, not at " + std::to_string(options.sample_rate) +
                     " Hz.");
  for (const Note& note : phrase.notes)
    if (note.pitch < 0 || note.pitch > 127 || note.velocity < 1 || note.velocity > 127 ||
        !std::isfinite(note.start_s) || !std::isfinite(note.end_s))
      throw AudioError("A note has a pitch from 0 to 127 and a velocity from 1 to 127.");
}

}  // namespace

struct SoundfontRenderer::Impl {
  fs::path path;
  RenderOptions options;
  Settings settings;
  Synth holder;  ///< never plays; owns the soundfont that the playing synthesisers borrow
  fluid_sfont_t* font = nullptr;
};

SoundfontRenderer::SoundfontRenderer(const fs::path& soundfont, const RenderOptions& options)
    : impl_(std::make_unique<Impl>()) {
  silence_log();
  check({}, 0, options, 0.0);
  std::error_code error;
  const std::string name = "'" + soundfont.string() + "'";
  if (!fs::is_regular_file(soundfont, error))
    throw AudioError("There is no soundfont " + name +
                     "; install timgm6mb-soundfont or set LUTHIER_SOUNDFONT.");
  if (!fluid_is_soundfont(soundfont.string().c_str()))
    throw AudioError(name + " is no soundfont (.sf2 or .sf3); choose another file.");
  impl_->path = soundfont;
  impl_->options = options;
  impl_->settings = make_settings(options);
  impl_->holder = make_synth(impl_->settings);
  const int id = fluid_synth_sfload(impl_->holder.get(), soundfont.string().c_str(), 0);
  if (id == FLUID_FAILED) throw AudioError(name + " cannot be loaded; it may be cut short. Copy it again.");
  impl_->font = fluid_synth_get_sfont_by_id(impl_->holder.get(), id);
}
SoundfontRenderer::~SoundfontRenderer() = default;
SoundfontRenderer::SoundfontRenderer(SoundfontRenderer&&) noexcept = default;
SoundfontRenderer& SoundfontRenderer::operator=(SoundfontRenderer&&) noexcept = default;

const RenderOptions& SoundfontRenderer::options() const { return impl_->options; }
const fs::path& SoundfontRenderer::soundfont() const { return impl_->path; }

AudioBuffer SoundfontRenderer::render(const Phrase& phrase, int program, double seconds) {
  const RenderOptions& options = impl_->options;
  if (seconds <= 0.0) seconds = phrase.seconds + 2.0;
  check(phrase, program, options, seconds);
  // Reset synthesisers keep voices of the last render, so each render has its own; the samples are shared.
  const Synth synth = make_synth(impl_->settings);
  const int id = fluid_synth_add_sfont(synth.get(), impl_->font);
  const std::unique_ptr<fluid_sfont_t, std::function<void(fluid_sfont_t*)>> borrowed(
      impl_->font, [&](fluid_sfont_t* font) { fluid_synth_remove_sfont(synth.get(), font); });
  const int channel = options.bank == 128 ? 9 : 0;
  if (fluid_synth_program_select(synth.get(), channel, id, options.bank, program) != FLUID_OK)
    throw AudioError("The soundfont '" + impl_->path.filename().string() + "' has no program " +
                     std::to_string(program) + " in bank " + std::to_string(options.bank) +
                     "; choose another instrument or soundfont.");
  const auto length = static_cast<std::size_t>(std::llround(seconds * options.sample_rate));
  const std::size_t steps = (length + kStep - 1) / kStep;
  std::vector<float> left(steps * kStep), right(steps * kStep);
  const std::vector<Event> events = events_of(phrase, options.sample_rate);
  auto event = events.begin();
  for (std::size_t step = 0; step < steps; ++step) {
    for (; event != events.end() && event->step <= static_cast<std::int64_t>(step); ++event) {
      if (event->on)
        fluid_synth_noteon(synth.get(), channel, event->pitch, event->velocity);
      else
        fluid_synth_noteoff(synth.get(), channel, event->pitch);
    }
    const int offset = static_cast<int>(step * kStep);
    fluid_synth_write_float(synth.get(), kStep, left.data(), offset, 1, right.data(), offset, 1);
  }
  left.resize(length);
  right.resize(length);
  AudioBuffer out;
  out.sample_rate = options.sample_rate;
  if (options.stereo) {
    out.channels = {std::move(left), std::move(right)};
  } else {
    for (std::size_t i = 0; i < length; ++i) left[i] = 0.5f * (left[i] + right[i]);
    out.channels = {std::move(left)};
  }
  return out;
}

fs::path find_soundfont() {
  std::error_code error;
  if (const char* wanted = std::getenv("LUTHIER_SOUNDFONT"); wanted && *wanted) {
    if (fs::is_regular_file(wanted, error)) return wanted;
    throw AudioError("LUTHIER_SOUNDFONT names '" + std::string(wanted) +
                     "', which is not there; set it to a .sf2 or .sf3 file.");
  }
  for (const char* extension : {"sf2", "sf3"})
    for (const char* name : {"FluidR3_GM", "default-GM", "TimGM6mb", "FluidR3Mono_GM", "MuseScore_General",
                             "MuseScore_General_Lite"})
      for (const char* folder :
           {"/usr/share/sounds/", "/usr/local/share/sounds/", "/usr/share/soundfonts/", "/usr/share/"}) {
        for (const std::string& middle : {std::string(extension) + "/", std::string()}) {
          const fs::path path = std::string(folder) + middle + name + "." + extension;
          if (fs::is_regular_file(path, error)) return path;
        }
      }
  throw AudioError(
      "No General MIDI soundfont was found; install one (apt install timgm6mb-soundfont or "
      "fluid-soundfont-gm) or set "
      "LUTHIER_SOUNDFONT to a .sf2 file.");
}

}  // namespace luthier::audio
