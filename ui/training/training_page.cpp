#include "ui/training/training_page.h"

#include <QHeaderView>
#include <QJsonArray>
#include <QJsonObject>
#include <QLabel>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "core/session/family_catalog.h"
#include "core/session/run_record.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/kept_layout.h"
#include "ui/common/row_table.h"
#include "ui/common/workbench.h"
#include "ui/form/config_form.h"
#include "ui/generate/latent_dialog.h"
#include "ui/training/data_dialog.h"
#include "ui/training/loss_plot.h"
#include "ui/training/new_run_form.h"
#include "ui/training/pinned_runs.h"
#include "ui/training/preview_panel.h"
#include "ui/training/resume_dialog.h"
#include "ui/training/run_check.h"
#include "ui/training/run_exactness.h"
#include "ui/training/run_head.h"
#include "ui/training/run_menu.h"
#include "ui/training/run_names.h"
#include "ui/training/run_table_model.h"

namespace luthier::ui {

TrainingPage::TrainingPage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench), steering_(new RunSteering(bench, controller_, this)), pins_(new PinnedRuns(this)) {
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(10, 8, 10, 6);
  outer->setSpacing(10);
  outer->addWidget(make_left());
  auto* right = new QSplitter(Qt::Vertical, this);
  right->setChildrenCollapsible(false);
  right->addWidget(make_run());
  right->addWidget(make_runs());
  right->setStretchFactor(0, 3);
  right->setStretchFactor(1, 1);
  right->setSizes({500, 160});
  keep_splitter(*right, "train/runs");
  outer->addWidget(right, 1);

  connect(form_, &NewRunForm::start_requested, this, &TrainingPage::start);
  connect(form_, &NewRunForm::check_requested, this, &TrainingPage::check);
  connect(form_, &NewRunForm::data_requested, this, [this] { show_data_dialog(bench_, this); });
  connect_run();
  connect(&bench_, &Workbench::workspace_opened, this, &TrainingPage::workspace_opened);
  connect(&bench_, &Workbench::workspace_closing, this, [this] {
    watcher_.stop();
    controller_.stop();
    steering_->leave_workspace();
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

QWidget* TrainingPage::make_left() {
  auto* left = new QFrame(this);
  left->setObjectName("card");
  left->setFixedWidth(350);
  auto* column = new QVBoxLayout(left);
  column->setContentsMargins(12, 10, 12, 10);
  auto* heading = new QLabel(tr("New run"), left);
  heading->setProperty("role", "heading");
  column->addWidget(heading);
  form_ = new NewRunForm(bench_, left);
  column->addWidget(form_, 1);
  return left;
}

QWidget* TrainingPage::make_run() {
  auto* run = new QWidget(this);
  auto* column = new QVBoxLayout(run);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  head_ = new RunHead(run);
  column->addWidget(head_);
  auto* middle = new QSplitter(Qt::Horizontal, run);
  middle->setChildrenCollapsible(false);
  plot_ = new LossPlot(middle);
  previews_ = new PreviewPanel(bench_, middle);
  middle->addWidget(plot_);
  middle->addWidget(previews_);
  middle->setStretchFactor(0, 3);
  middle->setStretchFactor(1, 2);
  middle->setSizes({500, 320});
  keep_splitter(*middle, "train/previews");
  column->addWidget(middle, 1);
  return run;
}

void TrainingPage::connect_run() {
  connect(head_, &RunHead::pause_clicked, this, [this](bool on) { steering_->pause(shown_, on); });
  connect(head_, &RunHead::stop_clicked, this, [this] { steering_->stop(shown_, false); });
  connect(head_, &RunHead::drop_clicked, this, [this] { steering_->stop(shown_, true); });
  connect(head_, &RunHead::resume_clicked, this, &TrainingPage::resume);
  connect(head_, &RunHead::change_clicked, this, &TrainingPage::change);
  connect(head_, &RunHead::transfer_clicked, this, &TrainingPage::use);
  connect(&controller_, &RunController::began, this, [this](const QString& id) {
    if (!bench_.has_workspace() || bench_.workspace().folder() != controller_.workspace()) return;
    runs_->refresh();
    show_run(id);
  });
  connect(&controller_, &RunController::arrived, this, [this](const std::vector<RunEvent>& events) {
    if (controller_.run() == shown_ && bench_.has_workspace() && bench_.workspace().folder() == controller_.workspace()) arrived(events);
  });
  const auto show_state = [this] {
    form_->set_busy(controller_.running(), steering_->launching());
    show_head();
  };
  connect(&controller_, &RunController::state_changed, this, show_state);
  connect(steering_, &RunSteering::state_changed, this, show_state);
  connect(steering_, &RunSteering::launched, this, &TrainingPage::launched);
  connect(form_, &NewRunForm::process_wanted, this, show_state);
  connect(&controller_, &RunController::ended, this, &TrainingPage::ended);
  connect(&watcher_, &RunWatcher::arrived, this, &TrainingPage::heard_from_file);
  connect(&watcher_, &RunWatcher::caught_up, this, &TrainingPage::all_heard);
  connect(plot_, &LossPlot::right_axis_changed, this, [this] {
    if (!shown_.isEmpty()) plot_->show_run(record_);
  });
  connect(pins_, &PinnedRuns::changed, plot_, &LossPlot::set_pins);
  connect(plot_, &LossPlot::saved, &bench_, [this](const QString& file) { bench_.say(tr("Written: %1").arg(file)); });
}

void TrainingPage::heard_from_file(const QString& id, const std::vector<RunEvent>& events) {
  if (id != shown_) return;
  if (!merging_) return arrived(events);
  for (const RunEvent& event : events) older_.apply(event);
}

/// What the file holds of earlier sittings comes first, then this sitting as it was heard live.
void TrainingPage::all_heard(const QString& id) {
  if (id != shown_ || !std::exchange(merging_, false)) return;
  older_.id = id;
  if (controller_.run() == id) older_.go_on_with(controller_.sitting());
  record_ = std::exchange(older_, {});
  arrived({});
}

void TrainingPage::launched(const std::filesystem::path& workspace, const QString& run) {
  if (!bench_.has_workspace() || bench_.workspace().folder() != workspace) return;
  bench_.say(tr("The run %1 trains in a process of its own.").arg(run));
  runs_->refresh();
  if (shown_.isEmpty() || shown_ == run) show_run(run);
}

QWidget* TrainingPage::make_runs() {
  runs_ = new RunTableModel(this);
  table_ = new QTableView(this);
  table_->setObjectName("run_table");
  table_->setAccessibleName(tr("Runs of this workspace"));
  table_->setWhatsThis(tr("Every training of this workspace, the newest first. The chosen one is shown above; a tick keeps its curves in the plot. F2 or a double-click on its name gives it a title."));
  table_->setModel(runs_);
  show_as_rows(*table_);
  const int widths[] = {330, 110, 75, 85, 110, 70, 60, 130};
  for (int i = 0; i < RunTableModel::column_count; ++i) table_->setColumnWidth(i, widths[i]);
  // The run's name holds its family and its start.
  table_->setColumnHidden(RunTableModel::family, true);
  table_->setColumnHidden(RunTableModel::started, true);
  new KeptColumns(*table_->horizontalHeader(), "train/columns");
  names_ = new RunNames(bench_, *table_, *runs_);
  table_->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(runs_, &RunTableModel::pins_changed, this, &TrainingPage::read_pins);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
    if (const RunSummary* run = runs_->at(index.row())) show_run(QString::fromStdString(run->id));
  });
  connect(table_, &QTableView::customContextMenuRequested, this, [this](const QPoint& at) { show_run_menu(bench_, *table_, *runs_, *names_, at); });
  connect(runs_, &RunTableModel::refreshed, this, [this] {
    read_pins();  // one may have begun to train, or ended
    if (runs_->rowCount() == 0) return;
    int row = runs_->row_of(shown_);
    const bool preparing = steering_->launching() || (controller_.running() && controller_.run().isEmpty());
    if (shown_.isEmpty() && !preparing) row = 0;
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
  form_->restore();
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
  if (!bench_.has_workspace() || !steering_->can_start()) return;
  try {
    const TrainingRequest request = form_->request();
    show_run({});
    steering_->start(request);
    if (controller_.running()) bench_.say(tr("The run is being prepared; the clips are read first."));
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
  show_head();
}

void TrainingPage::use() {
  const RunSummary* run = runs_->at(runs_->row_of(shown_));
  if (run && family_role(run->family) == "generator") {
    auto* dialog = new LatentDialog(bench_, shown_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
    return;
  }
  Q_EMIT bench_.run_finished(shown_);
  Q_EMIT bench_.page_requested("transfer");
}

void TrainingPage::resume() {
  if (!bench_.has_workspace() || shown_.isEmpty()) return;
  TrainingRequest request;
  request.workspace = bench_.workspace().folder();
  request.resume = shown_.toStdString();
  go_on(request);
}

void TrainingPage::change() {
  if (!bench_.has_workspace() || !steering_->can_start() || shown_.isEmpty()) return;
  ask_to_resume(bench_, this, shown_, [this](const TrainingRequest& request) { go_on(request); });
}

void TrainingPage::go_on(const TrainingRequest& request) {
  if (!steering_->can_start()) return;
  steering_->start(request);
  show_run(QString::fromStdString(request.resume));
}

void TrainingPage::check() {
  try {
    check_run(bench_, this, form_->request(), [this](const QString& setting, std::int64_t batch) { form_->form().set_values({{setting.toStdString(), batch}}); });
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
}

void TrainingPage::show_run(const QString& id) {
  const bool live = controller_.running() && controller_.run() == id && !id.isEmpty();
  shown_ = id;
  record_.clear();
  record_.id = id;
  older_.clear();
  merging_ = live;
  plot_->clear();
  previews_->clear();
  if (id.isEmpty() || !bench_.has_workspace()) {
    watcher_.stop();
    head_->show_exactness({});
    show_head();
    return;
  }
  const int row = runs_->row_of(id);
  if (row >= 0 && table_->currentIndex().row() != row) {
    const QSignalBlocker block(table_->selectionModel());
    table_->setCurrentIndex(runs_->index(row, 0));
    table_->viewport()->update();
  }
  if (live) {
    record_.go_on_with(controller_.sitting());
    arrived({});
  }
  watcher_.watch(bench_.workspace().runs() / id.toStdString(), !live);
  show_head();
  head_->show_exactness({});
  show_exactness();
}

// --- what is seen ----------------------------------------------------------------------------------------------------

void TrainingPage::arrived(const std::vector<RunEvent>& events) {
  for (const RunEvent& event : events) {
    record_.apply(event);
    if (const auto* start = std::get_if<RunStarted>(&event.data)) exactness_due_ = start->first_step > 0;
  }
  if (exactness_due_ && record_.step > record_.first_step) show_exactness();  // with the first step it is known
  if (!redraw_.isActive()) redraw_.start();
}

void TrainingPage::redraw() {
  if (shown_.isEmpty()) return;
  if (!merging_) plot_->show_run(record_);  // a curve grows at its end alone: what comes before is read first
  if (bench_.has_workspace()) previews_->show_run(record_, bench_.workspace().runs() / shown_.toStdString());
  show_head();
}

void TrainingPage::read_pins() {
  if (!bench_.has_workspace()) return pins_->set({}, {}, {});
  QStringList growing;
  for (const RunSummary& run : runs_->runs()) {
    if (run.status == "running" || run.status == "paused") growing << QString::fromStdString(run.id);
  }
  pins_->set(bench_.workspace().runs(), runs_->pinned(), growing);
}

void TrainingPage::show_head() {
  const RunSummary* summary = runs_->at(runs_->row_of(shown_));
  const bool mine = controller_.running() && controller_.run() == shown_;
  runs_->set_live(mine ? controller_.run() : QString(), RunHead::state_text(shown_, record_, summary, controller_), record_.step);
  head_->set_ways(steering_->can_start(), steering_->launching(shown_));
  head_->show_run(shown_, runs_->name_of(shown_), record_, summary, controller_);
}

void TrainingPage::show_exactness() {
  exactness_due_ = false;
  if (!bench_.has_workspace()) return;
  in_background<RunExactness>(
      this, [folder = bench_.workspace().runs() / shown_.toStdString()] { return read_exactness(folder); },
      [this, id = shown_](const RunExactness& exactness) {
        if (shown_ == id) head_->show_exactness(exactness);
      },
      {});  // a run without a readable record says nothing of it
}

void TrainingPage::show_recorded(const QJsonObject& record) {
  if (!bench_.has_workspace()) return;
  const QString run = record.value("run").toString();
  QStringList pinned = runs_->pinned();
  if (record.contains("pinned")) pinned.clear();
  for (const QJsonValue& pin : record.value("pinned").toArray()) pinned << pin.toString();
  in_background<bool>(
      this, [folder = bench_.workspace().runs() / run.toStdString(), named = !run.isEmpty() && !run.contains('/')] { return named && is_run(folder); },
      [this, run, pinned, logarithmic = record.value("logarithmic").toBool()](bool here) {
        if (!here) return show_error(this, tr("These losses are of the run '%1', which is not in this workspace; open the one that it was trained in.").arg(run));
        Q_EMIT bench_.page_requested("train");
        plot_->set_logarithmic(logarithmic);
        show_run(run);
        runs_->set_pinned(pinned);
      },
      {});
}

void TrainingPage::ended(Outcome outcome, const QString& message) {
  if (!bench_.has_workspace() || bench_.workspace().folder() != controller_.workspace()) {  // the workspace was closed meanwhile
    if (outcome == Outcome::failed) show_error(this, message);
    return;
  }
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
  if (!shown_.isEmpty()) show_exactness();
}

}  // namespace luthier::ui
