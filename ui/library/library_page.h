#pragma once
#include <QWidget>
#include <utility>
#include <vector>

#include "db/rows.h"
#include "ui/common/catalog_worker.h"
#include "ui/library/clip_actions.h"

class QLineEdit;
class QSplitter;
class QStackedLayout;

namespace luthier::ui {

class ClipColumns;
class ClipPanel;
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
  ClipPanel& panel() { return *panel_; }
  SpectrogramView& view();
  QLineEdit& search_field();
  SearchBar& search() { return *search_; }
  ClipActions& actions() { return *actions_; }
  void focus_search();
  void focus_table();
  void remove_selection();
  /// Asks how, then exports what is chosen or listed.
  void export_clips();
  void select_all();
  /// Records from a sound input into a new clip, and chooses it.
  void record();
  std::vector<db::ClipId> selection() const;
  /// Chooses these clips in the table, as soon as it lists them; with a title it lists no others.
  void choose_clips(const std::vector<db::ClipId>& clips, const QString& only);
  /// Chooses a clip, whatever is searched for, and shows this time of it (seconds).
  void show_clip(db::ClipId clip, std::pair<double, double> seen);

 Q_SIGNALS:
  void import_files_requested();
  void import_folder_requested();
  void demo_clips_requested();
  void files_dropped(const QStringList& paths);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  QWidget* make_upper_half();
  void connect_search();
  void connect_table();
  void connect_labels();
  void connect_keys();  ///< in library_keys.cpp
  ClipActions::Selection chosen() const;
  void workspace_opened();
  void workspace_closing();
  void catalog_changed();
  void read_counts();
  void list_loaded();
  bool select_kept();
  void hold_picture(bool held);
  void show_all();
  void show_counts();
  void show_current();
  void after_labelling();
  void open_clip_menu(const QPoint& at);

  Workbench& bench_;
  ClipTableModel* model_;
  ClipTable* table_;
  ClipColumns* columns_;
  ClipPanel* panel_;
  LabelBar* labels_;
  SearchBar* search_;
  ClipActions* actions_;
  EmptyLibrary* empty_;
  QSplitter* splitter_;
  QStackedLayout* stack_;
  Ticket counts_ticket_;
  qint64 all_clips_ = 0;
  bool play_when_shown_ = false, picture_held_ = false;
  std::vector<qint64> keep_selected_;  ///< chosen again when the list is there
  bool go_to_kept_ = false;            ///< and the cursor goes to the first of them
};

}  // namespace luthier::ui
