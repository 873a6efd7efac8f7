#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace luthier::audio {

/// A real time-frequency picture: power, magnitude or dB by linear bins, mel bands or CQT bins. Row-major
/// [band][frame], the order of librosa and of core's tensors; band 0 is the lowest. A plain value.
struct Spectrogram {
  int bands = 0;
  int frames = 0;
  std::vector<float> values;  ///< [band][frame]

  Spectrogram() = default;
  Spectrogram(int band_count, int frame_count, float value = 0.0f)
      : bands(band_count),
        frames(frame_count),
        values(static_cast<std::size_t>(band_count) * static_cast<std::size_t>(frame_count), value) {}

  float& at(int band, int frame) { return values[index(band, frame)]; }
  float at(int band, int frame) const { return values[index(band, frame)]; }
  std::span<float> band(int b) { return {values.data() + index(b, 0), static_cast<std::size_t>(frames)}; }
  std::span<const float> band(int b) const {
    return {values.data() + index(b, 0), static_cast<std::size_t>(frames)};
  }

 private:
  std::size_t index(int b, int f) const {
    return static_cast<std::size_t>(b) * static_cast<std::size_t>(frames) + static_cast<std::size_t>(f);
  }
};

/// librosa.power_to_db: 10 log10(max(amin, S)) - 10 log10(max(amin, ref)), floored at its maximum - top_db.
struct DecibelOptions {
  bool reference_is_max = true;  ///< ref = largest value of the spectrogram
  float reference = 1.0f;        ///< used when reference_is_max is false
  float amin = 1e-10f;           ///< power; amplitude_to_db uses sqrt(amin) = 1e-5
  float top_db = 80.0f;          ///< <= 0: no floor
};
Spectrogram power_to_db(const Spectrogram& power, const DecibelOptions& options = {});
/// reference is an amplitude here.
Spectrogram amplitude_to_db(const Spectrogram& amplitude, const DecibelOptions& options = {});
/// reference * 10^(dB/10).
Spectrogram db_to_power(const Spectrogram& db, float reference = 1.0f);
/// reference * 10^(dB/20).
Spectrogram db_to_amplitude(const Spectrogram& db, float reference = 1.0f);

}  // namespace luthier::audio
