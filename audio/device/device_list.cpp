#include "audio/device/device_list.h"

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <system_error>

#ifdef LUTHIER_HAS_PORTAUDIO
#include <portaudio.h>
#endif
#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#endif

namespace luthier::audio {
namespace {

#ifdef LUTHIER_HAS_PORTAUDIO
/// PortAudio counts its users, but not in a thread-safe way.
std::mutex& system_mutex() {
  static std::mutex mutex;
  return mutex;
}
#endif

#if defined(LUTHIER_HAS_PORTAUDIO) && defined(__linux__)
/// PortAudio's ALSA side ends the whole program (an assertion) where ALSA finds no configuration.
bool alsa_is_configured() {
  const char* path = std::getenv("ALSA_CONFIG_PATH");
  std::error_code error;
  const auto size = std::filesystem::file_size(path && *path ? path : "/usr/share/alsa/alsa.conf", error);
  return !error && size > 0;
}
#elif defined(LUTHIER_HAS_PORTAUDIO)
bool alsa_is_configured() { return true; }
#endif

/// ALSA and JACK print about a hundred lines where there is no device, past every error handler of their own.
class SilentStderr {
 public:
#ifndef _WIN32
  SilentStderr() {
    std::fflush(stderr);
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0) return;
    saved_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (saved_ >= 0) ::dup2(nothing, STDERR_FILENO);
    ::close(nothing);
  }
  ~SilentStderr() {
    if (saved_ < 0) return;
    std::fflush(stderr);
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
  }
#else
  SilentStderr() = default;
  ~SilentStderr() {}
#endif
  SilentStderr(const SilentStderr&) = delete;
  SilentStderr& operator=(const SilentStderr&) = delete;

 private:
  [[maybe_unused]] int saved_ = -1;
};

}  // namespace

SoundSystem::SoundSystem() {
#ifdef LUTHIER_HAS_PORTAUDIO
  const std::lock_guard lock(system_mutex());
  const SilentStderr silence;
  works_ = alsa_is_configured() && Pa_Initialize() == paNoError;
#endif
}

SoundSystem::~SoundSystem() {
#ifdef LUTHIER_HAS_PORTAUDIO
  const std::lock_guard lock(system_mutex());
  const SilentStderr silence;
  if (works_) Pa_Terminate();
#endif
}

std::vector<SoundDevice> list_devices() {
  std::vector<SoundDevice> devices;
#ifdef LUTHIER_HAS_PORTAUDIO
  const SoundSystem system;
  if (!system.works()) return devices;
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); ++i) {
    const PaDeviceInfo* info = Pa_GetDeviceInfo(i);
    if (!info) continue;
    const PaHostApiInfo* host = Pa_GetHostApiInfo(info->hostApi);
    devices.push_back({i, info->name, host ? host->name : "", info->maxOutputChannels, info->maxInputChannels,
                       info->defaultSampleRate, i == Pa_GetDefaultOutputDevice(),
                       i == Pa_GetDefaultInputDevice()});
  }
#endif
  return devices;
}

}  // namespace luthier::audio
