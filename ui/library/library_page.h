#pragma once
#include <QWidget>
#include <vector>

#include "db/rows.h"
#include "ui/common/catalog_worker.h"
#include "ui/common/sound.h"
#include "ui/library/clip_actions.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QSplitter;
class QStackedLayout;

namespace luthier::ui {

class ClipTable;
class ClipTableModel;
class EmptyLibrary;
class LabelBar;
class SearchBar;
class SpectrogramView;
class Workbench;

/// Clips: search, table, labels, and the picture of the clip that is chosen.
class LibraryPage : public QWidget {
  Q_OBJECT
 public:
  explicit LibraryPage(Workbench& bench, QWidget* parent = nullptr);

  ClipTableModel& model() { return *model_; }
  ClipTable& table() { return *table_; }
  SpectrogramView& view() { return *view_; }
  QLineEdit& search_field();
  ClipActions& actions() { return *actions_; }
  void focus_search();
  void focus_table();
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

 private:
  QWidget* make_clip_row();
  void connect_table();
  void connect_labels();
  ClipActions::Selection chosen() const;
  void workspace_opened();
  void catalog_changed();
  void list_loaded();
  void show_counts();
  void show_current();
  void show_clip(const db::ClipView& view);
  void after_labelling();
  void open_clip_menu(const QPoint& at);
  void open_column_menu(const QPoint& at);

  Workbench& bench_;
  ClipTableModel* model_;
  ClipTable* table_;
  LabelBar* labels_;
  SpectrogramView* view_;
  SearchBar* search_;
  ClipActions* actions_;
  QLabel* clip_title_;
  EmptyLibrary* empty_;
  QCheckBox* play_next_;
  QCheckBox* play_on_select_;
  QSplitter* splitter_;
  QStackedLayout* stack_;
  Ticket counts_ticket_;
  qint64 current_ = 0;         ///< clip that is shown
  qint64 all_clips_ = 0;
  bool play_when_shown_ = false;
  std::vector<qint64> keep_selected_;
};

}  // namespace luthier::ui
