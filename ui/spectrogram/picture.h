#pragma once
#include <QString>
#include <memory>
#include <vector>

#include "ui/common/sound.h"

namespace luthier::ui {

enum class PictureKind { linear, mel, cqt };

/// How a sound is turned into a picture. The analysis is audio/analysis, the same that models are trained on.
struct PictureSettings {
  PictureKind kind = PictureKind::mel;
  int n_fft = 2048;  ///< samples; linear and mel
  int bands = 128;   ///< mel
  int hop = 0;       ///< samples from frame to frame; 0: by the length, about one frame a pixel
  QString text() const;  ///< equal texts give equal pictures
  bool operator==(const PictureSettings&) const = default;
};

/// The frequency axis of a picture. Positions count bands from the lower edge of the lowest: band b lies in [b, b + 1).
struct PictureAxis {
  PictureKind kind = PictureKind::linear;
  int bands = 0;
  int sample_rate = 0;  ///< Hz
  int n_fft = 0;
  double hz(double position) const;
  double position(double hz) const;
};

/// A spectrogram in dB below its own loudest point, or the difference of two in dB, ready to be coloured. Immutable.
struct Picture {
  static constexpr float kFloor = -120.0f;     ///< dB; quieter is drawn as this
  static constexpr float kFarthest = 60.0f;    ///< dB; a larger difference is drawn as this
  QString key;
  bool difference = false;
  PictureAxis axis;
  int frames = 0;
  double seconds_per_frame = 0;  ///< frame t is centred at t * seconds_per_frame
  std::vector<float> decibels;         ///< [band][frame], 0 is the loudest
  std::vector<std::uint8_t> levels;    ///< [band][frame]; 0 is kFloor, 255 is 0 dB; of a difference from -kFarthest to kFarthest
  float at(int band, int frame) const {
    return decibels[static_cast<std::size_t>(band) * static_cast<std::size_t>(frames) + static_cast<std::size_t>(frame)];
  }
  double seconds() const { return frames * seconds_per_frame; }
};
using PicturePtr = std::shared_ptr<const Picture>;

/// Analyses a sound. Long sounds get a wider hop, so that a picture has at most 8192 frames. Throws audio::AudioError.
/// Takes some milliseconds a second of sound: not for the GUI thread.
PicturePtr make_picture(const Sound& sound, const PictureSettings& settings);
/// The first sound's level minus the second's at every point, in dB: mono samples of one rate and length. What lies 60 dB below
/// the loudest point of both counts as silent in both. As costly as two pictures.
PicturePtr make_difference(QString key, const std::vector<float>& first, const std::vector<float>& second, int sample_rate,
                           const PictureSettings& settings);
/// From dB values that something else computed, on any axis; null where their number does not fit.
PicturePtr picture_from_levels(QString key, std::vector<float> decibels, const PictureAxis& axis, int frames, double seconds_per_frame);
/// The same for a sampler's estimate: mel bands over sample_rate / 2.
PicturePtr picture_from_decibels(QString key, std::vector<float> decibels, int bands, int frames, double seconds,
                                 int sample_rate);

/// "A4", "C#5 +12 ct" for a frequency in Hz; empty below 16 Hz.
QString note_text(double hz);

}  // namespace luthier::ui
