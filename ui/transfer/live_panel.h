#pragma once
#include <QTimer>
#include <QWidget>
#include <functional>
#include <memory>
#include <mutex>

#include "core/session/live_session.h"
#include "core/session/transfer_session.h"
#include "ui/common/background_task.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;

namespace luthier::ui {

class InputChoice;
class LevelMeter;
class Workbench;

/// A stream through the model that the form names: a sound input or the content in, the transfer out, with its latency. What was
/// made becomes a result like any other. GUI thread; the stream has its own.
class LivePanel : public QWidget {
  Q_OBJECT
 public:
  /// `current` gives model, style and content as the form has them; it may throw ConfigError.
  LivePanel(Workbench& bench, std::function<TransferRequest()> current, QWidget* parent = nullptr);
  ~LivePanel() override;
  bool running() const { return task_ != nullptr; }
  void start();
  void stop();
  const LiveResult& result() const { return *result_; }
  /// Throws ConfigError.
  LiveRequest request() const;

 Q_SIGNALS:
  void kept();  ///< a result has been written

 private:
  void show_state();
  void ended();
  void copy();

  Workbench& bench_;
  std::function<TransferRequest()> current_;
  std::unique_ptr<BackgroundTask> task_;
  struct Board {
    std::mutex mutex;
    LiveState state;
  };
  std::shared_ptr<Board> board_ = std::make_shared<Board>();
  std::shared_ptr<LiveResult> result_ = std::make_shared<LiveResult>();
  QComboBox* source_;
  InputChoice* input_;
  QDoubleSpinBox* hop_;
  QDoubleSpinBox* ahead_;
  QPushButton* start_;
  LevelMeter* in_;
  LevelMeter* out_;
  QLabel* words_;
  QTimer timer_;
};

}  // namespace luthier::ui
