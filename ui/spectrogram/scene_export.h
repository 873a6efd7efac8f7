#pragma once
#include <QString>
#include <QStringList>
#include <memory>
#include <vector>

#include "ui/common/sound.h"

namespace luthier::ui {

class SpectrogramScene;

/// What a scene shows now, taken on the GUI thread and written on any other: pictures look as the window does (its theme, colours,
/// zoom and rulers, without pointer and playhead), numbers are those of the visible part.
class SceneSnapshot {
 public:
  /// `record`: JSON of what is shown; goes into every file, or beside it. `sounds`: those of its lanes that are files; they are hashed
  /// for the record when it is written. Needs a scene that was drawn once.
  SceneSnapshot(SpectrogramScene& scene, QString record, std::vector<SoundPtr> sounds = {});
  ~SceneSnapshot();
  bool empty() const;  ///< nothing to write: the scene has no picture

  /// By its ending: .png (two pixels for each of the screen's), .svg or .pdf (vectors and text). Throws SessionError.
  void write_picture(const QString& file) const;
  /// CSV: "sound,time_s" and "dB_at_440_Hz" … a line for each visible frame of each spectrogram, a column for each visible band.
  /// Sounds whose bands differ go into further files, "<name>-2.csv" …; returns all. The record lies beside each, with the ending
  /// .json. Throws SessionError, or ConfigError where another file lies there.
  QStringList write_numbers(const QString& file) const;

 private:
  QString full_record(const QString& table) const;

  struct Content;
  std::shared_ptr<const Content> content_;
};

}  // namespace luthier::ui
