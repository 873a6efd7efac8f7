#pragma once
#include <QWidget>

class QAction;
class QLabel;
class QToolButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace luthier::ui {

class TransferJob;
class TransferQueue;
class Workbench;

/// The queue of transfers as a list: each with its state, to be shown, cancelled one by one, or copied as commands. GUI thread.
class QueueList : public QWidget {
  Q_OBJECT
 public:
  QueueList(Workbench& bench, TransferQueue& queue, QWidget* parent = nullptr);
  void select(const TransferJob* job);  ///< without showing it again

 Q_SIGNALS:
  void chosen(luthier::ui::TransferJob* job);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void rebuild();
  void show_state(QTreeWidgetItem& item, const TransferJob& job);
  TransferJob* selected() const;
  void cancel_selected();
  void copy();
  void update_buttons();

  Workbench& bench_;
  TransferQueue& queue_;
  QTreeWidget* list_;
  QToolButton* cancel_;
  QToolButton* copy_;
  QToolButton* clear_;
  QAction* copy_one_;
};

}  // namespace luthier::ui
