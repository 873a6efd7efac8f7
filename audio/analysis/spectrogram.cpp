#include "audio/analysis/spectrogram.h"

#include <algorithm>
#include <cmath>

namespace luthier::audio {
namespace {

Spectrogram to_db(const Spectrogram& in, const DecibelOptions& options, bool amplitude) {
  Spectrogram out = in;
  const auto power = [amplitude](float x) {
    return amplitude ? static_cast<double>(x) * x : static_cast<double>(x);
  };
  double reference = power(options.reference);
  if (options.reference_is_max) {
    reference = 0.0;
    for (const float x : in.values) reference = std::max(reference, power(x));
  }
  const double amin = options.amin;
  const double offset = 10.0 * std::log10(std::max(amin, reference));
  double loudest = -1e30;
  for (float& x : out.values) {
    const double db = 10.0 * std::log10(std::max(amin, power(x))) - offset;
    loudest = std::max(loudest, db);
    x = static_cast<float>(db);
  }
  if (options.top_db > 0.0f) {
    const auto floor = static_cast<float>(loudest - options.top_db);
    for (float& x : out.values) x = std::max(x, floor);
  }
  return out;
}

Spectrogram from_db(const Spectrogram& db, float reference, float divisor) {
  Spectrogram out = db;
  for (float& x : out.values) x = reference * std::pow(10.0f, x / divisor);
  return out;
}

}  // namespace

Spectrogram power_to_db(const Spectrogram& power, const DecibelOptions& options) {
  return to_db(power, options, false);
}
Spectrogram amplitude_to_db(const Spectrogram& amplitude, const DecibelOptions& options) {
  return to_db(amplitude, options, true);
}
Spectrogram db_to_power(const Spectrogram& db, float reference) { return from_db(db, reference, 10.0f); }
Spectrogram db_to_amplitude(const Spectrogram& db, float reference) { return from_db(db, reference, 20.0f); }

}  // namespace luthier::audio
