#pragma once
#include <QWidget>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ui/common/workbench.h"
#include "ui/compare/difference_panel.h"
#include "ui/compare/export_dialog.h"

class QDialog;
class QListWidget;
class QPushButton;
class QVBoxLayout;

namespace luthier::ui {

class FiguresTable;
class SpectrogramView;

/// What the page is to show in place of what it shows now.
struct Arrangement {
  std::vector<SoundChoice> sounds;
  std::optional<std::size_t> truth;                                ///< place in `sounds`; none: nothing is measured
  std::optional<std::pair<std::size_t, std::size_t>> difference;  ///< places in `sounds`
  bool equal_loudness = true;                                      ///< of the difference
  std::optional<std::pair<double, double>> seen;                   ///< seconds; else all
  std::optional<std::pair<double, double>> band;                   ///< parts 0 … 1 of the frequency axis; else all
  std::optional<double> difference_range;                          ///< dB either way
};

/// Any number of sounds one above the other on one time axis, with one cursor; the one that is heard can be switched while
/// it plays. Below them the difference of two, and a table that measures all against one.
class ComparePage : public QWidget {
  Q_OBJECT
 public:
  explicit ComparePage(Workbench& bench, QWidget* parent = nullptr);
  void add(const SoundChoice& choice);
  void arrange(const Arrangement& arrangement);
  SpectrogramView& view() { return *view_; }
  DifferencePanel& difference() { return *difference_; }
  FiguresTable& figures() { return *figures_; }
  int count() const { return static_cast<int>(entries_.size()); }
  /// The luthierctl command that compares the same sounds.
  QString command() const;

 Q_SIGNALS:
  void files_dropped(const QStringList& paths);  ///< no sounds

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  struct Entry {
    quint64 number;
    SoundChoice choice;
    SoundPtr sound;
    QString problem;
  };
  QWidget* make_left();
  void add_list_tools(QVBoxLayout* column, QWidget* parent);
  void add_clips();
  void add_files();
  void remove_chosen();
  void move_chosen(int by);
  void clear();
  void rebuild(bool keep_view);
  void show_lanes(bool keep_view);
  void show_heard();
  void finish_arrangement();
  void look_for_truth(const QString& file);
  std::optional<std::size_t> suggested_truth() const;
  void open_test(QDialog* dialog);
  void add_eq_match();
  void start_blind_test();
  void start_rating_test();
  void start_export();
  std::vector<NumberedSound> loaded() const;

  Workbench& bench_;
  SpectrogramView* view_;
  DifferencePanel* difference_;
  FiguresTable* figures_;
  QListWidget* list_;
  QPushButton* export_;
  QPushButton* eq_match_;
  QPushButton* blind_;
  QPushButton* rating_;
  std::vector<Entry> entries_;
  std::optional<Arrangement> arrangement_;  ///< whose sounds are being read
  std::optional<std::string> suggested_;    ///< SoundChoice::text() of the truth while nobody chose one, empty: there is none; nothing: the first sound
  quint64 last_number_ = 0;
};

}  // namespace luthier::ui
