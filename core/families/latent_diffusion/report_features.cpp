#include "core/families/latent_diffusion/report_features.h"

#include <torch/torch.h>

#include <utility>

#include "core/nn/lpips.h"
#include "core/nn/vggish.h"

namespace luthier::report {
namespace {

/// Without normalisation layers the default start would let the signal die on its way down.
void start_values(torch::nn::Module& network) {
  for (auto& item : network.named_parameters()) {
    if (item.value().dim() == 4) torch::nn::init::kaiming_normal_(item.value(), 0.0, torch::kFanIn, torch::kReLU);
    else torch::nn::init::zeros_(item.value());
  }
}

}  // namespace

FeatureBank::FeatureBank(const ReportSettings& settings, std::int64_t labels, torch::Device device) : settings_(settings) {
  const auto wanted = [&](const char* name) {
    return (settings.perceptual_loss == name && settings.perceptual_weight > 0) || (settings.style_loss == name && settings.style_weight > 0);
  };
  for (const char* name : {"lpips", "vggish"})
    if (wanted(name)) add(name, labels, device);
}

void FeatureBank::add(const std::string& name, std::int64_t labels, torch::Device device) {
  Member member;
  member.name = name;
  const std::string& file = name == "vggish" ? settings_.vggish_weights : settings_.alexnet_weights;
  member.stand_in = file.empty();
  const std::int64_t width = member.stand_in ? settings_.stand_in_width : 64;
  if (name == "vggish") {
    auto network = std::make_shared<VggishFeaturesImpl>(width);
    if (!member.stand_in) load_vggish(file, *network);
    member.network = network;
  } else {
    auto network = std::make_shared<LpipsImpl>(width);
    if (!member.stand_in) load_alexnet(file, *network);
    if (!settings_.lpips_weights.empty() && !member.stand_in) load_lpips(settings_.lpips_weights, *network);
    member.network = network;
  }
  member.origin = "file " + file;
  if (name == "lpips" && !member.stand_in) member.origin += settings_.lpips_weights.empty() ? ", channels alike" : ", " + settings_.lpips_weights;
  if (member.stand_in) {
    member.origin = "stand-in of the same shape, width " + std::to_string(width) + ", trained " + std::to_string(settings_.stand_in_steps) + " steps on the labels of the clips";
    start_values(*member.network);
    member.head = torch::nn::Linear(8 * width / (name == "vggish" ? 1 : 2), labels);
    member.head->to(device);
  }
  member.network->to(device);
  if (member.stand_in) {
    auto parameters = member.network->parameters();
    for (auto& parameter : member.head->parameters()) parameters.push_back(parameter);
    member.optimiser = std::make_unique<torch::optim::Adam>(parameters, torch::optim::AdamOptions(learning_rate()));
  }
  members_.push_back(std::move(member));
}

std::shared_ptr<FeatureNetwork> FeatureBank::find(const std::string& name) const {
  for (const auto& member : members_)
    if (member.name == name) return member.network;
  return nullptr;
}

bool FeatureBank::has_stand_ins() const {
  for (const auto& member : members_)
    if (member.stand_in) return true;
  return false;
}

torch::Tensor FeatureBank::logits(Member& member, const torch::Tensor& pictures) {
  return member.head(member.network->maps(pictures).back().mean({2, 3}));
}

Figures FeatureBank::train(const torch::Tensor& pictures, const torch::Tensor& labels) {
  Figures figures = {{"loss", 0}};
  for (auto& member : members_) {
    if (!member.stand_in) continue;
    member.optimiser->zero_grad();
    const auto loss = torch::nn::functional::cross_entropy(logits(member, pictures), labels);
    loss.backward();
    member.optimiser->step();
    figures.emplace_back(member.name, loss.item<double>());
    figures.front().second += figures.back().second;
  }
  return figures;
}

Figures FeatureBank::measure(const torch::Tensor& pictures, const torch::Tensor& labels) {
  double loss = 0, right = 0, count = 0;
  for (auto& member : members_) {
    if (!member.stand_in) continue;
    const auto scores = logits(member, pictures);
    loss += torch::nn::functional::cross_entropy(scores, labels).item<double>();
    right += scores.argmax(1).eq(labels).to(torch::kFloat).mean().item<double>();
    count += 1;
  }
  if (count == 0) return {};
  return {{"cross_entropy", loss / count}, {"labels_right", right / count}};
}

void FeatureBank::freeze() {
  for (auto& member : members_) {
    for (auto& parameter : member.network->parameters()) parameter.set_requires_grad(false);
    member.network->eval();
  }
}

void FeatureBank::visit(StateVisitor& visitor) {
  for (auto& member : members_) {
    if (!member.stand_in) continue;
    const std::string prefix = "feature_network." + member.name + ".";
    for (auto& item : member.network->named_parameters()) visitor.tensor(prefix + item.key(), item.value());
    for (auto& item : member.head->named_parameters()) visitor.tensor(prefix + "head." + item.key(), item.value());
    visitor.optimiser("feature_network." + member.name, *member.optimiser);
  }
}

std::map<std::string, std::string> FeatureBank::record() const {
  std::map<std::string, std::string> all;
  for (const auto& member : members_) all["feature_network." + member.name] = member.origin;
  return all;
}

}  // namespace luthier::report
