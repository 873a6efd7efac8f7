#include "core/session/figure/spectrogram_figure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/stft.h"
#include "audio/resampler.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

constexpr Colour kPaper{255, 255, 255, 255}, kInk{32, 34, 40, 255}, kGrid{120, 124, 132, 255};
constexpr double kLeft = 84, kRight = 104, kTop = 52, kBottom = 58, kGap = 40;
constexpr double kTickSize = 13, kLabelSize = 14, kTitleSize = 15, kHeadSize = 18;
constexpr int kPictureColumns = 1500;  ///< frames shown at most
constexpr double kTopHz = 16000;
constexpr int kBands = 160, kWindow = 2048;
constexpr float kQuiet = 60;  ///< dB below the loudest point: noise of two recordings below that is no difference that anybody hears

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

/// Where a frequency lies among the bins, 0 at the lower edge of the lowest, 1 at the upper edge of the highest.
double height_of(const std::vector<double>& bin_hz, double hz) {
  const auto above = std::lower_bound(bin_hz.begin(), bin_hz.end(), hz);
  if (above == bin_hz.begin() || above == bin_hz.end()) return -1;
  const auto i = static_cast<double>(above - bin_hz.begin());
  const double part = (hz - *(above - 1)) / (*above - *(above - 1));
  return (i - 0.5 + part) / static_cast<double>(bin_hz.size());
}

struct Place {
  double x, y, width, height;
};

void frame(Canvas& canvas, const Place& at) {
  canvas.line(at.x - 1, at.y - 1, at.x + at.width, at.y - 1, kInk);
  canvas.line(at.x - 1, at.y + at.height, at.x + at.width, at.y + at.height, kInk);
  canvas.line(at.x - 1, at.y - 1, at.x - 1, at.y + at.height, kInk);
  canvas.line(at.x + at.width, at.y - 1, at.x + at.width, at.y + at.height, kInk);
}

void frequency_axis(Canvas& canvas, const FigurePanel& panel, const Place& at) {
  double last = at.y + at.height + 100;
  for (const double hz : {50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0}) {
    const double up = height_of(panel.bin_hz, hz);
    if (up < 0) continue;
    const double y = at.y + at.height * (1 - up);
    if (last - y < kTickSize + 4) continue;
    last = y;
    canvas.line(at.x - 6, y, at.x - 2, y, kInk);
    canvas.text(at.x - 9, y + kTickSize * 0.36, shown(hz), kTickSize, kInk, Align::right);
  }
  canvas.text(18, at.y + at.height / 2, "Hz", kLabelSize, kInk, Align::centre, true);
}

void time_axis(Canvas& canvas, const Place& at, double seconds, bool with_numbers) {
  for (const double tick : axis_ticks(0, seconds, 10)) {
    const double x = at.x + at.width * tick / seconds;
    canvas.line(x, at.y + at.height + 1, x, at.y + at.height + 5, kInk);
    if (with_numbers) canvas.text(x, at.y + at.height + 20, shown(tick), kTickSize, kInk, Align::centre);
  }
  if (with_numbers) canvas.text(at.x + at.width / 2, at.y + at.height + 42, "time in s", kLabelSize, kInk, Align::centre);
}

/// What the colours of a panel stand for.
struct Scale {
  std::string colours, unit;
  double top, range;
};

Scale scale_of(const SpectrogramFigure& figure, const FigurePanel& panel) {
  if (panel.difference_range > 0) return {kDifferenceColours, "dB", panel.difference_range, 2 * panel.difference_range};
  return {figure.colours, figure.unit, figure.top, figure.range};
}

void colour_bar(Canvas& canvas, const Scale& scale, const Place& at) {
  const ColourTable& table = colour_map(scale.colours);
  Raster bar(1, 256);
  for (int y = 0; y < 256; ++y) bar.fill(0, y, 1, 1, table[static_cast<std::size_t>(255 - y)]);
  canvas.image(at.x, at.y, at.width, at.height, bar);
  frame(canvas, at);
  for (const double tick : axis_ticks(scale.top - scale.range, scale.top, 5)) {
    const double y = at.y + at.height * (scale.top - tick) / scale.range;
    canvas.line(at.x + at.width + 1, y, at.x + at.width + 5, y, kInk);
    canvas.text(at.x + at.width + 9, y + kTickSize * 0.36, shown(tick), kTickSize, kInk);
  }
  canvas.text(at.x, at.y - 9, scale.unit, kLabelSize, kInk);
}

}  // namespace

std::vector<double> axis_ticks(double low, double high, int count) {
  if (!(high > low) || count < 1) return {low};
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double nice : {1.0, 2.0, 5.0})
    if (nice * power >= rough * 0.999) {
      step = nice * power;
      break;
    }
  std::vector<double> ticks;
  const auto first = static_cast<std::int64_t>(std::ceil(low / step - 1e-9)), last = static_cast<std::int64_t>(std::floor(high / step + 1e-9));
  for (std::int64_t i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

int SpectrogramFigure::height() const {
  const auto count = static_cast<double>(panels.size());
  return static_cast<int>(kTop + count * panel_height + std::max(0.0, count - 1) * kGap + kBottom);
}

void SpectrogramFigure::draw(Canvas& canvas) const {
  canvas.fill(0, 0, width, height(), kPaper);
  double seconds = 0;
  for (const auto& panel : panels) seconds = std::max(seconds, panel.seconds);
  if (seconds <= 0) seconds = 1;
  if (!title.empty()) canvas.text(kLeft, 20, title, kHeadSize, kInk);
  bool bar = false;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const auto& panel = panels[i];
    const Scale scale = scale_of(*this, panel);
    const Place at{kLeft, kTop + static_cast<double>(i) * (panel_height + kGap), width - kLeft - kRight, static_cast<double>(panel_height)};
    canvas.fill(at.x, at.y, at.width, at.height, panel.difference_range > 0 ? kPaper : colour_map(colours).front());
    const double share = panel.seconds / seconds;
    if (panel.frames > 0)
      canvas.image(at.x, at.y, at.width * share, at.height, spectrogram_raster(panel.decibels, panel.bins, panel.frames, scale.top, scale.range, scale.colours));
    if (share < 0.999) canvas.line(at.x + at.width * share, at.y, at.x + at.width * share, at.y + at.height - 1, kGrid);
    frame(canvas, at);
    canvas.text(at.x, at.y - 9, panel.title, kTitleSize, kInk);
    frequency_axis(canvas, panel, at);
    time_axis(canvas, at, seconds, i + 1 == panels.size());
    if (bar && panel.difference_range <= 0) continue;
    bar = bar || panel.difference_range <= 0;
    colour_bar(canvas, scale, {width - kRight + 26, at.y, 18, at.height});
  }
}

void show_loudest(SpectrogramFigure& figure) {
  float loudest = -200;
  for (const auto& panel : figure.panels)
    if (panel.difference_range <= 0)
      for (const float value : panel.decibels) loudest = std::max(loudest, value);
  figure.top = std::ceil(static_cast<double>(loudest) / 5.0) * 5.0;
}

FigurePanel difference_panel(const std::string& title, const FigurePanel& first, const FigurePanel& second, double range) {
  if (first.bins != second.bins || first.frames != second.frames)
    throw SessionError("the difference of pictures of " + std::to_string(first.frames) + " and " + std::to_string(second.frames) + " frames cannot be shown; give them one length and rate");
  FigurePanel panel = first;
  panel.title = title;
  panel.difference_range = range;
  float loudest = -200;
  for (const auto* one : {&first, &second})
    for (const float value : one->decibels) loudest = std::max(loudest, value);
  for (std::size_t i = 0; i < panel.decibels.size(); ++i)
    panel.decibels[i] = std::max(first.decibels[i], loudest - kQuiet) - std::max(second.decibels[i], loudest - kQuiet);
  return panel;
}

double common_top_hz(const std::vector<const audio::AudioBuffer*>& sounds) {
  double top = 0;
  for (const auto* sound : sounds) top = std::max(top, sound->sample_rate / 2.0);
  return std::min(top, kTopHz);
}

FigurePanel mel_panel(const std::string& title, const audio::AudioBuffer& given, double top_hz) {
  if (top_hz <= 0) top_hz = common_top_hz({&given});
  const auto sound = given.sample_rate < 2 * top_hz ? audio::resample(given, static_cast<int>(2 * top_hz)) : given;
  const auto samples = sound.mono();
  FigurePanel panel;
  panel.title = title;
  panel.seconds = sound.seconds();
  panel.bins = kBands;
  const auto wanted = static_cast<std::size_t>(kPictureColumns);
  const int hop = static_cast<int>(std::max<std::size_t>(128, (samples.size() + wanted - 1) / wanted));
  const audio::MelFilterbank bank({.sample_rate = sound.sample_rate, .n_fft = kWindow, .bands = kBands, .f_max = std::min(top_hz, sound.sample_rate / 2.0), .area_normalised = false});
  // Amplitude of a full-scale sine under a Hann window is n/4; bands add the power of their bins.
  auto mel = bank.apply(audio::magnitude(audio::stft(samples, {.n_fft = kWindow, .hop = hop}), 2.0f));
  const double full = std::pow(kWindow / 4.0, 2);
  panel.frames = mel.frames;
  panel.decibels.resize(mel.values.size());
  for (std::size_t i = 0; i < mel.values.size(); ++i)
    panel.decibels[i] = static_cast<float>(10.0 * std::log10(std::max(1e-12, static_cast<double>(mel.values[i]) / full)));
  for (int band = 0; band < kBands; ++band) panel.bin_hz.push_back(bank.center_hz(band));
  return panel;
}

}  // namespace luthier
