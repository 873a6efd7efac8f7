#pragma once
#include <QHash>
#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <functional>
#include <list>
#include <vector>

#include "ui/spectrogram/model_eye.h"
#include "ui/spectrogram/picture.h"

namespace luthier::ui {

/// How all spectrograms of the window look; kept in QSettings. One object for the whole program, on the GUI thread.
class SpectrogramSettings : public QObject {
  Q_OBJECT
 public:
  explicit SpectrogramSettings(QObject* parent = nullptr);
  const PictureSettings& picture() const { return picture_; }
  double range() const { return range_; }  ///< dB shown below the loudest point
  const QString& colours() const { return colours_; }
  bool follow() const { return follow_; }  ///< the picture scrolls with the sound
  bool harmonics() const { return harmonics_; }  ///< multiples of the frequency under the pointer are marked
  void set_picture(const PictureSettings& picture);
  void set_range(double decibels);
  void set_colours(const QString& name);
  void set_follow(bool on);
  void set_harmonics(bool on);

 Q_SIGNALS:
  void picture_changed();  ///< needs new analysis
  void look_changed();     ///< needs new colours only

 private:
  PictureSettings picture_;
  double range_ = 80;
  QString colours_ = "magma";
  bool follow_ = true, harmonics_ = false;
};

/// Makes pictures on two threads of its own and keeps the latest 384 MB of them. GUI thread.
class PictureService : public QObject {
  Q_OBJECT
 public:
  using Done = std::function<void(PicturePtr)>;
  using Failed = std::function<void(const QString&)>;
  explicit PictureService(QObject* parent = nullptr);
  ~PictureService() override;
  /// `done` comes at once for a picture in memory, else later on the GUI thread; not at all when `context` is gone. Two
  /// requests for one picture are computed once.
  void request(const SoundPtr& sound, const PictureSettings& settings, QObject* context, Done done, Failed failed);
  /// The same sounds as a model gets them.
  ModelEye& eye() { return eye_; }

 private:
  struct Waiter {
    QPointer<QObject> context;
    Done done;
    Failed failed;
  };
  void finish(const QString& key, const PicturePtr& picture, const QString& message);

  ModelEye eye_;
  QThreadPool pool_;
  QHash<QString, std::vector<Waiter>> waiting_;
  std::list<PicturePtr> recent_;  ///< newest first
  std::size_t bytes_ = 0;
};

}  // namespace luthier::ui
