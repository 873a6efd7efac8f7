#pragma once
#include <vector>

namespace luthier::audio {

enum class WindowKind { hann, hamming, blackman, rectangle };

/// Periodic window (scipy.signal.get_window with fftbins=True): w[i] for i in 0 … length-1.
std::vector<float> make_window(WindowKind kind, int length);
/// The same in double precision.
std::vector<double> make_window_double(WindowKind kind, int length);

}  // namespace luthier::audio
