#pragma once
#include <QObject>
#include <QPointer>
#include <QString>
#include <QStringList>
#include <QThreadPool>
#include <functional>
#include <list>
#include <stop_token>

#include "ui/common/sound.h"
#include "ui/spectrogram/picture.h"

namespace luthier::ui {

/// A sound as a model gets it: its representation as a picture, and what can be made of that again.
struct ModelSight {
  QString key;        ///< of the sound and the model
  PicturePtr picture;
  SoundPtr inverted;
  QString words;      ///< "log_mel, 80 bands, 16,000 Hz (shipped weights)"
};

/// Looks at sounds through a model's representation, on one thread of its own, and keeps the latest 64 MB. One object for all
/// views. GUI thread.
class ModelEye : public QObject {
  Q_OBJECT
 public:
  using Done = std::function<void(const ModelSight&)>;
  using Failed = std::function<void(const QString&)>;

  explicit ModelEye(QObject* parent = nullptr);
  ~ModelEye() override;
  /// The workspace whose runs can be looked through; empty: only the shipped weights. Turns back to them.
  void set_workspace(const QString& folder);
  /// Empty: the shipped weights. `changed` follows.
  void set_run(const QString& run);
  const QString& run() const { return run_; }
  /// The workspace's runs with a checkpoint, newest first, read on a thread; not called when `context` is gone.
  void list_runs(QObject* context, std::function<void(const QStringList&)> done);
  /// `done` comes at once for what is in memory, else later; neither comes when `context` is gone.
  void request(const SoundPtr& sound, QObject* context, Done done, Failed failed);

 Q_SIGNALS:
  void changed();

 private:
  void remember(const ModelSight& sight);

  QString workspace_, run_;
  QThreadPool pool_;
  std::list<ModelSight> recent_;  ///< newest first
  std::stop_source stop_;
};

}  // namespace luthier::ui
