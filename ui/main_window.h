#pragma once
#include <QHash>
#include <QList>
#include <QMainWindow>
#include <QStringList>

#include "ui/common/workbench.h"

class QAction;
class QMenu;
class QStackedWidget;
class QToolButton;

namespace luthier::ui {

class ComparePage;
class ExplorePage;
class EvaluatePage;
class FileTaker;
class LibraryPage;
class PairsPage;
class PlayerBar;
class StartPage;
class TrainingPage;
class TransferPage;

/// The one window: pages at the left, the player below, the state of things in the status bar. It assembles; the pages do.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(QWidget* parent = nullptr);
  ~MainWindow() override;

  Workbench& bench() { return bench_; }
  LibraryPage& library() { return *library_; }
  PairsPage& pairs() { return *pairs_; }
  TrainingPage& training() { return *training_; }
  TransferPage& transfer() { return *transfer_; }
  ComparePage& compare() { return *compare_; }
  ExplorePage& explore() { return *explore_; }
  EvaluatePage& evaluate() { return *evaluate_; }
  /// "start", "library", "pairs", "train", "transfer", "compare", "explore" or "evaluate".
  void show_page(const QString& name);
  QString page() const;
  /// Goes back (-1) or forward (1) in the pages that were shown.
  void step_page(int by);
  QStringList page_names() const { return names_; }
  /// False when something runs that this would stop and the user does not want that.
  bool open_workspace(const QString& folder, bool create = false);
  /// Asks how, then imports in the background.
  void import_paths(const QStringList& paths);
  /// Asks for a folder, then opens it or makes a workspace there; false when the user has thought better of it.
  bool choose_workspace(bool create);
  /// Sends files and folders to where they belong.
  void take_files(const QStringList& paths);
  /// The same, as soon as a workspace is open.
  void take_when_open(const QStringList& paths);
  /// A new workspace with rendered phrases, a transfer and its comparison with the truth.
  void make_demo_in(const QString& folder);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void make_pages();
  void add_page(const QString& name, const QString& title, const QString& icon_name, QWidget* page);
  // Menus are in window/window_menus.cpp.
  void make_menus();
  void make_file_menu();
  void make_edit_menu();
  void make_view_menu();
  void make_help_menu();
  void close_workspace();
  bool may_leave();
  void make_demo();
  void choose_import(bool folder);
  void switch_theme(const QString& name);
  void show_about();
  void workspace_opened();
  void workspace_closed();
  void look_at_hardware();
  void show_hardware();
  void fill_recent(QMenu* menu);

  Workbench bench_;
  QStackedWidget* pages_;
  QWidget* bar_;
  QHash<QString, QWidget*> page_;
  QHash<QString, QToolButton*> buttons_;
  QStringList names_;
  QString hardware_;
  QList<QAction*> needing_workspace_;  ///< what the menus offer only while one is open
  QString wanted_demo_;                ///< folder to be filled with the demo when it is open
  QStringList history_;                ///< pages as they were shown
  qsizetype place_ = 0;                ///< in the history
  bool stepping_ = false;              ///< a page is shown out of the history
  StartPage* start_ = nullptr;
  LibraryPage* library_ = nullptr;
  PairsPage* pairs_ = nullptr;
  TrainingPage* training_ = nullptr;
  TransferPage* transfer_ = nullptr;
  ComparePage* compare_ = nullptr;
  ExplorePage* explore_ = nullptr;
  EvaluatePage* evaluate_ = nullptr;
  PlayerBar* player_bar_ = nullptr;
  FileTaker* taker_ = nullptr;
};

}  // namespace luthier::ui
