#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "audio/analysis/spectrogram.h"
#include "audio/audio_buffer.h"
#include "core/signal/representation.h"

namespace luthier {

/// Copy as [band, frame] float32.
torch::Tensor to_tensor(const audio::Spectrogram& spectrogram);
/// Copy of a [band, frame] tensor of any float kind. Throws ConfigError for another number of axes.
audio::Spectrogram to_spectrogram(const torch::Tensor& tensor);
/// Mean of the channels at the spec's rate, silence at the ends trimmed where the spec says so. Throws ConfigError for a
/// sound without samples or rate.
std::vector<float> mono_samples(const audio::AudioBuffer& sound, const RepresentationSpec& spec);
/// Root mean square is 1 afterwards; digital silence is left alone.
void scale_to_rms_one(std::vector<float>& samples);
/// The loudest sample becomes `peak`; silence stays as it is.
void scale_to_peak(std::vector<float>& samples, double peak);
/// Throws ConfigError unless `features` is [1, `bins`, frame] with at least one frame and only finite values; `name` goes
/// into the sentence.
void check_features(const torch::Tensor& features, std::int64_t bins, const char* name);

}  // namespace luthier
