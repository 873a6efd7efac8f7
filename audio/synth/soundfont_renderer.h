#pragma once
#include <filesystem>
#include <memory>

#include "audio/audio_buffer.h"
#include "audio/synth/phrase.h"

namespace luthier::audio {

struct RenderOptions {
  int sample_rate = 48000;  ///< Hz, 8000 … 96000; the measuring protocol renders at 48 kHz and resamples
  double gain = 0.6;        ///< FluidSynth's synth.gain
  bool reverb = false;      ///< off: analysis material stays dry
  bool chorus = false;
  bool stereo = false;  ///< false: mean of both channels
  int bank = 0;         ///< 128 is percussion
};

/// A General MIDI soundfont, loaded once, and FluidSynth without a sound device. Every render uses a fresh
/// synthesiser over the shared samples, so equal calls give equal bits. One thread at a time per renderer;
/// renderers on several threads are independent.
class SoundfontRenderer {
 public:
  /// Throws AudioError when the file is missing or no soundfont.
  explicit SoundfontRenderer(const std::filesystem::path& soundfont, const RenderOptions& options = {});
  ~SoundfontRenderer();
  SoundfontRenderer(SoundfontRenderer&&) noexcept;
  SoundfontRenderer& operator=(SoundfontRenderer&&) noexcept;

  const RenderOptions& options() const;
  const std::filesystem::path& soundfont() const;

  /// Renders exactly `seconds` (<= 0: the phrase's own length plus 2 s of release). Note times are exact to
  /// 64 samples. `program` 0 … 127. Throws AudioError when the soundfont has no such preset.
  AudioBuffer render(const Phrase& phrase, int program, double seconds = 0.0);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The soundfont that LUTHIER_SOUNDFONT names, else the first of FluidR3_GM, default-GM, TimGM6mb (.sf2, then
/// .sf3) under /usr/share/sounds (and /usr/share/soundfonts). Throws AudioError naming the package to install
/// when there is none.
std::filesystem::path find_soundfont();

}  // namespace luthier::audio
