#include "core/session/transfer_files.h"

#include <nlohmann/json.hpp>

#include "audio/writer.h"
#include "core/session/config_json.h"
#include "core/session/figure/spectrogram_figure.h"
#include "core/session/outputs.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/session/workspace.h"
#include "db/run_store.h"
#include "db/transfer_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

void write_picture(const TransferResult& result, const TransferRecord& record, const std::string& text, const fs::path& file) {
  SpectrogramFigure figure;
  figure.title = "Style transfer";
  const bool clip = !record.style.given.empty();  // or a label stood for the style
  const double top = clip ? common_top_hz({&result.content, &result.style, &result.result}) : common_top_hz({&result.content, &result.result});
  figure.panels = {mel_panel("content: " + record.content.name, result.content, top)};
  if (clip) figure.panels.push_back(mel_panel("style: " + record.style.name, result.style, top));
  figure.panels.push_back(mel_panel(clip ? "result" : "result in the style of " + record.style.name, result.result, top));
  show_loudest(figure);
  RasterCanvas canvas(figure.width, figure.height(), {255, 255, 255, 255});
  figure.draw(canvas);
  make_parent(file);
  write_png(file, canvas.raster(), {{"Software", version_text()}, {"Comment", text}});
}

std::string settings_text(const TransferRecord& record) {
  auto json = json_from_config(record.options);
  if (record.kept_step > 0) json["kept_step"] = record.kept_step;
  return json.dump();
}

std::string model_text(const TransferRecord& record) {
  if (record.untrained) return record.family;
  return record.run.empty() ? record.checkpoint : record.run + "/" + fs::path(record.checkpoint).filename().string();
}

// The history is a convenience: a catalog that cannot be written does not spoil a finished transfer.
void add_row(TransferResult& result, const TransferRecord& record, const TransferPlace& place, const Workspace& workspace) {
  try {
    const auto catalog = workspace.open_catalog();
    if (catalog->read_only()) return;
    db::TransferRow row;
    if (const auto run = catalog->runs().find(record.run)) row.run = run->id;
    row.model = model_text(record);
    row.content_clip = place.content_clip, row.style_clip = place.style_clip;
    row.content = record.content.name, row.style = record.style.name;
    row.folder = workspace.catalog_path(fs::absolute(result.output).parent_path());
    row.audio = result.output.filename().string();
    row.image = place.image.empty() ? "" : place.image.filename().string();
    row.settings_json = settings_text(record);
    row.seconds = record.seconds;
    row.kept = place.kept;
    catalog->transfers().add(row);
  } catch (const db::DbError& error) {
    result.message = "The result is written, but not listed: " + std::string(error.what());
  }
}

}  // namespace

void check_transfer_place(const TransferPlace& place) {
  if (place.output.empty() && place.workspace.empty()) throw ConfigError("Say where the result shall go, or name a workspace.");
  if (!place.output.empty()) {
    audio::file_format_for(place.output);
    refuse_existing(place.output);
    refuse_existing(fs::path(place.output).replace_extension(".json"));
  }
  refuse_existing(place.image);
  require_writable(place.output.empty() ? Workspace::open(place.workspace).transfers() / "result.wav" : place.output);
  require_writable(place.image);
}

void write_transfer(TransferResult& result, const TransferRecord& record, const TransferPlace& place) {
  std::optional<Workspace> workspace;
  if (!place.workspace.empty()) workspace = Workspace::open(place.workspace);
  fs::path output = place.output;
  if (output.empty()) {
    if (!workspace) throw ConfigError("Say where the result shall go, or name a workspace.");
    output = workspace->make_unique_folder(workspace->transfers(), place.folder_name) / "result.wav";
  }
  make_parent(output);
  const fs::path record_file = fs::path(output).replace_extension(".json");
  refuse_existing(output);
  refuse_existing(record_file);
  const std::string text = transfer_record_text(record);
  const std::string title = record.content.name + " in the style of " + record.style.name;
  audio::write_audio(output, result.result, {{"title", title}, {"software", version_text()}, {"comment", text}});
  result.output = output;
  write_text(record_file, text + "\n");
  result.record = record_file;
  if (!place.image.empty()) write_picture(result, record, text, place.image);
  if (workspace) add_row(result, record, place, *workspace);
}

}  // namespace luthier
