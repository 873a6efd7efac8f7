#include "core/session/eq_baseline.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audio/resampler.h"
#include "audio/writer.h"
#include "core/evaluate/clip_analysis.h"
#include "core/evaluate/eq_match.h"
#include "core/session/content_hash.h"
#include "core/session/text_file.h"
#include "core/session/version.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::vector<float> samples_of(const ComparedSound& sound) { return audio::resample({sound.sound.sample_rate, sound.sound.mono()}, kEvaluationRate).channels.front(); }

Json description(const ComparedSound& sound) {
  return {{"title", sound.title}, {"duration_s", sound.sound.seconds()}, {"sha256", sha256_of_clip(sound.sound, 0, sound.sound.length(), 0)}};
}

}  // namespace

ComparedSound eq_baseline(const ComparedSound& content, const ComparedSound& style) {
  if (content.sound.empty() || style.sound.empty()) throw SessionError("an EQ match needs two sounds, and one of these holds no samples; choose another");
  const auto from = samples_of(content);
  std::vector<float> made;
  try {
    made = eq_match(from, samples_of(style));
  } catch (const EvaluationError&) {
    throw SessionError("'" + content.title + "' or '" + style.title + "' is too short for an EQ match (0.13 s at least); choose a longer one");
  }
  made.resize(from.size());  // whole windows only were made
  return {"EQ match of " + content.title + " to " + style.title, audio::AudioBuffer(kEvaluationRate, std::move(made))};
}

fs::path keep_eq_baseline(const Workspace& workspace, const ComparedSound& content, const std::string& content_place, const ComparedSound& style,
                          const std::string& style_place) {
  const ComparedSound made = eq_baseline(content, style);
  std::string stem = fs::path(content.title).stem().string() + " as EQ match";
  std::replace(stem.begin(), stem.end(), '/', '-');
  std::error_code error;
  fs::create_directories(workspace.exports(), error);
  fs::path file = workspace.exports() / (stem + ".wav");
  for (int n = 2; fs::exists(file, error); ++n) file = workspace.exports() / (stem + " " + std::to_string(n) + ".wav");
  const Json record{{"kind", "baseline"}, {"method", "EQ match"}, {"made", utc_now()}, {"version", version_text()}, {"sounds", Json::array({description(content), description(style)})},
                    {"sound.1", content_place}, {"sound.2", style_place}};
  audio::write_audio(file, made.sound, {{"title", made.title}, {"software", version_text()}, {"comment", record.dump(-1, ' ', false, Json::error_handler_t::replace)}});
  return file;
}

}  // namespace luthier
