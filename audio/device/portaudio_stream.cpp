#ifdef LUTHIER_HAS_PORTAUDIO
#include "audio/device/portaudio_stream.h"

#include <algorithm>

namespace luthier::audio::detail {

PortAudioStream::~PortAudioStream() {
  if (!stream_) return;
  stop();
  Pa_CloseStream(stream_);
}

bool PortAudioStream::open(const Options& options, Call call) {
  why_ = "no device";
  if (!system_.works()) return false;
  const PaDeviceIndex wanted = options.output ? Pa_GetDefaultOutputDevice() : Pa_GetDefaultInputDevice();
  const PaDeviceIndex device = options.device >= 0 ? options.device : wanted;
  const PaDeviceInfo* info =
      device == paNoDevice || device >= Pa_GetDeviceCount() ? nullptr : Pa_GetDeviceInfo(device);
  if (!info) return false;
  const int most = options.output ? info->maxOutputChannels : info->maxInputChannels;
  if (most < 1) return false;
  PaStreamParameters parameters{};
  parameters.device = device;
  parameters.channelCount = std::min(options.channels, most);
  parameters.sampleFormat = paFloat32;
  parameters.suggestedLatency = options.latency_seconds > 0.0 ? options.latency_seconds
                                : options.output              ? info->defaultHighOutputLatency
                                                              : info->defaultHighInputLatency;
  call_ = std::move(call);
  output_ = options.output;
  channels_ = parameters.channelCount;
  PaError error = paInvalidSampleRate;
  for (const double rate :
       {static_cast<double>(options.preferred_rate), info->defaultSampleRate, 48000.0, 44100.0}) {
    if (rate <= 0.0) continue;
    error = Pa_OpenStream(&stream_, output_ ? nullptr : &parameters, output_ ? &parameters : nullptr, rate,
                          paFramesPerBufferUnspecified, paNoFlag, &PortAudioStream::on_call, this);
    if (error == paNoError) break;
    stream_ = nullptr;
    if (error != paInvalidSampleRate) break;
  }
  if (error != paNoError) {
    why_ = Pa_GetErrorText(error);
    return false;
  }
  Pa_SetStreamFinishedCallback(stream_, &PortAudioStream::on_finished);
  const PaStreamInfo* opened = Pa_GetStreamInfo(stream_);
  rate_ = static_cast<int>(opened->sampleRate);
  latency_ = output_ ? opened->outputLatency : opened->inputLatency;
  name_ = info->name;
  why_.clear();
  return true;
}

bool PortAudioStream::start() {
  if (!stream_) return false;
  stopping_ = false;
  const PaError error = Pa_StartStream(stream_);
  if (error != paNoError && error != paStreamIsNotStopped) {
    why_ = Pa_GetErrorText(error);
    failed_ = true;
    return false;
  }
  return true;
}

void PortAudioStream::stop() {
  if (!stream_ || Pa_IsStreamStopped(stream_) == 1) return;
  stopping_ = true;
  Pa_StopStream(stream_);
}

void PortAudioStream::abort() {
  if (!stream_ || Pa_IsStreamStopped(stream_) == 1) return;
  stopping_ = true;
  Pa_AbortStream(stream_);
}

int PortAudioStream::on_call(const void* input, void* output, unsigned long frames,
                             const PaStreamCallbackTimeInfo*, PaStreamCallbackFlags, void* user) {
  static_cast<PortAudioStream*>(user)->call_(static_cast<const float*>(input), static_cast<float*>(output),
                                             frames);
  return paContinue;
}

void PortAudioStream::on_finished(void* user) {
  auto* self = static_cast<PortAudioStream*>(user);
  if (!self->stopping_) self->failed_ = true;
}

}  // namespace luthier::audio::detail
#endif
