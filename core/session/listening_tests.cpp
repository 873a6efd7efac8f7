#include "core/session/listening_tests.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "core/session/text_file.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string number(const char* format, double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string word(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double figure(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : 0.0;
}

Json list(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_array() ? *found : Json::array();
}

void read_abx(const Json& json, ListeningTest& out) {
  out.complete = json.value("complete", Json()) == true;
  if (out.complete)
    out.results = {number("%.0f", figure(json, "correct")) + " of " + std::to_string(out.trials) + " right; by guessing, so many or more come with p = " + number("%.3g", figure(json, "p_value"))};
  else out.results = {"broken off after " + std::to_string(out.trials) + " of " + number("%.0f", figure(json, "planned_trials")) + " trials, so no score is told"};
}

void read_rating(const Json& json, ListeningTest& out) {
  out.complete = json.value("finished", Json()) == true;
  struct Sum {
    double total = 0;
    int count = 0;
  };
  for (const char* question : {"closer", "better"}) {
    std::map<std::size_t, Sum> sums;
    for (const Json& trial : list(json, "trials")) {
      if (word(trial, "question") != question) continue;
      for (const Json& score : list(trial, "scores")) {
        const double sound = figure(score, "sound");
        if (sound < 0 || sound >= static_cast<double>(out.sounds.size())) continue;
        Sum& sum = sums[static_cast<std::size_t>(sound)];
        sum.total += figure(score, "score"), ++sum.count;
      }
    }
    std::string line;
    for (const auto& [sound, sum] : sums) line += (line.empty() ? "" : ", ") + out.sounds[sound] + " " + number("%.1f", sum.total / sum.count);
    if (!line.empty()) out.results.push_back(std::string(question) + ", 0 to 100: " + line);
  }
  for (const Json& pair : list(json, "pairs"))
    out.results.push_back(word(pair, "question") + ": " + word(pair, "first") + " against " + word(pair, "second") + ", p = " + number("%.3g", figure(pair, "p")) + " (" +
                          number("%.3g", figure(pair, "p_holm")) + " for all pairs together)");
  if (!out.complete) out.results.push_back("broken off after " + std::to_string(out.trials) + " trials");
}

}  // namespace

ListeningTest read_listening_test(const fs::path& file) {
  const Json json = Json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || word(json, "kind") != "listening_test")
    throw SessionError("'" + file.string() + "' is no log of a listening test; luthierctl listening lists those of the workspace");
  ListeningTest out;
  out.file = file;
  out.test = word(json, "test");
  out.made = word(json, "made");
  for (const Json& sound : list(json, "sounds")) out.sounds.push_back(word(sound, "title"));
  out.trials = static_cast<int>(list(json, "trials").size());
  if (out.test == "ABX") read_abx(json, out);
  else read_rating(json, out);
  return out;
}

std::vector<ListeningTest> list_listening_tests(const fs::path& workspace) {
  std::vector<ListeningTest> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(Workspace::open(workspace).exports(), error)) {
    if (entry.path().extension() != ".json") continue;
    try {
      out.push_back(read_listening_test(entry.path()));
    } catch (const SessionError&) {
      // another file of the user's
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.file.filename() > b.file.filename(); });
  return out;
}

}  // namespace luthier
