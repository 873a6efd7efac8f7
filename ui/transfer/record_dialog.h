#pragma once
#include <QDialog>
#include <QTimer>
#include <memory>

#include "audio/device/recorder.h"
#include "ui/common/workbench.h"

class QLabel;
class QPushButton;

namespace luthier::ui {

class InputChoice;
class LevelMeter;
class LiveSpectrogram;

/// Records from a sound input, with its level and its spectrogram, into a new clip of the workspace. GUI thread; the device is opened, and the
/// recording written, elsewhere.
class RecordDialog : public QDialog {
  Q_OBJECT
 public:
  explicit RecordDialog(Workbench& bench, QWidget* parent = nullptr);
  ~RecordDialog() override;
  const SoundChoice& recorded() const { return recorded_; }  ///< once accepted

 private:
  void start();
  void stop();
  void show_level();
  void say(const QString& words, bool wrong = false);

  Workbench& bench_;
  std::shared_ptr<audio::Recorder> recorder_;
  SoundChoice recorded_;
  InputChoice* input_;
  LevelMeter* meter_;
  LiveSpectrogram* picture_;
  std::size_t drawn_ = 0;  ///< frames of the recording
  QLabel* words_;
  QPushButton* record_;
  QTimer timer_;
};

}  // namespace luthier::ui
