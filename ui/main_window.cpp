#include "ui/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QThread>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/session/version.h"
#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/player_bar.h"
#include "ui/common/words.h"
#include "ui/compare/compare_page.h"
#include "ui/evaluate/evaluate_page.h"
#include "ui/library/clip_pick_dialog.h"
#include "ui/library/import_dialog.h"
#include "ui/library/library_page.h"
#include "ui/library/tidy/tidy_menu.h"
#include "ui/map/explore_page.h"
#include "ui/pairs/pairs_page.h"
#include "ui/spectrogram/gl_probe.h"
#include "ui/start_page.h"
#include "ui/training/training_page.h"
#include "ui/transfer/model_files.h"
#include "ui/transfer/transfer_page.h"
#include "ui/window/shortcut_sheet.h"
#include "ui/window/status_line.h"
#include "ui/window/window_keys.h"

namespace luthier::ui {
namespace {

QStringList local_files(const QMimeData& data) {
  QStringList files;
  for (const QUrl& url : data.urls()) {
    if (url.isLocalFile()) files << url.toLocalFile();
  }
  return files;
}

}  // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent) {
  setWindowTitle(tr("Luthier"));
  setWindowIcon(QIcon(":/icons/luthier.svg"));
  setAcceptDrops(true);
  auto* center = new QWidget(this);
  auto* column = new QVBoxLayout(center);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* row = new QHBoxLayout;
  row->setSpacing(0);
  bar_ = new QWidget(center);
  bar_->setObjectName("navigation_bar");
  bar_->setAttribute(Qt::WA_StyledBackground);
  bar_->setFixedWidth(92);
  new QVBoxLayout(bar_);
  bar_->layout()->setContentsMargins(0, 6, 0, 6);
  bar_->layout()->setSpacing(2);
  pages_ = new QStackedWidget(center);
  row->addWidget(bar_);
  row->addWidget(pages_, 1);
  column->addLayout(row, 1);
  player_bar_ = new PlayerBar(bench_.player(), center);
  column->addWidget(player_bar_);
  setCentralWidget(center);

  make_pages();
  make_menus();
  new WindowKeys(bench_, *pages_, this);
  setStatusBar(new StatusLine(bench_, this));
  connect(&bench_, &Workbench::workspace_opened, this, &MainWindow::workspace_opened);
  connect(&bench_, &Workbench::workspace_closed, this, &MainWindow::workspace_closed);
  connect(&bench_, &Workbench::open_failed, this, [this](const QString& message) {
    show_error(this, message);
    start_->refresh();
  });
  connect(&bench_, &Workbench::page_requested, this, &MainWindow::show_page);
  resize(1280, 800);
  restoreGeometry(QSettings().value("window/geometry").toByteArray());
  workspace_closed();
  look_at_hardware();
}

MainWindow::~MainWindow() {
  // Pages use the workbench until they are gone, so they go before it does.
  disconnect(&bench_, nullptr, this, nullptr);
  delete takeCentralWidget();
}

// --- pages -----------------------------------------------------------------------------------------------------------

void MainWindow::make_pages() {
  start_ = new StartPage(pages_);
  pages_->addWidget(start_);
  page_.insert("start", start_);
  connect(start_, &StartPage::make_requested, this, [this] { choose_workspace(true); });
  connect(start_, &StartPage::open_requested, this, [this] { choose_workspace(false); });
  connect(start_, &StartPage::demo_requested, this, &MainWindow::make_demo);
  connect(start_, &StartPage::recent_chosen, this, [this](const QString& folder) { bench_.open(folder, false); });
  connect(start_, &StartPage::theme_chosen, this, &MainWindow::switch_theme);

  library_ = new LibraryPage(bench_, pages_);
  add_page("library", tr("Library"), "library", library_);
  connect(library_, &LibraryPage::import_files_requested, this, [this] { choose_import(false); });
  connect(library_, &LibraryPage::import_folder_requested, this, [this] { choose_import(true); });
  connect(library_, &LibraryPage::demo_clips_requested, this, [this] { ask_and_render_phrases(bench_, this); });
  connect(library_, &LibraryPage::files_dropped, this, &MainWindow::take_files);
  pairs_ = new PairsPage(bench_, pages_);
  add_page("pairs", tr("Pairs"), "pairs", pairs_);
  training_ = new TrainingPage(bench_, pages_);
  add_page("train", tr("Train"), "train", training_);
  transfer_ = new TransferPage(bench_, pages_);
  add_page("transfer", tr("Transfer"), "transfer", transfer_);
  compare_ = new ComparePage(bench_, pages_);
  add_page("compare", tr("Compare"), "compare", compare_);
  explore_ = new ExplorePage(bench_, pages_);
  add_page("explore", tr("Explore"), "map", explore_);
  evaluate_ = new EvaluatePage(bench_, pages_);
  add_page("evaluate", tr("Evaluate"), "evaluate", evaluate_);
  static_cast<QVBoxLayout*>(bar_->layout())->addStretch();
  auto* theme_button = new QToolButton(bar_);
  theme_button->setObjectName("navigation");
  theme_button->setIcon(icon("theme"));
  theme_button->setIconSize({20, 20});
  theme_button->setAccessibleName(tr("Light or dark"));
  theme_button->setToolTip(tr("Light or dark theme"));
  bar_->layout()->addWidget(theme_button);
  static_cast<QVBoxLayout*>(bar_->layout())->setAlignment(theme_button, Qt::AlignHCenter);
  connect(theme_button, &QToolButton::clicked, this, [this] { switch_theme(theme().dark ? "light" : "dark"); });
}

void MainWindow::add_page(const QString& name, const QString& title, const QString& icon_name, QWidget* page) {
  names_ << name;
  page_.insert(name, page);
  pages_->addWidget(page);
  auto* b = new QToolButton(bar_);
  b->setObjectName("navigation");
  b->setProperty("page", name);
  b->setText(title);
  b->setIcon(icon(icon_name));
  b->setIconSize({26, 26});
  b->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
  b->setCheckable(true);
  b->setAutoExclusive(true);
  b->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  b->setToolTip(tr("%1 (Ctrl+%2)").arg(title).arg(names_.size()));
  bar_->layout()->addWidget(b);
  buttons_.insert(name, b);
  connect(b, &QToolButton::clicked, this, [this, name] { show_page(name); });
  new QShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(names_.size())), this, [this, name] { show_page(name); });
}

void MainWindow::show_page(const QString& name) {
  const QString wanted = bench_.has_workspace() ? name : QStringLiteral("start");
  QWidget* page = page_.value(wanted);
  if (!page) return;
  pages_->setCurrentWidget(page);
  if (auto* b = buttons_.value(wanted)) b->setChecked(true);
  if (bench_.has_workspace()) QSettings().setValue("window/page", wanted);
  if (wanted == "library") library_->focus_table();
}

QString MainWindow::page() const { return page_.key(pages_->currentWidget()); }

void MainWindow::workspace_opened() {
  setWindowTitle(tr("%1 – Luthier").arg(QString::fromStdString(bench_.workspace().name())));
  bar_->show();
  player_bar_->show();
  const QString last = QSettings().value("window/page", "library").toString();
  show_page(names_.contains(last) ? last : QStringLiteral("library"));
}

void MainWindow::workspace_closed() {
  setWindowTitle(tr("Luthier"));
  bar_->hide();
  player_bar_->hide();
  start_->refresh();
  show_page("start");
}

// --- menus and keys --------------------------------------------------------------------------------------------------

void MainWindow::make_menus() {
  QMenu* file = menuBar()->addMenu(tr("&File"));
  file->addAction(icon("add"), tr("New workspace…"), QKeySequence::New, this, [this] { choose_workspace(true); });
  file->addAction(icon("folder"), tr("Open workspace…"), QKeySequence::Open, this, [this] { choose_workspace(false); });
  QMenu* recent = file->addMenu(icon("workspace"), tr("Recent workspaces"));
  connect(recent, &QMenu::aboutToShow, this, [this, recent] { fill_recent(recent); });
  file->addAction(icon("wand"), tr("Make a demo workspace…"), this, &MainWindow::make_demo);
  file->addSeparator();
  file->addAction(icon("import"), tr("Import sound files…"), QKeySequence(tr("Ctrl+I")), this, [this] { choose_import(false); });
  file->addAction(icon("folder"), tr("Import a folder…"), QKeySequence(tr("Ctrl+Shift+I")), this, [this] { choose_import(true); });
  file->addAction(icon("export"), tr("Export clips…"), this, [this] {
    if (!bench_.has_workspace()) return;
    show_page("library");
    library_->export_clips();
  });
  file->addSeparator();
  file->addAction(tr("Close workspace"), this, [this] { bench_.close(); });
  file->addSeparator();
  file->addAction(tr("Quit"), QKeySequence(tr("Ctrl+Q")), this, &QWidget::close);

  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  edit->addAction(icon("undo"), tr("Undo"), QKeySequence::Undo, &bench_, &Workbench::undo);
  edit->addAction(icon("redo"), tr("Redo"), QKeySequence(tr("Ctrl+Shift+Z")), &bench_, &Workbench::redo);
  QAction* copy_last = edit->addAction(icon("copy"), tr("Copy the last change as a command"), QKeySequence(tr("Ctrl+Shift+C")), this, [this] {
    if (bench_.last_command().isEmpty()) return bench_.say(tr("Nothing was changed yet: label, rate, tag, import … first."));
    copy_command(bench_, bench_.last_command());
  });
  copy_last->setObjectName("copy_last_change");
  edit->addSeparator();
  edit->addAction(icon("search"), tr("Find clips"), QKeySequence::Find, this, [this] {
    show_page("library");
    library_->focus_search();
  });
  edit->addAction(icon("remove"), tr("Remove chosen clips…"), QKeySequence(Qt::Key_Delete), this, [this] {
    if (page() == "library") library_->remove_selection();
  });

  edit->addSeparator();
  QMenu* tidy = edit->addMenu(icon("tidy"), tr("Tidy"));
  fill_tidy_menu(*tidy, bench_, this);

  QMenu* view = menuBar()->addMenu(tr("&View"));
  connect(view, &QMenu::aboutToShow, this, [this, view] {
    view->clear();
    int number = 0;
    for (const QString& name : names_) {
      ++number;
      view->addAction(buttons_.value(name)->icon(), buttons_.value(name)->text() + QStringLiteral("\tCtrl+%1").arg(number), this,
                      [this, name] { show_page(name); });
    }
    view->addSeparator();
    view->addAction(icon("theme"), theme().dark ? tr("Light theme") : tr("Dark theme"), this,
                    [this] { switch_theme(theme().dark ? "light" : "dark"); });
  });

  QMenu* help = menuBar()->addMenu(tr("&Help"));
  help->addAction(icon("keyboard"), tr("Keys"), QKeySequence(tr("Ctrl+?")), this, [this] { show_shortcut_sheet(this); });
  help->addAction(icon("info"), tr("About Luthier"), this, &MainWindow::show_about);
}

void MainWindow::fill_recent(QMenu* menu) {
  menu->clear();
  for (const QString& folder : Workbench::recent_workspaces()) {
    menu->addAction(QDir::toNativeSeparators(folder), this, [this, folder] { bench_.open(folder, false); });
  }
  if (menu->isEmpty()) menu->addAction(tr("None yet"))->setEnabled(false);
}

void MainWindow::switch_theme(const QString& name) {
  QSettings().setValue("window/theme", name);
  apply_theme(*qApp, name);
}

// --- workspaces ------------------------------------------------------------------------------------------------------

void MainWindow::choose_workspace(bool create) {
  const QString home = QStandardPaths::writableLocation(QStandardPaths::HomeLocation);
  if (create) {
    const QString folder = QFileDialog::getSaveFileName(this, tr("New workspace: name a folder"), home + "/luthier-workspace", {}, nullptr,
                                                        QFileDialog::DontConfirmOverwrite | QFileDialog::ShowDirsOnly);
    if (!folder.isEmpty()) bench_.open(folder, true);
    return;
  }
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Open workspace"), home);
  if (!folder.isEmpty()) bench_.open(folder, false);
}

void MainWindow::make_demo() {
  const QString home = QStandardPaths::writableLocation(QStandardPaths::HomeLocation);
  QString folder = home + "/luthier-demo";
  for (int n = 2; QFileInfo::exists(folder); ++n) folder = home + QStringLiteral("/luthier-demo-%1").arg(n);
  folder = QFileDialog::getSaveFileName(this, tr("Demo workspace: name a folder"), folder, {}, nullptr,
                                        QFileDialog::DontConfirmOverwrite | QFileDialog::ShowDirsOnly);
  if (!folder.isEmpty()) make_demo_in(folder);
}

void MainWindow::make_demo_in(const QString& folder) {
  // Rendering starts once the new workspace is open.
  connect(&bench_, &Workbench::workspace_opened, this, [this] {
    show_page("library");
    start_rendering(bench_, this, 24, 7, 8.0);
  }, Qt::SingleShotConnection);
  bench_.open(folder, true);
}

void MainWindow::choose_import(bool folder) {
  const QString last = QSettings().value("files/sounds").toString();
  QStringList paths;
  if (folder) paths << QFileDialog::getExistingDirectory(this, tr("Import a folder"), last);
  else paths = QFileDialog::getOpenFileNames(this, tr("Import sound files"), last, import_file_filter());
  paths.removeAll(QString());
  if (paths.isEmpty()) return;
  QSettings().setValue("files/sounds", QFileInfo(paths.first()).absolutePath());
  import_paths(paths);
}

void MainWindow::import_paths(const QStringList& paths) {
  if (!bench_.has_workspace()) return;
  ImportDialog dialog(bench_, paths, this);
  if (dialog.exec() == QDialog::Accepted) start_import(bench_, this, dialog.request());
}

void MainWindow::take_files(const QStringList& paths) {
  if (paths.size() != 1 || QFileInfo(paths.first()).isDir()) return import_paths(paths);
  const QString file = paths.first();
  transfer_->restore(file, [this, file](bool found) {
    if (!found) import_paths({file});
  });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (bench_.has_workspace() && !local_files(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

/// What no page takes: a result or its picture or record brings its settings back, sounds are imported.
void MainWindow::dropEvent(QDropEvent* event) {
  const QStringList files = local_files(*event->mimeData());
  event->acceptProposedAction();
  if (files.size() == 1 && is_weight_file(files.first())) install_model_file(bench_, this, files.first(), [this](const QString& run) { transfer_->choose_run(run); });
  else take_files(files);
}

void MainWindow::look_at_hardware() {
  const QString gl = gl_works() ? gl_description() : tr("pictures without OpenGL: %1").arg(gl_description());
  start_->set_hardware(tr("Found: %1, %2.").arg(counted(QThread::idealThreadCount(), tr("processor core"), tr("processor cores")), gl));
}

void MainWindow::show_about() {
  QMessageBox::about(this, tr("About Luthier"),
                     tr("<b>%1</b><br>A workbench for musical timbre and style transfer.<br><br>Free software under the GNU General Public "
                        "License, version 3 or later.<br><br>OpenGL: %2<br>Qt %3")
                         .arg(QString::fromStdString(version_text()), gl_description(), qVersion()));
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (training_->controller().running() &&
      !confirm(this, tr("A run is training here. Stop it and close?"),
               tr("A checkpoint is saved first, and the run can be gone on with later."), tr("Stop and close"))) {
    event->ignore();
    return;
  }
  const int transfers = transfer_->open_jobs();
  if (transfers > 0 && !confirm(this, tr("%1 not done yet. Stop and close?").arg(counted(transfers, tr("transfer is"), tr("transfers are"))),
                                tr("What is done already is kept."), tr("Stop and close"))) {
    event->ignore();
    return;
  }
  QSettings().setValue("window/geometry", saveGeometry());
  training_->controller().stop();
  event->accept();
}

}  // namespace luthier::ui
