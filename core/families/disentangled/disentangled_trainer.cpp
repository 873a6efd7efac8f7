#include "core/families/disentangled/disentangled_trainer.h"

#include <torch/torch.h>

#include <algorithm>

#include "core/families/translation.h"
#include "core/nn/autocast.h"

namespace luthier::disentangled {
namespace {

constexpr std::int64_t kReferenceClips = 8;   ///< of each label, for a first look at its mean style
constexpr std::int64_t kStyleClips = 100, kStyleCrops = 3;  ///< of each label and of each clip, for the mean style of a checkpoint
constexpr std::int64_t kValidationClips = 6;  ///< of each label
constexpr std::int64_t kRowsAtOnce = 8;       ///< clips in one pass while measuring
constexpr double kProgress = 1e-4;            ///< share by which validation must fall to count as progress

AdamWOptions adam(const Settings& s, double rate) {
  AdamWOptions options;
  options.learning_rate = rate;
  options.beta1 = s.beta1;
  options.beta2 = 0.999;
  options.weight_decay = s.weight_decay;
  options.clip_norm = s.clip_norm;
  return options;
}

Batch rows_of(const Batch& batch, std::int64_t start, std::int64_t count) {
  Batch out;
  for (const auto& [name, tensor] : batch) out[name] = tensor.narrow(0, start, count);
  return out;
}

/// Calls `visit(rows)` for a batch a few rows at a time.
template <class Visit>
void in_pieces(const Batch& batch, torch::Device device, const Visit& visit) {
  const std::int64_t rows = batch.at("label").size(0);
  for (std::int64_t start = 0; start < rows; start += kRowsAtOnce) {
    Batch piece = rows_of(batch, start, std::min(kRowsAtOnce, rows - start));
    for (auto& [name, tensor] : piece) tensor = tensor.to(device);
    visit(piece);
  }
}

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels) { return torch::nll_loss(torch::log_softmax(logits, 1), labels); }

torch::Tensor magnitude(const torch::Tensor& sections) { return sections.square().sum(2).sqrt(); }

}  // namespace

DisentangledTrainer::DisentangledTrainer(const TrainingInputs& inputs, const Settings& settings)
    : settings_(settings), device_(inputs.device), clips_(inputs.clips, settings, inputs.warn),
      networks_((torch::manual_seed(seed_of(inputs.config)), settings), static_cast<std::int64_t>(clips_.labels().size()), inputs.device),
      phases_(curriculum_phases(settings)), reference_(clips_.fixed(kReferenceClips, /*training=*/true)), validation_(clips_.fixed(kValidationClips)) {
  torch::NoGradGuard guard;
  networks_.mean->value.copy_(clips_.mean());
  networks_.deviation->value.copy_(clips_.deviation());
  networks_.profiles->value.copy_(clips_.profiles());
  optimiser_ = std::make_unique<FlatAdamW>(
      nn::parameters_of({networks_.style_module().second, networks_.content_encoder.get(), networks_.decoder.get()}), adam(settings, settings.learning_rate));
  critic_optimiser_ = std::make_unique<FlatAdamW>(nn::parameters_of({networks_.critic.get()}), adam(settings, settings.critic_rate));
  networks_.train(true);
  if (const auto decay = inputs.config.find("ema_decay"); decay != inputs.config.end()) averaged_weights_ = std::get<double>(decay->second) > 0;
}

Batch DisentangledTrainer::draw(int, Rng& rng) {
  Batch batch = clips_.draw(rng);
  const bool own_style = batch["style"].is_same(batch["content"]);
  for (auto& [name, tensor] : batch) tensor = tensor.to(device_);
  if (own_style) batch["style"] = batch["content"];
  return batch;
}

DisentangledTrainer::Parts DisentangledTrainer::encode(const Batch& batch, Rng& rng) {
  Parts parts;
  const auto& label = batch.at("label");
  parts.style = networks_.styles(batch.at("style"), label);
  parts.content = networks_.content_encoder->forward(batch.at("content"));
  parts.classes = class_means(parts.style.to(torch::kFloat), label, static_cast<std::int64_t>(clips_.labels().size()));
  const auto by_class = parts.classes.styles.index_select(0, label);
  if (settings_.style_by == "class") parts.told = by_class;
  else if (settings_.style_by == "clip") parts.told = parts.style;
  else parts.told = torch::where(rng.uniform({label.size(0), 1}).to(device_) < 0.5, by_class, parts.style.to(torch::kFloat));
  return parts;
}

torch::Tensor DisentangledTrainer::reconstruct(const Batch& batch, const Parts& parts, Rng& rng) {
  auto given = batch.at("target");
  if (settings_.own_inputs > 0) {
    const auto own = rng.uniform({given.size(0)}).to(device_) < settings_.own_inputs;
    if (own.any().item<bool>()) {
      torch::NoGradGuard guard;
      const auto made = networks_.decoder->forward(parts.content.detach(), parts.told.detach(), given).to(torch::kFloat);
      given = torch::where(own.reshape({-1, 1, 1, 1, 1}), made, given);
    }
  }
  return networks_.decoder->forward(parts.content, parts.told, given).to(torch::kFloat);
}

torch::Tensor DisentangledTrainer::denormalised(const torch::Tensor& sections, const torch::Tensor& labels) const {
  const auto of = [&](const nn::Constant& constant) {
    return constant->value.narrow(2, 0, settings_.bins()).to(device_).index_select(0, labels).reshape({labels.size(0), 1, 2, 1, -1});
  };
  return sections * of(networks_.deviation) + of(networks_.mean);
}

double DisentangledTrainer::learn_critic(const Batch& batch, const Parts& parts, double weight) {
  auto& critic = networks_.critic;
  const auto known = torch::nonzero(parts.classes.present).squeeze(1);
  const auto style = cross_entropy(critic->forward(parts.style.detach().to(torch::kFloat)), batch.at("label"));
  const auto content = cross_entropy(critic->forward(parts.content.detach().to(torch::kFloat).mean(1)), batch.at("content_label"));
  const auto classes = cross_entropy(critic->forward(parts.classes.styles.detach().index_select(0, known)), known);
  const auto loss = style + content + settings_.class_critic * classes;
  critic_optimiser_->zero_grad();
  (weight * loss).backward();
  critic_optimiser_->step();
  return loss.item<double>();
}

Figures DisentangledTrainer::update(int phase, const Batch& batch, std::int64_t step, Rng& rng) {
  const auto steps = phases_[static_cast<std::size_t>(phase)].steps;
  const auto weights = curriculum_weights(settings_, phase, static_cast<double>(step) / static_cast<double>(steps));
  optimiser_->set_learning_rate(settings_.learning_rate * rate_share_);
  critic_optimiser_->set_learning_rate(settings_.critic_rate * rate_share_);
  const bool critic_joins = weights.critic > 0 && step % settings_.generator_steps < settings_.critic_steps;
  Parts parts;
  ReconstructionTerms terms;
  torch::Tensor contrast, margin, independence, hiding, loss;
  nn::require_gradients(*networks_.critic, false);
  {
    const nn::Autocast precision(device_, settings_.mixed_precision);
    parts = encode(batch, rng);
    const auto made = reconstruct(batch, parts, rng);
    const auto style = parts.style.to(torch::kFloat), content = parts.content.to(torch::kFloat).mean(1);
    terms = reconstruction_terms(made, batch.at("target"));
    contrast = contrast_loss(style, batch.at("label"), settings_.temperature);
    margin = margin_loss(parts.classes.styles.index_select(0, torch::nonzero(parts.classes.present).squeeze(1)), settings_.margin_distance);
    independence = independence_loss(style, content);
    hiding = hiding_loss(networks_.critic->forward(content).to(torch::kFloat));
    auto reconstruction = terms.weighted(settings_);
    if (settings_.consistency > 0)
      reconstruction = reconstruction + settings_.consistency * consistency_loss(denormalised(made, batch.at("label")), settings_.n_fft, settings_.hop);
    loss = weights.reconstruction * reconstruction + weights.contrast * contrast + weights.margin * margin + weights.independence * independence +
           weights.adversarial * hiding;
  }
  optimiser_->zero_grad();
  loss.backward();
  optimiser_->step();
  nn::require_gradients(*networks_.critic, true);
  const double critic = critic_joins ? learn_critic(batch, parts, weights.critic) : -1;
  styles_stale_ = true;
  last_step_ = step + 1 == steps;
  if (!figures_due(device_, step)) return {};
  const auto values = torch::stack({loss, terms.mse, terms.levels, terms.magnitude, terms.phase, contrast, margin, independence, hiding}).detach().to(torch::kCPU).to(torch::kDouble);
  const double* v = values.const_data_ptr<double>();
  Figures figures = {{"loss", v[0]}, {"reconstruction", v[1]}, {"levels", v[2]}, {"magnitude", v[3]}, {"phase", v[4]},
                     {"contrast", v[5]}, {"margin", v[6]}, {"independence", v[7]}, {"hiding", v[8]}};
  if (critic >= 0) figures.emplace_back("critic", critic);
  for (const auto& [name, weight] : {std::pair{"weight_reconstruction", weights.reconstruction}, {"weight_contrast", weights.contrast}, {"weight_margin", weights.margin},
                                     {"weight_independence", weights.independence}, {"weight_adversarial", weights.adversarial}, {"weight_critic", weights.critic}})
    figures.emplace_back(name, weight);
  return figures;
}

torch::Tensor DisentangledTrainer::mean_style(std::int64_t label) {
  const auto places = clips_.style_places(label, kStyleClips, kStyleCrops);
  torch::Tensor sum;
  for (auto rest = places.begin(); rest != places.end();) {
    const auto end = rest + std::min<std::ptrdiff_t>(kRowsAtOnce, places.end() - rest);
    const auto sections = clips_.sections_at({rest, end}).to(device_);
    rest = end;
    const auto labels = torch::full({sections.size(0)}, label, torch::TensorOptions(torch::kLong).device(device_));
    const auto part = networks_.styles(sections, labels).to(torch::kFloat).sum(0).to(torch::kCPU);
    sum = sum.defined() ? sum + part : part;
  }
  return sum / static_cast<double>(places.size());
}

void DisentangledTrainer::measure_class_styles(bool whole) {
  torch::NoGradGuard guard;
  networks_.train(false);
  const auto count = static_cast<std::int64_t>(clips_.labels().size());
  std::vector<torch::Tensor> styles;
  if (whole && settings_.hears_style()) {
    for (std::int64_t label = 0; label < count; ++label) styles.push_back(mean_style(label));
    networks_.class_styles->value.copy_(torch::stack(styles));
  } else {
    in_pieces(reference_, device_, [&](const Batch& piece) { styles.push_back(networks_.styles(piece.at("style"), piece.at("label")).to(torch::kCPU).to(torch::kFloat)); });
    networks_.class_styles->value.copy_(class_means(torch::cat(styles), reference_.at("label"), count).styles);
  }
  networks_.train(true);
  styles_measured_ = true, styles_stale_ = false;
}

torch::Tensor DisentangledTrainer::told_styles(const torch::Tensor& sections, const torch::Tensor& labels) {
  if (settings_.style_by == "clip") return networks_.styles(sections, labels);
  return networks_.class_styles->value.to(device_).index_select(0, labels);
}

Figures DisentangledTrainer::validate(int) {
  measure_class_styles(false);
  networks_.train(false);
  const auto count = static_cast<std::int64_t>(clips_.labels().size());
  double forced = 0, free = 0, levels = 0, loudness = 0, swapped = 0, style_right = 0, content_right = 0, rows = 0;
  in_pieces(validation_, device_, [&](const Batch& piece) {
    const auto &target = piece.at("target"), &label = piece.at("label");
    const auto content = networks_.content_encoder->forward(piece.at("content"));
    const auto style = networks_.styles(piece.at("style"), label);
    const auto told = told_styles(piece.at("style"), label), other = told_styles(piece.at("style"), (label + 1) % count);
    const auto n = static_cast<double>(label.size(0));
    const auto error = [&](const torch::Tensor& made) { return n * (made - target).square().mean().item<double>(); };
    const auto level_error = [&](const torch::Tensor& made) { return n * (log_magnitude(made) - log_magnitude(target)).abs().mean().item<double>(); };
    forced += error(networks_.decoder->forward(content, told, target));
    const auto made = networks_.decoder->generate(content, told, {});
    free += error(made);
    levels += level_error(made);
    loudness += n * (magnitude(made) - magnitude(target)).square().mean().item<double>();
    const auto foreign = networks_.decoder->generate(content, settings_.style_by == "clip" && settings_.hears_style() ? told.flip(0) : other, {});
    swapped += settings_.levels > 0 ? level_error(foreign) : error(foreign);
    const auto nearest = torch::cdist(style, networks_.class_styles->value.to(device_)).argmin(1);
    style_right += (nearest == label).sum().item<double>();
    content_right += (networks_.critic->forward(content.mean(1)).argmax(1) == piece.at("content_label")).sum().item<double>();
    rows += n;
  });
  networks_.train(true);
  Figures figures = {{"free_running", free / rows}, {"levels", levels / rows}, {"teacher_forced", forced / rows}, {"magnitude", loudness / rows}, {"swapped_style", swapped / rows}};
  // Where levels are learned the complex error says little: it is smallest for silence wherever the phase is not known.
  if (settings_.levels > 0) std::swap(figures[0], figures[1]);
  if (settings_.hears_style()) figures.emplace_back("style_tells_label", style_right / rows);
  figures.emplace_back("content_tells_label", content_right / rows);
  // The checkpoint of these weights is saved next.
  if (figures.front().second < best_seen_ || last_step_) measure_class_styles(true);
  best_seen_ = std::min(best_seen_, figures.front().second);
  return figures;
}

std::vector<Preview> DisentangledTrainer::preview(int) {
  networks_.train(false);
  Batch piece = rows_of(validation_, 0, 1);
  for (auto& [name, tensor] : piece) tensor = tensor.to(device_);
  const auto content = networks_.content_encoder->forward(piece.at("content"));
  const auto spec = settings_.spec();
  std::vector<Preview> all;
  const auto show = [&](const std::string& title, const torch::Tensor& sections, std::int64_t label) {
    const auto plain = denormalised(sections.to(torch::kFloat), torch::full({1}, label, torch::TensorOptions(torch::kLong).device(device_)));
    const auto stft = join_sections(plain[0].to(torch::kCPU), settings_);
    all.push_back(preview_of(title, torch::constant_pad_nd(stft, {0, 0, 0, settings_.cqt_bins}), spec));
  };
  const auto& names = clips_.labels();
  for (const std::int64_t label : {std::int64_t{1}, std::int64_t{0}}) {
    const auto told = networks_.class_styles->value.to(device_).narrow(0, label, 1);
    show(names[0] + " to " + names[static_cast<std::size_t>(label)] + ": result", networks_.decoder->generate(content, told, {}), label);
  }
  show(names[0] + ": content", piece.at("target"), 0);
  networks_.train(true);
  return all;
}

void DisentangledTrainer::enter_phase(int) {
  plateau_best_ = best_seen_ = 1e30;
  plateau_wait_ = 0;
}

void DisentangledTrainer::after_validation(int, double criterion) {
  if (criterion < plateau_best_ * (1 - kProgress)) {
    plateau_best_ = criterion;
    plateau_wait_ = 0;
  } else if (++plateau_wait_ > static_cast<double>(settings_.plateau_patience)) {
    rate_share_ *= settings_.plateau_factor;
    plateau_wait_ = 0;
  }
}

void DisentangledTrainer::visit(StateVisitor& visitor) {
  const bool saves = dynamic_cast<StateSaver*>(&visitor) != nullptr;
  if (saves && styles_stale_ && (!averaged_weights_ || !styles_measured_)) measure_class_styles(false);
  const auto [style_name, style] = networks_.style_module();
  visitor.module(style_name, *style);
  visitor.module("content_encoder", *networks_.content_encoder);
  visitor.module("decoder", *networks_.decoder);
  visitor.module("critic", *networks_.critic);
  visitor.module("mean", *networks_.mean);
  visitor.module("deviation", *networks_.deviation);
  visitor.module("profiles", *networks_.profiles);
  visitor.module("class_styles", *networks_.class_styles);
  optimiser_->visit("optimiser", visitor);
  critic_optimiser_->visit("critic_optimiser", visitor);
  visitor.number("rate_share", rate_share_);
  visitor.number("plateau_best", plateau_best_);
  visitor.number("plateau_wait", plateau_wait_);
  if (!saves) styles_measured_ = true;
}

std::vector<std::pair<std::string, torch::nn::Module*>> DisentangledTrainer::averaged(int) {
  return {networks_.style_module(), {"content_encoder", networks_.content_encoder.get()}, {"decoder", networks_.decoder.get()}};
}

std::map<std::string, std::string> DisentangledTrainer::record() const {
  std::string names;
  for (const auto& label : clips_.labels()) names += (names.empty() ? "" : "\n") + label;
  return {{"class_labels", names}};
}

}  // namespace luthier::disentangled
