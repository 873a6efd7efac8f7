#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/run/events.h"
#include "core/run/progress.h"
#include "core/session/workspace.h"

namespace luthier {

struct ExportRequest {
  std::filesystem::path folder;  ///< new or empty; gets one folder per label
  std::string query;             ///< which clips; empty: all that are labelled and not excluded
  std::vector<db::ClipId> clips; ///< and of these only the ones named here; empty: all
  int sample_rate = 0;           ///< Hz of sounds; 0: each recording's own. Pictures are made at 22,050 Hz.
  std::string format = "wav16";  ///< of sounds
  std::string table = "csv";     ///< of export_sounds: metadata.csv or metadata.jsonl
  std::int64_t shard_clips = 1000;  ///< of export_shards: clips in one tar file
};

struct ExportResult {
  Outcome outcome = Outcome::done;
  std::int64_t files = 0;
  std::vector<std::string> skipped;  ///< clips that could not be read, one sentence each
};

/// The pictures that system A trains on: 22,050 Hz mono, mel of 128 bands (n_fft 2048, hop 512), dB below the clip's own maximum,
/// floor 80, 8-bit grey PNG <label>/<stem>_chunk<k>.png, row 0 the lowest band; 3 s give 130 x 128. Throws SessionError.
ExportResult export_images(const Workspace& workspace, const ExportRequest& request, const ProgressSink& progress = {}, std::stop_token stop = {});

/// <label>/<stem>_chunk<k>.wav, and metadata.csv or metadata.jsonl (file_name,label,split,phrase,seconds,clip,source,tags,
/// rating,rights,notes), which Hugging Face's audiofolder reads, and an import of the folder.
ExportResult export_sounds(const Workspace& workspace, const ExportRequest& request, const ProgressSink& progress = {}, std::stop_token stop = {});

/// Tar shards as WebDataset reads them: shard-000000.tar and on, with <label>-<stem>_chunk<k>.wav and .json (the table's columns)
/// for each clip; an import of the shards reads them back.
ExportResult export_shards(const Workspace& workspace, const ExportRequest& request, const ProgressSink& progress = {}, std::stop_token stop = {});

/// 8-bit grey PNG, row 0 on top, written whole or not at all. Throws SessionError.
void write_grey_png(const std::filesystem::path& path, int width, int height, const std::vector<std::uint8_t>& pixels);

}  // namespace luthier
