#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/schema_flags.h"
#include "core/session/family_catalog.h"
#include "core/session/probe_session.h"
#include "core/session/transfer_session.h"

namespace luthier::ctl {
namespace {

std::string text(const MeanOf& figure) {
  char out[64];
  std::snprintf(out, sizeof out, "%.3f ± %.3f", figure.mean, figure.deviation);
  return out;
}

Json json(const MeanOf& figure) { return {{"mean", figure.mean}, {"deviation", figure.deviation}}; }

void print_lines(const ProbeReport& report) {
  for (const auto& row : report.reconstruction)
    print_json({{"event", "reconstruction"}, {"label", row.label}, {"clips", row.clips}, {"chroma_distance", json(row.chroma_distance)}, {"onset_f1", json(row.onset_f1)},
                {"pitch_correlation", json(row.pitch_correlation)}, {"magnitude_error", json(row.magnitude_error)}});
  for (const auto& row : report.transfer)
    print_json({{"event", "transfer"}, {"from", row.from}, {"to", row.to}, {"clips", row.clips}, {"chroma_correlation", json(row.chroma_correlation)},
                {"cepstral_distance", json(row.cepstral_distance)}, {"spectrum_correlation", json(row.spectrum_correlation)},
                {"structure_difference", json(row.structure_difference)}});
  if (report.parts) {
    const auto& p = *report.parts;
    print_json({{"event", "parts"}, {"training_clips", p.training_clips}, {"measured_clips", p.measured_clips}, {"chance", p.chance},
                {"label_from_content", p.label_from_content}, {"label_from_style", p.label_from_style}, {"pitch_from_content", p.pitch_from_content},
                {"pitch_from_style", p.pitch_from_style}});
  }
}

std::string number(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.3f", value);
  return out;
}

void print_tables(const ProbeReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : report.reconstruction)
    rows.push_back({row.label + " (" + std::to_string(row.clips) + ")", text(row.chroma_distance), text(row.onset_f1), text(row.pitch_correlation), text(row.magnitude_error)});
  print_table({"in its own style", "chroma distance", "onset F1", "pitch r", "magnitude MSE"}, rows);
  rows.clear();
  for (const auto& row : report.transfer)
    rows.push_back({row.from + " to " + row.to + " (" + std::to_string(row.clips) + ")", text(row.chroma_correlation), text(row.cepstral_distance), text(row.spectrum_correlation),
                    text(row.structure_difference)});
  if (!rows.empty()) print_table({"in another style", "chroma r", "MFCC distance", "spectrum r", "structure difference"}, rows);
  if (!report.parts) return;
  const auto& p = *report.parts;
  print_table({"what a linear reading tells", "from content", "from style"},
              {{"label, share right (chance " + number(p.chance) + ")", number(p.label_from_content), number(p.label_from_style)},
               {"pitch classes, R²", number(p.pitch_from_content), number(p.pitch_from_style)}});
}

const VerbRegistration probe_registration{"probe", "measure a run by the figures of the disentangled system's authors, and what its parts tell", [](CLI::App& command) {
  auto request = std::make_shared<ProbeRequest>();
  command.add_option("--run", request->run, "trained run of this workspace")->required();
  command.add_option("--checkpoint", request->checkpoint, "a weight file instead of the run's best");
  command.add_option("--clips", request->clips, "clips of each label that were not trained on, at most")->check(CLI::Range(1, 1000))->capture_default_str();
  command.add_option("--device", request->device, "auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}))->capture_default_str();
  std::vector<Schema> schemas;
  for (const auto& family : family_catalog()) schemas.push_back(family.transfer_schema);
  const SchemaFlags flags(command, schemas);
  command.footer("Every transfer setting of the model is a flag too: --steps, --strength, --refine …");
  return [request, flags](Context& context) {
    const auto workspace = open_workspace(context);
    request->options = flags.given(transfer_settings(workspace.folder(), request->run));
    const auto report = probe_run(workspace, *request, console_progress(context), context.stop);
    if (report.stopped) return kCancelled;
    if (context.json) print_lines(report);
    else print_tables(report);
    return kDone;
  };
}};

}  // namespace
}  // namespace luthier::ctl
