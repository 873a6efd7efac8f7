#include "core/session/compare_session.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "audio/writer.h"
#include "core/config/schema.h"
#include "core/families/family.h"
#include "core/session/carried_record.h"
#include "core/session/content_hash.h"
#include "core/session/figure/pdf_canvas.h"
#include "core/session/outputs.h"
#include "core/session/sound_difference.h"
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

Json figures_json(const std::vector<ComparedFigures>& rows) {
  std::string truth;
  for (const auto& row : rows)
    if (row.truth) truth = row.title;
  Json out = Json::array();
  for (const auto& row : rows) {
    if (row.truth) continue;
    if (!row.not_measured.empty()) {
      out.push_back({{"sound", row.title}, {"not_measured", row.not_measured}});
      continue;
    }
    Json figures = Json::object();
    for (const auto& [name, value] : row.figures) figures[name] = value;
    out.push_back({{"sound", row.title}, {"against", truth}, {"figures", std::move(figures)}});
  }
  return out;
}

Json metrics_json() {
  Json out = Json::object();
  for (const MetricInfo& metric : sound_figure_columns())
    out[metric.id] = {{"title", metric.title}, {"unit", metric.unit}, {"better", metric.better == Better::lower ? "lower" : metric.better == Better::higher ? "higher" : "near 1"}};
  return out;
}

SoundDifference difference_of(const ComparisonRequest& request) {
  const auto [first, second] = *request.difference;
  return subtract_sounds(request.sounds[first].sound, request.sounds[second].sound, request.equal_loudness);
}

std::string difference_title(const ComparisonRequest& request) {
  const auto [first, second] = *request.difference;
  return request.sounds[first].title + " − " + request.sounds[second].title;
}

void check(const ComparisonRequest& request) {
  if (request.sounds.empty()) throw ConfigError("A comparison needs at least one sound.");
  for (const auto& [title, sound, own] : request.sounds)
    if (sound.empty()) throw ConfigError("The sound '" + title + "' holds no samples.");
  if (request.audio_format != "wav" && request.audio_format != "flac")
    throw ConfigError("A comparison writes its sounds as wav or flac, not as '" + request.audio_format + "'.");
  if (request.truth && *request.truth >= request.sounds.size())
    throw ConfigError("There is no sound number " + std::to_string(*request.truth + 1) + " to measure against; there are " + std::to_string(request.sounds.size()) + ".");
  if (request.difference && (request.difference->first >= request.sounds.size() || request.difference->second >= request.sounds.size()))
    throw ConfigError("A difference needs the numbers of two of the " + std::to_string(request.sounds.size()) + " sounds.");
  colour_map(request.colours);
}

}  // namespace

SpectrogramFigure comparison_figure(const ComparisonRequest& request) {
  check(request);
  SpectrogramFigure figure;
  figure.colours = request.colours;
  if (const auto title = request.record.find("title"); title != request.record.end()) figure.title = title->second;
  std::vector<const audio::AudioBuffer*> sounds;
  for (const auto& named : request.sounds) sounds.push_back(&named.sound);
  const double top = common_top_hz(sounds);
  for (const auto& [title, sound, own] : request.sounds) figure.panels.push_back(mel_panel(title, sound, top));
  if (request.difference) {
    const SoundDifference difference = difference_of(request);
    figure.panels.push_back(difference_panel(difference_title(request) + " (dB)", mel_panel("", difference.first, top), mel_panel("", difference.second, top)));
  }
  show_loudest(figure);
  return figure;
}

std::string comparison_record(const ComparisonRequest& request, const std::vector<std::string>& files, const std::vector<ComparedFigures>& figures) {
  Json json;
  json["kind"] = "comparison";
  json["made"] = utc_now();
  json["version"] = version_text();
  for (const auto& [key, value] : request.record) {
    const Json parsed = Json::parse(value, nullptr, /*allow_exceptions=*/false);
    json[key] = parsed.is_object() || parsed.is_array() ? parsed : Json(value);
  }
  Json sounds = Json::array();
  for (std::size_t i = 0; i < request.sounds.size(); ++i) {
    const auto& [title, sound, own] = request.sounds[i];
    sounds.push_back({{"title", title}, {"file", i < files.size() ? files[i] : ""}, {"sample_rate", sound.sample_rate}, {"channels", sound.channel_count()}, {"duration_s", sound.seconds()},
                      {"sha256", sha256_of_clip(sound, 0, sound.length(), 0)}});
  }
  json["sounds"] = std::move(sounds);
  if (request.truth) json["truth"] = *request.truth + 1;
  if (request.difference) {
    const SoundDifference difference = difference_of(request);
    json["difference"] = {{"of", difference_title(request)}, {"equal_loudness", request.equal_loudness}, {"gain_of_second_db", difference.gain_db}, {"residual_below_first_db", difference.residual_db}};
  }
  if (request.truth) {
    json["figures"] = figures_json(figures);
    json["metrics"] = metrics_json();
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

void write_figures(const ComparisonRequest& request, const std::vector<ComparedFigures>& figures, const fs::path& csv) {
  check(request);
  const fs::path beside = record_place(csv);
  ComparisonRequest named = request;
  named.record["table"] = csv.filename().string();
  make_parent(csv);
  write_text(csv, figures_csv(figures));
  write_text(beside, comparison_record(named, {}, figures) + "\n");
}

ComparisonFiles write_comparison(const ComparisonRequest& request, std::stop_token stop) {
  check(request);
  const auto go_on = [&] {
    if (stop.stop_requested()) throw Cancelled();
  };
  Unfinished unfinished;
  unfinished.open(request.folder);
  ComparisonFiles out;
  out.png = unfinished.add("comparison.png");
  out.svg = unfinished.add("comparison.svg");
  out.pdf = unfinished.add("comparison.pdf");
  if (request.truth) out.figures = unfinished.add("figures.csv");
  out.record = unfinished.add("record.json");
  std::vector<ComparedSound> sounds = request.sounds;
  if (request.difference) sounds.push_back({"residual of " + sounds[request.difference->first].title + " minus " + sounds[request.difference->second].title, difference_of(request).residual, {}});
  std::vector<std::string> files, taken;
  for (const auto& [title, sound, own] : sounds) {
    out.sounds.push_back(unfinished.add(file_stem(title, taken) + "." + request.audio_format));
    files.push_back(out.sounds.back().filename().string());
  }
  std::vector<ComparedFigures> figures;
  ComparisonRequest named = request;
  if (request.truth) {
    figures = compare_to_truth(request.sounds, *request.truth, {}, stop);
    named.record["table"] = out.figures.filename().string();
  }
  const std::string record = comparison_record(named, files, figures);
  const SpectrogramFigure figure = comparison_figure(request);
  go_on();
  RasterCanvas raster(figure.width, figure.height(), {255, 255, 255, 255});
  figure.draw(raster);
  write_png(out.png, raster.raster(), {{"Software", version_text()}, {"Comment", record}});
  go_on();
  SvgCanvas svg(figure.width, figure.height(), {255, 255, 255, 255});
  figure.draw(svg);
  write_text(out.svg, svg.document(record));
  go_on();
  PdfCanvas pdf(figure.width, figure.height(), {255, 255, 255, 255});
  figure.draw(pdf);
  write_text(out.pdf, pdf.document(figure.title, record));
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    go_on();
    audio::write_audio(out.sounds[i], sounds[i].sound, {{"title", sounds[i].title}, {"software", version_text()}, {"comment", sounds[i].record.empty() ? record : sounds[i].record}});
  }
  go_on();
  if (request.truth) write_text(out.figures, figures_csv(figures));
  write_text(out.record, record + "\n");
  unfinished.keep();
  return out;
}

}  // namespace luthier
