#include "core/families/translation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <sstream>

#include "core/signal/frame_windows.h"

namespace luthier {
namespace {

constexpr double kClearlyNearer = 0.6;  ///< share of the distance to the other domain

}  // namespace

RepresentationSpec SpectrogramSettings::spec(const std::string& kind) const {
  RepresentationSpec out;
  out.kind = kind;
  out.sample_rate = static_cast<int>(rate);
  out.n_fft = static_cast<int>(n_fft);
  out.hop = static_cast<int>(hop);
  out.bands = static_cast<int>(bands);
  return out;
}

int WindowedTranslator::direction(const TranslationOptions& options, const torch::Tensor& style) const {
  if (options.direction == "to_source" && !parts_.both_ways)
    throw ConfigError("This model was trained towards its target labels only; choose the direction 'to_target'.");
  if (options.direction == "to_source") return DomainClips::source;
  if (options.direction == "to_target" || !parts_.both_ways || !parts_.statistics.defined() || !style.defined())
    return DomainClips::target;
  require_shape("style", style, parts_.spec.bands);
  return nearer_domain(parts_.statistics, style);
}

void WindowedTranslator::check_content(const TranslationOptions& options, const torch::Tensor& content) const {
  if (parts_.both_ways || options.direction != "auto" || !parts_.statistics.defined() || content.size(-1) < parts_.window) return;
  const auto [from, to] = domain_distances(parts_.statistics, content);
  if (to >= kClearlyNearer * from) return;
  const auto named = [](const std::string& labels, const char* which) { return labels.empty() ? std::string("its ") + which + " labels" : "'" + labels + "'"; };
  throw ConfigError("This model only knows the way from " + named(parts_.source, "source") + " to " + named(parts_.target, "target") +
                    ", and the content sounds like the latter already; choose another content, or set the direction 'to_target' to go on with this one.");
}

torch::Tensor WindowedTranslator::transform(const torch::Tensor& content, const torch::Tensor& style, const Config& options,
                                            const StepObserver& observer, std::stop_token stop) {
  at::NoGradGuard guard;
  const auto settings = settings_from<TranslationOptions>(options);
  require_shape("content", content, parts_.spec.bands);
  check_content(settings, content);
  const int to = direction(settings, style);
  FrameWindows windows;
  windows.window = parts_.window;
  windows.overlap = static_cast<std::int64_t>(settings.overlap * static_cast<double>(parts_.window));
  auto shown = content.to(at::kFloat).clone();
  std::int64_t at = 0;
  const auto made = windows.run(content.to(at::kFloat), [&](const torch::Tensor& part, std::int64_t index, std::int64_t count) {
    if (stop.stop_requested()) throw Cancelled();
    const auto out = parts_.pass(part, to).to(at::kCPU).to(at::kFloat).clamp(parts_.lowest, parts_.highest);
    const auto length = std::min(parts_.window, shown.size(-1) - at);
    shown.narrow(-1, at, length).copy_(out[0].narrow(-1, 0, length));
    at = std::min(at + windows.window - windows.overlap, std::max<std::int64_t>(0, shown.size(-1) - parts_.window));
    if (observer) observer({static_cast<int>(index) + 1, static_cast<int>(count), shown});
    return out;
  });
  return at::lerp(content.to(at::kFloat), made, settings.strength);
}

void require_family(const Checkpoint& checkpoint, const std::string& family) {
  const auto found = checkpoint.record.find("family");
  if (found != checkpoint.record.end() && found->second != family)
    throw CheckpointError("These are weights of the family '" + found->second + "' where '" + family +
                          "' is needed; choose a run of that family.");
}

void require_shape(const char* name, const torch::Tensor& features, std::int64_t bands) {
  if (features.defined() && features.dim() == 3 && features.size(0) == 1 && features.size(1) == bands && features.size(2) >= 1) return;
  std::ostringstream shape;
  if (features.defined()) shape << features.sizes();
  else shape << "none";
  throw ConfigError(std::string("The ") + name + " has shape " + shape.str() + " where [channel 1, band " + std::to_string(bands) +
                    ", frame] is needed.");
}

void check_unet(const SpectrogramSettings& sound, std::int64_t depth, std::int64_t batch) {
  const std::int64_t unit = std::int64_t{1} << depth;
  if (sound.bands % unit != 0 || sound.frames % unit != 0)
    throw ConfigError("With depth " + std::to_string(depth) + ", bands and frames must be multiples of " + std::to_string(unit) + ", not " +
                      std::to_string(sound.bands) + " and " + std::to_string(sound.frames) + ".");
  if (batch == 1 && sound.bands == unit && sound.frames == unit)
    throw ConfigError("The deepest level of the U-Net has a single point, which BatchNorm cannot use with batch 1; take a batch of 2 or a smaller depth.");
}

torch::Tensor constant_of(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.tensors.find("model." + name + ".value");
  return found == checkpoint.tensors.end() ? torch::Tensor() : found->second;
}

Preview preview_of(const std::string& title, const torch::Tensor& features, const RepresentationSpec& spec) {
  const auto representation = make_representation(spec);
  const auto plain = features.detach().to(at::kCPU).to(at::kFloat).contiguous();
  return {title, representation->picture(plain), representation->invert(plain, {}).mono(), spec.sample_rate};
}

torch::Tensor domain_gap(const torch::Tensor& made, const torch::Tensor& real) {
  const auto statistics = [](const torch::Tensor& crops) {
    const auto x = crops.to(at::kFloat);
    const auto steps = (x.narrow(3, 1, x.size(3) - 1) - x.narrow(3, 0, x.size(3) - 1)).abs();
    return at::stack({x.mean({0, 1, 3}), x.permute({2, 0, 1, 3}).reshape({x.size(2), -1}).std(1, false), steps.mean({0, 1, 3})});
  };
  return (statistics(made) - statistics(real)).abs().mean(1).sum();
}

bool figures_due(torch::Device device, std::int64_t step) { return !device.is_cuda() || step % 20 == 0; }

double held_then_linear(double rate, std::int64_t step, std::int64_t total, double hold) {
  const double progress = static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, total));
  return progress <= hold ? rate : rate * std::max(0.0, (1 - progress) / std::max(1e-9, 1 - hold));
}

std::uint64_t seed_of(const Config& config) {
  const auto found = config.find("seed");
  const auto* value = found == config.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return value ? static_cast<std::uint64_t>(*value) : 1;
}

}  // namespace luthier
