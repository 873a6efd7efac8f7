#pragma once
#include <QWidget>

#include "db/rows.h"
#include "ui/common/workbench.h"
#include "ui/transfer/transfer_job.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QSlider;

namespace luthier::ui {

class ModelChoice;
class SoundSlot;
class SpectrogramView;
class TransferHistory;

/// Content and style in, result out: slots, model, settings, the estimate as it forms, listening and export.
class TransferPage : public QWidget {
  Q_OBJECT
 public:
  explicit TransferPage(Workbench& bench, QWidget* parent = nullptr);
  SoundSlot& content() { return *content_; }
  SoundSlot& style_slot() { return *style_; }
  TransferJob& job() { return job_; }
  SpectrogramView& view() { return *view_; }
  SoundPtr result() const { return result_; }
  void start();
  void choose_run(const QString& run);
  QString run() const;

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* make_left();
  QWidget* make_right();
  void open_earlier(const db::TransferRow& found);
  void show_lanes(bool keep_view);
  void show_progress();
  void show_step(int index);
  void job_ended();
  void update_buttons();
  void export_result();
  TransferRequest request() const;
  QString command() const;

  Workbench& bench_;
  TransferJob job_;
  SoundSlot* content_;
  SoundSlot* style_;
  ModelChoice* model_;
  SpectrogramView* view_;
  QPushButton* start_;
  QPushButton* cancel_;
  QProgressBar* bar_;
  QPushButton* hear_[3];
  QPushButton* export_;
  QLabel* message_;
  QSlider* steps_;
  QLabel* step_text_;
  QWidget* step_row_;
  TransferHistory* history_;
  SoundPtr result_;
  std::vector<SoundPtr> result_inputs_;  ///< content and style as the result was made from them
  std::map<std::string, std::string> record_;
  quint64 result_number_ = 0;
};

}  // namespace luthier::ui
