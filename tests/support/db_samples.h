#pragma once
#include <string>

#include "db/clip_store.h"
#include "db/label_store.h"
#include "db/recording_store.h"

/// Rows for tests of the catalog.
namespace samples {

inline std::string hash_of(std::int64_t n) {
  std::string digits = std::to_string(n);
  return std::string(64 - digits.size(), '0') + digits;
}

inline luthier::db::RecordingId recording(luthier::db::Catalog& catalog, const std::string& name, int rate = 44100, int channels = 1) {
  luthier::db::RecordingRow row;
  row.path = "audio/" + name;
  row.name = name;
  row.sha256 = hash_of(catalog.recordings().count() + 1);
  row.sample_rate = rate;
  row.channels = channels;
  row.frames = rate * 10;
  return catalog.recordings().add(row);
}

inline luthier::db::ClipId clip(luthier::db::Catalog& catalog, luthier::db::RecordingId recording, std::int64_t start, std::int64_t frames,
                                const std::string& label = {}) {
  luthier::db::ClipRow row;
  row.recording = recording;
  row.start_frame = start;
  row.frame_count = frames;
  row.sha256 = hash_of(1000 * recording.value + start);
  if (!label.empty()) row.label = catalog.labels().label(label);
  return catalog.clips().add(row);
}

}  // namespace samples
