#include "core/families/disentangled/disentangled_transfer.h"

#include <torch/torch.h>

#include <algorithm>
#include <sstream>

#include "core/families/disentangled/section_clips.h"
#include "core/families/translation.h"

namespace luthier::disentangled {
namespace {

constexpr std::int64_t kRefinements = 32;        ///< iterations after a decoder that learns levels first and phases last
constexpr std::int64_t kSectionsShownEach = 64;  ///< of longer sounds only every group is shown

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class DisentangledTransfer : public FamilyTransfer {
 public:
  DisentangledTransfer(std::shared_ptr<Networks> networks, std::vector<std::string> labels)
      : networks_(std::move(networks)), labels_(std::move(labels)), settings_(networks_->settings), representation_(make_representation(settings_.spec())) {}

  RepresentationSpec representation() const override { return settings_.spec(); }

  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor& style, const Config& options, const StepObserver& observer,
                          std::stop_token stop) override {
    torch::NoGradGuard guard;
    const auto wanted = settings_from<TransferSettings>(options);
    check_shape("content", content);
    if (stop.stop_requested()) throw Cancelled();
    const auto from = wanted.content_label.empty() ? nearest_label(content) : label_index(wanted.content_label);
    const double gain = level_gain(content, settings_);
    const auto voice = voice_of(wanted, style, from);
    const auto sections = cut_sections(normalised(filled_up(content.to(torch::kFloat) * gain, settings_), from), settings_);
    const auto made = write(sections, voice, content.size(2), observer, stop);
    auto stft = join_sections(made * voice.deviation.unsqueeze(1) + voice.mean.unsqueeze(1), settings_).narrow(2, 0, content.size(2)) / gain;
    stft = refined(stft, wanted.refine >= 0 ? wanted.refine : settings_.decoder == "polar" ? kRefinements : 0, stop);
    return with_constant_q(stft);
  }

 private:
  /// A style and what a sound in it is de-normalised by.
  struct Voice {
    torch::Tensor style;            ///< [1, embedding]
    torch::Tensor mean, deviation;  ///< [2, STFT bin]
  };

  void check_shape(const char* name, const torch::Tensor& features) const {
    if (features.defined() && features.dim() == 3 && features.size(0) == 2 && features.size(1) == settings_.features() && features.size(2) >= 1) return;
    std::ostringstream shape;
    if (features.defined()) shape << features.sizes();
    else shape << "none";
    throw ConfigError(std::string("The ") + name + " has shape " + shape.str() + " where [real and imaginary 2, bin " + std::to_string(settings_.features()) +
                      ", frame] is needed.");
  }

  std::int64_t label_index(const std::string& name) const {
    const auto found = std::find(labels_.begin(), labels_.end(), name);
    if (found == labels_.end()) throw ConfigError("This model knows no label '" + name + "'; its labels are: " + joined(labels_) + ".");
    return found - labels_.begin();
  }

  std::int64_t nearest_label(const torch::Tensor& features) const {
    return (networks_->profiles->value.sqrt() - profile_of(features, settings_).sqrt()).square().sum(1).argmin().item<std::int64_t>();
  }

  torch::Tensor normalised(const torch::Tensor& features, std::int64_t label) const {
    return (features.to(torch::kFloat) - networks_->mean->value[label].unsqueeze(2)) / networks_->deviation->value[label].unsqueeze(2);
  }

  /// The mean over groups of sections, as long as those of training, or the style of the nearest label. [1, embedding]
  torch::Tensor style_of(const torch::Tensor& features) const {
    const auto label = nearest_label(features);
    if (!settings_.hears_style()) return networks_->class_styles->value.narrow(0, label, 1).to(networks_->device);
    const auto heard = filled_up(heard_part(features.to(torch::kFloat) * level_gain(features, settings_), settings_), settings_);
    const auto sections = cut_sections(normalised(heard, label), settings_);
    const std::int64_t total = sections.size(0), group = std::min(settings_.sections, total);
    torch::Tensor sum;
    std::int64_t groups = 0;
    for (std::int64_t start = 0; start < total; start += group, ++groups) {
      const auto part = sections.narrow(0, std::min(start, total - group), group).unsqueeze(0).to(networks_->device);
      const auto one = networks_->style_encoder->forward(part).to(torch::kFloat);
      sum = sum.defined() ? sum + one : one;
    }
    return sum / static_cast<double>(groups);
  }

  Voice voice_of_label(std::int64_t label) const {
    return {networks_->class_styles->value.narrow(0, label, 1).to(networks_->device), networks_->mean->value[label].narrow(1, 0, settings_.bins()),
            networks_->deviation->value[label].narrow(1, 0, settings_.bins())};
  }

  Voice voice_of(const TransferSettings& wanted, const torch::Tensor& style, std::int64_t content_label) const {
    torch::Tensor own;
    const auto style_label = [&] {
      check_shape("style", style);
      own = style_of(style);
      return torch::cdist(own, networks_->class_styles->value.to(networks_->device)).argmin().item<std::int64_t>();
    };
    const auto target = wanted.style_by != "clip" && !wanted.label.empty() ? label_index(wanted.label) : style_label();
    auto voice = voice_of_label(target);
    if (wanted.style_by == "clip") voice.style = own;
    if (wanted.style_by != "between") return voice;
    const auto first = voice_of_label(wanted.from_label.empty() ? content_label : label_index(wanted.from_label));
    return {torch::lerp(first.style, voice.style, wanted.blend), torch::lerp(first.mean, voice.mean, wanted.blend),
            torch::lerp(first.deviation.log(), voice.deviation.log(), wanted.blend).exp()};
  }

  /// All sections [section, 2, frame, bin] normalised, on the CPU.
  torch::Tensor write(const torch::Tensor& sections, const Voice& voice, std::int64_t frames, const StepObserver& observer, const std::stop_token& stop) const {
    const std::int64_t total = sections.size(0), group = std::min(settings_.sections, total), carry = std::max<std::int64_t>(1, group / 4);
    torch::Tensor made;
    const auto done = [&] { return made.defined() ? made.size(0) : 0; };
    for (std::int64_t begin = 0; done() < total; begin = std::min(done() - carry, total - group)) {
      const auto content = networks_->content_encoder->forward(sections.narrow(0, begin, group).unsqueeze(0).to(networks_->device));
      torch::Tensor given;
      if (done() > begin) given = made.narrow(0, begin, done() - begin).unsqueeze(0).to(networks_->device);
      const auto ask = [&](std::int64_t) {
        if (stop.stop_requested()) throw Cancelled();
        return true;
      };
      const std::int64_t before = done();
      const auto out = networks_->decoder->generate(content, voice.style, given, ask)[0].to(torch::kCPU).to(torch::kFloat);
      const auto fresh = out.narrow(0, before - begin, begin + group - before);
      made = made.defined() ? torch::cat({made, fresh}) : fresh;
      if (observer) show(made, before, total, voice, frames, observer, stop);
    }
    return made;
  }

  void show(const torch::Tensor& made, std::int64_t before, std::int64_t total, const Voice& voice, std::int64_t frames, const StepObserver& observer,
            const std::stop_token& stop) const {
    const std::int64_t done = made.size(0);
    for (std::int64_t i = total <= kSectionsShownEach ? before + 1 : done; i <= done; ++i) {
      if (stop.stop_requested()) throw Cancelled();
      const auto part = join_sections(made.narrow(0, 0, i) * voice.deviation.unsqueeze(1) + voice.mean.unsqueeze(1), settings_);
      auto picture = torch::zeros({2, settings_.features(), frames});
      const auto length = std::min(frames, part.size(2));
      picture.narrow(1, 0, settings_.bins()).narrow(2, 0, length).copy_(part.narrow(2, 0, length));
      observer({static_cast<int>(i), static_cast<int>(total), picture});
    }
  }

  /// Griffin and Lim 1984, from the model's phase: the magnitudes stay, the phases become those of a sound.
  torch::Tensor refined(const torch::Tensor& stft, std::int64_t iterations, const std::stop_token& stop) const {
    if (iterations == 0 || stft.size(2) < 4) return stft;
    const auto window = torch::hann_window(settings_.n_fft);
    const auto given = torch::complex(stft[0].contiguous(), stft[1].contiguous());
    const auto size = given.abs();
    const std::int64_t length = (stft.size(2) - 1) * settings_.hop;
    auto now = given;
    for (std::int64_t i = 0; i < iterations; ++i) {
      if (stop.stop_requested()) throw Cancelled();
      const auto sound = torch::istft(now.unsqueeze(0), settings_.n_fft, settings_.hop, settings_.n_fft, window, true, false, true, length);
      const auto back = torch::stft(sound, settings_.n_fft, settings_.hop, settings_.n_fft, window, true, "reflect", false, true, true)[0];
      now = size * back / back.abs().clamp_min(1e-9);
    }
    return torch::view_as_real(now).permute({2, 0, 1}).contiguous();
  }

  /// The STFT as it is; the constant-Q bins are taken from its sound.
  torch::Tensor with_constant_q(const torch::Tensor& stft) const {
    auto features = torch::zeros({2, settings_.features(), stft.size(2)});
    features.narrow(1, 0, settings_.bins()).copy_(stft);
    if (stft.size(2) < 2) return features;
    const auto heard = representation_->analyse(representation_->invert(features, {}));
    const auto frames = std::min(heard.size(2), stft.size(2));
    features.narrow(1, settings_.bins(), settings_.cqt_bins).narrow(2, 0, frames).copy_(heard.narrow(1, settings_.bins(), settings_.cqt_bins).narrow(2, 0, frames));
    return features;
  }

  std::shared_ptr<Networks> networks_;
  std::vector<std::string> labels_;
  Settings settings_;
  std::shared_ptr<const Representation> representation_;
};

}  // namespace

std::vector<std::string> labels_of(const Checkpoint& checkpoint) {
  std::vector<std::string> labels;
  if (const auto found = checkpoint.record.find("class_labels"); found != checkpoint.record.end()) {
    std::istringstream lines(found->second);
    for (std::string line; std::getline(lines, line);) labels.push_back(line);
  }
  const auto styles = constant_of(checkpoint, "class_styles");
  const auto count = styles.defined() && styles.dim() == 2 ? static_cast<std::size_t>(styles.size(0)) : labels.size();
  while (labels.size() < count) labels.push_back("label " + std::to_string(labels.size() + 1));
  labels.resize(count);
  return labels;
}

std::shared_ptr<Networks> load_networks(const Checkpoint& checkpoint, const Settings& settings, torch::Device device) {
  const auto styles = constant_of(checkpoint, "class_styles");
  if (!styles.defined() || styles.dim() != 2 || styles.size(0) < 2)
    throw CheckpointError("The checkpoint holds no mean styles ('class_styles'), so it is no whole run of the disentangled family; take the run's best.safetensors or latest.safetensors.");
  auto networks = std::make_shared<Networks>(settings, styles.size(0), device);
  const auto load = [&](const std::string& name, torch::nn::Module& module) { load_module(checkpoint.tensors, checkpoint.weights_prefix(name), module); };
  const auto [style_name, style] = networks->style_module();
  load(style_name, *style);
  load("content_encoder", *networks->content_encoder);
  load("decoder", *networks->decoder);
  load("mean", *networks->mean);
  load("deviation", *networks->deviation);
  load("profiles", *networks->profiles);
  load("class_styles", *networks->class_styles);
  networks->train(false);
  return networks;
}

std::unique_ptr<FamilyTransfer> make_disentangled_transfer(const Checkpoint& checkpoint, const Settings& settings, torch::Device device) {
  return std::make_unique<DisentangledTransfer>(load_networks(checkpoint, settings, device), labels_of(checkpoint));
}

}  // namespace luthier::disentangled
