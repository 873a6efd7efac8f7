#pragma once
#include <QWidget>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QMenu;
class QToolButton;

namespace luthier::ui {

class ModelEye;
class SpectrogramScene;
class SpectrogramSettings;

/// Whether a view shows its sounds as they are, as a model gets them, or as they sound when they come back from there.
enum class Sight {
  sound,           ///< the recording, analysed as the row of tools says
  representation,  ///< the model's own picture; heard is what can be made of it again
  inverted         ///< what can be made of it again, analysed as the row of tools says
};

/// The row above a spectrogram: how it is analysed and coloured, zoom, harmonics, the model's view, saving, and the read-out.
class SpectrogramTools : public QWidget {
  Q_OBJECT
 public:
  SpectrogramTools(SpectrogramScene& scene, SpectrogramSettings& settings, ModelEye& eye, QWidget* parent);
  Sight sight() const { return sight_; }
  void set_sight(Sight sight);
  void set_readout(const QString& text);
  /// The words under the pointer, at the end of the row; where the row is too full they can be put elsewhere.
  QLabel& readout() { return *readout_; }

 Q_SIGNALS:
  void sight_changed();
  void picture_requested();  ///< save what is shown as a picture
  void numbers_requested();  ///< save what is shown as numbers
  void copy_requested();     ///< what is shown to the clipboard

 private:
  void add_analysis();
  void add_zoom();
  void add_sight();
  void add_saving();
  void show_settings();
  void fill_sight_menu();
  QComboBox* combo(const QString& name, const QString& tip);
  QToolButton* tool(const QString& icon_name, const QString& name, const QString& tip);

  SpectrogramScene& scene_;
  SpectrogramSettings& settings_;
  ModelEye& eye_;
  Sight sight_ = Sight::sound;
  QHBoxLayout* row_;
  QComboBox* kind_;
  QComboBox* fft_;
  QComboBox* hop_;
  QComboBox* range_;
  QComboBox* colours_;
  QToolButton* follow_;
  QToolButton* harmonics_;
  QToolButton* eye_button_;
  QMenu* sight_menu_;
  QLabel* readout_;
};

}  // namespace luthier::ui
