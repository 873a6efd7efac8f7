#pragma once
#include <QWidget>
#include <vector>

#include "ui/common/workbench.h"

class QLabel;
class QListWidget;
class QPushButton;

namespace luthier::ui {

class SpectrogramView;

/// Any number of sounds one above the other on one time axis, with one cursor; the one that is heard can be switched while
/// it plays.
class ComparePage : public QWidget {
  Q_OBJECT
 public:
  explicit ComparePage(Workbench& bench, QWidget* parent = nullptr);
  void add(const SoundChoice& choice);
  SpectrogramView& view() { return *view_; }
  int count() const { return static_cast<int>(entries_.size()); }

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
  void add_clips();
  void add_files();
  void remove_chosen();
  void move_chosen(int by);
  void clear();
  void rebuild(bool keep_view);
  void show_heard();
  void start_blind_test();

  Workbench& bench_;
  SpectrogramView* view_;
  QListWidget* list_;
  QPushButton* export_;
  QPushButton* blind_;
  std::vector<Entry> entries_;
  quint64 last_number_ = 0;
};

}  // namespace luthier::ui
