#include "ui/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/session/hardware.h"
#include "core/session/version.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/player_bar.h"
#include "ui/common/tip_help.h"
#include "ui/common/words.h"
#include "ui/compare/compare_page.h"
#include "ui/evaluate/evaluate_page.h"
#include "ui/library/clip_pick_dialog.h"
#include "ui/library/import_dialog.h"
#include "ui/library/library_page.h"
#include "ui/map/explore_page.h"
#include "ui/pairs/pairs_page.h"
#include "ui/spectrogram/gl_probe.h"
#include "ui/start_page.h"
#include "ui/training/training_page.h"
#include "ui/transfer/transfer_page.h"
#include "ui/window/demo_start.h"
#include "ui/window/file_taker.h"
#include "ui/window/running_work.h"
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
  new TipHelp(this);
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
  taker_ = new FileTaker(*this);
  auto* keys = new WindowKeys(bench_, *pages_, *this);
  connect(player_bar_, &PlayerBar::repeat_requested, keys, &WindowKeys::repeat);
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
  connect(start_, &StartPage::recent_chosen, this, [this](const QString& folder) { open_workspace(folder); });
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
  connect(transfer_, &TransferPage::files_dropped, this, &MainWindow::take_files);
  compare_ = new ComparePage(bench_, pages_);
  add_page("compare", tr("Compare"), "compare", compare_);
  connect(compare_, &ComparePage::files_dropped, this, &MainWindow::take_files);
  explore_ = new ExplorePage(bench_, pages_);
  add_page("explore", tr("Explore"), "map", explore_);
  evaluate_ = new EvaluatePage(bench_, pages_);
  add_page("evaluate", tr("Evaluate"), "evaluate", evaluate_);
  connect(evaluate_, &EvaluatePage::files_dropped, this, &MainWindow::take_files);
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
  b->setWhatsThis(tr("Shows the page %1. Clips that are dragged over it open it, to be dropped there. Alt+Left goes back to the page before.").arg(title));
  b->setAcceptDrops(true);
  b->installEventFilter(this);
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
  if (!stepping_ && bench_.has_workspace() && (history_.isEmpty() || history_.at(place_) != wanted)) {
    history_.resize(std::min<qsizetype>(history_.size(), place_ + 1));
    history_ << wanted;
    place_ = history_.size() - 1;
  }
  if (bench_.has_workspace()) QSettings().setValue("window/page", wanted);
  if (wanted == "library") library_->focus_table();
}

void MainWindow::step_page(int by) {
  const qsizetype to = place_ + by;
  if (to < 0 || to >= history_.size()) return;
  place_ = to;
  stepping_ = true;
  show_page(history_.at(to));
  stepping_ = false;
}

QString MainWindow::page() const { return page_.key(pages_->currentWidget()); }

void MainWindow::workspace_opened() {
  setWindowTitle(tr("%1 – Luthier").arg(QString::fromStdString(bench_.workspace().name())));
  bar_->show();
  player_bar_->show();
  for (QAction* action : std::as_const(needing_workspace_)) action->setEnabled(true);
  const QString last = QSettings().value("window/page", "library").toString();
  show_page(names_.contains(last) ? last : QStringLiteral("library"));
  if (std::exchange(wanted_demo_, {}) != QString::fromStdString(bench_.workspace().folder().string())) return;
  show_page("library");
  start_demo(*this);
}

void MainWindow::workspace_closed() {
  setWindowTitle(tr("Luthier"));
  bar_->hide();
  player_bar_->hide();
  for (QAction* action : std::as_const(needing_workspace_)) action->setEnabled(false);
  history_.clear();
  place_ = 0;
  start_->refresh();
  show_page("start");
}

// --- workspaces ------------------------------------------------------------------------------------------------------

void MainWindow::switch_theme(const QString& name) {
  QSettings().setValue("window/theme", name);
  apply_theme(*qApp, name);
}

bool MainWindow::choose_workspace(bool create) {
  const QString home = QStandardPaths::writableLocation(QStandardPaths::HomeLocation);
  if (create) {
    const QString folder = QFileDialog::getSaveFileName(this, tr("New workspace: name a folder"), home + "/luthier-workspace", {}, nullptr,
                                                        QFileDialog::DontConfirmOverwrite | QFileDialog::ShowDirsOnly);
    return !folder.isEmpty() && open_workspace(folder, true);
  }
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Open workspace"), home);
  return !folder.isEmpty() && open_workspace(folder);
}

bool MainWindow::may_leave() { return !bench_.has_workspace() || may_stop_work(this, bench_, *training_, *transfer_, Leaving::workspace); }

bool MainWindow::open_workspace(const QString& folder, bool create) {
  if (!may_leave()) return false;
  bench_.open(folder, create);
  return true;
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
  if (open_workspace(folder, true)) wanted_demo_ = QDir(folder).absolutePath();  // rendering starts once it is open
}

void MainWindow::close_workspace() {
  if (may_leave()) bench_.close();
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

void MainWindow::take_files(const QStringList& paths) { taker_->take(paths); }
void MainWindow::take_when_open(const QStringList& paths) { taker_->take_later(paths); }

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasFormat(kClipMime)) return;  // its own clips are no files to take in, which would have to be written first
  if (!local_files(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

/// What no page takes.
void MainWindow::dropEvent(QDropEvent* event) {
  event->acceptProposedAction();
  take_files(local_files(*event->mimeData()));
}

void MainWindow::look_at_hardware() {
  in_background<Hardware>(
      this, [] { return find_hardware(); },
      [this](const Hardware& found) {
        hardware_ = tr("Found: %1, %2 of memory, %3, %4.")
                        .arg(counted(found.cores, tr("processor core"), tr("processor cores")), bytes_text(static_cast<qint64>(found.memory_bytes)),
                             found.graphics.empty() ? tr("no graphics card for training (CUDA), so it runs on the processor") : QString::fromStdString(found.graphics),
                             gl_works() ? gl_description() : tr("pictures without OpenGL: %1").arg(gl_description()));
        show_hardware();
      },
      {});
  connect(&bench_.player(), &SoundPlayer::device_changed, this, &MainWindow::show_hardware);
}

void MainWindow::show_hardware() {
  const SoundPlayer& player = bench_.player();
  if (!hardware_.isEmpty()) start_->set_hardware(hardware_ + " " + (player.audible() ? tr("Sound: %1.").arg(player.description()) : player.description()));
}

void MainWindow::show_about() {
  QMessageBox::about(this, tr("About Luthier"),
                     tr("<b>%1</b><br>A workbench for musical timbre and style transfer.<br><br>Free software under the GNU General Public "
                        "License, version 3 or later.<br><br>OpenGL: %2<br>Qt %3")
                         .arg(QString::fromStdString(version_text()), gl_description(), qVersion()));
}

bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
  const QString dragged_to = event->type() == QEvent::DragEnter ? watched->property("page").toString() : QString();
  if (dragged_to.isEmpty()) return QMainWindow::eventFilter(watched, event);
  static_cast<QDragEnterEvent*>(event)->accept();
  show_page(dragged_to);
  return true;
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!may_stop_work(this, bench_, *training_, *transfer_, Leaving::program)) return event->ignore();
  QSettings().setValue("window/geometry", saveGeometry());
  training_->controller().stop();
  event->accept();
}

}  // namespace luthier::ui
