#include <QDir>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QToolButton>
#include <QWhatsThis>

#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/library/library_page.h"
#include "ui/library/tidy/tidy_menu.h"
#include "ui/main_window.h"
#include "ui/spectrogram/wheel_preset.h"
#include "ui/window/shortcut_sheet.h"
#include "ui/window/window_keys.h"

namespace luthier::ui {

void MainWindow::make_menus() {
  make_file_menu();
  make_edit_menu();
  make_view_menu();
  make_help_menu();
}

void MainWindow::make_file_menu() {
  QMenu* file = menuBar()->addMenu(tr("&File"));
  file->addAction(icon("add"), tr("New workspace…"), QKeySequence::New, this, [this] { choose_workspace(true); });
  file->addAction(icon("folder"), tr("Open workspace…"), QKeySequence::Open, this, [this] { choose_workspace(false); });
  QMenu* recent = file->addMenu(icon("workspace"), tr("Recent workspaces"));
  connect(recent, &QMenu::aboutToShow, this, [this, recent] { fill_recent(recent); });
  file->addAction(icon("wand"), tr("Make a demo workspace…"), this, &MainWindow::make_demo);
  file->addSeparator();
  needing_workspace_ << file->addAction(icon("import"), tr("Import sound files…"), QKeySequence(tr("Ctrl+I")), this, [this] { choose_import(false); });
  needing_workspace_ << file->addAction(icon("folder"), tr("Import a folder…"), QKeySequence(tr("Ctrl+Shift+I")), this, [this] { choose_import(true); });
  needing_workspace_ << file->addAction(icon("microphone"), tr("Record a clip…"), QKeySequence(tr("Ctrl+R")), this, [this] {
    show_page("library");
    library_->record();
  });
  needing_workspace_ << file->addAction(icon("export"), tr("Export clips…"), this, [this] {
    show_page("library");
    library_->export_clips();
  });
  file->addSeparator();
  needing_workspace_ << file->addAction(tr("Close workspace"), this, &MainWindow::close_workspace);
  file->addSeparator();
  file->addAction(tr("Quit"), QKeySequence(tr("Ctrl+Q")), this, &QWidget::close);
}

void MainWindow::make_edit_menu() {
  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  needing_workspace_ << edit->addAction(icon("undo"), tr("Undo"), QKeySequence::Undo, &bench_, &Workbench::undo);
  needing_workspace_ << edit->addAction(icon("redo"), tr("Redo"), QKeySequence(tr("Ctrl+Shift+Z")), &bench_, &Workbench::redo);
  QAction* copy_last = edit->addAction(icon("copy"), tr("Copy the last change as a command"), QKeySequence(tr("Ctrl+Shift+C")), this, [this] {
    if (bench_.last_command().isEmpty()) return bench_.say(tr("Nothing was changed yet: label, rate, tag, import … first."));
    copy_command(bench_, bench_.last_command());
  });
  copy_last->setObjectName("copy_last_change");
  edit->addSeparator();
  QAction* find = edit->addAction(icon("search"), tr("Find clips"), QKeySequence::Find, this, [this] {
    show_page("library");
    library_->focus_search();
  });
  QAction* remove = edit->addAction(icon("remove"), tr("Remove chosen clips…"), QKeySequence(Qt::Key_Delete), this, [this] {
    show_page("library");
    library_->remove_selection();
  });
  // Elsewhere Delete belongs to what has the focus: it cancels a transfer, for one.
  remove->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  library_->addAction(remove);
  edit->addSeparator();
  QMenu* tidy = edit->addMenu(icon("tidy"), tr("Tidy"));
  fill_tidy_menu(*tidy, bench_, this);
  needing_workspace_ << copy_last << find << remove << tidy->menuAction();
}

void MainWindow::make_view_menu() {
  QMenu* view = menuBar()->addMenu(tr("&View"));
  connect(view, &QMenu::aboutToShow, this, [this, view] {
    view->clear();
    int number = 0;
    for (const QString& name : names_) {
      ++number;
      QAction* action = view->addAction(buttons_.value(name)->icon(), buttons_.value(name)->text() + QStringLiteral("\tCtrl+%1").arg(number), this,
                                        [this, name] { show_page(name); });
      action->setEnabled(bench_.has_workspace());
    }
    view->addSeparator();
    view->addAction(tr("Page before\tAlt+Left"), this, [this] { step_page(-1); })->setEnabled(place_ > 0);
    view->addAction(tr("Page after\tAlt+Right"), this, [this] { step_page(1); })->setEnabled(place_ + 1 < history_.size());
    view->addSeparator();
    QAction* editing = view->addAction(tr("Keys J, K, L as in film editing"), this, [](bool on) { WindowKeys::set_editing_keys(on); });
    editing->setCheckable(true);
    editing->setChecked(WindowKeys::editing_keys());
    editing->setWhatsThis(tr("J goes back a second, K plays or pauses, L goes on a second. Without it, L repeats the selection."));
    QAction* wheel = view->addAction(tr("Wheel zooms, as in Sonic Visualiser"), this, [](bool on) { set_wheel_zooms(on); });
    wheel->setCheckable(true);
    wheel->setChecked(wheel_zooms());
    wheel->setWhatsThis(tr("In a spectrogram the wheel zooms in time and Ctrl+wheel scrolls. Without it, the wheel scrolls and Ctrl+wheel zooms."));
    view->addAction(icon("theme"), theme().dark ? tr("Light theme") : tr("Dark theme"), this,
                    [this] { switch_theme(theme().dark ? "light" : "dark"); });
  });
}

void MainWindow::make_help_menu() {
  QMenu* help = menuBar()->addMenu(tr("&Help"));
  help->addAction(icon("keyboard"), tr("Keys"), QKeySequence(tr("Ctrl+?")), this, [this] { show_shortcut_sheet(this); });
  QAction* what = QWhatsThis::createAction(this);
  what->setText(tr("What is this?"));
  help->addAction(what);
  help->addAction(icon("info"), tr("About Luthier"), this, &MainWindow::show_about);
}

void MainWindow::fill_recent(QMenu* menu) {
  menu->clear();
  for (const QString& folder : Workbench::recent_workspaces()) {
    menu->addAction(QDir::toNativeSeparators(folder), this, [this, folder] { open_workspace(folder); });
  }
  if (menu->isEmpty()) menu->addAction(tr("None yet"))->setEnabled(false);
}

}  // namespace luthier::ui
