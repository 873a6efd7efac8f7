#pragma once
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "core/config/schema.h"
#include "core/run/events.h"

namespace luthier {

/// A stream of sound that is played by another instrument as it comes in.
struct LiveRequest {
  std::filesystem::path workspace;     ///< may be empty when all is named by files
  std::string run, checkpoint;         ///< as in TransferRequest; both empty: the shipped weights
  std::string content;                 ///< a sound file or a clip's number; empty: the sound input
  int input_device = -1;               ///< of audio::list_devices; -1: the default
  std::string style;
  Config options;                      ///< over the family's transfer_schema(); where it has them, steps and passes are 1 and temperature 0 unless given
  bool treble = false;                 ///< costs about as much again as the rest
  std::string device = "auto";
  double window = 3.0, hop = 0.25, ahead = 0.25;  ///< seconds; core/transfer/live_transfer.h
  double seconds = 0;                  ///< end after so much input; 0: when the file ends, or at a stop
  bool paced = false;                  ///< a file comes in at its own pace, as from a device
  bool play = false;                   ///< through the sound output
  int output_device = -1;
  std::filesystem::path output;        ///< WAV or FLAC; empty: a new folder in the workspace; without one nothing is kept
};

/// How a stream is going. Values.
struct LiveState {
  double heard = 0, made = 0;          ///< seconds in and out
  double level_in = 0, level_out = 0;  ///< peak of the last block, linear
  double latency = 0;                  ///< seconds from a sound to its transfer at the latest: window, computing, devices
  double computing = 0;                ///< seconds that the last block took; must stay below the hop
  int late = 0;                        ///< blocks that took longer than their hop
  int gaps = 0;                        ///< times the output ran dry
};

struct LiveResult {
  Outcome outcome = Outcome::done;
  std::string message;
  std::filesystem::path output, record;
  LiveState state;
  double computing_mean = 0, computing_most = 0;  ///< seconds a block
  std::string input, sound_output;     ///< devices, or the file
};

using LiveListener = std::function<void(const LiveState&)>;

/// Runs until the content ends or a stop is asked for, which is how a stream from an input ends: what was made is kept. Blocks; the
/// listener is called on the caller's thread, a few times a second. Does not throw.
LiveResult live(const LiveRequest& request, const LiveListener& listener, std::stop_token stop);

}  // namespace luthier
