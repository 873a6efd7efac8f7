#pragma once
#include <filesystem>
#include <string>

#include "core/config/schema.h"

namespace luthier {

/// A sound of a transfer as its record names it.
struct RecordedSound {
  std::string name;    ///< for people
  std::string given;   ///< as the request named it: a clip's number or a path
  std::string path;    ///< absolute; empty for clips
  std::string sha256;  ///< of the file's bytes, or of the clip's samples
};

/// How a result was made: everything that it takes to make it again. Written beside it, and into it.
struct TransferRecord {
  std::string made, version;          ///< UTC; program and commit
  std::string family, run;            ///< run empty: shipped weights, a file, or a family that needs no training
  std::string checkpoint, checkpoint_step, weights_sha256;
  bool untrained = false;
  Config settings;                    ///< of a family that needs no training
  RecordedSound content, style;
  Config options;                     ///< complete
  std::string vocoder_given, vocoder_family, vocoder_checkpoint, vocoder_sha256;  ///< empty: no vocoder
  std::string inversion;              ///< how the spectrogram became sound where no vocoder did it
  std::string representation;         ///< canonical text
  bool treble = true;
  std::string device;
  int kept_step = 0, steps = 0;       ///< the estimate after this step of so many was taken; 0: the last, as usual
  Config live;                        ///< windows and measured latency of a stream; empty: no stream
  int sample_rate = 0, channels = 0;
  double duration_s = 0, seconds = 0, real_time_factor = 0;
};

std::string transfer_record_text(const TransferRecord& record);
/// Reads a result's record, the sound or picture that carries it, or an export that has it inside. Throws SessionError, one
/// sentence, where there is none.
TransferRecord read_transfer_record(const std::filesystem::path& file);

}  // namespace luthier
