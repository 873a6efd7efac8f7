#pragma once
#include <string>
#include <vector>

#include "audio/audio_buffer.h"
#include "core/session/figure/canvas.h"

namespace luthier {

/// One spectrogram of a figure. Values only.
struct FigurePanel {
  std::string title;
  int bins = 0, frames = 0;
  std::vector<float> decibels;      ///< [bin * frames + frame], lowest bin first
  std::vector<double> bin_hz;       ///< centre of each bin, rising
  double seconds = 0;               ///< the frames span this much time
  double difference_range = 0;      ///< > 0: values are differences in dB, shown from -this to +this in diverging colours
};

/// Panels from top to bottom on one time axis in s, each with its own frequency axis in Hz; one colour bar in dB for the sounds,
/// one beside each difference.
struct SpectrogramFigure {
  std::string title;
  std::vector<FigurePanel> panels;
  std::string colours = "magma";
  std::string unit = "dBFS";
  double top = 0, range = 80;       ///< dB shown: from top - range to top
  int width = 1200, panel_height = 230;
  int height() const;
  void draw(Canvas& canvas) const;
};

/// A mel spectrogram of a sound for the eye: dB relative to full scale (an RMS of 1 gives about 0), 160 bands up to
/// min(Nyquist, 16 kHz). The mean of the channels is shown. Any length; long sounds get fewer frames.
FigurePanel mel_panel(const std::string& title, const audio::AudioBuffer& sound, double top_hz = 0);
/// `first` minus `second`, dB by dB, both from mel_panel with equal axes; what lies 60 dB below the louder one's maximum counts as
/// silent in both. Throws SessionError for panels of different shape.
FigurePanel difference_panel(const std::string& title, const FigurePanel& first, const FigurePanel& second, double range = 30);
/// The top frequency that suits all of these sounds, so that panels below each other have one axis: Hz, at most 16,000.
double common_top_hz(const std::vector<const audio::AudioBuffer*>& sounds);

/// Sets `top` to the loudest value of all panels, rounded up to 5 dB.
void show_loudest(SpectrogramFigure& figure);

/// Rounded steps for an axis from 0 (or `low`) to `high` with about `count` ticks: 1, 2 or 5 times a power of ten.
std::vector<double> axis_ticks(double low, double high, int count);

}  // namespace luthier
