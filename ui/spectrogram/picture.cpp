#include "ui/spectrogram/picture.h"

#include <algorithm>
#include <cmath>

#include "audio/analysis/cqt.h"
#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/stft.h"

namespace luthier::ui {
namespace {

constexpr int kMostFrames = 8192;
constexpr double kCqtLowest = 32.70319566257483;  // Hz, C1
constexpr int kCqtBins = 84 * 2;
constexpr int kCqtPerOctave = 24;

/// About one frame a pixel for short clips, never wider than a quarter of the window, and at most kMostFrames in all.
int choose_hop(std::size_t length, int n_fft) {
  const int fine = static_cast<int>(length / 1600);
  const int hop = std::clamp(fine, 64, std::max(64, n_fft / 4));
  return std::max(hop, static_cast<int>(length / kMostFrames) + 1);
}

void fill_levels(Picture& picture) {
  picture.levels.resize(picture.decibels.size());
  std::transform(picture.decibels.begin(), picture.decibels.end(), picture.levels.begin(), [](float db) {
    const float part = std::clamp(1.0f - db / Picture::kFloor, 0.0f, 1.0f);
    return static_cast<std::uint8_t>(part * 255.0f + 0.5f);
  });
}

audio::Spectrogram analyse(const Sound& sound, const PictureSettings& settings, int& hop) {
  const auto& samples = sound.mono;
  const int rate = sound.buffer.sample_rate;
  if (settings.kind == PictureKind::cqt) {
    audio::CqtOptions options;
    options.sample_rate = rate;
    options.bins = kCqtBins;
    options.bins_per_octave = kCqtPerOctave;
    options.hop = std::max(64, (choose_hop(samples.size(), 2048) + 63) / 64 * 64);
    hop = options.hop;
    return audio::amplitude_to_db(audio::magnitude(audio::cqt(samples, options)), {.top_db = 0});
  }
  audio::StftOptions options;
  options.n_fft = settings.n_fft;
  options.hop = hop = choose_hop(samples.size(), settings.n_fft);
  if (settings.kind == PictureKind::linear) {
    return audio::power_to_db(audio::magnitude(audio::stft(samples, options), 2.0f), {.top_db = 0});
  }
  audio::MelOptions mel;
  mel.sample_rate = rate;
  mel.n_fft = settings.n_fft;
  mel.bands = settings.bands;
  return audio::power_to_db(audio::mel_spectrogram(samples, options, audio::MelFilterbank(mel)), {.top_db = 0});
}

}  // namespace

QString PictureSettings::text() const {
  return QStringLiteral("%1:%2:%3").arg(static_cast<int>(kind)).arg(n_fft).arg(bands);
}

double PictureAxis::hz(double at) const {
  switch (kind) {
    case PictureKind::linear: return std::max(0.0, (at - 0.5) * sample_rate / n_fft);
    case PictureKind::mel: {
      const double top = audio::hz_to_mel(sample_rate / 2.0);
      return audio::mel_to_hz(std::max(0.0, top * (at + 0.5) / (bands + 1)));
    }
    case PictureKind::cqt: return kCqtLowest * std::exp2((at - 0.5) / kCqtPerOctave);
  }
  return 0;
}

double PictureAxis::position(double frequency) const {
  switch (kind) {
    case PictureKind::linear: return frequency * n_fft / sample_rate + 0.5;
    case PictureKind::mel:
      return audio::hz_to_mel(frequency) / audio::hz_to_mel(sample_rate / 2.0) * (bands + 1) - 0.5;
    case PictureKind::cqt: return std::log2(std::max(frequency, 1.0) / kCqtLowest) * kCqtPerOctave + 0.5;
  }
  return 0;
}

PicturePtr make_picture(const Sound& sound, const PictureSettings& settings) {
  int hop = 0;
  audio::Spectrogram db = analyse(sound, settings, hop);
  auto picture = std::make_shared<Picture>();
  picture->key = sound.key + "|" + settings.text();
  picture->axis = {settings.kind, db.bands, sound.buffer.sample_rate, settings.n_fft};
  picture->frames = db.frames;
  picture->seconds_per_frame = static_cast<double>(hop) / sound.buffer.sample_rate;
  picture->decibels = std::move(db.values);
  fill_levels(*picture);
  return picture;
}

PicturePtr picture_from_decibels(QString key, std::vector<float> decibels, int bands, int frames, double seconds,
                                 int sample_rate) {
  if (bands <= 0 || frames <= 0 || decibels.size() != static_cast<std::size_t>(bands) * static_cast<std::size_t>(frames)) {
    return nullptr;
  }
  auto picture = std::make_shared<Picture>();
  picture->key = std::move(key);
  picture->axis = {PictureKind::mel, bands, sample_rate, 2048};
  picture->frames = frames;
  picture->seconds_per_frame = seconds / frames;
  const float loudest = *std::max_element(decibels.begin(), decibels.end());
  for (float& value : decibels) value = std::isfinite(value) ? value - loudest : Picture::kFloor;
  picture->decibels = std::move(decibels);
  fill_levels(*picture);
  return picture;
}

QString note_text(double hz) {
  if (hz < 16) return {};
  static const char* names[] = {"C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"};
  const double midi = 69 + 12 * std::log2(hz / 440.0);
  const int nearest = static_cast<int>(std::lround(midi));
  const int cents = static_cast<int>(std::lround((midi - nearest) * 100));
  QString text = QString::fromUtf8(names[((nearest % 12) + 12) % 12]) + QString::number(nearest / 12 - 1);
  if (cents != 0) text += QStringLiteral(" %1%2 ct").arg(cents > 0 ? "+" : "−").arg(std::abs(cents));
  return text;
}

}  // namespace luthier::ui
