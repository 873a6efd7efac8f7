#pragma once
#include <QHash>
#include <QMainWindow>
#include <QStringList>

#include "ui/common/workbench.h"

class QStackedWidget;
class QToolButton;

namespace luthier::ui {

class ComparePage;
class ExplorePage;
class EvaluatePage;
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
  QStringList page_names() const { return names_; }
  void open_workspace(const QString& folder, bool create = false) { bench_.open(folder, create); }
  /// Asks how, then imports in the background.
  void import_paths(const QStringList& paths);
  /// One result brings its settings back; anything else is imported.
  void take_files(const QStringList& paths);
  /// A new workspace with rendered phrases.
  void make_demo_in(const QString& folder);

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void make_pages();
  void add_page(const QString& name, const QString& title, const QString& icon_name, QWidget* page);
  void make_menus();
  void choose_workspace(bool create);
  void make_demo();
  void choose_import(bool folder);
  void switch_theme(const QString& name);
  void show_about();
  void workspace_opened();
  void workspace_closed();
  void look_at_hardware();
  void fill_recent(QMenu* menu);

  Workbench bench_;
  QStackedWidget* pages_;
  QWidget* bar_;
  QHash<QString, QWidget*> page_;
  QHash<QString, QToolButton*> buttons_;
  QStringList names_;
  StartPage* start_ = nullptr;
  LibraryPage* library_ = nullptr;
  PairsPage* pairs_ = nullptr;
  TrainingPage* training_ = nullptr;
  TransferPage* transfer_ = nullptr;
  ComparePage* compare_ = nullptr;
  ExplorePage* explore_ = nullptr;
  EvaluatePage* evaluate_ = nullptr;
  PlayerBar* player_bar_ = nullptr;
};

}  // namespace luthier::ui
