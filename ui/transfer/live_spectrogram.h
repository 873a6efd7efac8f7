#pragma once
#include <QImage>
#include <QWidget>
#include <optional>
#include <span>
#include <vector>

#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/stft.h"
#include "ui/spectrogram/picture.h"

namespace luthier::ui {

class SpectrogramSettings;

/// The mel spectrogram of a sound that is coming in, the last seconds of it: what is new enters at the right. Drawn in dB below a
/// full-scale sine by the same analysis, and in the same colours, as all pictures of the window. GUI thread.
class LiveSpectrogram : public QWidget {
  Q_OBJECT
 public:
  static constexpr double kSeconds = 8;  ///< that are seen
  /// `settings` must outlive it.
  explicit LiveSpectrogram(const SpectrogramSettings& settings, QWidget* parent = nullptr);
  void start(int sample_rate);               ///< empties it
  void add(std::span<const float> samples);  ///< mono, what follows on what was added before
  int frames() const { return frames_; }     ///< analysed since start()
  /// "1,046 Hz · C6 · −23 dB", the loudest partial of the newest frame; empty: nothing is heard.
  const QString& reading() const { return reading_; }
  QSize sizeHint() const override { return {440, 170}; }
  QSize minimumSizeHint() const override { return {200, 90}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  audio::Spectrogram analyse(std::span<const float> samples) const;
  void draw_frame(const audio::Spectrogram& decibels, int frame);
  void read(std::span<const float> frame);

  const SpectrogramSettings& settings_;
  audio::StftOptions stft_;
  std::optional<audio::MelFilterbank> bank_;  ///< none: not started
  PictureAxis axis_;
  float full_scale_ = 1;        ///< power of a full-scale sine in its band
  std::vector<float> waiting_;  ///< samples that no frame, or not every frame, has seen
  QImage image_;                ///< a column for each frame, written round and round
  int frames_ = 0;
  QString reading_;
};

}  // namespace luthier::ui
