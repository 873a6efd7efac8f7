#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "audio/analysis/griffin_lim.h"
#include "audio/analysis/mel_inversion.h"
#include "audio/analysis/spectrogram_image.h"
#include "core/signal/frame_reader.h"
#include "core/signal/kinds.h"
#include "core/signal/spectrogram_tensor.h"

namespace luthier {
namespace {

constexpr int kAnalysisBlock = 4096;   ///< frames analysed at once
constexpr int kInversionBlock = 4096;  ///< frames inverted at once; shorter sounds go through in one piece
constexpr int kOverlap = 48;           ///< frames over which two inverted blocks are cross-faded
constexpr int kNnlsBlock = 256;        ///< frames between two questions whether to go on
constexpr int kRoundsPerRefit = 8;     ///< Griffin-Lim rounds for which a sound is fitted once more to its mel picture
constexpr int kRefitRounds = 4;        ///< Griffin-Lim rounds after each fit
constexpr float kRefitFloor = 1e-5f;   ///< magnitude, so that silence can be filled
constexpr float kDynamicRange = 80.0f; ///< dB, of mel_image and mel_db

/// What sets the four mel kinds apart.
struct Flavour {
  float power = 2.0f;         ///< of |X| under the filterbank
  bool centred = true;        ///< padded by n_fft/2, else by (n_fft - hop)/2 as MelGAN's Audio2Mel does
  audio::PadMode pad = audio::PadMode::zero;
  double peak = 0;            ///< that the sound is scaled to first; 0: it is not
  bool unit_rms = false;      ///< the sound is scaled to RMS 1 first
};

bool is_log10(const std::string& kind) { return kind == "log10_mel" || kind == "log10_mel_peak"; }

Flavour flavour_of(const std::string& kind) {
  if (is_log10(kind)) return {1.0f, false, audio::PadMode::reflect, kind == "log10_mel_peak" ? 0.95 : 0, false};
  if (kind == "log_mel") return {1.0f, true, audio::PadMode::reflect, 0, true};
  return {};
}

class Mel : public Representation {
 public:
  explicit Mel(const RepresentationSpec& spec)
      : Representation(spec), flavour_(flavour_of(spec.kind)),
        bank_({.sample_rate = spec.sample_rate, .n_fft = spec.n_fft, .bands = spec.bands}) {}

  torch::Tensor analyse(const audio::AudioBuffer& sound) const override {
    auto samples = mono_samples(sound, spec_);
    if (flavour_.unit_rms) scale_to_rms_one(samples);
    if (flavour_.peak > 0) scale_to_peak(samples, flavour_.peak);
    return encode(mel_of(samples)).unsqueeze(0);
  }

  audio::AudioBuffer invert(const torch::Tensor& features, const InversionHints& hints) const override {
    check_features(features, spec_.bands, ("A picture of kind " + spec_.kind).c_str());
    const auto mel = decode(features.to(at::kCPU, at::kFloat)[0]);
    std::vector<float> content;
    if (hints.content) {
      RepresentationSpec whole = spec_;
      whole.trim = false;
      content = mono_samples(*hints.content, whole);
      scale_to_rms_one(content);  // the start only needs its shape; so the floor of guided_start fits every level
    }
    return {spec_.sample_rate, invert_blocks(mel, content, hints)};
  }

  torch::Tensor picture(const torch::Tensor& features) const override {
    check_features(features, spec_.bands, ("A picture of kind " + spec_.kind).c_str());
    const auto values = features.to(at::kCPU, at::kFloat)[0];
    if (spec_.kind == "mel_image") return values * kDynamicRange - kDynamicRange;
    if (spec_.kind == "mel_db") return (values - 1.0f) * (kDynamicRange / 2);
    if (is_log10(spec_.kind)) return values * 20.0f;
    return values * static_cast<float>(20.0 / std::log(10.0));
  }

 private:
  int padding() const { return flavour_.centred ? spec_.n_fft / 2 : (spec_.n_fft - spec_.hop) / 2; }

  FrameReader reader(const std::vector<float>& samples) const {
    return {samples, spec_.n_fft, spec_.hop, padding(), flavour_.pad};
  }

  audio::Spectrogram mel_of(const std::vector<float>& samples) const {
    const FrameReader frames = reader(samples);
    audio::Spectrogram out(spec_.bands, frames.frames());
    for (int begin = 0; begin < out.frames; begin += kAnalysisBlock) {
      const int end = std::min(out.frames, begin + kAnalysisBlock);
      const auto block = bank_.apply(audio::magnitude(frames.read(begin, end), flavour_.power));
      for (int band = 0; band < out.bands; ++band)
        std::copy_n(block.band(band).begin(), end - begin, out.band(band).begin() + begin);
    }
    return out;
  }

  torch::Tensor encode(const audio::Spectrogram& mel) const {
    if (is_log10(spec_.kind)) return to_tensor(mel).clamp_min(1e-5f).log10();
    if (spec_.kind == "log_mel") return (to_tensor(mel) + 1e-4f).log();
    const auto db = audio::power_to_db(mel, {.top_db = kDynamicRange});
    if (spec_.kind == "mel_db") return (to_tensor(db) / (kDynamicRange / 2) + 1.0f).clamp(-1, 1);
    const auto image = audio::to_image(db, kDynamicRange);
    auto out = at::empty({image.height, image.width}, at::kFloat);
    std::transform(image.pixels.begin(), image.pixels.end(), out.data_ptr<float>(), [](std::uint8_t p) { return static_cast<float>(p) / 255.0f; });
    return out;
  }

  /// Features [band, frame] to the non-negative mel picture they stand for.
  audio::Spectrogram decode(const torch::Tensor& values) const {
    if (is_log10(spec_.kind)) return to_spectrogram(at::pow(10.0, values));
    if (spec_.kind == "log_mel") return to_spectrogram((values.exp() - 1e-4f).clamp_min(1e-7f));
    const auto db = spec_.kind == "mel_image" ? values.clamp(0, 1) * kDynamicRange - kDynamicRange
                                              : (values.clamp(-1, 1) - 1.0f) * (kDynamicRange / 2);
    return to_spectrogram(at::pow(10.0, db / 10.0));
  }

  std::vector<float> invert_blocks(const audio::Spectrogram& mel, const std::vector<float>& content, const InversionHints& hints) const {
    const std::int64_t natural = flavour_.centred ? std::int64_t{mel.frames - 1} * spec_.hop : std::int64_t{mel.frames} * spec_.hop;
    const std::int64_t wanted = hints.samples > 0 ? hints.samples : natural;
    std::vector<float> out(static_cast<std::size_t>(std::max(wanted, natural)));
    for (int begin = 0; begin < mel.frames;) {
      const int end = mel.frames - begin <= kInversionBlock + kOverlap ? mel.frames : begin + kInversionBlock;
      const auto piece = invert_block(mel, begin, end, wanted, content, hints);
      join(out, piece, static_cast<std::size_t>(begin) * static_cast<std::size_t>(spec_.hop), begin > 0);
      if (end == mel.frames || (hints.keep_going && !hints.keep_going())) break;
      begin = end - kOverlap;
    }
    out.resize(static_cast<std::size_t>(wanted));
    return out;
  }

  /// Adds a piece at `offset`, cross-faded with what is already there.
  void join(std::vector<float>& out, const std::vector<float>& piece, std::size_t offset, bool fade) const {
    const std::size_t length = fade ? static_cast<std::size_t>(kOverlap - 1) * static_cast<std::size_t>(spec_.hop) : 0;
    for (std::size_t i = 0; i < piece.size() && offset + i < out.size(); ++i) {
      const float weight = i < length ? static_cast<float>(i) / static_cast<float>(length) : 1.0f;
      out[offset + i] = out[offset + i] * (1.0f - weight) + piece[i] * weight;
    }
  }

  std::vector<float> invert_block(const audio::Spectrogram& mel, int begin, int end, std::int64_t wanted, const std::vector<float>& content,
                                  const InversionHints& hints) const {
    audio::Spectrum phase;
    if (!content.empty()) phase = reader(content).read(begin, end);
    const auto linear = linear_of(mel, begin, end, content.empty() ? nullptr : &phase, hints);
    audio::GriffinLimOptions options;
    options.stft = {.n_fft = spec_.n_fft, .hop = spec_.hop, .center = flavour_.centred, .pad = flavour_.pad};
    options.iterations = hints.iterations;
    options.seed = hints.seed + static_cast<std::uint64_t>(begin);
    options.phase = content.empty() ? nullptr : &phase;
    if (hints.keep_going) options.keep_going = [&](int) { return hints.keep_going(); };
    const std::int64_t rest = wanted - std::int64_t{begin} * spec_.hop;  // the last block may end inside a hop
    if (flavour_.centred && end == mel.frames && rest > 0 && 1 + rest / spec_.hop == end - begin) options.length = static_cast<std::size_t>(rest);
    if (!flavour_.centred) options.length = static_cast<std::size_t>(end - begin - 1) * static_cast<std::size_t>(spec_.hop) + static_cast<std::size_t>(spec_.n_fft);
    auto samples = griffin_lim(linear, options);
    samples = refitted(std::move(samples), columns(mel, begin, end), options);
    if (flavour_.centred) return samples;
    const auto first = samples.begin() + padding();
    return {first, first + std::int64_t{end - begin} * spec_.hop};
  }

  /// What Griffin-Lim leaves has not quite the wanted mel picture: neighbouring frames pull at each other. A few times the sound's
  /// own spectrum is scaled band by band to the picture, and some more rounds start from it. Takes a quarter of the oracle's
  /// log-spectral distance away for pictures of magnitude. Those of power with 80 dB below the maximum hold no floor to fit to, and
  /// came out worse (2.76 to 3.35), so they stay as they are.
  std::vector<float> refitted(std::vector<float> samples, const audio::Spectrogram& mel, audio::GriffinLimOptions options) const {
    const int refits = flavour_.power == 1.0f ? options.iterations / kRoundsPerRefit : 0;
    if (options.stft.frame_count(samples.size()) != mel.frames || samples.size() <= static_cast<std::size_t>(spec_.n_fft)) return samples;  // too short
    options.iterations = kRefitRounds;
    options.length = samples.size();
    for (int i = 0; i < refits && (!options.keep_going || options.keep_going(0)); ++i) {
      const audio::Spectrum own = audio::stft(samples, options.stft);
      const auto linear = audio::guided_start(audio::magnitude(own), mel, bank_, kRefitFloor);
      options.phase = &own;
      samples = griffin_lim(linear, options);
    }
    return samples;
  }

  /// Magnitudes [bin][frame - begin] under the mel picture, near the content's own where there is one.
  audio::Spectrogram linear_of(const audio::Spectrogram& mel, int begin, int end, const audio::Spectrum* content, const InversionHints& hints) const {
    audio::Spectrogram own;
    if (content) own = audio::magnitude(*content, flavour_.power);
    audio::Spectrogram out(bank_.bins(), end - begin);
    for (int from = begin; from < end && (!hints.keep_going || hints.keep_going()); from += kNnlsBlock) {
      const int to = std::min(end, from + kNnlsBlock);
      const auto wanted = columns(mel, from, to);
      audio::FastInversionOptions options;
      audio::Spectrogram start;
      if (content) {
        start = audio::guided_start(columns(own, from - begin, to - begin), wanted, bank_, std::pow(1e-3f, flavour_.power));
        options = {30, &start};
      }
      const auto block = audio::mel_to_linear_fast(wanted, bank_, options);
      for (int bin = 0; bin < out.bands; ++bin) std::copy_n(block.band(bin).begin(), to - from, out.band(bin).begin() + (from - begin));
    }
    if (flavour_.power == 2.0f)
      for (float& value : out.values) value = std::sqrt(std::max(0.0f, value));
    return out;
  }

  static audio::Spectrogram columns(const audio::Spectrogram& all, int begin, int end) {
    audio::Spectrogram out(all.bands, end - begin);
    for (int band = 0; band < all.bands; ++band) std::copy_n(all.band(band).begin() + begin, end - begin, out.band(band).begin());
    return out;
  }

  Flavour flavour_;
  audio::MelFilterbank bank_;
};

}  // namespace

std::shared_ptr<const Representation> make_mel(const RepresentationSpec& spec) { return std::make_shared<Mel>(spec); }

}  // namespace luthier
