#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/signal/representation.h"

namespace luthier {

struct ClipInfo {
  std::int64_t id = 0;       ///< catalog id; 0 for a clip rendered in memory
  std::string name;          ///< file and part, for people
  std::string label;
  int label_index = 0;       ///< into ClipSet::labels
  std::int64_t phrase = -1;  ///< clips with one phrase play the same notes at the same times; -1: none
  int recording = -1;        ///< clips cut from one recording share it
  std::string split = "train";  ///< "train", "validation" or "test"
  std::string source;        ///< soundfont or collection; content-only sources are marked by `target_allowed`
  bool target_allowed = true;   ///< false: only ever content
};

/// Clips as tensors, in memory or mapped from the feature cache. Read-only while a run uses it.
struct ClipSet {
  RepresentationSpec representation;
  std::vector<std::string> labels;      ///< sorted; label_index counts in it
  std::vector<ClipInfo> clips;
  std::vector<torch::Tensor> features;  ///< [channel, bin, frame] float32, or int16 (1/32768 full scale) for "waveform"
  std::size_t size() const { return clips.size(); }
};

/// One row of a pair set, as indexes into ClipSet::clips. target < 0: not known.
struct ClipPair {
  std::int64_t content = 0, style = 0, target = -1;
};

}  // namespace luthier
