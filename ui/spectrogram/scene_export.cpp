#include "ui/spectrogram/scene_export.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <cmath>

#include "core/session/carried_record.h"
#include "core/session/content_hash.h"
#include "core/session/csv.h"
#include "core/session/text_file.h"
#include "core/session/workspace.h"
#include "ui/common/drawing_export.h"
#include "ui/spectrogram/scene_recording.h"
#include "ui/spectrogram/spectrogram_scene.h"

namespace luthier::ui {

struct SceneSnapshot::Content {
  SceneRecording recording;
  QSize size;
  QString record;
  std::vector<SoundPtr> sounds;
  std::vector<Lane> lanes;  ///< with a picture
  double begin = 0, end = 0, low = 0, high = 1;
};

namespace {

constexpr QSize kSmallest(640, 360);

bool same_bands(const PictureAxis& a, const PictureAxis& b) {
  return a.kind == b.kind && a.bands == b.bands && a.sample_rate == b.sample_rate && (a.kind != PictureKind::linear || a.n_fft == b.n_fft);
}

std::string number(double value, const char* format) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

SceneSnapshot::SceneSnapshot(SpectrogramScene& scene, QString record, std::vector<SoundPtr> sounds) {
  auto content = std::make_shared<Content>();
  content->size = scene.size().toSize().expandedTo(kSmallest);
  content->record = std::move(record);
  content->sounds = std::move(sounds);
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

/// With the hashes of files, which take a while, and the name of the table that it lies beside.
QString SceneSnapshot::full_record(const QString& table) const {
  QJsonObject all = QJsonDocument::fromJson(content_->record.toUtf8()).object();
  QJsonArray lanes = all.value("lanes").toArray();
  for (qsizetype i = 0; i < lanes.size(); ++i) {
    QJsonObject lane = lanes[i].toObject();
    const auto sound = std::find_if(content_->sounds.begin(), content_->sounds.end(), [&](const SoundPtr& s) { return s->clip == 0 && !s->path.isEmpty() && s->path == lane.value("file").toString(); });
    if (lane.contains("sha256") || sound == content_->sounds.end()) continue;
    lane["sha256"] = QString::fromStdString(sha256_of_clip((*sound)->buffer, 0, (*sound)->buffer.length(), 0));
    lanes[i] = lane;
  }
  if (!lanes.isEmpty()) all["lanes"] = lanes;
  if (!table.isEmpty()) all["table"] = table;
  return QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact));
}

void SceneSnapshot::write_picture(const QString& file) const {
  write_drawing(file, {QObject::tr("Spectrogram"), content_->size, full_record({}), [this](QPainter& painter) { content_->recording.paint(painter); }});
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
    const auto beside = record_place(files.back().toStdString());
    write_text(files.back().toStdString(), tables[i].text);
    write_text(beside, full_record(QFileInfo(files.back()).fileName()).toStdString() + "\n");
  }
  return files;
}

}  // namespace luthier::ui
