#pragma once
#include <QWidget>
#include <functional>

#include "core/session/transfer_restore.h"
#include "db/rows.h"
#include "ui/common/workbench.h"
#include "ui/transfer/transfer_queue.h"

class QTabWidget;

namespace luthier::ui {

class LivePanel;
class QueueList;
class SoundSlot;
class SpectrogramView;
class TransferForm;
class TransferHistory;
class TransferStage;

/// Content and style in, result out: the form at the left, what is set up, runs or is done at the right, and below it the
/// history, the queue and the live stream.
class TransferPage : public QWidget {
  Q_OBJECT
 public:
  explicit TransferPage(Workbench& bench, QWidget* parent = nullptr);
  SoundSlot& content();
  SoundSlot& style_slot();
  TransferForm& form() { return *form_; }
  TransferStage& stage() { return *stage_; }
  TransferQueue& queue() { return queue_; }
  LivePanel& live() { return *live_; }
  SpectrogramView& view();
  SoundPtr result() const;
  void start();                         ///< puts what the form says into the queue
  void choose_run(const QString& run);
  QString run() const;
  /// Brings content, style, model and settings of a result's record back. `done` is told whether there was a record; without
  /// one nothing is said.
  void restore(const QString& file, std::function<void(bool)> done = {});
  /// Puts content and style into their slots, then shows the newest of the earlier transfers.
  void open_newest(const SoundChoice& content, const SoundChoice& style);
  int open_jobs() const { return queue_.open_count(); }

 Q_SIGNALS:
  void files_dropped(const QStringList& paths);  ///< neither sounds nor results of transfers

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* make_lower();
  void connect_queue();
  void enqueue(const TransferRequest& request, SoundPtr content, SoundPtr style, const Schema& schema);
  void make_again(const db::TransferRow& row);
  void load_and_enqueue(const RestoredTransfer& restored, const Schema& schema);
  void show_earlier(const db::TransferRow& row);
  void show_counts();
  void keep_step(int step);
  void branch(int step);
  void take(const RestoredTransfer& restored);

  Workbench& bench_;
  TransferQueue queue_;
  TransferForm* form_;
  TransferStage* stage_;
  QTabWidget* tabs_;
  TransferHistory* history_;
  QueueList* list_;
  LivePanel* live_;
  quint64 earlier_number_ = 0;
  bool newest_wanted_ = false;  ///< as soon as both slots have their sound
};

}  // namespace luthier::ui
