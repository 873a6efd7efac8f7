#include "core/families/vocoding.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/signal/frame_windows.h"

namespace luthier {
namespace {

constexpr double kSilence = -5, kNearSilence = 1e-3;  ///< log10 magnitude below which nothing is told

/// [batch, sample] -> [batch, bin, frame]
torch::Tensor magnitudes(const torch::Tensor& samples, const RepresentationSpec& spec) {
  const auto window = at::hann_window(spec.n_fft, samples.options());
  return at::stft(samples, spec.n_fft, spec.hop, spec.n_fft, window, /*center=*/false, "reflect", /*normalized=*/false, /*onesided=*/true,
                  /*return_complex=*/true)
      .abs();
}

}  // namespace

RepresentationSpec VocoderSound::spec() const {
  RepresentationSpec out;
  out.kind = kind;
  out.sample_rate = static_cast<int>(rate);
  out.n_fft = static_cast<int>(n_fft);
  out.hop = static_cast<int>(hop);
  out.bands = static_cast<int>(bands);
  return out;
}

RepresentationSpec VocoderSound::waveform() const {
  RepresentationSpec out;
  out.kind = "waveform";
  out.sample_rate = static_cast<int>(rate);
  return out;
}

void VocoderSound::check() const {
  if (frames * hop < n_fft + hop)
    throw ConfigError("A crop of " + std::to_string(frames) + " frames is shorter than the analysis window; raise 'frames' to at least " +
                      std::to_string((n_fft + 2 * hop - 1) / hop) + ".");
  if (hop > n_fft) throw ConfigError("The hop must not be longer than the window; lower 'hop' or raise 'n_fft'.");
}

VocoderScore vocoder_score(const torch::Tensor& made, const torch::Tensor& real, const BatchMel& mel) {
  at::NoGradGuard guard;
  const auto a = magnitudes(made.squeeze(1), mel.spec()), b = magnitudes(real.squeeze(1), mel.spec());
  VocoderScore score;
  score.mel_l1 = mel_distance(made, real, mel).item<double>();
  score.spectral_convergence = ((a - b).flatten(1).norm(2, 1) / b.flatten(1).norm(2, 1).clamp_min(1e-6)).mean().item<double>();
  const auto decibels = [](const torch::Tensor& m) { return 20 * m.clamp_min(1e-4).log10(); };
  score.log_distance = (decibels(a) - decibels(b)).square().mean(1).sqrt().mean().item<double>();
  return score;
}

VocoderScore griffin_lim_score(const VocoderBatch& truth, const BatchMel& mel) {
  at::NoGradGuard guard;
  const auto representation = make_representation(mel.spec());
  const auto features = truth.features.to(at::kCPU).contiguous();
  std::vector<torch::Tensor> made;
  const auto samples = truth.samples.size(2);
  for (std::int64_t i = 0; i < features.size(0); ++i) {
    auto sound = representation->invert(features.narrow(0, i, 1), {}).mono();
    sound.resize(static_cast<std::size_t>(samples));
    auto one = at::tensor(sound).reshape({1, -1});
    // log_mel carries no level: it is brought to that of the truth, as every representation without one must be.
    if (mel.spec().kind == "log_mel") {
      const auto real = truth.samples[i].to(at::kCPU);
      one = one * (real.square().mean().sqrt() / one.square().mean().sqrt().clamp_min(1e-9));
    }
    made.push_back(one);
  }
  return vocoder_score(at::stack(made).to(truth.samples.device()), truth.samples, mel);
}

torch::Tensor mel_distance(const torch::Tensor& made, const torch::Tensor& real, const BatchMel& mel) {
  const double level = mel.spec().kind == "log_mel" ? 1.0 / VocoderClips::kLogMelLevel : 1.0;
  return (mel(level * made.squeeze(1)) - mel(level * real.squeeze(1))).abs().mean();
}

Figures score_figures(const VocoderScore& score, const VocoderScore& griffin_lim) {
  return {{"mel_l1", score.mel_l1},
          {"spectral_convergence", score.spectral_convergence},
          {"log_distance_db", score.log_distance},
          {"griffin_lim_mel_l1", griffin_lim.mel_l1},
          {"griffin_lim_spectral_convergence", griffin_lim.spectral_convergence},
          {"griffin_lim_log_distance_db", griffin_lim.log_distance}};
}

Preview sound_preview(const std::string& title, const torch::Tensor& samples, const BatchMel& mel, const torch::Tensor& features) {
  const auto flat = samples.detach().to(at::kCPU).to(at::kFloat).contiguous().reshape({-1});
  const auto plain = features.detach().to(at::kCPU).to(at::kFloat).contiguous();
  Preview preview;
  preview.title = title;
  preview.picture = make_representation(mel.spec())->picture(plain.dim() == 2 ? plain.unsqueeze(0) : plain);
  preview.sound.assign(flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel());
  preview.sample_rate = mel.spec().sample_rate;
  return preview;
}

std::vector<float> decode_at_level(const torch::Tensor& features, double loudest, const std::function<std::vector<float>(const torch::Tensor& raised)>& decode) {
  const double highest = features.defined() && features.numel() > 0 ? features.max().item<double>() : kSilence;
  if (highest <= kSilence + kNearSilence) return decode(features);
  const double raise = loudest - highest;
  const auto given = features.to(at::kFloat);
  auto samples = decode(at::where(given <= kSilence + kNearSilence, at::full_like(given, kSilence), (given + raise).clamp_min(kSilence)));
  const auto back = static_cast<float>(std::pow(10.0, -raise));
  for (float& sample : samples) sample *= back;
  return samples;
}

std::vector<float> decode_in_windows(const torch::Tensor& features, const RepresentationSpec& spec, std::int64_t window, std::int64_t overlap,
                                     std::stop_token stop,
                                     const std::function<torch::Tensor(const torch::Tensor& part, std::int64_t index)>& pass) {
  at::NoGradGuard guard;
  require_shape("spectrogram", features, spec.bands);
  FrameWindows windows;
  windows.window = window;
  windows.overlap = overlap;
  const auto sound = windows.run(features.to(at::kFloat), [&](const torch::Tensor& part, std::int64_t index, std::int64_t) {
    if (stop.stop_requested()) throw Cancelled();
    return pass(part.squeeze(1), index).unsqueeze(1);
  });
  const auto flat = sound.reshape({-1});
  return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

}  // namespace luthier
