#pragma once
#include <QDialog>
#include <QTimer>
#include <functional>
#include <memory>
#include <string>

#include "audio/device/recorder.h"
#include "ui/common/workbench.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QPushButton;

namespace luthier::ui {

class InputChoice;
class LevelMeter;
class LiveSpectrogram;

/// Records from a sound input, with its level and its spectrogram, into a new clip of the workspace. A take is held until it is kept, saved as
/// a file, or discarded after a question. GUI thread; the device is opened, and the recording written, elsewhere.
class RecordDialog : public QDialog {
  Q_OBJECT
 public:
  explicit RecordDialog(Workbench& bench, QWidget* parent = nullptr);
  ~RecordDialog() override;
  const SoundChoice& recorded() const { return recorded_; }  ///< once accepted
  void reject() override;

 private:
  void make_choices(QFormLayout& rows);
  void listen();  ///< shows the level before anything is recorded
  /// Opens the input on a thread, after what was open has been closed there; keeps at most so much.
  void open_input(double seconds, std::function<void(std::shared_ptr<audio::Recorder>)> done);
  void start();
  void stop();
  void keep();                     ///< the take becomes a clip
  void save(const QString& file);  ///< the take becomes a file, wherever
  void show_idle();
  void show_level();
  void say(const QString& words, bool wrong = false);

  Workbench& bench_;
  std::shared_ptr<audio::Recorder> listener_;     ///< for the level, while nothing is recorded
  std::shared_ptr<audio::Recorder> recorder_;     ///< while it records
  std::shared_ptr<const audio::AudioBuffer> take_;  ///< recorded, and kept nowhere yet
  std::string source_;                            ///< of the take
  bool busy_ = false;                             ///< the take is being written
  SoundChoice recorded_;
  InputChoice* input_;
  LevelMeter* meter_;
  LiveSpectrogram* picture_;
  std::size_t drawn_ = 0;  ///< frames of the recording
  QLabel* words_;
  QPushButton* record_;
  QPushButton* save_;
  QComboBox* label_;
  QComboBox* channels_;
  QTimer timer_;
};

}  // namespace luthier::ui
