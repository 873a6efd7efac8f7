#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "audio/audio_buffer.h"
#include "core/config/schema.h"

namespace luthier {

/// What a family sees of a sound, as plain settings; hashed for the feature cache, stored in checkpoints.
struct RepresentationSpec {
  /// "waveform"  : [1, 1, sample] in [-1, 1]
  /// "mel_image" : [1, band, frame] in [0, 1]; mel power, dB below the clip's own maximum, 80 dB range, as 8-bit levels
  /// "mel_db"    : [1, band, frame] in [-1, 1]; dB below the recording's maximum, 80 dB range
  /// "log10_mel" : [1, band, frame] log10(max(|X| mel, 1e-5)), MelGAN's Audio2Mel
  /// "log_mel"   : [1, band, frame] ln(|X| mel + 1e-4) of the clip scaled to RMS 1
  /// "stft_cqt"  : [2, bin, frame] real and imaginary part: n_fft / 2 + 1 STFT bins, then `bands` CQT bins from C1
  std::string kind = "waveform";
  int sample_rate = 22050;  ///< Hz
  int n_fft = 2048;         ///< samples
  int hop = 512;            ///< samples
  int bands = 128;          ///< mel bands, or bins of the constant-Q transform
  bool trim = false;        ///< silence at both ends, 20 dB below the maximum (whole recordings only)

  std::string canonical_text() const;  ///< stable; equal texts mean equal features
  static RepresentationSpec from_text(const std::string& text);  ///< throws ConfigError
  bool operator==(const RepresentationSpec&) const = default;
};

/// What the inverse may know besides the representation.
struct InversionHints {
  const audio::AudioBuffer* content = nullptr;  ///< its phase and fine structure start the inversion; may be null
  int iterations = 32;                          ///< Griffin-Lim
  std::uint64_t seed = 0;                       ///< of the start phase where there is no content
  std::int64_t samples = 0;                     ///< wanted length at spec().sample_rate; 0: as the frames give
  std::function<bool()> keep_going;             ///< asked often; false ends early with what there is; may be empty
};

/// Sound to tensor and back. Immutable after construction, may be shared between threads.
class Representation {
 public:
  virtual ~Representation() = default;
  const RepresentationSpec& spec() const { return spec_; }
  /// [channel, bin, frame] float32 on CPU; the sound is mixed to mono and resampled first.
  virtual torch::Tensor analyse(const audio::AudioBuffer& sound) const = 0;
  /// Mono sound at spec().sample_rate. Throws ConfigError where the shape does not fit, naming the axes.
  virtual audio::AudioBuffer invert(const torch::Tensor& features, const InversionHints& hints) const = 0;
  /// dB picture for people, [bin, frame] float32 in dB, lowest bin first.
  virtual torch::Tensor picture(const torch::Tensor& features) const = 0;

 protected:
  explicit Representation(RepresentationSpec spec) : spec_(std::move(spec)) {}
  RepresentationSpec spec_;
};

/// Throws ConfigError for an unknown kind or values out of range.
std::shared_ptr<const Representation> make_representation(const RepresentationSpec& spec);

}  // namespace luthier
