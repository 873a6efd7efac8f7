#pragma once
#include <QWidget>
#include <optional>
#include <utility>
#include <vector>

#include "ui/common/workbench.h"
#include "ui/spectrogram/spectrogram_view.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;

namespace luthier::ui {

/// A sound of the comparison with its place in the list, from 0.
struct NumberedSound {
  std::size_t place = 0;
  QString title;
  SoundPtr sound;
};

/// "second raised by 3.0 dB": what was done to the second sound of a difference before it was subtracted.
QString gain_words(double db);

/// Chooses two of the compared sounds; makes the picture of their difference and the sound of what is left of one without the
/// other, on a thread. GUI thread.
class DifferencePanel : public QWidget {
  Q_OBJECT
 public:
  explicit DifferencePanel(Workbench& bench, QWidget* parent = nullptr);
  void set_sounds(std::vector<NumberedSound> sounds);
  bool shown() const;
  void set_shown(bool on);
  void choose(std::size_t first, std::size_t second);  ///< by place
  /// Places of the two sounds; nothing with fewer than two.
  std::optional<std::pair<std::size_t, std::size_t>> pair() const;
  bool equal_loudness() const;
  void set_equal_loudness(bool on);
  double range() const;  ///< dB either way
  void choose_range(double db);  ///< the nearest that is offered
  /// The lane to show below the others; nothing while it is not asked for.
  std::optional<LaneSource> lane() const;
  const SoundPtr& residual() const { return residual_; }

 Q_SIGNALS:
  void changed();        ///< lane() is another one
  void range_changed();

 private:
  struct Result {
    PicturePtr picture;
    SoundPtr residual, excess;
    double residual_db = 0, gain_db = 0;
  };
  void restart();
  void take(const Result& result);
  void hear(const SoundPtr& sound);
  void update_controls();

  Workbench& bench_;
  std::vector<NumberedSound> sounds_;
  QCheckBox* show_;
  QComboBox* first_;
  QComboBox* second_;
  QComboBox* range_;
  QCheckBox* equal_;
  QPushButton* hear_residual_;
  QPushButton* hear_excess_;
  QLabel* words_;
  PicturePtr picture_;
  SoundPtr residual_, excess_;
  QString title_, problem_;
  bool by_hand_ = false;  ///< somebody chose the two
  quint64 generation_ = 0;
};

}  // namespace luthier::ui
