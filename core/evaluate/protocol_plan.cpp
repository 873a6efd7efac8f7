#include "core/evaluate/protocol_plan.h"

#include <algorithm>

#include "core/config/held_out.h"

namespace luthier {
namespace {

const std::vector<ProtocolInstrument> kTrained{{"piano", 0}, {"guitar", 24}, {"harp", 46}, {"violin", 40}};
const std::vector<ProtocolInstrument> kUntrained{{"harpsichord", 6}, {"accordion", 21}, {"oboe", 68}, {"banjo", 105}};
static_assert(held_out_program(6) && held_out_program(21) && held_out_program(68) && held_out_program(105));

void check_name(const std::string& protocol) {
  for (const char* known : {"t1", "t1w", "t2", "t3", "t3x"})
    if (protocol == known) return;
  throw EvaluationError("There is no protocol '" + protocol + "'; known are t1, t1w, t2, t3 and t3x.");
}

std::string name_of(const ProtocolPlan& plan, const ProtocolDirection& d) {
  return plan.contents[d.content].label + ">" + plan.targets[d.target].label;
}

ProtocolPlan instruments_of(const std::string& protocol) {
  check_name(protocol);
  ProtocolPlan plan;
  plan.contents = kTrained;
  plan.targets = protocol == "t3x" ? kUntrained : kTrained;
  for (std::size_t c = 0; c < plan.contents.size(); ++c)
    for (std::size_t t = 0; t < plan.targets.size(); ++t) {
      if (plan.contents[c].program == plan.targets[t].program) continue;
      std::size_t swapped = (t + 2) % plan.targets.size();
      if (plan.targets[swapped].program == plan.contents[c].program) swapped = (t + 1) % plan.targets.size();
      plan.directions.push_back({c, t, swapped});
    }
  plan.judged = plan.targets;
  for (const ProtocolInstrument& content : plan.contents)
    if (std::none_of(plan.targets.begin(), plan.targets.end(),
                     [&](const ProtocolInstrument& t) { return t.program == content.program; }))
      plan.judged.push_back(content);
  return plan;
}

void keep_directions(ProtocolPlan& plan, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return;
  std::vector<ProtocolDirection> kept;
  for (const std::string& name : wanted) {
    const auto found = std::find_if(plan.directions.begin(), plan.directions.end(),
                                    [&](const ProtocolDirection& d) { return name_of(plan, d) == name; });
    if (found == plan.directions.end()) {
      std::string known;
      for (const ProtocolDirection& d : plan.directions) known += (known.empty() ? "" : ", ") + name_of(plan, d);
      throw EvaluationError("There is no direction '" + name + "' in this protocol; known are " + known + ".");
    }
    kept.push_back(*found);
  }
  plan.directions = std::move(kept);
}

}  // namespace

RenderKey ProtocolPlan::content_key(std::size_t direction, int phrase) const {
  return {content_font, contents[directions[direction].content].program,
          kFirstTestPhraseSeed + static_cast<std::uint64_t>(phrase)};
}
RenderKey ProtocolPlan::target_key(std::size_t target, int phrase) const {
  return {target_font, targets[target].program, kFirstTestPhraseSeed + static_cast<std::uint64_t>(phrase)};
}
RenderKey ProtocolPlan::style_key(std::size_t target, int phrase) const {
  return {target_font, targets[target].program, kFirstStylePhraseSeed + static_cast<std::uint64_t>(phrase)};
}
RenderKey ProtocolPlan::judge_key(std::size_t judged_class, int phrase) const {
  return {target_font, judged[judged_class].program, kFirstJudgePhraseSeed + static_cast<std::uint64_t>(phrase)};
}

std::vector<RenderKey> ProtocolPlan::renders(bool judges) const {
  std::vector<RenderKey> out;
  for (int k = 0; k < phrases; ++k)
    for (std::size_t d = 0; d < directions.size(); ++d) {
      out.push_back(content_key(d, k));
      out.push_back(target_key(directions[d].target, k));
      out.push_back(style_key(directions[d].target, k));
      out.push_back(style_key(directions[d].swapped, k));
    }
  for (int k = 0; judges && k < kJudgePhraseCount; ++k)
    for (std::size_t c = 0; c < judged.size(); ++c) out.push_back(judge_key(c, k));
  for (const RenderKey& key : out)
    if (!reserved_for_evaluation(key.seed)) throw EvaluationError("A test phrase has a seed that training may use.");
  return out;
}

std::vector<std::string> protocol_directions(const std::string& protocol) {
  const ProtocolPlan plan = instruments_of(protocol);
  std::vector<std::string> out;
  for (const ProtocolDirection& d : plan.directions) out.push_back(name_of(plan, d));
  return out;
}

std::filesystem::path find_protocol_font(const std::filesystem::path& given, const std::string& stem) {
  if (!given.empty()) {
    if (std::filesystem::is_regular_file(given)) return given;
    throw EvaluationError("The soundfont '" + given.string() + "' is not there; name an existing .sf2 file.");
  }
  for (const char* folder : {"/usr/share/sounds/sf2", "/usr/share/soundfonts", "/usr/local/share/soundfonts"})
    if (const auto path = std::filesystem::path(folder) / (stem + ".sf2"); std::filesystem::is_regular_file(path))
      return path;
  const std::string package = stem == kHeldOutFont ? "timgm6mb-soundfont" : "fluid-soundfont-gm";
  throw EvaluationError("The measuring protocol needs the soundfont " + stem + ".sf2 and it is not installed: install the "
                        "package " + package + ", or name the file.");
}

ProtocolPlan plan_protocol(const ProtocolOptions& options) {
  ProtocolPlan plan = instruments_of(options.protocol);
  keep_directions(plan, options.directions);
  if (options.phrases < 1 || options.phrases > kTestPhraseCount)
    throw EvaluationError("The number of test phrases is " + std::to_string(options.phrases) + "; it must be 1 to " +
                          std::to_string(kTestPhraseCount) + ".");
  plan.phrases = options.phrases;
  if (options.protocol == "t1w") plan.sample_rate = kWideRate;
  plan.content_font = plan.target_font = find_protocol_font(options.main_font, "FluidR3_GM");
  if (options.protocol == "t2") plan.content_font = find_protocol_font(options.held_out_font, kHeldOutFont);
  if (options.protocol == "t3") plan.target_font = find_protocol_font(options.held_out_font, kHeldOutFont);
  return plan;
}

}  // namespace luthier
