#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "app/ctl/arguments.h"
#include "audio/reader.h"
#include "core/session/compare_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::vector<std::string> sounds, titles;
  std::filesystem::path out;
  std::string format = "wav", colours = "magma", title = "Comparison";
};

ComparisonRequest request_from(const Options& options) {
  if (!options.titles.empty() && options.titles.size() != options.sounds.size())
    throw UsageError("give as many --name as there are sounds (" + std::to_string(options.sounds.size()) + "), or none");
  ComparisonRequest request;
  request.folder = options.out;
  request.audio_format = options.format;
  request.colours = options.colours;
  Json files = Json::array();
  for (std::size_t i = 0; i < options.sounds.size(); ++i) {
    const std::filesystem::path path = options.sounds[i];
    request.sounds.push_back({options.titles.empty() ? path.stem().string() : options.titles[i], audio::read_audio(path)});
    files.push_back(options.sounds[i]);
  }
  request.record = {{"title", options.title}, {"files", files.dump()}};
  return request;
}

int compare_verb(const Options& options, Context& context) {
  const ComparisonFiles files = write_comparison(request_from(options));
  std::ifstream file(files.record);
  const Json record = Json::parse(file);
  if (context.json) {
    print_json({{"event", "compared"}, {"png", files.png.string()}, {"svg", files.svg.string()}, {"record", files.record.string()}, {"figures", record.at("figures")}});
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> head{"sound"};
  for (const auto& entry : record.at("figures")) {
    if (entry.contains("not_measured")) {
      print_message(entry.at("not_measured").get<std::string>());
      continue;
    }
    std::vector<std::string> row{entry.at("sound").get<std::string>()};
    if (rows.empty())
      for (const auto& [name, value] : entry.at("figures").items()) head.push_back(name);
    for (const auto& [name, value] : entry.at("figures").items()) {
      std::ostringstream cell;
      cell.precision(3);
      cell << std::fixed << value.get<double>();
      row.push_back(cell.str());
    }
    rows.push_back(std::move(row));
  }
  if (!rows.empty()) print_table(head, rows);
  std::cout << files.png.string() << '\n';
  return kDone;
}

const VerbRegistration compare{"compare", "pictures, sounds and numbers side by side; the first sound is the reference", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("sounds", options->sounds, "sound files")->required();
  command.add_option("--out", options->out, "folder to make")->required();
  command.add_option("--name", options->titles, "a title for each sound");
  command.add_option("--title", options->title, "heading of the picture")->capture_default_str();
  command.add_option("--format", options->format, "wav or flac")->check(CLI::IsMember({"wav", "flac"}))->capture_default_str();
  command.add_option("--colours", options->colours, "magma, viridis, grey or ink")->check(CLI::IsMember({"magma", "viridis", "grey", "ink"}))->capture_default_str();
  return [options](Context& context) { return compare_verb(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
