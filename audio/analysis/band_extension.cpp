#include "audio/analysis/band_extension.h"

#include <algorithm>
#include <cmath>

#include "audio/analysis/stft.h"
#include "audio/resampler.h"

namespace luthier::audio {
namespace {

constexpr double kWhole = 0.93;        ///< of the edge: above, resamplers and inverters have begun to fade
constexpr double kThird = 1.2599210499;  ///< a third of an octave
constexpr double kSilent = -15;           ///< nepers: a mean frame below this is no sound
constexpr double kMinSlope = 0.3, kMaxSlope = 1.3;

/// Bins [first, last).
struct Band {
  int first = 0, last = 0;
};

/// Level of one band from the level of the source band, both in nepers relative to the whole sound's level.
struct Line {
  double offset = 0, slope = 1;
  double at(double x) const { return offset + slope * x; }
};

double energy(const Spectrum& spectrum, int frame, Band band) {
  double sum = 0;
  for (int k = band.first; k < band.last; ++k) sum += std::norm(spectrum.frame(frame)[k]);
  return sum;
}

double level(double energy_sum) { return 0.5 * std::log(energy_sum + 1e-20); }

/// Mean energy of a frame, by which levels of different sounds compare.
double mean_energy(const Spectrum& spectrum) {
  double sum = 0;
  for (const auto& value : spectrum.values) sum += std::norm(value);
  return sum / std::max(1, spectrum.frames);
}

Line fitted(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double mx = 0, my = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) mx += x[i] / n, my += y[i] / n;
  for (std::size_t i = 0; i < x.size(); ++i) xx += (x[i] - mx) * (x[i] - mx), xy += (x[i] - mx) * (y[i] - my);
  Line line;
  line.slope = xx > 1e-3 * n ? std::clamp(xy / xx, kMinSlope, kMaxSlope) : 1.0;
  line.offset = my - line.slope * mx;
  return line;
}

/// What the example says of each band above the edge; empty when it says nothing.
std::vector<Line> lines_of(const Spectrum& example, Band source, const std::vector<Band>& bands, double floor_db) {
  const double reference = level(mean_energy(example));
  std::vector<double> x;
  std::vector<int> frames;
  double loudest = -1e9;
  for (int t = 0; t < example.frames; ++t) loudest = std::max(loudest, level(energy(example, t, source)));
  if (reference < kSilent || loudest < reference - 16) return {};  // 140 dB: nothing there
  for (int t = 0; t < example.frames; ++t) {
    const double here = level(energy(example, t, source));
    if (here > loudest - floor_db / 8.685889638) frames.push_back(t), x.push_back(here - reference);
  }
  std::vector<Line> lines;
  for (const Band& band : bands) {
    std::vector<double> y;
    for (const int t : frames) y.push_back(level(energy(example, t, band)) - reference);
    lines.push_back(fitted(x, y));
  }
  return lines;
}

std::vector<Band> bands_above(int edge, int top) {
  std::vector<Band> bands;
  for (double first = edge; static_cast<int>(first) < top; first *= kThird) {
    const int last = std::min(top, static_cast<int>(first * kThird));
    if (last > static_cast<int>(first)) bands.push_back({static_cast<int>(first), last});
  }
  if (bands.size() > 1 && bands.back().last - bands.back().first < 8) bands[bands.size() - 2].last = top, bands.pop_back();
  return bands;
}

/// One frame's treble: copies of the source band, moved by whole widths, each band at its level. Widths are a multiple of
/// n_fft / hop, so a copy's phase runs on as its source's does.
void fill(std::complex<float>* out, const std::complex<float>* in, Band source, const std::vector<Band>& bands, const std::vector<Line>& lines, double reference) {
  const int width = source.last - source.first;
  double below = 0;
  for (int k = source.first; k < source.last; ++k) below += std::norm(in[k]);
  if (level(below) < reference - 12) return;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    double have = 0;
    for (int k = bands[b].first; k < bands[b].last; ++k) {
      out[k] = in[source.first + (k - source.first) % width];
      have += std::norm(out[k]);
    }
    const double wanted = lines[b].at(level(below) - reference) + reference;
    const auto gain = have > 0 ? static_cast<float>(std::exp(wanted - level(have))) : 0.0f;
    for (int k = bands[b].first; k < bands[b].last; ++k) out[k] *= gain;
  }
}

}  // namespace

std::vector<float> extend_band(std::span<const float> samples, int rate, const AudioBuffer& example, const BandExtensionOptions& options) {
  if (rate <= 0 || !(options.edge > 0)) throw AudioError("Band extension needs a positive sample rate and edge.");
  std::vector<float> result(samples.begin(), samples.end());
  StftOptions shape;
  shape.n_fft = rate > 64000 ? 4096 : rate > 24000 ? 2048 : 1024;
  shape.hop = shape.n_fft / 4;
  const double bin = static_cast<double>(rate) / shape.n_fft;
  const int edge = static_cast<int>(kWhole * options.edge / bin);
  const int top = static_cast<int>(std::min(rate, example.sample_rate) / 2.0 * 0.98 / bin);
  const int width = static_cast<int>(edge * (1 - std::exp2(-options.source_octaves))) / 4 * 4;
  const auto frame = static_cast<std::size_t>(shape.n_fft);
  if (top * bin < 1.03 * options.edge || width < 4 || samples.size() < frame) return result;
  const auto style = resample(example.mono(), example.sample_rate, rate);
  if (style.size() < frame) return result;
  Stft stft(shape);
  const auto below = stft.forward(samples), heard = stft.forward(style);
  const Band source{edge - width, edge};
  const auto bands = bands_above(edge, top);
  const auto lines = lines_of(heard, source, bands, options.floor_db);
  const double reference = level(mean_energy(below));
  if (lines.empty() || reference < kSilent) return result;
  Spectrum treble{below.frames, below.bins, std::vector<std::complex<float>>(below.values.size())};
  for (int t = 0; t < below.frames; ++t) {
    fill(treble.frame(t), below.frame(t), source, bands, lines, reference);
    for (int k = edge; k < below.bins; ++k) treble.frame(t)[k] -= below.frame(t)[k];  // what was left of the fade goes
  }
  const auto added = stft.inverse(treble, samples.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] += added[i];
  return result;
}

}  // namespace luthier::audio
