#pragma once
#include <string>
#include <vector>

namespace luthier::audio {

struct SoundDevice {
  int index = -1;    ///< PortAudio's number, valid while the program runs
  std::string name;  ///< "HDA Intel: ALC257 (hw:0,0)"
  std::string host;  ///< "ALSA", "CoreAudio" …
  int output_channels = 0;
  int input_channels = 0;
  double default_rate = 0.0;  ///< Hz
  bool default_output = false;
  bool default_input = false;
};

/// In place of a number: what is open is closed, so that devices are listed anew, and the one of the same name is opened again.
inline constexpr int kLookAgain = -2;

/// What a user reads when there is no output.
inline constexpr const char* kNoOutputMessage = "No sound output was found; you can still look and export.";
inline constexpr const char* kNoInputMessage =
    "No sound input was found; connect a microphone, or import files.";

/// All devices; empty when there is none or the library was built without PortAudio. Never throws. The
/// chatter that sound systems write to stderr while they are searched is silenced. Takes up to 0.2 s the
/// first time: not for the GUI thread.
std::vector<SoundDevice> list_devices();

/// Keeps PortAudio initialised while any of these lives. Any thread.
class SoundSystem {
 public:
  SoundSystem();
  ~SoundSystem();
  SoundSystem(const SoundSystem&) = delete;
  SoundSystem& operator=(const SoundSystem&) = delete;
  bool works() const { return works_; }

 private:
  bool works_ = false;
};

}  // namespace luthier::audio
