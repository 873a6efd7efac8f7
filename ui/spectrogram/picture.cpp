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
  const float low = picture.difference ? -Picture::kFarthest : Picture::kFloor, high = picture.difference ? Picture::kFarthest : 0.0f;
  picture.levels.resize(picture.decibels.size());
  std::transform(picture.decibels.begin(), picture.decibels.end(), picture.levels.begin(), [low, high](float db) {
    const float part = std::clamp((db - low) / (high - low), 0.0f, 1.0f);
    return static_cast<std::uint8_t>(part * 255.0f + 0.5f);
  });
}

int hop_for(std::size_t length, const PictureSettings& settings) {
  const int shortest = static_cast<int>(length / kMostFrames) + 1;
  return settings.hop > 0 ? std::max(settings.hop, shortest) : choose_hop(length, settings.kind == PictureKind::cqt ? 2048 : settings.n_fft);
}

/// In silence every point is as loud as the loudest; what is meant is that none is heard.
bool silent(const std::vector<float>& samples) {
  constexpr float kHeard = 1e-6f;  // 120 dB below full scale
  return std::none_of(samples.begin(), samples.end(), [](float sample) { return std::abs(sample) > kHeard; });
}

audio::Spectrogram decibels_of(const std::vector<float>& samples, int rate, const PictureSettings& settings, const audio::DecibelOptions& scale, int& hop);

/// dB below the loudest point, or with `absolute` over a full scale that is the same for every sound.
audio::Spectrogram analyse(const std::vector<float>& samples, int rate, const PictureSettings& settings, bool absolute, int& hop) {
  audio::Spectrogram picture = decibels_of(samples, rate, settings, {.reference_is_max = !absolute, .top_db = 0}, hop);
  if (!absolute && silent(samples)) std::fill(picture.values.begin(), picture.values.end(), Picture::kFloor);
  return picture;
}

audio::Spectrogram decibels_of(const std::vector<float>& samples, int rate, const PictureSettings& settings, const audio::DecibelOptions& scale, int& hop) {
  hop = hop_for(samples.size(), settings);
  if (settings.kind == PictureKind::cqt) {
    audio::CqtOptions options;
    options.sample_rate = rate;
    options.bins = kCqtBins;
    options.bins_per_octave = kCqtPerOctave;
    options.hop = hop = std::max(64, (hop + 63) / 64 * 64);
    return audio::amplitude_to_db(audio::magnitude(audio::cqt(samples, options)), scale);
  }
  audio::StftOptions options;
  options.n_fft = settings.n_fft;
  options.hop = hop;
  if (settings.kind == PictureKind::linear) return audio::power_to_db(audio::magnitude(audio::stft(samples, options), 2.0f), scale);
  audio::MelOptions mel;
  mel.sample_rate = rate;
  mel.n_fft = settings.n_fft;
  mel.bands = settings.bands;
  return audio::power_to_db(audio::mel_spectrogram(samples, options, audio::MelFilterbank(mel)), scale);
}

std::shared_ptr<Picture> empty_picture(QString key, const PictureAxis& axis, int frames, double seconds_per_frame) {
  auto picture = std::make_shared<Picture>();
  picture->key = std::move(key);
  picture->axis = axis;
  picture->frames = frames;
  picture->seconds_per_frame = seconds_per_frame;
  return picture;
}

}  // namespace

QString PictureSettings::text() const {
  return QStringLiteral("%1:%2:%3:%4").arg(static_cast<int>(kind)).arg(n_fft).arg(bands).arg(hop);
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
  const int rate = sound.buffer.sample_rate;
  audio::Spectrogram db = analyse(sound.mono, rate, settings, false, hop);
  auto picture = empty_picture(sound.key + "|" + settings.text(), {settings.kind, db.bands, rate, settings.n_fft}, db.frames, static_cast<double>(hop) / rate);
  picture->decibels = std::move(db.values);
  fill_levels(*picture);
  return picture;
}

PicturePtr make_difference(QString key, const std::vector<float>& first, const std::vector<float>& second, int rate, const PictureSettings& settings) {
  constexpr float kQuiet = 60;  // dB below the loudest point of both
  int hop = 0;
  audio::Spectrogram a = analyse(first, rate, settings, true, hop);
  const audio::Spectrogram b = analyse(second, rate, settings, true, hop);
  auto picture = empty_picture(std::move(key), {settings.kind, a.bands, rate, settings.n_fft}, a.frames, static_cast<double>(hop) / rate);
  picture->difference = true;
  float floor = -kQuiet;
  if (!a.values.empty()) floor = std::max(*std::max_element(a.values.begin(), a.values.end()), *std::max_element(b.values.begin(), b.values.end())) - kQuiet;
  std::transform(a.values.begin(), a.values.end(), b.values.begin(), a.values.begin(), [floor](float x, float y) { return std::max(x, floor) - std::max(y, floor); });
  picture->decibels = std::move(a.values);
  fill_levels(*picture);
  return picture;
}

PicturePtr picture_from_levels(QString key, std::vector<float> decibels, const PictureAxis& axis, int frames, double seconds_per_frame) {
  if (axis.bands <= 0 || frames <= 0 || decibels.size() != static_cast<std::size_t>(axis.bands) * static_cast<std::size_t>(frames)) return nullptr;
  auto picture = empty_picture(std::move(key), axis, frames, seconds_per_frame);
  const auto [quietest, loudest] = std::minmax_element(decibels.begin(), decibels.end());
  const float top = *quietest < *loudest ? *loudest : *loudest - Picture::kFloor;  // all alike: silence
  for (float& value : decibels) value = std::isfinite(value) ? value - top : Picture::kFloor;
  picture->decibels = std::move(decibels);
  fill_levels(*picture);
  return picture;
}

PicturePtr picture_from_decibels(QString key, std::vector<float> decibels, int bands, int frames, double seconds,
                                 int sample_rate) {
  return picture_from_levels(std::move(key), std::move(decibels), {PictureKind::mel, bands, sample_rate, 2048}, frames, seconds / std::max(1, frames));
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
