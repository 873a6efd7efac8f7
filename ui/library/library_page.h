#pragma once
#include <QTimer>
#include <QWidget>
#include <vector>

#include "db/rows.h"
#include "ui/common/catalog_worker.h"
#include "ui/common/sound.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QSplitter;
class QStackedLayout;

namespace luthier::ui {

class ClipTable;
class ClipTableModel;
class LabelBar;
class SpectrogramView;
class Workbench;
struct SoundChoice;

/// Clips: search, table, labels, and the picture of the clip that is chosen.
class LibraryPage : public QWidget {
  Q_OBJECT
 public:
  explicit LibraryPage(Workbench& bench, QWidget* parent = nullptr);

  ClipTableModel& model() { return *model_; }
  ClipTable& table() { return *table_; }
  SpectrogramView& view() { return *view_; }
  QLineEdit& search_field() { return *search_; }
  void focus_search();
  void focus_table();
  void label_selection(qint64 label);
  void remove_selection();
  void select_all();
  std::vector<db::ClipId> selection() const;

 Q_SIGNALS:
  void import_files_requested();
  void import_folder_requested();
  void demo_clips_requested();
  void files_dropped(const QStringList& paths);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QWidget* make_search_row();
  QWidget* make_empty_page();
  QWidget* make_clip_row();
  void connect_table();
  void workspace_opened();
  void catalog_changed();
  void search_now();
  void list_loaded();
  void show_counts();
  void show_current();
  void show_clip(const db::ClipView& view);
  void after_labelling();
  void set_rating(int change);
  void toggle_excluded();
  void new_label();
  void open_clip_menu(const QPoint& at);
  void open_column_menu(const QPoint& at);
  void fill_filter(const std::vector<db::LabelRow>& labels, qint64 unlabelled, qint64 all);
  std::vector<SoundChoice> chosen() const;
  void choose_slot(bool content);
  QString count_text(std::size_t clips) const;

  Workbench& bench_;
  ClipTableModel* model_;
  ClipTable* table_;
  LabelBar* labels_;
  SpectrogramView* view_;
  QLineEdit* search_;
  QComboBox* filter_;
  QLabel* counts_;
  QLabel* problem_;
  QLabel* clip_title_;
  QLabel* empty_text_;
  QWidget* empty_buttons_;
  QCheckBox* play_next_;
  QCheckBox* play_on_select_;
  QSplitter* splitter_;
  QStackedLayout* stack_;
  QTimer typing_;
  Ticket counts_ticket_;
  qint64 current_ = 0;         ///< clip that is shown
  qint64 all_clips_ = 0;
  bool play_when_shown_ = false;
  std::vector<qint64> keep_selected_;
};

}  // namespace luthier::ui
