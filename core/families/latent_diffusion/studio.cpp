#include "core/families/latent_diffusion/studio.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <tuple>

#include "core/data/phrase_bank.h"
#include "core/families/latent_diffusion/studio_colour.h"
#include "core/families/latent_diffusion/studio_sampler.h"
#include "core/families/latent_diffusion/studio_trainer.h"

namespace luthier {
namespace {

using studio::Networks;

std::int64_t count(const torch::nn::Module& module) {
  std::int64_t total = 0;
  for (const auto& parameter : module.parameters()) total += parameter.numel();
  return total;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

/// "0-7,11" -> 0 … 7, 11
std::vector<int> programs(const std::string& text) {
  std::vector<int> all;
  for (const auto& part : split(text, ',')) {
    int first = -1, last = -1;
    char dash = 0, rest = 0;
    std::istringstream stream(part);
    stream >> first;
    if (stream >> dash) stream >> last;
    else last = first;
    if (first < 0 || last < first || last > 127 || (dash != 0 && dash != '-') || stream >> rest)
      throw ConfigError("Setting 'other_programs' cannot be '" + part + "': it must be General MIDI programs as in 0-79,104.");
    for (int program = first; program <= last; ++program) all.push_back(program);
  }
  return all;
}

/// Sounds longer than this go through in overlapped windows, so that memory stays bounded.
constexpr std::int64_t kWindowSeconds = 24, kOverlapSeconds = 3;
/// More than this is no colour that a model loses, but a style clip of next to nothing.
constexpr double kMostColourDb = 24;

class StudioTransfer : public FamilyTransfer {
 public:
  StudioTransfer(const Checkpoint& checkpoint, const StudioSettings& settings, torch::Device device) : networks_(settings, device) {
    const auto load = [&](const std::string& name, torch::nn::Module& module) {
      load_module(checkpoint.tensors, checkpoint.weights_prefix(name), module);
    };
    load("autoencoder", *networks_.autoencoder);
    load("style_encoder", *networks_.style_encoder);
    load("denoiser", *networks_.denoiser);
    load("style_memory", *networks_.style_memory);
    if (networks_.refiner) load("refiner", *networks_.refiner);
    if (networks_.finisher) load("finisher", *networks_.finisher);
    networks_.eval();
  }

  RepresentationSpec representation() const override { return studio_representation(networks_.settings); }

  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor& style, const Config& options,
                          const StepObserver& observer, std::stop_token stop) override {
    torch::NoGradGuard guard;
    check_shape("content", content);
    check_shape("style", style);
    const auto settings = settings_from<StudioTransferSettings>(options);
    const auto features = prepared(content);
    const auto style_features = prepared(style);
    const auto example = networks_.style_encoder->forward(style_features);
    const auto lost = lost_colour(style_features, example, settings, stop);
    auto windows = cut(features, example, settings, stop);
    torch::Tensor result;
    const int total = windows.front().sampler->total();
    for (int step = 1; step <= total; ++step) {  // all windows go down together, so that every step is heard from end to end
      for (Window& window : windows) {
        if (stop.stop_requested()) throw Cancelled();
        window.estimate = window.sampler->step();
      }
      if (!observer && step < total) continue;
      auto made = join(windows, features, example, stop);
      if (lost.defined()) made = studio::coloured(made, lost, deviation());
      const auto joined = torch::lerp(features, made, settings.strength);
      result = networks_.autoencoder->denormalise(joined)[0].t().unsqueeze(0).to(torch::kCPU).contiguous();
      if (observer) observer({step, total, result});
    }
    return result;
  }

 private:
  void check_shape(const char* name, const torch::Tensor& features) const {
    if (features.dim() == 3 && features.size(0) == 1 && features.size(1) == networks_.settings.bands && features.size(2) >= 1) return;
    std::ostringstream shape;
    shape << features.sizes();
    throw ConfigError(std::string("The ") + name + " has shape " + shape.str() + " where [channel 1, band " +
                      std::to_string(networks_.settings.bands) + ", frame] is needed.");
  }

  torch::Tensor prepared(const torch::Tensor& log_mel) {
    return networks_.autoencoder->normalise(log_mel.to(networks_.device).transpose(1, 2).contiguous());
  }

  /// Whole pairs of latent frames.
  std::int64_t frames_in(std::int64_t seconds) const {
    const std::int64_t unit = 2 * networks_.settings.patch;
    return seconds * (networks_.settings.rate / networks_.settings.hop) / unit * unit;
  }

  double deviation() const { return networks_.autoencoder->deviation.item<double>(); }

  /// What the model makes of instruments that it has never heard is duller than they are, and by how much shows where the truth is at
  /// hand: the style clip, with its colour taken off, is made into itself. The share that is to be given back of what then lacks, [1, 1,
  /// band]; undefined where nothing is.
  torch::Tensor lost_colour(const torch::Tensor& style, const studio::Style& example, StudioTransferSettings settings, const std::stop_token& stop) {
    const double wanted = settings.own_colour * settings.strength;
    const double share = wanted > 0 ? settings.own_colour * networks_.style_memory->strangeness(example.vector) : 0;
    if (!(share > 0)) return {};
    const ColourKey key{settings.seed, settings.guidance, settings.temperature};
    if (!lost_.defined() || !(lost_key_ == key) || !torch::equal(lost_of_, style)) {  // live transfer asks for one style again and again
      const std::int64_t frames = std::min(style.size(1), frames_in(kWindowSeconds));
      const auto clip = style.narrow(1, (style.size(1) - frames) / 2, frames);
      const auto sounding = studio::sounding_frames(clip, deviation());
      const auto own = studio::colour_of(clip, sounding, deviation()), shape = studio::smoothed_colour(own);
      const auto plain = clip - (shape - shape.mean());
      settings.steps = 1, settings.passes = 1, settings.branches.clear();
      auto windows = cut(plain, example, settings, stop);
      for (Window& window : windows) window.estimate = window.sampler->step();
      const auto lacks = studio::smoothed_colour(own - studio::colour_of(join(windows, plain, example, stop), sounding, deviation()));
      const double most = kMostColourDb * std::log(10.0) / 20 / deviation();
      lost_ = lacks.clamp(-most, most);
      lost_of_ = style, lost_key_ = key;
    }
    return share * lost_;
  }

  torch::Tensor ramp(std::int64_t length, std::int64_t in, std::int64_t out) const {
    auto fade = torch::ones({1, length, 1});
    if (in > 0) fade.narrow(1, 0, in).copy_((torch::arange(1, in + 1) / static_cast<double>(in + 1)).reshape({1, -1, 1}));
    if (out > 0) fade.narrow(1, length - out, out).copy_((torch::arange(out, 0, -1) / static_cast<double>(out + 1)).reshape({1, -1, 1}));
    return fade.to(networks_.device);
  }

  /// A stretch of a long sound on its way. Its estimate is the mean of several passes, rows of one batch that each have some frames put in
  /// front: the latent's grid lies elsewhere in each, so what the grid costs averages out.
  struct Window {
    std::int64_t start = 0, length = 0;
    std::vector<std::int64_t> shifts;  ///< frames put in front, for each pass
    torch::Tensor fade;
    torch::Tensor content;  ///< features on the passes' grids, [pass, frame, band]
    std::unique_ptr<Rng> rng;
    std::unique_ptr<studio::LatentSampler> sampler;
    torch::Tensor estimate;  ///< [pass, frame, latent]
  };

  std::vector<Window> cut(const torch::Tensor& features, const studio::Style& style, const StudioTransferSettings& settings, const std::stop_token& stop) {
    const std::int64_t frames = features.size(1), unit = 2 * networks_.settings.patch;
    const std::int64_t window = frames_in(kWindowSeconds), overlap = frames_in(kOverlapSeconds);
    const std::int64_t count = frames <= window ? 1 : 1 + (frames - window + window - overlap - 1) / (window - overlap);
    const std::int64_t passes = settings.passes > 0 ? settings.passes : settings.steps <= 1 ? 4 : 1;
    const auto rung = networks_.rung(features);  // of the whole sound: what began before a window rings in it
    std::vector<Window> windows(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      if (stop.stop_requested()) throw Cancelled();
      Window& one = windows[static_cast<std::size_t>(i)];
      one.start = i * (window - overlap), one.length = std::min(window, frames - one.start);
      one.fade = ramp(one.length, i > 0 ? overlap : 0, i + 1 < count ? overlap : 0);
      const auto piece = features.narrow(1, one.start, one.length);
      const auto memory = rung.defined() ? rung.narrow(1, one.start, one.length) : rung;
      for (std::int64_t pass = 0; pass < passes; ++pass) one.shifts.push_back(pass * unit / passes);
      one.content = shifted(piece, one.shifts);
      one.rng = std::make_unique<Rng>(static_cast<std::uint64_t>(settings.seed), static_cast<std::uint64_t>(i));
      one.sampler = std::make_unique<studio::LatentSampler>(networks_, networks_.encoded(one.content, memory.defined() ? shifted(memory, one.shifts) : memory),
                                                            repeated(style, passes), settings, *one.rng, static_cast<std::uint64_t>(i));
    }
    return windows;
  }

  /// features [1, frame, channel] -> [shift, frame + largest shift, channel]: each row later by its shift, its ends held.
  static torch::Tensor shifted(const torch::Tensor& features, const std::vector<std::int64_t>& shifts) {
    const std::int64_t frames = features.size(1), largest = shifts.back(), channels = features.size(2);
    std::vector<torch::Tensor> rows;
    for (const std::int64_t shift : shifts)
      rows.push_back(torch::cat({features.narrow(1, 0, 1).expand({1, shift, channels}), features, features.narrow(1, frames - 1, 1).expand({1, largest - shift, channels})}, 1));
    return torch::cat(rows, 0);
  }

  static studio::Style repeated(const studio::Style& style, std::int64_t times) { return {style.vector.expand({times, -1}), style.tokens.expand({times, -1, -1})}; }

  /// The windows' estimates as features [1, frame, band], cross-faded.
  torch::Tensor join(const std::vector<Window>& windows, const torch::Tensor& features, const studio::Style& style, const std::stop_token& stop) {
    auto sum = torch::zeros_like(features), weight = torch::zeros({1, features.size(1), 1}, features.options());
    for (const Window& window : windows) {
      if (stop.stop_requested()) throw Cancelled();
      const auto passes = static_cast<std::int64_t>(window.shifts.size());
      const auto rendered = networks_.rendered(window.estimate, window.content, repeated(style, passes));
      auto mean = torch::zeros_like(window.content.narrow(0, 0, 1).narrow(1, 0, window.length));
      for (std::int64_t pass = 0; pass < passes; ++pass) mean += rendered.narrow(0, pass, 1).narrow(1, window.shifts[static_cast<std::size_t>(pass)], window.length);
      mean = mean / static_cast<double>(passes);
      sum.narrow(1, window.start, window.length).add_(mean * window.fade);
      weight.narrow(1, window.start, window.length).add_(window.fade);
    }
    return networks_.finished(sum / weight, features, style, stop);
  }

  using ColourKey = std::tuple<std::int64_t, double, double>;  ///< seed, guidance, temperature

  Networks networks_;
  torch::Tensor lost_, lost_of_;  ///< the last style's lost colour, and its features
  ColourKey lost_key_;
};

}  // namespace

RepresentationSpec studio_representation(const StudioSettings& s) {
  RepresentationSpec spec;
  spec.kind = "log_mel";
  spec.sample_rate = static_cast<int>(s.rate);
  spec.n_fft = static_cast<int>(s.n_fft);
  spec.hop = static_cast<int>(s.hop);
  spec.bands = static_cast<int>(s.bands);
  return spec;
}

RepresentationSpec studio_training_representation(const StudioSettings& s) {
  RepresentationSpec spec;
  spec.kind = "waveform";
  spec.sample_rate = static_cast<int>(s.rate);
  return spec;
}

std::vector<ModuleCount> studio_modules(const StudioSettings& settings) {
  const Networks networks(settings, torch::kCPU);
  std::vector<ModuleCount> all = {{"autoencoder", count(*networks.autoencoder)},
                                  {"style_encoder", count(*networks.style_encoder)},
                                  {"denoiser", count(*networks.denoiser)}};
  if (networks.refiner) all.push_back({"refiner", count(*networks.refiner)});
  if (networks.finisher) all.push_back({"finisher", count(*networks.finisher)});
  return all;
}

std::unique_ptr<Trainer> make_studio_trainer(const TrainingInputs& inputs, const StudioSettings& settings) {
  return std::make_unique<studio::StudioTrainer>(inputs, settings);
}

std::unique_ptr<FamilyTransfer> make_studio_transfer(const Checkpoint& checkpoint, const StudioSettings& settings, torch::Device device) {
  return std::make_unique<StudioTransfer>(checkpoint, settings, device);
}

std::shared_ptr<ClipSet> make_studio_clips(const StudioSettings& s, const ProgressSink& progress, std::stop_token stop) {
  if (s.source != "rendered") return nullptr;
  BankOptions options;
  options.phrases = s.phrases;
  options.seed = s.bank_seed;
  options.seconds = s.phrase_seconds;
  options.sample_rate = static_cast<int>(s.rate);
  options.instruments = split(s.instruments, ',');
  options.other_programs = programs(s.other_programs);
  options.others = s.others;
  options.wide_share = s.wide_share;
  options.full_level_share = s.full_level_share;
  options.file = s.bank_file;
  for (const auto& entry : split(s.soundfonts, ':')) {
    const auto mark = entry.find('?');
    options.fonts.push_back({entry.substr(0, mark), mark == std::string::npos ? std::vector<int>{} : programs(entry.substr(mark + 1))});
  }
  if (options.fonts.empty())
    throw ConfigError("Training on rendered phrases needs a soundfont; set 'soundfonts' to a file.");
  return render_phrase_bank(options, progress, stop);
}

Config studio_preset() {
  return {{"latent_skips", true}, {"content_memory", true}, {"deep_blocks", std::int64_t{10}}, {"reach", std::int64_t{16}}, {"refine_blocks", std::int64_t{4}},
          {"finish_blocks", std::int64_t{6}}, {"finish_width", std::int64_t{24}}, {"finish_rate", 4.0}, {"steps", std::int64_t{30000}}, {"batch", std::int64_t{64}}, {"ae_steps", std::int64_t{4000}},
          {"terminal_share", 0.75}, {"mel_loss", 0.7}, {"distance_loss", 0.5}, {"cepstral_loss", 1.0}, {"pitch_loss", 10.0}, {"energy_loss", 0.4}, {"full_level_share", 0.3},
          {"ema_decay", 0.9995},                  {"validate_every", std::int64_t{1000}}, {"preview_every", std::int64_t{5000}},
          {"checkpoint_every", std::int64_t{10000}}, {"warmup", std::int64_t{500}}};
}

Config studio_quick_preset() {
  return {{"latent_skips", true}, {"width", std::int64_t{256}}, {"deep_width", std::int64_t{320}}, {"blocks", std::int64_t{2}}, {"deep_blocks", std::int64_t{3}},
          {"embedding", std::int64_t{128}}, {"style_width", std::int64_t{128}}, {"latent", std::int64_t{192}}, {"ae_width", std::int64_t{192}},
          {"ae_blocks", std::int64_t{1}}, {"ae_steps", std::int64_t{120}}, {"steps", std::int64_t{500}}, {"batch", std::int64_t{12}},
          {"frames", std::int64_t{128}}, {"style_frames", std::int64_t{128}}, {"learning_rate", 1.5e-3}, {"warmup", std::int64_t{50}},
          {"noise_share", 0.0}, {"room_share", 0.0}, {"ema_decay", 0.99}, {"validate_every", std::int64_t{100}}, {"preview_every", std::int64_t{250}},
          {"checkpoint_every", std::int64_t{100000}}};
}

Config studio_tiny_preset() {
  Config config = studio_quick_preset();
  for (const auto& [name, value] : Config{{"width", std::int64_t{96}}, {"deep_width", std::int64_t{128}}, {"blocks", std::int64_t{1}},
                                          {"deep_blocks", std::int64_t{2}}, {"ae_width", std::int64_t{96}}, {"ae_steps", std::int64_t{30}},
                                          {"steps", std::int64_t{90}}, {"batch", std::int64_t{8}}, {"frames", std::int64_t{96}},
                                          {"style_frames", std::int64_t{96}}, {"validate_every", std::int64_t{30}}, {"preview_every", std::int64_t{60}}})
    config[name] = value;
  return config;
}

}  // namespace luthier
