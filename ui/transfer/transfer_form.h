#pragma once
#include <QWidget>

#include "ui/common/workbench.h"
#include "ui/transfer/transfer_job.h"

class QPushButton;

namespace luthier::ui {

class ModelChoice;
class PresetBar;
class SoundSlot;

/// What the next transfer needs: content, style, model and settings. GUI thread.
class TransferForm : public QWidget {
  Q_OBJECT
 public:
  explicit TransferForm(Workbench& bench, QWidget* parent = nullptr);
  SoundSlot& content() { return *content_; }
  SoundSlot& style_slot() { return *style_; }
  ModelChoice& model() { return *model_; }
  PresetBar& presets() { return *presets_; }
  /// Throws ConfigError when a field is wrong.
  TransferRequest request() const;
  QString command() const;                    ///< the same as a command line. Throws likewise
  void take(const TransferRequest& request);  ///< content, style, model and settings of a request; an empty sound empties its slot
  bool ready() const;
  void set_waiting(int jobs);                 ///< how many run or wait: the next one will be queued behind them
  void refresh();
  void clear();

 Q_SIGNALS:
  void start_requested();
  void inputs_changed();  ///< another content or style, or its sound has been read
  void play_requested(const luthier::ui::SoundPtr& sound);

 private:
  QWidget* make_card();
  bool needs_style() const;  ///< false where a label stands for the style clip
  bool style_ready() const;
  void show_state();

  Workbench& bench_;
  SoundSlot* content_;
  SoundSlot* style_;
  ModelChoice* model_;
  PresetBar* presets_;
  QPushButton* start_;
  int waiting_ = 0;
};

}  // namespace luthier::ui
