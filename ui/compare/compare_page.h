#pragma once
#include <QWidget>
#include <vector>

#include "ui/common/workbench.h"
#include "ui/compare/difference_panel.h"
#include "ui/compare/export_dialog.h"

class QListWidget;
class QPushButton;
class QVBoxLayout;

namespace luthier::ui {

class FiguresTable;
class SpectrogramView;

/// Any number of sounds one above the other on one time axis, with one cursor; the one that is heard can be switched while
/// it plays. Below them the difference of two, and a table that measures all against one.
class ComparePage : public QWidget {
  Q_OBJECT
 public:
  explicit ComparePage(Workbench& bench, QWidget* parent = nullptr);
  void add(const SoundChoice& choice);
  SpectrogramView& view() { return *view_; }
  DifferencePanel& difference() { return *difference_; }
  FiguresTable& figures() { return *figures_; }
  int count() const { return static_cast<int>(entries_.size()); }
  /// The luthierctl command that compares the same sounds.
  QString command() const;

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
  QPushButton* blind_;
  QPushButton* rating_;
  std::vector<Entry> entries_;
  quint64 last_number_ = 0;
};

}  // namespace luthier::ui
