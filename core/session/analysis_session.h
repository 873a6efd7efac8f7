#pragma once
#include <filesystem>
#include <stop_token>
#include <string>

namespace luthier {

/// Analysis to a file. Kinds: "mel" (mel power in dB below the maximum, 80 dB), "stft" (amplitude in dB below the maximum,
/// 80 dB), "cqt" (amplitude in dB, 84 bins from C1), and the representations that models see.
struct SpectrogramRequest {
  std::filesystem::path workspace;  ///< only to find clips by number; may be empty
  std::string input;                ///< sound file or clip id
  std::string kind = "mel";
  std::filesystem::path output;     ///< .npy or .png; never overwritten
  int sample_rate = 22050;          ///< Hz; 0: the file's own
  int n_fft = 2048, hop = 512, bands = 128;
  bool axes = false;
  std::string colours = "grey";
  std::string run;                  ///< run id or "shipped": as this model sees it; kind, rate, window, hop and bands are its own
};

struct SpectrogramResult {
  std::filesystem::path record;  ///< JSON beside the output: what it takes to invert it
  int bins = 0, frames = 0;
};

/// Throws ConfigError, SessionError or audio::AudioError.
SpectrogramResult write_spectrogram(const SpectrogramRequest& request, std::stop_token stop);

struct InversionRequest {
  std::filesystem::path workspace;  ///< only to find a vocoder's run; may be empty
  std::filesystem::path input;      ///< .npy with its .json record, or an 8-bit grey picture (system A's: row 0 is the lowest band)
  std::filesystem::path output;     ///< sound file; never overwritten
  std::string vocoder = "griffin-lim";
  std::string content;              ///< sound file; may be empty
  int iterations = 32;
  int sample_rate = 22050;          ///< for a picture without a record
};

/// Throws ConfigError, SessionError, CheckpointError or audio::AudioError; Cancelled on a stop.
void invert_spectrogram(const InversionRequest& request, std::stop_token stop);

}  // namespace luthier
