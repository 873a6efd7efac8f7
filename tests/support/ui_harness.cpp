#include "tests/support/ui_harness.h"

#include <QHash>
#include <QSettings>
#include <cmath>
#include <vector>

#include "audio/writer.h"
#include "core/session/import_session.h"
#include "db/clip_store.h"
#include "db/phrase_store.h"

namespace luthier::ui::testing {

void write_tone(const QString& file, double hz, double seconds, int overtones) {
  const int rate = 22050;
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    double sum = 0;
    for (int k = 1; k <= overtones; ++k) sum += std::sin(2 * M_PI * hz * k * t) / (k * k);
    samples[i] = static_cast<float>(0.4 * sum * std::exp(-1.5 * t));
  }
  audio::write_audio(file.toStdString(), audio::AudioBuffer(rate, std::move(samples)), audio::FileFormat::wav16);
}

Workspace make_workspace(const QString& folder, int per_label, double seconds) {
  QSettings().setValue("library/play_on_select", false);  // tests choose rows for other reasons than to hear them
  const QString sounds = folder + "/sounds";
  const QStringList labels{"harp", "piano", "violin"};
  for (int l = 0; l < labels.size(); ++l) {
    QDir().mkpath(sounds + "/" + labels[l]);
    for (int k = 0; k < per_label; ++k) {
      write_tone(QStringLiteral("%1/%2/%2-%3.wav").arg(sounds, labels[l]).arg(k, 3, 10, QChar('0')), 220 * std::pow(2.0, k / 12.0), seconds,
                 2 + 3 * l);
    }
  }
  Workspace workspace = Workspace::create((folder + "/workspace").toStdString());
  ImportRequest request;
  request.paths = {sounds.toStdString()};
  request.label_from_folder = true;
  request.cutting.clip_seconds = 0;
  request.cutting.trim = false;
  import_sounds(workspace, request);
  auto catalog = workspace.open_catalog();
  for (int k = 0; k < per_label; ++k) {
    db::PhraseRow row;
    row.name = "phrase " + std::to_string(k);
    const db::PhraseId phrase = catalog->phrases().add(row);
    std::vector<db::ClipId> members;
    for (const db::ClipView& view : catalog->clips().views(catalog->clips().ids())) {
      if (QString::fromStdString(view.name).endsWith(QStringLiteral("-%1.wav").arg(k, 3, 10, QChar('0')))) members.push_back(view.clip.id);
    }
    catalog->clips().set_phrase(members, phrase);
  }
  return workspace;
}

bool show_active(QWidget& window) {
  window.show();
  if (!QTest::qWaitForWindowExposed(&window)) return false;
  window.activateWindow();
  return QTest::qWaitForWindowActive(&window);
}

double busy_share(const QImage& image) {
  QHash<QRgb, int> counts;
  int most = 0, all = 0;
  for (int y = 0; y < image.height(); y += 2) {
    for (int x = 0; x < image.width(); x += 2) {
      most = std::max(most, ++counts[image.pixel(x, y)]);
      ++all;
    }
  }
  return all > 0 ? 1.0 - static_cast<double>(most) / all : 0.0;
}

}  // namespace luthier::ui::testing
