#include "ui/transfer/live_spectrogram.h"

#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/application_style.h"
#include "ui/spectrogram/colour_map.h"
#include "ui/spectrogram/picture_service.h"

namespace luthier::ui {
namespace {

constexpr int kBands = 96;
constexpr double kQuietest = -70;  ///< dB; nothing is read below

}  // namespace

LiveSpectrogram::LiveSpectrogram(const SpectrogramSettings& settings, QWidget* parent) : QWidget(parent), settings_(settings) {
  stft_.center = false;  // a frame is ready as soon as its samples are
  setAccessibleName(tr("Spectrogram of the input"));
  setToolTip(tr("The last %1 seconds of the input, from low to high; what is new enters at the right").arg(kSeconds));
  setWhatsThis(toolTip());
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void LiveSpectrogram::start(int sample_rate) {
  audio::MelOptions mel;
  mel.sample_rate = sample_rate;
  mel.n_fft = stft_.n_fft;
  mel.bands = kBands;
  bank_.emplace(mel);
  axis_ = {PictureKind::mel, kBands, sample_rate, stft_.n_fft};
  std::vector<float> sine(static_cast<std::size_t>(stft_.n_fft));
  for (std::size_t i = 0; i < sine.size(); ++i) sine[i] = static_cast<float>(std::sin(2 * M_PI * 1000 * static_cast<double>(i) / sample_rate));
  const audio::Spectrogram loud = audio::mel_spectrogram(sine, stft_, *bank_);
  full_scale_ = *std::max_element(loud.values.begin(), loud.values.end());
  waiting_.clear();
  frames_ = 0;
  reading_.clear();
  image_ = QImage(std::max(1, static_cast<int>(kSeconds * sample_rate / stft_.hop)), kBands, QImage::Format_RGB32);
  image_.fill(colour_at(settings_.colours(), 0));
  update();
}

audio::Spectrogram LiveSpectrogram::analyse(std::span<const float> samples) const {
  return audio::power_to_db(audio::mel_spectrogram(samples, stft_, *bank_), {.reference_is_max = false, .reference = full_scale_, .top_db = 0});
}

void LiveSpectrogram::add(std::span<const float> samples) {
  if (!bank_) return;
  waiting_.insert(waiting_.end(), samples.begin(), samples.end());
  const int ready = stft_.frame_count(waiting_.size());
  if (waiting_.size() < static_cast<std::size_t>(stft_.n_fft) || ready < 1) return;
  const audio::Spectrogram decibels = analyse(waiting_);
  for (int frame = 0; frame < decibels.frames; ++frame) draw_frame(decibels, frame);
  read(std::span(waiting_).subspan(static_cast<std::size_t>(decibels.frames - 1) * static_cast<std::size_t>(stft_.hop), static_cast<std::size_t>(stft_.n_fft)));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(decibels.frames) * stft_.hop);
  update();
}

void LiveSpectrogram::draw_frame(const audio::Spectrogram& decibels, int frame) {
  const int column = frames_++ % image_.width();
  for (int band = 0; band < decibels.bands; ++band)
    image_.setPixelColor(column, decibels.bands - 1 - band, colour_at(settings_.colours(), 1 + decibels.at(band, frame) / settings_.range()));
}

/// The top of a parabola through the loudest bin and its neighbours, in dB: far finer than a bin, or a band of the picture.
void LiveSpectrogram::read(std::span<const float> frame) {
  const audio::Spectrum spectrum = audio::stft(frame, stft_);
  const auto decibels = [&](int bin) { return 20 * std::log10(std::max(1e-9, 4.0 * std::abs(spectrum.frame(0)[bin]) / stft_.n_fft)); };
  int loudest = 1;
  for (int bin = 2; bin + 1 < spectrum.bins; ++bin)
    if (std::abs(spectrum.frame(0)[bin]) > std::abs(spectrum.frame(0)[loudest])) loudest = bin;
  const double before = decibels(loudest - 1), top = decibels(loudest), after = decibels(loudest + 1), bend = before - 2 * top + after;
  const double beside = bend < 0 ? (before - after) / (2 * bend) : 0, hz = (loudest + beside) * axis_.sample_rate / stft_.n_fft;
  reading_ = top < kQuietest ? QString() : tr("%1 Hz · %2 · %3 dB").arg(QLocale().toString(hz, 'f', 0), note_text(hz), (top < -0.5 ? "−" : "") + QString::number(std::abs(top), 'f', 0));
  setAccessibleDescription(reading_);
}

void LiveSpectrogram::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QRect box = rect().adjusted(0, 0, -1, -1);
  if (!bank_) {
    painter.fillRect(box, theme().canvas);
    painter.setPen(theme().line);
    painter.drawRect(box);
    painter.setPen(theme().dim);
    painter.drawText(box, Qt::AlignCenter | Qt::TextWordWrap, tr("What comes in is drawn here while it is recorded."));
    return;
  }
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  // The oldest column stands behind the newest in the image.
  const int newest = frames_ % image_.width();
  const double split = box.width() * static_cast<double>(image_.width() - newest) / image_.width();
  painter.drawImage(QRectF(box.left(), box.top(), split, box.height()), image_, QRectF(newest, 0, image_.width() - newest, kBands));
  if (newest > 0) painter.drawImage(QRectF(box.left() + split, box.top(), box.width() - split, box.height()), image_, QRectF(0, 0, newest, kBands));
  const QColor ink = colour_at(settings_.colours(), 0).lightness() > 128 ? Qt::black : Qt::white;
  QFont small = font();
  small.setPointSizeF(small.pointSizeF() * 0.8);
  painter.setFont(small);
  for (const auto& [hz, words] : {std::pair{200.0, "200 Hz"}, {1000.0, "1 kHz"}, {4000.0, "4 kHz"}, {10000.0, "10 kHz"}}) {
    if (hz > axis_.sample_rate / 2.0) continue;
    const int y = box.bottom() - static_cast<int>(axis_.position(hz) / kBands * box.height());
    painter.setPen(ink);
    painter.drawLine(box.left(), y, box.left() + 8, y);
    painter.drawText(box.left() + 11, y + 4, QString::fromLatin1(words));
  }
  if (!reading_.isEmpty()) painter.drawText(box.adjusted(0, 4, -8, 0), Qt::AlignRight | Qt::AlignTop, reading_);
}

}  // namespace luthier::ui
