#pragma once
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "audio/analysis/fft_plan.h"
#include "audio/analysis/spectrogram.h"
#include "audio/analysis/window.h"

namespace luthier::audio {

enum class PadMode { zero, reflect };

/// The short-time Fourier transform as librosa defines it; the initialisers are librosa's defaults (>= 0.10).
struct StftOptions {
  int n_fft = 2048;
  int hop = 512;       ///< samples from frame to frame
  int win_length = 0;  ///< 0: n_fft; a shorter window stands in the middle of the frame
  WindowKind window = WindowKind::hann;
  bool center = true;  ///< frame t is centred at sample t * hop (n_fft/2 samples are padded at both ends)
  PadMode pad = PadMode::zero;  ///< librosa's "constant", or "reflect"

  int bins() const { return n_fft / 2 + 1; }
  /// 1 + length / hop when centred, else 1 + (length - n_fft) / hop (0 if shorter than a frame).
  int frame_count(std::size_t length) const;
  bool operator==(const StftOptions&) const = default;
};

/// Complex spectrum, row-major [frame][bin]: a frame lies together in memory, as FFTs want it.
struct Spectrum {
  int frames = 0;
  int bins = 0;
  std::vector<std::complex<float>> values;  ///< [frame][bin]

  std::complex<float>* frame(int t) {
    return values.data() + static_cast<std::size_t>(t) * static_cast<std::size_t>(bins);
  }
  const std::complex<float>* frame(int t) const {
    return values.data() + static_cast<std::size_t>(t) * static_cast<std::size_t>(bins);
  }
};

/// Plans, window and scratch memory of one set of options. Cheap to keep, not to be shared by threads at one
/// time.
class Stft {
 public:
  /// Throws AudioError naming the option that is out of range (2 <= n_fft, 1 <= hop, win_length <= n_fft).
  explicit Stft(const StftOptions& options);
  const StftOptions& options() const { return options_; }

  /// Throws AudioError when samples are fewer than reflection (n_fft/2 + 1) or an uncentred frame needs, or
  /// none.
  Spectrum forward(std::span<const float> samples);
  /// Weighted overlap-add with division by the summed squared window, cut or zero-filled to `length` samples
  /// (0: hop * (frames - 1) when centred). inverse(forward(x), x.size()) = x wherever a window reaches (for
  /// hop <= n_fft / 2: everywhere).
  std::vector<float> inverse(const Spectrum& spectrum, std::size_t length = 0);

 private:
  StftOptions options_;
  RealFft fft_;
  std::vector<float> window_;  ///< [n_fft]
  AlignedVector<float> frame_;
  AlignedVector<std::complex<float>> bins_;
};

/// One call each; for repeated use keep an Stft.
Spectrum stft(std::span<const float> samples, const StftOptions& options = {});
std::vector<float> istft(const Spectrum& spectrum, const StftOptions& options = {}, std::size_t length = 0);

/// Building blocks, shared with griffin_lim.cpp: the window in the middle of n_fft samples; the signal with
/// its padding (n_fft/2 at both ends when centred); the padding written anew around [pad, size - pad); 1 /
/// (n_fft * sum of squared windows).
std::vector<float> padded_window(const StftOptions& options);
std::vector<float> padded_signal(std::span<const float> samples, const StftOptions& options);
void fill_padding(std::span<float> padded, std::size_t pad, PadMode mode);
std::vector<float> overlap_scale(const StftOptions& options, int frames, std::size_t padded_length);

/// |X|^power as [bin][frame]; power 1 or 2 are fast.
Spectrogram magnitude(const Spectrum& spectrum, float power = 1.0f);

}  // namespace luthier::audio
