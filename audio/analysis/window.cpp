#include "audio/analysis/window.h"

#include <cmath>
#include <numbers>

namespace luthier::audio {

std::vector<double> make_window_double(WindowKind kind, int length) {
  std::vector<double> window(static_cast<std::size_t>(length < 0 ? 0 : length), 1.0);
  for (std::size_t i = 0; i < window.size(); ++i) {
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(i) / length;
    switch (kind) {
      case WindowKind::hann:
        window[i] = 0.5 - 0.5 * std::cos(angle);
        break;
      case WindowKind::hamming:
        window[i] = 0.54 - 0.46 * std::cos(angle);
        break;
      case WindowKind::blackman:
        window[i] = 0.42 - 0.5 * std::cos(angle) + 0.08 * std::cos(2.0 * angle);
        break;
      case WindowKind::rectangle:
        break;
    }
  }
  return window;
}

std::vector<float> make_window(WindowKind kind, int length) {
  const std::vector<double> window = make_window_double(kind, length);
  return {window.begin(), window.end()};
}

}  // namespace luthier::audio
