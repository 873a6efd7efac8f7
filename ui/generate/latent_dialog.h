#pragma once
#include <QDialog>
#include <QTimer>
#include <vector>

#include "ui/common/workbench.h"
#include "ui/generate/sample_worker.h"

class QLabel;
class QPushButton;
class QSlider;
class QVBoxLayout;

namespace luthier::ui {

class ConfigForm;
class SpectrogramView;

/// Sliders over the latent space of a generator: the spectrogram follows the hand, its sound comes when the hand rests.
class LatentDialog : public QDialog {
  Q_OBJECT
 public:
  LatentDialog(Workbench& bench, const QString& run, QWidget* parent = nullptr);
  const std::vector<QSlider*>& sliders() const { return sliders_; }
  SpectrogramView& view() { return *view_; }
  SoundPtr sound() const { return sound_; }
  QString command() const;
  /// Where the sliders and fields stand when the model is there.
  void begin_with(Config options) { first_ = std::move(options); }

 Q_SIGNALS:
  void saved(const QString& file);

 private:
  QWidget* make_left();
  void add_sliders(const Schema& schema);
  void moved();
  void show_lane();
  void save();
  /// Places of the sliders and the form's values that differ from the defaults. Throws ConfigError for a wrong field.
  Config options() const;

  Workbench& bench_;
  const QString run_;
  SampleWorker worker_;
  SpectrogramView* view_;
  ConfigForm* form_;
  QVBoxLayout* slider_column_;
  std::vector<QSlider*> sliders_;
  std::vector<QLabel*> places_;
  QLabel* message_;
  QPushButton* play_;
  QPushButton* save_;
  PicturePtr picture_;
  SoundPtr sound_;
  Config first_;
  QTimer rest_;
};

}  // namespace luthier::ui
