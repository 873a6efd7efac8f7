#include "ui/spectrogram/scene_export.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <algorithm>
#include <cmath>

#include "core/session/csv.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/session/workspace.h"
#include "ui/spectrogram/scene_recording.h"
#include "ui/spectrogram/spectrogram_scene.h"

namespace luthier::ui {

struct SceneSnapshot::Content {
  SceneRecording recording;
  QSize size;
  QString record;
  std::vector<Lane> lanes;  ///< with a picture
  double begin = 0, end = 0, low = 0, high = 1;
};

namespace {

constexpr int kPngScale = 2;
constexpr int kDotsPerInch = 96;  // a pixel of the screen in SVG and PDF
constexpr QSize kSmallest(640, 360);

QByteArray png(const SceneRecording& recording, QSize size, const QString& record) {
  QImage image(size * kPngScale, QImage::Format_RGB32);
  image.setDevicePixelRatio(kPngScale);
  image.setText("Comment", record);
  image.setText("Software", QString::fromStdString(version_text()));
  QPainter painter(&image);
  recording.paint(painter);
  painter.end();
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  return bytes;
}

QByteArray svg(const SceneRecording& recording, QSize size, const QString& record) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setSize(size);
  generator.setViewBox(QRect(QPoint(0, 0), size));
  generator.setResolution(kDotsPerInch);
  generator.setTitle(QString::fromStdString(version_text()));
  generator.setDescription(record.toHtmlEscaped());
  QPainter painter(&generator);
  recording.paint(painter);
  painter.end();
  return bytes;
}

QByteArray pdf(const SceneRecording& recording, QSize size, const QString& record) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setResolution(kDotsPerInch);
  writer.setPageSize(QPageSize(QSizeF(size) * 72.0 / kDotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
  writer.setPageMargins(QMarginsF());
  writer.setCreator(QString::fromStdString(version_text()));
  writer.setTitle(QObject::tr("Spectrogram"));
  writer.addFileAttachment("record.json", record.toUtf8(), "application/json");
  QPainter painter(&writer);
  recording.paint(painter);
  painter.end();
  return bytes;
}

bool same_bands(const PictureAxis& a, const PictureAxis& b) {
  return a.kind == b.kind && a.bands == b.bands && a.sample_rate == b.sample_rate && (a.kind != PictureKind::linear || a.n_fft == b.n_fft);
}

std::string number(double value, const char* format) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

SceneSnapshot::SceneSnapshot(SpectrogramScene& scene, QString record) {
  auto content = std::make_shared<Content>();
  content->size = scene.size().toSize().expandedTo(kSmallest);
  content->record = std::move(record);
  for (const Lane& lane : scene.lanes()) {
    if (!lane.waveform && lane.picture) content->lanes.push_back(lane);
  }
  std::tie(content->begin, content->end) = scene.visible_time();
  std::tie(content->low, content->high) = scene.visible_band();
  scene.draw_still(content->recording, content->size);
  content_ = std::move(content);
}

SceneSnapshot::~SceneSnapshot() = default;

bool SceneSnapshot::empty() const { return content_->lanes.empty(); }

void SceneSnapshot::write_picture(const QString& file) const {
  const QString ending = QFileInfo(file).suffix().toLower();
  QByteArray bytes;
  if (ending == "png") bytes = png(content_->recording, content_->size, content_->record);
  else if (ending == "svg") bytes = svg(content_->recording, content_->size, content_->record);
  else if (ending == "pdf") bytes = pdf(content_->recording, content_->size, content_->record);
  else throw SessionError(QObject::tr("A picture is written as .png, .svg or .pdf, not as '%1'.").arg(QFileInfo(file).fileName()).toStdString());
  if (bytes.isEmpty()) throw SessionError(QObject::tr("The picture '%1' could not be made; there may be too little memory.").arg(file).toStdString());
  write_text(file.toStdString(), std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

QStringList SceneSnapshot::write_numbers(const QString& file) const {
  struct Table {
    PictureAxis axis;
    std::string text;
  };
  std::vector<Table> tables;
  for (const Lane& lane : content_->lanes) {
    const Picture& picture = *lane.picture;
    const int first = std::clamp(static_cast<int>(content_->low * picture.axis.bands), 0, picture.axis.bands - 1);
    const int last = std::clamp(static_cast<int>(std::ceil(content_->high * picture.axis.bands)), first + 1, picture.axis.bands);
    auto table = std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return same_bands(t.axis, picture.axis); });
    if (table == tables.end()) {
      std::string head = "sound,time_s";
      for (int band = first; band < last; ++band) head += number(picture.axis.hz(band + 0.5), ",dB_at_%.6g_Hz");
      table = tables.insert(tables.end(), {picture.axis, head + "\n"});
    }
    const std::string name = csv_cell(lane.title.toStdString());
    for (int frame = 0; frame < picture.frames; ++frame) {
      const double seconds = frame * picture.seconds_per_frame;
      if (seconds < content_->begin || seconds > content_->end) continue;
      table->text += name + number(seconds, ",%.6g");
      for (int band = first; band < last; ++band) table->text += number(picture.at(band, frame), ",%.2f");
      table->text += '\n';
    }
  }
  QStringList files;
  const QFileInfo info(file);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    files << (i == 0 ? file : QStringLiteral("%1/%2-%3.csv").arg(info.path(), info.completeBaseName()).arg(i + 1));
    write_text(files.back().toStdString(), tables[i].text);
  }
  return files;
}

}  // namespace luthier::ui
