#include "ui/spectrogram/waveform_strip.h"

#include <QLocale>
#include <QObject>
#include <algorithm>
#include <cmath>

#include "ui/application_style.h"

namespace luthier::ui {
namespace {

/// What the height of a waveform lane stands for.
double loudest_of(const Sound& sound) {
  const auto whole = sound.peaks.columns(sound.mono, 0, static_cast<double>(sound.mono.size()), 1);
  return whole.empty() ? 1.0 : std::clamp<double>(std::max(-whole[0].min, whole[0].max), 0.02, 1.0);
}

}  // namespace

void draw_waveform(ScenePainter& painter, const QRectF& area, const Sound* sound, double begin, double end) {
  const Theme& t = theme();
  const double middle = area.center().y(), half = area.height() / 2 - 2;
  painter.line({area.left(), middle}, {area.right(), middle}, t.grid);
  if (!sound) return;
  const double rate = sound->buffer.sample_rate;
  const double gain = 0.95 / loudest_of(*sound);
  const auto columns = sound->peaks.columns(sound->mono, begin * rate, end * rate, static_cast<int>(area.width()));
  for (int x = 0; x < static_cast<int>(columns.size()); ++x) {
    const auto& column = columns[static_cast<std::size_t>(x)];
    const double top = middle - std::clamp<double>(column.max * gain, -1, 1) * half;
    const double bottom = middle - std::clamp<double>(column.min * gain, -1, 1) * half;
    painter.fill(QRectF(area.left() + x, top, 1, std::max(1.0, bottom - top)), t.wave);
  }
}

void draw_waveform_scale(ScenePainter& painter, const QRectF& area, const Sound& sound) {
  const QString scale = QObject::tr("±%1").arg(loudest_of(sound), 0, 'g', 2);
  painter.text({area.left() - 8 - painter.text_size(scale).width(), area.top()}, scale, theme().dim);
}

QString level_text(const Sound& sound, double seconds) {
  const double rate = sound.buffer.sample_rate;
  const auto place = [&](double at) { return sound.mono.begin() + std::clamp<std::ptrdiff_t>(std::lround(at * rate), 0, static_cast<std::ptrdiff_t>(sound.mono.size())); };
  float peak = 0;
  const auto begin = place(seconds - 0.01), end = place(seconds + 0.01);
  if (begin == end) return {};
  for (auto sample = begin; sample != end; ++sample) peak = std::max(peak, std::abs(*sample));
  if (peak < 1e-6f) return QObject::tr(" · silent");
  const double db = 20 * std::log10(static_cast<double>(peak));
  return QObject::tr(" · peak %1 dBFS").arg((db < 0 ? "−" : "") + QString::number(std::abs(db), 'f', 1));
}

QString point_text(const Picture& picture, double part, double seconds) {
  const double at = part * picture.axis.bands;
  const double hz = picture.axis.hz(at);
  QString text = QObject::tr(" · %1 Hz").arg(QLocale().toString(hz, 'f', hz < 100 ? 1 : 0));
  const QString note = note_text(hz);
  if (!note.isEmpty()) text += " · " + note;
  const int band = std::clamp(static_cast<int>(at), 0, picture.axis.bands - 1);
  const int frame = static_cast<int>(std::lround(seconds / picture.seconds_per_frame));
  if (frame >= 0 && frame < picture.frames) {
    const double db = picture.at(band, frame);
    text += QStringLiteral(" · %1%2 dB").arg(db < 0 ? "−" : "").arg(std::abs(db), 0, 'f', 1);
  }
  return text;
}

}  // namespace luthier::ui
