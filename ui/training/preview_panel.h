#pragma once
#include <QString>
#include <QWidget>
#include <filesystem>
#include <map>
#include <vector>

#include "ui/common/sound.h"
#include "ui/training/preview_list.h"

class QButtonGroup;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QSlider;
class QToolButton;

namespace luthier::ui {

class PreviewPicture;
class Workbench;

/// What a run makes of fixed examples while it trains: the result of a step above, below it the truth (or the content, or the
/// style), each heard by a click, on one time line. A slider goes over the steps, by Up and Down too: at the newest step it follows,
/// elsewhere it keeps its place when new ones come. GUI thread.
class PreviewPanel : public QWidget {
  Q_OBJECT
 public:
  explicit PreviewPanel(Workbench& bench, QWidget* parent = nullptr);
  void show_run(const RunRecord& record, const std::filesystem::path& folder);
  void clear();
  void step_by(int by);                    ///< to an earlier (-1) or later (1) preview
  std::int64_t step() const;               ///< that is shown; -1: none
  QString title() const;                   ///< of the example that is shown
  const PreviewList& list() const { return list_; }
  void choose(const QString& title);
  /// Plays "result", or one of references(); a switch between them keeps the place in time.
  void hear(const QString& what);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void show_title();
  void show_entry();
  void fill_references();
  void play_loaded(const QString& what);

  Workbench& bench_;
  QComboBox* titles_;
  PreviewPicture* result_;
  PreviewPicture* reference_picture_;
  QWidget* below_;
  QHBoxLayout* reference_buttons_;
  QButtonGroup* references_;
  QSlider* slider_;
  QLabel* words_;
  QToolButton* earlier_;
  QToolButton* later_;
  PreviewList list_;
  std::vector<PreviewEntry> entries_;  ///< of the chosen title
  QString run_, reference_, wanted_reference_ = "truth";
  std::map<QString, SoundPtr> sounds_;  ///< being loaded for the deck, by what they are
  std::vector<SoundPtr> deck_;          ///< what this panel gave to the player last
  quint64 load_number_ = 0;
};

}  // namespace luthier::ui
