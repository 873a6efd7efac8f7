#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <sstream>

#include "app/ctl/arguments.h"
#include "app/ctl/stopping.h"
#include "core/session/carried_record.h"
#include "core/session/compare_session.h"
#include "core/session/eq_baseline.h"
#include "core/session/text_file.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::vector<std::string> sounds, titles;
  std::filesystem::path out, csv;
  std::string format = "wav", colours = "magma", title = "Comparison";
  std::size_t truth = 1;
  std::vector<std::size_t> difference;  ///< two numbers from 1, or none
  std::vector<std::size_t> eq_match;    ///< content and style: two numbers from 1, or none
  bool as_they_are = false, no_truth = false;
};

/// The record that a result of a transfer carries, so that its copy brings its settings back too; else empty.
std::string own_record(const std::string& file) {
  try {
    const std::string text = carried_record(file);
    return Json::parse(text, nullptr, false).value("kind", "") == "transfer" ? text : "";
  } catch (const std::exception&) {
    return {};  // a clip, or a sound that carries nothing
  }
}

ComparisonRequest request_from(const Options& options, const Context& context) {
  if (!options.titles.empty() && options.titles.size() != options.sounds.size())
    throw UsageError("give as many --name as there are sounds (" + std::to_string(options.sounds.size()) + "), or none");
  const auto count = options.sounds.size();
  if (options.no_truth && (options.out.empty() || !options.csv.empty())) throw UsageError("--no-truth leaves out the figures; give --out for the pictures and sounds, and no --csv");
  if (options.truth < 1 || options.truth > count) throw UsageError("--truth is the number of a sound, 1 to " + std::to_string(count));
  ComparisonRequest request;
  request.folder = options.out;
  request.audio_format = options.format;
  request.colours = options.colours;
  if (options.no_truth) request.truth.reset();
  else request.truth = options.truth - 1;
  request.equal_loudness = !options.as_they_are;
  if (!options.difference.empty()) {
    for (const std::size_t number : options.difference)
      if (number < 1 || number > count) throw UsageError("--difference takes the numbers of two sounds, 1 to " + std::to_string(count));
    request.difference = {options.difference[0] - 1, options.difference[1] - 1};
  }
  const auto workspace = Workspace::is_workspace(context.workspace) ? context.workspace : std::filesystem::path();
  Json files = Json::array();
  for (std::size_t i = 0; i < count; ++i) {
    request.sounds.push_back(read_named_sound(workspace, options.sounds[i]));
    request.sounds.back().record = own_record(options.sounds[i]);
    if (!options.titles.empty()) request.sounds.back().title = options.titles[i];
    files.push_back(options.sounds[i]);
  }
  if (!options.eq_match.empty()) {
    for (const std::size_t number : options.eq_match)
      if (number < 1 || number > count) throw UsageError("--eq-match takes the numbers of content and style, 1 to " + std::to_string(count));
    request.sounds.push_back(eq_baseline(request.sounds[options.eq_match[0] - 1], request.sounds[options.eq_match[1] - 1]));
    request.sounds.back().title = "EQ match";
  }
  request.record = {{"title", options.title}, {"files", files.dump()}};
  return request;
}

int compare_verb(const Options& options, Context& context) {
  const ComparisonRequest request = request_from(options, context);
  ComparisonFiles files;
  if (!options.out.empty()) files = write_comparison(request, context.stop);
  std::vector<ComparedFigures> figures;
  if (options.out.empty() || !options.csv.empty()) figures = compare_to_truth(request.sounds, *request.truth, {}, context.stop);
  if (!options.csv.empty()) write_figures(request, figures, options.csv);
  const Json record = Json::parse(options.out.empty() ? comparison_record(request, {}, figures) : read_text(files.record));
  if (context.json) {
    Json line{{"event", "compared"}};
    if (request.truth) line.update({{"truth", request.sounds[*request.truth].title}, {"figures", record.at("figures")}});
    if (record.contains("difference")) line["difference"] = record.at("difference");
    if (!options.out.empty()) {
      line.update({{"png", files.png.string()}, {"svg", files.svg.string()}, {"pdf", files.pdf.string()}, {"csv", files.figures.string()}, {"record", files.record.string()}});
      if (request.difference) line["residual"] = files.sounds.back().string();
    }
    print_json(line);
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> head{"sound"};
  for (const auto& entry : record.value("figures", Json::array())) {
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
      if (value.is_number()) cell << std::fixed << value.get<double>();
      else cell << '-';  // a silent sound has no such figure
      row.push_back(cell.str());
    }
    rows.push_back(std::move(row));
  }
  if (!rows.empty()) print_table(head, rows);
  if (record.contains("difference"))
    print_message("residual " + record.at("difference").at("of").get<std::string>() + ": " + record.at("difference").at("residual_below_first_db").dump() + " dB");
  if (!options.out.empty()) std::cout << files.png.string() << '\n';
  return kDone;
}

const VerbRegistration compare{"compare", "pictures, sounds and numbers side by side, against one of the sounds as the truth", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("sounds", options->sounds, "sound files, or numbers of clips in the workspace")->required();
  command.add_option("--out", options->out, "folder to make for pictures (PNG, SVG, PDF), sounds, figures.csv and the record; without it only the figures are printed");
  command.add_option("--csv", options->csv, "file for the table of figures; its record lies beside it as .json, and brings the comparison back when the table is dropped on the window");
  command.add_option("--truth", options->truth, "number of the sound that the others are measured against")->capture_default_str();
  command.add_flag("--no-truth", options->no_truth, "none of the sounds is the truth: nothing is measured");
  command.add_option("--difference", options->difference, "numbers of two sounds: also the spectrogram of first - second, and its residual as a sound")->expected(2);
  command.add_option("--eq-match", options->eq_match, "numbers of content and style: also the classical baseline, the content filtered to the style's average spectrum, as a sound more")->expected(2);
  command.add_flag("--as-they-are", options->as_they_are, "do not bring the second sound of the difference to the loudness of the first");
  command.add_option("--name", options->titles, "a title for each sound");
  command.add_option("--title", options->title, "heading of the picture")->capture_default_str();
  command.add_option("--format", options->format, "wav or flac")->check(CLI::IsMember({"wav", "flac"}))->capture_default_str();
  command.add_option("--colours", options->colours, "magma, viridis, grey, contrast or ink")->check(CLI::IsMember(colour_map_names()))->capture_default_str();
  return [options](Context& context) { return unless_stopped(context, [&] { return compare_verb(*options, context); }); };
}};

}  // namespace
}  // namespace luthier::ctl
