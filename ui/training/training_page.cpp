#include "ui/training/training_page.h"

#include <QCoreApplication>
#include <QDesktopServices>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableView>
#include <QThreadPool>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/common/background_task.h"
#include "ui/common/error_box.h"
#include "ui/common/workbench.h"
#include "ui/form/config_form.h"
#include "ui/training/loss_plot.h"
#include "ui/training/new_run_form.h"
#include "ui/training/preview_panel.h"
#include "ui/training/run_table_model.h"

namespace luthier::ui {

TrainingPage::TrainingPage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(10, 8, 10, 6);
  outer->setSpacing(10);
  auto* left = new QFrame(this);
  left->setObjectName("card");
  left->setFixedWidth(350);
  auto* left_column = new QVBoxLayout(left);
  left_column->setContentsMargins(12, 10, 12, 10);
  auto* heading = new QLabel(tr("New run"), left);
  heading->setProperty("role", "heading");
  left_column->addWidget(heading);
  form_ = new NewRunForm(bench_, left);
  left_column->addWidget(form_, 1);
  outer->addWidget(left);

  auto* right = new QSplitter(Qt::Vertical, this);
  right->setChildrenCollapsible(false);
  auto* run = new QWidget(right);
  auto* run_column = new QVBoxLayout(run);
  run_column->setContentsMargins(0, 0, 0, 0);
  run_column->setSpacing(6);
  run_column->addWidget(make_head());
  auto* middle = new QSplitter(Qt::Horizontal, run);
  middle->setChildrenCollapsible(false);
  plot_ = new LossPlot(middle);
  previews_ = new PreviewPanel(bench_, middle);
  middle->addWidget(plot_);
  middle->addWidget(previews_);
  middle->setStretchFactor(0, 3);
  middle->setStretchFactor(1, 2);
  middle->setSizes({500, 320});
  run_column->addWidget(middle, 1);
  right->addWidget(run);
  right->addWidget(make_runs());
  right->setStretchFactor(0, 3);
  right->setStretchFactor(1, 1);
  right->setSizes({480, 180});
  outer->addWidget(right, 1);

  connect(form_, &NewRunForm::start_requested, this, &TrainingPage::start);
  connect(form_, &NewRunForm::check_requested, this, &TrainingPage::check);
  connect(&controller_, &RunController::began, this, [this](const QString& id) {
    runs_->refresh();
    show_run(id);
  });
  connect(&controller_, &RunController::arrived, this, [this](const std::vector<RunEvent>& events) {
    if (controller_.run() == shown_) arrived(events);
  });
  connect(&controller_, &RunController::state_changed, this, [this] {
    form_->set_busy(controller_.running());
    show_head();
  });
  connect(&controller_, &RunController::ended, this, &TrainingPage::ended);
  connect(&watcher_, &RunWatcher::arrived, this, [this](const QString& id, const std::vector<RunEvent>& events) {
    if (id != shown_) return;
    if (controller_.running() && controller_.run() == id) {
      // What the file holds of earlier sittings comes first, then this sitting as it was heard live.
      record_.clear();
      record_.id = id;
      arrived(events);
      arrived(controller_.history());
    } else {
      arrived(events);
    }
  });
  connect(&bench_, &Workbench::workspace_opened, this, &TrainingPage::workspace_opened);
  connect(&bench_, &Workbench::workspace_closing, this, [this] {
    watcher_.stop();
    controller_.stop();
    runs_->set_workspace({});
    show_run({});
  });
  connect(&bench_, &Workbench::catalog_changed, form_, &NewRunForm::refresh);
  refresh_.setInterval(2000);
  connect(&refresh_, &QTimer::timeout, runs_, &RunTableModel::refresh);
  // Many events a second become at most 20 redraws.
  redraw_.setSingleShot(true);
  redraw_.setInterval(50);
  connect(&redraw_, &QTimer::timeout, this, &TrainingPage::redraw);
  show_head();
}

QWidget* TrainingPage::make_head() {
  auto* head = new QFrame(this);
  head->setObjectName("card");
  auto* column = new QVBoxLayout(head);
  column->setContentsMargins(12, 8, 12, 8);
  column->setSpacing(5);
  auto* row = new QHBoxLayout;
  title_ = new QLabel(head);
  title_->setProperty("role", "heading");
  title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  state_ = new QLabel(head);
  pause_ = new QPushButton(icon("pause"), tr("Pause"), head);
  pause_->setObjectName("pause_training");
  stop_ = new QPushButton(icon("stop"), tr("Stop and save"), head);
  stop_->setObjectName("stop_training");
  stop_->setToolTip(tr("Ends the run after its present step and saves a checkpoint: it can be used, and gone on with"));
  resume_ = new QPushButton(icon("refresh"), tr("Go on"), head);
  resume_->setToolTip(tr("Trains on from the last checkpoint"));
  transfer_ = new QPushButton(icon("transfer"), tr("Use in a transfer"), head);
  transfer_->setToolTip(tr("Choose this run on the page Transfer"));
  row->addWidget(title_, 1);
  row->addWidget(state_);
  row->addSpacing(8);
  for (QPushButton* b : {transfer_, resume_, pause_, stop_}) row->addWidget(b);
  bar_ = new QProgressBar(head);
  bar_->setRange(0, 1000);
  bar_->setAccessibleName(tr("Progress of the run"));
  figures_ = new QLabel(head);
  figures_->setProperty("role", "hint");
  figures_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  message_ = new QLabel(head);
  message_->setWordWrap(true);
  message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  message_->hide();
  column->addLayout(row);
  column->addWidget(bar_);
  column->addWidget(figures_);
  column->addWidget(message_);
  connect(pause_, &QPushButton::clicked, this, [this] { controller_.set_paused(!controller_.paused()); });
  connect(stop_, &QPushButton::clicked, &controller_, &RunController::stop);
  connect(resume_, &QPushButton::clicked, this, &TrainingPage::resume);
  connect(transfer_, &QPushButton::clicked, this, [this] {
    Q_EMIT bench_.run_finished(shown_);
    Q_EMIT bench_.page_requested("transfer");
  });
  return head;
}

QWidget* TrainingPage::make_runs() {
  runs_ = new RunTableModel(this);
  table_ = new QTableView(this);
  table_->setAccessibleName(tr("Runs of this workspace"));
  table_->setModel(runs_);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setAlternatingRowColors(true);
  table_->setShowGrid(false);
  table_->setTabKeyNavigation(false);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
  table_->horizontalHeader()->setStretchLastSection(true);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  const int widths[] = {330, 110, 75, 85, 110, 70, 60, 130};
  for (int i = 0; i < RunTableModel::column_count; ++i) table_->setColumnWidth(i, widths[i]);
  // The run's name holds its family and its start.
  table_->setColumnHidden(RunTableModel::family, true);
  table_->setColumnHidden(RunTableModel::started, true);
  table_->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(runs_, &RunTableModel::pins_changed, this, &TrainingPage::read_pins);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
    if (const RunSummary* run = runs_->at(index.row())) show_run(QString::fromStdString(run->id));
  });
  connect(table_, &QTableView::customContextMenuRequested, this, [this](const QPoint& at) {
    const RunSummary* run = runs_->at(table_->indexAt(at).row());
    if (!run) return;
    QMenu menu(this);
    const QString folder = QString::fromStdString(run->folder.string());
    menu.addAction(icon("folder"), tr("Open its folder"), this, [folder] { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); });
    menu.exec(table_->viewport()->mapToGlobal(at));
  });
  connect(runs_, &RunTableModel::refreshed, this, [this] {
    if (runs_->rowCount() == 0) return;
    int row = runs_->row_of(shown_);
    if (shown_.isEmpty()) row = 0;
    if (row >= 0 && table_->currentIndex().row() != row) table_->setCurrentIndex(runs_->index(row, 0));
    show_head();
  });
  return table_;
}

void TrainingPage::workspace_opened() {
  record_.clear();
  plot_->clear();
  previews_->clear();
  shown_.clear();
  form_->refresh();
  runs_->set_workspace(bench_.workspace().folder());
  show_head();
}

void TrainingPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  form_->refresh();
  runs_->refresh();
  refresh_.start();
}

void TrainingPage::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  refresh_.stop();
}

// --- actions ---------------------------------------------------------------------------------------------------------

void TrainingPage::start() {
  if (!bench_.has_workspace() || controller_.running()) return;
  try {
    const TrainingRequest request = form_->request();
    QSettings().setValue("train/family", QString::fromStdString(request.family));
    QSettings().setValue("train/preset", QString::fromStdString(request.preset));
    shown_.clear();
    record_.clear();
    plot_->clear();
    previews_->clear();
    watcher_.stop();
    controller_.start(request);
    bench_.say(tr("The run is being prepared; the clips are read first."));
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
  show_head();
}

void TrainingPage::resume() {
  if (!bench_.has_workspace() || controller_.running() || shown_.isEmpty()) return;
  TrainingRequest request;
  request.workspace = bench_.workspace().folder();
  request.resume = shown_.toStdString();
  controller_.start(request);
  show_run(shown_);
}

void TrainingPage::check() {
  TrainingRequest request;
  try {
    request = form_->request();
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
    return;
  }
  auto result = std::make_shared<DryRun>();
  BackgroundTask* task = bench_.start_task(tr("Checking the run"), [request, result](std::stop_token stop, const ProgressSink& sink) {
    sink({0, "one step without training", -1});
    *result = dry_run(request, stop);
  });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, result] {
    const QLocale locale;
    auto* box = new QMessageBox(QMessageBox::Information, tr("Check of the run"),
                                tr("This run would work, and take about %1.").arg(duration_text(result->seconds_total)), QMessageBox::Ok, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("%1 clips, %2 parameters, %3 steps at %4 s each, about %5 of memory.")
                                .arg(locale.toString(static_cast<qlonglong>(result->clips)),
                                     locale.toString(static_cast<qlonglong>(result->parameters)),
                                     locale.toString(static_cast<qlonglong>(result->total_steps)),
                                     locale.toString(result->seconds_per_step, 'g', 3),
                                     locale.formattedDataSize(static_cast<qint64>(result->memory_bytes))));
    box->open();
  });
}

void TrainingPage::show_run(const QString& id) {
  const bool live = controller_.running() && controller_.run() == id && !id.isEmpty();
  shown_ = id;
  record_.clear();
  record_.id = id;
  plot_->clear();
  previews_->clear();
  if (id.isEmpty() || !bench_.has_workspace()) {
    watcher_.stop();
    show_head();
    return;
  }
  const int row = runs_->row_of(id);
  if (row >= 0 && table_->currentIndex().row() != row) {
    const QSignalBlocker block(table_->selectionModel());
    table_->setCurrentIndex(runs_->index(row, 0));
    table_->viewport()->update();
  }
  if (live) arrived(controller_.history());
  watcher_.watch(bench_.workspace().runs() / id.toStdString(), !live);
  show_head();
}

// --- what is seen ----------------------------------------------------------------------------------------------------

void TrainingPage::arrived(const std::vector<RunEvent>& events) {
  for (const RunEvent& event : events) record_.apply(event);
  if (!redraw_.isActive()) redraw_.start();
}

void TrainingPage::redraw() {
  if (shown_.isEmpty()) return;
  plot_->show_run(record_);
  if (bench_.has_workspace()) previews_->show_run(record_, bench_.workspace().runs() / shown_.toStdString());
  show_head();
}

void TrainingPage::read_pins() {
  pins_.clear();
  plot_->set_pins({});
  if (!bench_.has_workspace()) return;
  const quint64 number = ++pin_number_;
  for (const QString& id : runs_->pinned()) {
    QPointer<TrainingPage> self(this);
    QThreadPool::globalInstance()->start([self, number, id, folder = bench_.workspace().runs() / id.toStdString()] {
      auto record = std::make_shared<RunRecord>();
      try {
        for (const RunEvent& event : RunFollower(folder).poll()) record->apply(event);
      } catch (const std::exception&) {
        return;  // a run without readable events has no curve
      }
      QMetaObject::invokeMethod(
          qApp,
          [self, number, id, record] {
            if (!self || number != self->pin_number_) return;
            self->pins_.insert(id, record);
            std::vector<std::shared_ptr<const RunRecord>> all(self->pins_.begin(), self->pins_.end());
            self->plot_->set_pins(std::move(all));
          },
          Qt::QueuedConnection);
    });
  }
}

QString TrainingPage::shown_state() const {
  const bool mine = controller_.running() && (controller_.run() == shown_ || shown_.isEmpty());
  if (mine) {
    if (controller_.stopping()) return tr("saving a checkpoint");
    if (controller_.paused()) return tr("paused");
    return record_.started ? tr("training") : tr("preparing");
  }
  if (const RunSummary* run = runs_->at(runs_->row_of(shown_))) return run_state_text(run->status);
  return {};
}

void TrainingPage::show_head() {
  const QLocale locale;
  const bool mine = controller_.running() && (controller_.run() == shown_ || shown_.isEmpty());
  const RunSummary* summary = runs_->at(runs_->row_of(shown_));
  const bool any = !shown_.isEmpty() || controller_.running();
  runs_->set_live(mine ? controller_.run() : QString(), shown_state(), record_.step);
  title_->setText(!any ? tr("No run yet: choose a family and a preset at the left, and start.")
                       : shown_.isEmpty() ? tr("New run") : shown_);
  title_->setToolTip(shown_);
  state_->setText(any ? shown_state() : QString());
  const std::int64_t step = record_.step, total = record_.total_steps;
  bar_->setVisible(any);
  bar_->setValue(total > 0 ? static_cast<int>(1000.0 * static_cast<double>(step) / static_cast<double>(total)) : 0);
  QString text;
  if (total > 0) {
    text = tr("step %1 of %2 – %3 %").arg(locale.toString(static_cast<qlonglong>(step)), locale.toString(static_cast<qlonglong>(total)))
               .arg(100.0 * static_cast<double>(step) / static_cast<double>(total), 0, 'f', 0);
    if (mine && record_.seconds_left >= 0 && record_.steps_per_second > 0) text += tr(" – %1 left").arg(duration_text(record_.seconds_left));
  }
  bar_->setFormat(text.isEmpty() ? tr("preparing") : text);
  QStringList parts;
  if (!record_.phase.isEmpty()) parts << tr("phase %1").arg(record_.phase);
  if (mine && record_.steps_per_second > 0) parts << tr("%1 steps/s").arg(record_.steps_per_second, 0, 'g', 3);
  if (record_.learning_rate > 0) parts << tr("learning rate %1").arg(record_.learning_rate, 0, 'g', 3);
  if (record_.parameters > 0) parts << tr("%1 parameters").arg(locale.toString(static_cast<qlonglong>(record_.parameters)));
  if (record_.clips > 0) parts << tr("%1 clips").arg(locale.toString(static_cast<qlonglong>(record_.clips)));
  if (!record_.device.isEmpty()) parts << record_.device;
  if (record_.best_step >= 0) parts << tr("best %1 at step %2").arg(record_.best, 0, 'g', 4).arg(record_.best_step);
  figures_->setText(parts.join("  ·  "));
  figures_->setToolTip(parts.join("\n"));
  figures_->setVisible(!parts.isEmpty());
  QString words = record_.message;
  if (words.isEmpty() && summary) words = QString::fromStdString(summary->message);
  const bool failed = (record_.finished && record_.outcome == Outcome::failed) || (summary && summary->status == "failed");
  if (!failed && !record_.warnings.empty()) words = record_.warnings.back();
  const auto hint = words.indexOf(QLatin1String("; go on with --resume"));
  if (hint > 0) words = words.left(hint) + ".";  // here it is a button
  message_->setProperty("role", failed ? "error" : "hint");
  message_->style()->unpolish(message_);
  message_->style()->polish(message_);
  message_->setText(words);
  message_->setVisible(!words.isEmpty() && !mine);
  pause_->setVisible(mine);
  pause_->setEnabled(!controller_.stopping());
  pause_->setText(controller_.paused() ? tr("Go on") : tr("Pause"));
  pause_->setIcon(icon(controller_.paused() ? "play" : "pause"));
  stop_->setVisible(mine);
  stop_->setEnabled(!controller_.stopping());
  const bool resting = any && !mine && summary && summary->status != "running" && summary->status != "paused";
  resume_->setVisible(resting && summary->status != "done");
  resume_->setEnabled(!controller_.running());
  transfer_->setVisible(resting && !summary->latest_checkpoint.empty());
}

void TrainingPage::ended(Outcome outcome, const QString& message) {
  runs_->refresh();
  bench_.note_catalog_change();
  const QString run = controller_.run();
  if (outcome == Outcome::failed) {
    show_error(this, message.isEmpty() ? tr("The training ended for a reason that is not known.") : message,
               run.isEmpty() ? QString() : tr("Run: %1").arg(run));
  } else if (outcome == Outcome::done) {
    bench_.say(tr("The run %1 is done.").arg(run));
    Q_EMIT bench_.run_finished(run);
  } else {
    bench_.say(tr("The run %1 was stopped; it can be gone on with.").arg(run));
  }
  if (shown_.isEmpty() && !run.isEmpty()) show_run(run);
  show_head();
}

}  // namespace luthier::ui
