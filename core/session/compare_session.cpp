#include "core/session/compare_session.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "audio/writer.h"
#include "core/config/schema.h"
#include "core/evaluate/clip_analysis.h"
#include "core/session/figure/spectrogram_figure.h"
#include "core/session/sound_figures.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Files written so far; taken away again unless keep() is reached.
class Unfinished {
 public:
  ~Unfinished() {
    std::error_code ignored;
    for (const auto& path : paths_) fs::remove(path, ignored);
    if (made_folder_) fs::remove(folder_, ignored);
  }
  void open(const fs::path& folder) {
    folder_ = folder;
    std::error_code error;
    made_folder_ = fs::create_directories(folder, error);
    if (error) throw ConfigError("The folder '" + folder.string() + "' cannot be made (" + error.message() + "); choose another place.");
  }
  /// Notes a file that is about to be written. Throws ConfigError if it is there.
  fs::path add(const std::string& name) {
    const fs::path path = folder_ / name;
    std::error_code error;
    if (fs::exists(path, error)) throw ConfigError("There is a comparison in '" + folder_.string() + "' already (" + name + "); choose another folder.");
    paths_.push_back(path);
    return path;
  }
  void keep() { paths_.clear(), made_folder_ = false; }

 private:
  fs::path folder_;
  std::vector<fs::path> paths_;
  bool made_folder_ = false;
};

/// "result (4 steps)" -> "result-4-steps"; never empty, unique among `taken`.
std::string file_stem(const std::string& title, std::vector<std::string>& taken) {
  std::string stem;
  for (const char c : title) {
    if (std::isalnum(static_cast<unsigned char>(c)) || (c & 0x80)) stem += c;
    else if (!stem.empty() && stem.back() != '-') stem += '-';
  }
  while (!stem.empty() && stem.back() == '-') stem.pop_back();
  if (stem.empty()) stem = "sound";
  if (stem.size() > 60) stem.resize(60);
  std::string unique = stem;
  for (int n = 2; std::find(taken.begin(), taken.end(), unique) != taken.end(); ++n) unique = stem + "-" + std::to_string(n);
  taken.push_back(unique);
  return unique;
}

/// Each sound against the first. What cannot be measured (under a second, NaN) says why.
Json measure(const std::vector<ComparedSound>& sounds) {
  Json out = Json::array();
  for (std::size_t i = 1; i < sounds.size(); ++i) {
    try {
      Json figures = Json::object();
      for (const auto& [name, value] : sound_figures(sounds[i].sound, sounds.front().sound)) figures[name] = value;
      out.push_back({{"sound", sounds[i].title}, {"against", sounds.front().title}, {"figures", std::move(figures)}});
    } catch (const EvaluationError& error) {
      out.push_back({{"sound", sounds[i].title}, {"not_measured", error.what()}});
    }
  }
  return out;
}

SpectrogramFigure figure_of(const ComparisonRequest& request) {
  SpectrogramFigure figure;
  figure.colours = request.colours;
  if (const auto title = request.record.find("title"); title != request.record.end()) figure.title = title->second;
  std::vector<const audio::AudioBuffer*> sounds;
  for (const auto& named : request.sounds) sounds.push_back(&named.sound);
  const double top = common_top_hz(sounds);
  for (const auto& [title, sound] : request.sounds) figure.panels.push_back(mel_panel(title, sound, top));
  show_loudest(figure);
  return figure;
}

std::string record_text(const ComparisonRequest& request, const Json& files) {
  Json json;
  json["kind"] = "comparison";
  json["made"] = utc_now();
  json["version"] = version_text();
  for (const auto& [key, value] : request.record) {
    const Json parsed = Json::parse(value, nullptr, /*allow_exceptions=*/false);
    json[key] = parsed.is_object() || parsed.is_array() ? parsed : Json(value);
  }
  json["sounds"] = files;
  json["figures"] = measure(request.sounds);
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

void check(const ComparisonRequest& request) {
  if (request.sounds.empty()) throw ConfigError("A comparison needs at least one sound.");
  for (const auto& [title, sound] : request.sounds)
    if (sound.empty()) throw ConfigError("The sound '" + title + "' holds no samples.");
  if (request.audio_format != "wav" && request.audio_format != "flac")
    throw ConfigError("A comparison writes its sounds as wav or flac, not as '" + request.audio_format + "'.");
  colour_map(request.colours);
}

}  // namespace

ComparisonFiles write_comparison(const ComparisonRequest& request) {
  check(request);
  Unfinished unfinished;
  unfinished.open(request.folder);
  ComparisonFiles out;
  out.png = unfinished.add("comparison.png");
  out.svg = unfinished.add("comparison.svg");
  out.record = unfinished.add("record.json");
  Json files = Json::array();
  std::vector<std::string> taken;
  for (const auto& [title, sound] : request.sounds) {
    out.sounds.push_back(unfinished.add(file_stem(title, taken) + "." + request.audio_format));
    files.push_back({{"title", title}, {"file", out.sounds.back().filename().string()}, {"sample_rate", sound.sample_rate}, {"channels", sound.channel_count()}, {"duration_s", sound.seconds()}});
  }
  const std::string record = record_text(request, files);
  const SpectrogramFigure figure = figure_of(request);
  RasterCanvas raster(figure.width, figure.height(), {255, 255, 255, 255});
  figure.draw(raster);
  write_png(out.png, raster.raster(), {{"Software", version_text()}, {"Comment", record}});
  SvgCanvas svg(figure.width, figure.height(), {255, 255, 255, 255});
  figure.draw(svg);
  write_text(out.svg, svg.document(record));
  for (std::size_t i = 0; i < request.sounds.size(); ++i)
    audio::write_audio(out.sounds[i], request.sounds[i].sound, {{"title", request.sounds[i].title}, {"software", version_text()}, {"comment", record}});
  write_text(out.record, record + "\n");
  unfinished.keep();
  return out;
}

}  // namespace luthier
