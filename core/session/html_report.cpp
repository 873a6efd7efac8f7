#include "core/session/html_report.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "audio/writer.h"
#include "core/config/schema.h"
#include "core/session/figure/canvas.h"
#include "core/session/figure/embedding.h"
#include "core/session/sound_difference.h"
#include "core/session/sound_figures.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStyle =
    "body{font-family:'DejaVu Sans',Verdana,sans-serif;max-width:1240px;margin:2em auto;padding:0 1em;color:#20222a;background:#fff;line-height:1.45}"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}table{border-collapse:collapse;font-size:.9em}"
    "th,td{padding:.3em .7em;border-bottom:1px solid #d8dae0;text-align:right;white-space:nowrap}th:first-child,td:first-child{text-align:left}"
    "td.best{font-weight:bold}small{color:#666a75}svg{max-width:100%;height:auto}audio{width:30em;max-width:100%;vertical-align:middle}"
    ".wide{overflow-x:auto}pre{background:#f4f5f7;padding:1em;overflow-x:auto;font-size:.85em}tr.heard td:first-child{color:#b5450a;font-weight:bold}";

// Switches between the sounds at one position, as the page Compare does.
constexpr const char* kScript =
    "const sounds=[...document.querySelectorAll('audio[data-key]')];let heard=null;"
    "for(const a of sounds)a.addEventListener('play',()=>{for(const b of sounds)if(b!==a&&!b.paused){a.currentTime=b.currentTime;b.pause()}heard=a;"
    "for(const b of sounds)b.closest('tr').classList.toggle('heard',b===a)});"
    "addEventListener('keydown',e=>{if(e.ctrlKey||e.altKey||e.metaKey)return;const a=sounds.find(x=>x.dataset.key.split(' ').includes(e.key));"
    "if(a){if(heard&&heard!==a)a.currentTime=heard.currentTime;a.play()}else if(e.key===' '&&heard){e.preventDefault();heard.paused?heard.play():heard.pause()}});";

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "–";
  char text[48];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string heading(const MetricInfo& metric) {
  const std::string arrow = metric.better == Better::lower ? " ↓" : metric.better == Better::higher ? " ↑" : " → 1";
  return "<th title=\"" + escaped_xml(metric.help) + "\">" + escaped_xml(metric.title) + arrow + (metric.unit.empty() ? "" : "<br><small>" + escaped_xml(metric.unit) + "</small>") + "</th>";
}

/// The bytes of a sound as FLAC, by way of a file that is gone afterwards.
std::string flac(const audio::AudioBuffer& sound, const fs::path& beside) {
  const fs::path temporary = beside.string() + ".part-" + std::to_string(::getpid()) + ".flac";
  std::string bytes;
  std::error_code ignored;
  try {
    audio::write_audio(temporary, sound, audio::FileFormat::flac);
    bytes = read_text(temporary);
  } catch (...) {
    fs::remove(temporary, ignored);
    throw;
  }
  fs::remove(temporary, ignored);
  return bytes;
}

std::string sound_row(const std::string& name, const std::string& keys, const audio::AudioBuffer& sound, const fs::path& file) {
  return "<tr><td>" + escaped_xml(name) + "</td><td><audio controls preload=\"auto\" data-key=\"" + keys + "\" src=\"data:audio/flac;base64," + base64(flac(sound, file)) +
         "\"></audio></td><td>" + fixed(sound.seconds(), 2) + " s</td><td>" + std::to_string(sound.sample_rate) + " Hz</td></tr>\n";
}

std::string sounds_part(const ComparisonRequest& request, const fs::path& file) {
  std::string out = "<h2>Sounds</h2>\n<p><small>Keys 1 to 9 switch between the sounds at the same position, " + std::string(request.truth ? "0 plays the truth, " : "") +
                    "Space stops.</small></p>\n<table>\n";
  for (std::size_t i = 0; i < request.sounds.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    out += sound_row(number + "  " + request.sounds[i].title + (i == request.truth && request.sounds.size() > 1 ? " (truth)" : ""), number + (i == request.truth ? " 0" : ""), request.sounds[i].sound, file);
  }
  if (request.difference) {
    const auto [a, b] = *request.difference;
    const SoundDifference difference = subtract_sounds(request.sounds[a].sound, request.sounds[b].sound, request.equal_loudness);
    out += sound_row("residual " + std::to_string(a + 1) + " − " + std::to_string(b + 1) + " (" + fixed(difference.residual_db, 1) + " dB)", "d", difference.residual, file);
  }
  return out + "</table>\n";
}

std::string figures_part(const std::vector<ComparedFigures>& rows) {
  if (rows.size() < 2) return {};
  std::string out = "<h2>Figures against the truth</h2>\n<div class=\"wide\"><table>\n<tr><th>sound</th>";
  for (const MetricInfo& metric : sound_figure_columns()) out += heading(metric);
  out += "</tr>\n";
  for (const ComparedFigures& row : rows) {
    out += "<tr><td>" + escaped_xml(row.title) + (row.truth ? " (truth)" : "") + "</td>";
    if (row.figures.empty()) out += "<td colspan=\"" + std::to_string(sound_figure_columns().size()) + "\"><small>" + escaped_xml(row.not_measured) + "</small></td>";
    else
      for (const MetricInfo& metric : sound_figure_columns()) out += "<td>" + fixed(figure_named(row.figures, metric.id), metric.decimals) + "</td>";
    out += "</tr>\n";
  }
  return out + "</table></div>\n";
}

std::string table_part(const std::string& title, const EvaluationTable& table) {
  std::string out = "<h2>" + escaped_xml(title) + "</h2>\n<p><small>95 % intervals over phrases below each mean.</small></p>\n<div class=\"wide\"><table>\n<tr><th>" +
                    escaped_xml(table.protocol) + "</th><th>cases</th>";
  const auto columns = used_columns(table);
  for (const MetricInfo& metric : columns) out += heading(metric);
  out += "</tr>\n";
  for (const EvaluationRow& row : table.rows) {
    out += "<tr><td>" + escaped_xml(row.name) + "</td><td>" + std::to_string(row.cases) + "</td>";
    for (const MetricInfo& metric : columns) {
      const auto found = row.figures.find(metric.id);
      if (found == row.figures.end()) {
        out += "<td>–</td>";
        continue;
      }
      const Interval& v = found->second;
      out += std::string("<td") + (best_row(table, metric) == &row ? " class=\"best\"" : "") + ">" + fixed(v.value, metric.decimals);
      if (v.high > v.low) out += "<br><small>" + fixed(v.low, metric.decimals) + " … " + fixed(v.high, metric.decimals) + "</small>";
      out += "</td>";
    }
    out += "</tr>\n";
  }
  return out + "</table></div>\n";
}

void check(const ReportRequest& request) {
  const std::string extension = request.file.extension().string();
  if (extension != ".html" && extension != ".htm") throw ConfigError("A report is written as .html, not as '" + request.file.filename().string() + "'.");
  std::error_code error;
  if (fs::exists(request.file, error)) throw ConfigError("'" + request.file.string() + "' is there already and is never overwritten; choose another name.");
  if (request.comparison.sounds.empty() && request.tables.empty()) throw ConfigError("A report needs at least one sound or one table.");
}

}  // namespace

void write_report(const ReportRequest& request) {
  check(request);
  const ComparisonRequest& comparison = request.comparison;
  const auto found = comparison.record.find("title");
  const std::string title = found == comparison.record.end() ? "Report" : found->second;
  std::vector<ComparedFigures> figures;
  std::string body;
  if (!comparison.sounds.empty()) {
    ComparisonRequest untitled = comparison;
    untitled.record.erase("title");  // the page has its own heading
    const SpectrogramFigure figure = comparison_figure(untitled);
    SvgCanvas svg(figure.width, figure.height(), {255, 255, 255, 255});
    figure.draw(svg);
    const std::string document = svg.document("");
    if (comparison.truth) figures = compare_to_truth(comparison.sounds, *comparison.truth);
    body += document.substr(document.find("<svg")) + sounds_part(comparison, request.file) + figures_part(figures);
  }
  for (const auto& [name, table] : request.tables) body += table_part(name, table);
  const std::string record = comparison_record(comparison, {}, figures);
  // No record can end the element that holds it: "<" stands in strings only and is escaped.
  std::string embedded;
  for (const char c : record) embedded += c == '<' ? std::string("\\u003c") : std::string(1, c);
  write_text(request.file, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"generator\" content=\"" +
                               escaped_xml(version_text()) + "\">\n<title>" + escaped_xml(title) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n<h1>" + escaped_xml(title) +
                               "</h1>\n<p><small>" + escaped_xml(utc_now() + ", " + version_text()) + "</small></p>\n" + body +
                               "<h2>Record</h2>\n<details><summary>What made this page</summary><pre>" + escaped_xml(record) + "</pre></details>\n<script type=\"application/json\" id=\"luthier-record\">" +
                               embedded + "</script>\n<script>" + kScript + "</script>\n</body>\n</html>\n");
}

}  // namespace luthier
