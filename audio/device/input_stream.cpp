#include "audio/device/input_stream.h"

#include "audio/audio_buffer.h"
#include "audio/device/device_list.h"
#include "audio/device/portaudio_stream.h"

namespace luthier::audio {

#ifdef LUTHIER_HAS_PORTAUDIO
namespace {

class DeviceInput final : public InputStream {
 public:
  explicit DeviceInput(TakeCallback take) : take_(std::move(take)) {}
  ~DeviceInput() override { stream_.stop(); }

  bool open(const InputOptions& options) {
    return stream_.open({false, options.device, options.channels, options.preferred_rate, options.latency_seconds},
                        [this](const float* in, float*, std::size_t frames) {
                          if (in) take_(in, frames, stream_.channels());
                        });
  }
  void start() override {
    if (!stream_.start()) throw AudioError("The sound input cannot be started (" + stream_.why() + "); is another program using it?");
  }
  void stop() override { stream_.stop(); }
  int sample_rate() const override { return stream_.sample_rate(); }
  int channels() const override { return stream_.channels(); }
  double latency_seconds() const override { return stream_.latency_seconds(); }
  std::string description() const override { return stream_.device_name(); }
  bool failed() const override { return stream_.failed(); }

 private:
  TakeCallback take_;
  detail::PortAudioStream stream_;
};

}  // namespace

std::unique_ptr<InputStream> open_input(const InputOptions& options, TakeCallback take) {
  auto device = std::make_unique<DeviceInput>(std::move(take));
  if (!device->open(options)) throw AudioError(kNoInputMessage);
  return device;
}
#else
std::unique_ptr<InputStream> open_input(const InputOptions&, TakeCallback) { throw AudioError(kNoInputMessage); }
#endif

}  // namespace luthier::audio
