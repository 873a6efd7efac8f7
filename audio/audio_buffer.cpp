#include "audio/audio_buffer.h"

namespace luthier::audio {

std::vector<float> AudioBuffer::mono() const {
  if (channels.empty()) return {};
  if (channels.size() == 1) return channels.front();
  std::vector<float> out(length());
  const float scale = 1.0f / static_cast<float>(channels.size());
  for (const auto& channel : channels)
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += channel[i] * scale;
  return out;
}

}  // namespace luthier::audio
