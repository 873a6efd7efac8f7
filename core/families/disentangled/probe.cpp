#include "core/families/disentangled/probe.h"

#include <torch/torch.h>

#include <algorithm>

#include "core/families/disentangled/disentangled_transfer.h"
#include "core/families/disentangled/section_clips.h"
#include "core/families/family.h"

namespace luthier::disentangled {
namespace {

constexpr double kRidge = 0.05;         ///< of the number of clips
constexpr std::int64_t kPitches = 12;

struct Readings {
  std::vector<torch::Tensor> content, style, pitch;  ///< [embedding], [embedding], [12]
  std::vector<std::int64_t> labels;
};

/// Twelve pitch classes of the whole crop, sum 1: magnitudes of the constant-Q bins, octaves together. C first.
torch::Tensor pitch_classes(const torch::Tensor& features, const Settings& s) {
  const auto magnitude = features.narrow(1, s.bins(), s.cqt_bins).square().sum(0).sqrt().mean(1);
  auto out = torch::zeros({kPitches});
  for (std::int64_t k = 0; k < s.cqt_bins; ++k) out[k % kPitches] += magnitude[k];
  return out / out.sum().clamp_min(1e-12);
}

double accuracy(const torch::Tensor& scores, const torch::Tensor& labels) { return (scores.argmax(1) == labels).to(torch::kDouble).mean().item<double>(); }

double explained(const torch::Tensor& predicted, const torch::Tensor& truth, const torch::Tensor& mean) {
  return 1 - ((predicted - truth).square().sum() / (truth - mean).square().sum().clamp_min(1e-12)).item<double>();
}

}  // namespace

torch::Tensor linear_reading(const torch::Tensor& train_inputs, const torch::Tensor& train_outputs, const torch::Tensor& test_inputs) {
  const auto x = train_inputs.to(torch::kDouble), y = train_outputs.to(torch::kDouble);
  const auto mean = x.mean(0, true), deviation = x.std(0, false, true).clamp_min(1e-9), middle = y.mean(0, true);
  const auto a = (x - mean) / deviation;
  const auto ridge = kRidge * static_cast<double>(x.size(0)) * torch::eye(x.size(1), torch::kDouble);
  const auto weights = torch::linalg_solve(torch::matmul(a.t(), a) + ridge, torch::matmul(a.t(), y - middle));
  return torch::matmul((test_inputs.to(torch::kDouble) - mean) / deviation, weights) + middle;
}

PartProbe probe_parts(const Checkpoint& checkpoint, const ClipSet& clips, torch::Device device, std::stop_token stop) {
  torch::NoGradGuard guard;
  const auto& family = find_family("disentangled");
  const auto settings = settings_from<Settings>(config_from_text(family.schema(), checkpoint.at("config")));
  const auto networks = load_networks(checkpoint, settings, device);
  const auto names = labels_of(checkpoint);
  Readings parts[2];
  for (std::size_t i = 0; i < clips.size(); ++i) {
    if (stop.stop_requested()) throw Cancelled();
    const auto found = std::find(names.begin(), names.end(), clips.clips[i].label);
    if (found == names.end() || clips.features[i].size(2) < settings.window) continue;
    const auto label = found - names.begin();
    const auto crop = clips.features[i].narrow(2, 0, std::min(settings.crop(), clips.features[i].size(2))) * level_gain(clips.features[i], settings);
    const auto normalised = (crop - networks->mean->value[label].unsqueeze(2)) / networks->deviation->value[label].unsqueeze(2);
    const auto sections = cut_sections(normalised, settings).unsqueeze(0).to(device);
    auto& to = parts[clips.clips[i].split == "train" ? 0 : 1];
    to.content.push_back(networks->content_encoder->forward(sections).mean(1)[0].to(torch::kCPU));
    to.style.push_back(networks->styles(sections, torch::full({1}, label, torch::TensorOptions(torch::kLong).device(device)))[0].to(torch::kCPU));
    to.pitch.push_back(pitch_classes(crop, settings));
    to.labels.push_back(label);
  }
  for (const auto& part : parts)
    if (part.labels.size() < 4)
      throw ConfigError("A probe needs four clips that were trained on and four that were not, and there are " + std::to_string(parts[0].labels.size()) + " and " +
                        std::to_string(parts[1].labels.size()) + "; import more.");
  const auto train_labels = torch::tensor(parts[0].labels, torch::kLong), labels = torch::tensor(parts[1].labels, torch::kLong);
  const auto one_hot = torch::one_hot(train_labels, static_cast<std::int64_t>(names.size()));
  const auto stacked = [&](auto member, int part) { return torch::stack(parts[part].*member); };
  const auto told = [&](auto member) { return accuracy(linear_reading(stacked(member, 0), one_hot, stacked(member, 1)), labels); };
  const auto pitch = stacked(&Readings::pitch, 0), truth = stacked(&Readings::pitch, 1).to(torch::kDouble), mean = pitch.mean(0, true);
  const auto heard = [&](auto member) { return explained(linear_reading(stacked(member, 0), pitch, stacked(member, 1)), truth, mean); };
  PartProbe probe;
  probe.training_clips = static_cast<std::int64_t>(parts[0].labels.size());
  probe.measured_clips = static_cast<std::int64_t>(parts[1].labels.size());
  probe.chance = static_cast<double>(labels.bincount().max().item<std::int64_t>()) / static_cast<double>(labels.size(0));
  probe.label_from_content = told(&Readings::content), probe.label_from_style = told(&Readings::style);
  probe.pitch_from_content = heard(&Readings::content), probe.pitch_from_style = heard(&Readings::style);
  return probe;
}

}  // namespace luthier::disentangled
