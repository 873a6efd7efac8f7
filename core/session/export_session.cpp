#include "core/session/export_session.h"

#include <png.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/spectrogram_image.h"
#include "audio/resampler.h"
#include "audio/writer.h"
#include "core/session/clip_names.h"
#include "core/session/clip_sound.h"
#include "core/session/csv.h"
#include "core/session/progress_meter.h"
#include "core/session/sound_files.h"
#include "core/session/tar_file.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
constexpr int kImageRate = 22050;

/// True: the folder was made here.
bool require_empty(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && (!fs::is_directory(folder, error) || !fs::is_empty(folder, error)))
    throw SessionError("'" + folder.string() + "' holds something already; export into a new or empty folder");
  const bool made = fs::create_directories(folder, error);
  if (error) throw SessionError("the folder '" + folder.string() + "' cannot be made (" + error.message() + ")");
  return made;
}

/// Calls `write(sound, clip, target without extension)` for each clip; a clip that cannot be read is listed.
using WriteClip = std::function<void(audio::AudioBuffer, const db::ClipView&, const NamedClip&, const fs::path&)>;

ExportResult export_each(const Workspace& workspace, const ExportRequest& request, const ProgressSink& progress, const std::stop_token& stop,
                         const WriteClip& write) {
  const auto catalog = workspace.open_catalog();
  std::set<db::ClipId> wanted;
  const auto ids = catalog->clips().ids(request.query);
  wanted.insert(ids.begin(), ids.end());
  if (!request.clips.empty()) {
    const std::set<db::ClipId> named(request.clips.begin(), request.clips.end());
    std::erase_if(wanted, [&](db::ClipId id) { return !named.contains(id); });
  }
  std::vector<NamedClip> clips;
  for (const auto& [label, members] : named_clips(*catalog))
    std::copy_if(members.begin(), members.end(), std::back_inserter(clips), [&](const NamedClip& clip) { return wanted.contains(clip.id); });
  if (clips.empty()) throw SessionError("there is no labelled clip to export; label clips first, or use another search");
  const bool made = require_empty(request.folder);
  ExportResult result;
  ProgressMeter meter(progress, static_cast<double>(clips.size()));
  double done = 0;
  for (const NamedClip& clip : clips) {
    if (stop.stop_requested()) {
      result.outcome = Outcome::cancelled;
      return result;
    }
    meter.report(++done, clip.label + "/" + clip.name);
    const auto view = catalog->clips().view(clip.id);
    if (!view) continue;
    audio::AudioBuffer sound;
    try {
      sound = read_clip(workspace, *view);
    } catch (const std::runtime_error& error) {
      result.skipped.push_back(error.what());
      continue;
    }
    const fs::path folder = request.folder / safe_file_name(clip.label);
    std::error_code error;
    fs::create_directories(folder, error);
    try {
      write(std::move(sound), *view, clip, folder / clip.name);
    } catch (...) {  // a full disk leaves what was written, and no empty folders
      if (fs::is_empty(folder, error) && !error) fs::remove(folder, error);
      if (made && fs::is_empty(request.folder, error) && !error) fs::remove(request.folder, error);
      throw;
    }
    ++result.files;
  }
  meter.finish(std::to_string(result.files) + " files");
  return result;
}

void write_record(const ExportRequest& request, const ExportResult& result, const std::string& what) {
  const nlohmann::ordered_json record = {{"made_by", version_text()}, {"what", what}, {"query", request.query}, {"files", result.files},
                                         {"skipped", result.skipped}};
  write_whole(request.folder / "record.json", record.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

using Json = nlohmann::ordered_json;

/// What the tables say of a clip, in the order of their columns.
Json row_of(const std::string& file_name, const db::ClipView& view, const NamedClip& clip) {
  std::string tags;
  for (const auto& tag : view.tags) tags += (tags.empty() ? "" : ";") + tag;
  return {{"file_name", file_name}, {"label", view.label}, {"split", db::to_text(view.clip.split)}, {"phrase", view.phrase}, {"seconds", view.clip.seconds},
          {"clip", clip.id.value}, {"source", view.source}, {"tags", tags}, {"rating", view.clip.rating}, {"rights", view.rights}, {"notes", view.clip.notes}};
}

std::string csv_line(const Json& row, bool head) {
  std::string line;
  for (const auto& [name, value] : row.items()) {
    std::string cell = head ? name : value.is_string() ? value.get<std::string>() : value.dump();
    std::replace(cell.begin(), cell.end(), '\n', ' ');  // one row, one line
    line += (line.empty() ? "" : ",") + csv_cell(cell);
  }
  return line + "\n";
}

std::string line_of(const Json& row) { return row.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

void write_sound(const fs::path& file, audio::AudioBuffer sound, audio::FileFormat format, int sample_rate, const db::ClipView& view) {
  if (sample_rate > 0) sound = audio::resample(sound, sample_rate);
  audio::write_audio(file, sound, format, {{"comment", version_text() + ", clip " + std::to_string(view.clip.id.value) + ", SHA-256 " + view.clip.sha256}});
}

}  // namespace

void write_grey_png(const fs::path& path, int width, int height, const std::vector<std::uint8_t>& pixels) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (!png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), width, nullptr))
    throw SessionError("the picture '" + path.string() + "' cannot be made (" + image.message + ")");
  bytes.resize(size);
  write_whole(path, bytes);
}

ExportResult export_images(const Workspace& workspace, const ExportRequest& request, const ProgressSink& progress, std::stop_token stop) {
  const audio::StftOptions stft;
  const audio::MelFilterbank filterbank({.sample_rate = kImageRate});
  const auto result = export_each(workspace, request, progress, stop,
                                  [&](audio::AudioBuffer sound, const db::ClipView&, const NamedClip&, const fs::path& target) {
                                    const std::vector<float> mono = audio::resample(sound.mono(), sound.sample_rate, kImageRate);
                                    const auto image = audio::to_image(audio::power_to_db(audio::mel_spectrogram(mono, stft, filterbank)));
                                    write_grey_png(target.string() + ".png", image.width, image.height, image.pixels);
                                  });
  write_record(request, result, "mel pictures: 22050 Hz, n_fft 2048, hop 512, 128 bands, dB below the clip's maximum, floor 80");
  return result;
}

ExportResult export_sounds(const Workspace& workspace, const ExportRequest& request, const ProgressSink& progress, std::stop_token stop) {
  const audio::FileFormat format = audio::file_format(request.format);
  const std::string extension = "." + std::string(audio::file_extension(format));
  if (request.table != "csv" && request.table != "jsonl") throw SessionError("a table is written as csv or jsonl, not as '" + request.table + "'");
  std::string table;
  const auto result = export_each(
      workspace, request, progress, stop, [&](audio::AudioBuffer sound, const db::ClipView& view, const NamedClip& clip, const fs::path& target) {
        write_sound(target.string() + extension, std::move(sound), format, request.sample_rate, view);
        const Json row = row_of((target.lexically_relative(request.folder)).generic_string() + extension, view, clip);
        if (request.table == "csv" && table.empty()) table = csv_line(row, true);
        table += request.table == "csv" ? csv_line(row, false) : line_of(row);
      });
  write_whole(request.folder / ("metadata." + request.table), table);
  write_record(request, result, "sounds");
  return result;
}

ExportResult export_shards(const Workspace& workspace, const ExportRequest& request, const ProgressSink& progress, std::stop_token stop) {
  const audio::FileFormat format = audio::file_format(request.format);
  const std::string extension = "." + std::string(audio::file_extension(format));
  if (request.shard_clips < 1) throw SessionError("a shard holds at least one clip");
  std::optional<TarWriter> shard;
  std::int64_t clips = 0, shards = 0;
  const auto finish = [&] {
    if (shard) shard->finish();
    shard.reset();
  };
  const auto result = export_each(
      workspace, request, progress, stop, [&](audio::AudioBuffer sound, const db::ClipView& view, const NamedClip& clip, const fs::path& target) {
        if (clips++ % request.shard_clips == 0) {
          finish();
          char name[32];
          std::snprintf(name, sizeof name, "shard-%06lld.tar", static_cast<long long>(shards++));
          shard.emplace(request.folder / name);
        }
        const fs::path file = request.folder / (".sound" + extension);
        write_sound(file, std::move(sound), format, request.sample_rate, view);
        // A sample's key ends at the first dot.
        std::string key = safe_file_name(view.label) + "-" + target.filename().string();
        std::replace(key.begin(), key.end(), '.', '_');
        shard->add(key + extension, read_text(file));
        shard->add(key + ".json", line_of(row_of(key + extension, view, clip)));
        std::error_code error;
        fs::remove(file, error);
        fs::remove(target.parent_path(), error);  // shards hold no folders
      });
  finish();
  write_record(request, result, "tar shards");
  return result;
}

}  // namespace luthier
