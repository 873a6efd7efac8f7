#include "ui/transfer/transfer_page.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMimeData>
#include <QSplitter>
#include <QTabWidget>
#include <algorithm>
#include <utility>

#include "core/session/carried_record.h"
#include "core/session/text_file.h"
#include "core/session/transfer_models.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/kept_layout.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/transfer/branch_dialog.h"
#include "ui/transfer/live_panel.h"
#include "ui/transfer/model_choice.h"
#include "ui/transfer/model_files.h"
#include "ui/transfer/queue_list.h"
#include "ui/transfer/sound_slot.h"
#include "ui/transfer/step_bar.h"
#include "ui/transfer/transfer_commands.h"
#include "ui/transfer/transfer_form.h"
#include "ui/transfer/transfer_history.h"
#include "ui/transfer/transfer_stage.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

QString sentences(const std::vector<std::string>& all) {
  QStringList list;
  for (const std::string& one : all) list << text(one);
  return list.join(' ');
}

}  // namespace

TransferPage::TransferPage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench), queue_(this) {
  setAcceptDrops(true);
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(10, 8, 10, 6);
  outer->setSpacing(10);
  form_ = new TransferForm(bench_, this);
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->setChildrenCollapsible(false);
  stage_ = new TransferStage(bench_, splitter);
  splitter->addWidget(stage_);
  splitter->addWidget(make_lower());
  splitter->setStretchFactor(0, 5);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({510, 160});
  keep_splitter(*splitter, "transfer/splitter");
  outer->addWidget(form_);
  outer->addWidget(splitter, 1);
  connect(&bench_, &Workbench::slot_chosen, this, [this](bool content, const SoundChoice& choice) { (content ? this->content() : style_slot()).set_choice(choice); });
  connect(&bench_, &Workbench::run_finished, this, &TransferPage::choose_run);
  connect(&bench_, &Workbench::workspace_opened, this, [this] {
    form_->clear();
    form_->refresh();
    history_->refresh();
  });
  connect(&bench_, &Workbench::workspace_closing, this, [this] {
    queue_.cancel_all();
    live_->stop();
  });
  connect(form_, &TransferForm::start_requested, this, &TransferPage::start);
  connect(form_, &TransferForm::inputs_changed, this, [this] {
    ++earlier_number_;
    stage_->show_inputs(content().sound(), style_slot().sound());
    if (newest_wanted_ && content().sound() && style_slot().sound()) {
      newest_wanted_ = false;
      history_->show_newest();
    }
  });
  connect(form_, &TransferForm::play_requested, stage_, &TransferStage::play);
  connect(stage_, &TransferStage::keep_requested, this, &TransferPage::keep_step);
  connect(stage_, &TransferStage::branch_requested, this, &TransferPage::branch);
  connect_queue();
}

QWidget* TransferPage::make_lower() {
  tabs_ = new QTabWidget(this);
  tabs_->setDocumentMode(true);
  tabs_->setMinimumHeight(118);
  history_ = new TransferHistory(bench_, tabs_);
  list_ = new QueueList(bench_, queue_, tabs_);
  live_ = new LivePanel(bench_, [this] { return form_->request(); }, tabs_);
  tabs_->addTab(history_, tr("Earlier transfers"));
  tabs_->addTab(list_, tr("Queue"));
  tabs_->addTab(live_, tr("Live"));
  keep_tab(*tabs_, "transfer/tab");
  connect(history_, &TransferHistory::chosen, this, &TransferPage::show_earlier);
  connect(history_, &TransferHistory::restore_requested, this, [this](const db::TransferRow& row) {
    restore(result_file(bench_, row), [this](bool found) {
      if (!found) show_error(this, tr("The record of this transfer is no longer in the workspace, so its settings cannot be brought back."));
    });
  });
  connect(history_, &TransferHistory::again_requested, this, &TransferPage::make_again);
  connect(history_, &TransferHistory::removed, this, [this] {
    ++earlier_number_;
    if (!stage_->job()) stage_->show_inputs(content().sound(), style_slot().sound());
  });
  connect(live_, &LivePanel::kept, history_, &TransferHistory::refresh);
  return tabs_;
}

void TransferPage::connect_queue() {
  connect(list_, &QueueList::chosen, this, [this](TransferJob* job) {
    history_->unmark();
    stage_->show_job(*job);
  });
  connect(&queue_, &TransferQueue::changed, this, &TransferPage::show_counts);
  connect(&queue_, &TransferQueue::started, this, [this](TransferJob* job) {
    // The one that begins is shown unless another job or an earlier result is being looked at.
    if (stage_->job() && stage_->job() != job && !stage_->job()->ended()) return;
    stage_->show_job(*job);
    list_->select(job);
  });
  connect(&queue_, &TransferQueue::finished, this, [this](TransferJob* job) {
    if (job->state() == TransferJob::State::done) {
      bench_.note_catalog_change();
      history_->refresh();
      if (stage_->job() != job) bench_.say(tr("Transferred: %1").arg(job->title()));
    } else if (job->state() == TransferJob::State::failed) {
      show_error(this, text(job->outcome().message), job->title());
    }
  });
}

SoundSlot& TransferPage::content() { return form_->content(); }
SoundSlot& TransferPage::style_slot() { return form_->style_slot(); }
SpectrogramView& TransferPage::view() { return stage_->view(); }
SoundPtr TransferPage::result() const { return stage_->result(); }
QString TransferPage::run() const { return form_->model().run(); }
void TransferPage::choose_run(const QString& run) { form_->model().choose(run); }

void TransferPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  form_->refresh();
  history_->refresh();
}

void TransferPage::show_counts() {
  const int open = queue_.open_count();
  tabs_->setTabText(1, open > 0 ? tr("Queue (%1)").arg(open) : tr("Queue"));
  form_->set_waiting(open);
}

// --- transfers ------------------------------------------------------------------------------------------------------------

void TransferPage::start() {
  if (!bench_.has_workspace()) return;
  try {
    enqueue(form_->request(), content().sound(), style_slot().sound(), form_->model().schema());
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
}

void TransferPage::enqueue(const TransferRequest& request, SoundPtr content, SoundPtr style, const Schema& schema) {
  history_->unmark();
  const bool busy = queue_.running() != nullptr;
  queue_.add(request, std::move(content), std::move(style), schema);
  bench_.note_command(command_of(request));
  tabs_->setCurrentWidget(list_);
  if (busy) bench_.say(tr("Queued behind %1").arg(queue_.open_count() - 1));
}

void TransferPage::keep_step(int step) {
  TransferJob* job = stage_->job();
  if (!job || !job->steps() || step < 1) return;
  auto result = std::make_shared<TransferResult>();
  BackgroundTask* task = bench_.start_task(tr("Keeping step %1").arg(step), [steps = job->steps(), step, result](std::stop_token stop, const ProgressSink&) {
    *result = steps->keep(step, {}, stop);
    if (result->outcome == Outcome::failed) throw std::runtime_error(result->message);
  });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  TransferRequest same = job->request();
  same.keep_step = step, same.output.clear(), same.image.clear();
  connect(task, &BackgroundTask::done, this, [this, step, result, same] {
    bench_.note_command(command_of(same));
    history_->refresh();
    stage_->say(tr("Step %1 is kept as %2").arg(step).arg(text(result->output.parent_path().filename().string())));
  });
}

void TransferPage::branch(int step) {
  TransferJob* job = stage_->job();
  if (!job || step < 1) return;
  const Schema schema = job->schema();  // of the model that made these steps, whatever the form says by now
  try {
    BranchDialog dialog(schema, job->request().options, step, stage_->step_bar().total(), this);
    if (dialog.exec() != QDialog::Accepted) return;
    TransferRequest request = job->request();
    request.options = dialog.options(), request.keep_step = 0;
    enqueue(request, job->content(), job->style(), schema);
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
}

// --- results that are there -------------------------------------------------------------------------------------------------

void TransferPage::show_earlier(const db::TransferRow& row) {
  if (!bench_.has_workspace()) return;
  const quint64 number = ++earlier_number_;
  struct Shown {
    SoundPtr content, style;
    int waiting = 2;
    std::map<std::string, std::string> record;
  };
  auto shown = std::make_shared<Shown>();
  shown->record = {{"run", row.model}, {"content", row.content}, {"style", row.style}, {"settings", row.settings_json}};
  const QString words = tr("%1 by %2").arg(text(row.created_at).replace('T', ' ').remove('Z'), history_->model_title(row.model));
  const QString file = result_file(bench_, row);
  const auto result = [this, number, shown, words, file] {
    bench_.sounds().file(
        file, this,
        [this, number, shown, words](SoundPtr sound) {
          if (number == earlier_number_) stage_->show_earlier(shown->content, shown->style, sound, shown->record, words);
        },
        [this](const QString& problem) { show_error(this, problem); });
  };
  // Content and style are shown where they still are; the result is, whatever became of them.
  const auto load = [this, shown, result](std::optional<db::ClipId> clip, const std::string& path, SoundPtr Shown::* place) {
    SoundChoice choice;
    if (clip) choice.clip = clip->value;
    else choice.path = text(path);
    const auto next = [shown, result] {
      if (--shown->waiting == 0) result();
    };
    if (choice.empty()) return next();
    bench_.load(choice, this, [shown, place, next](SoundPtr sound) { (*shown).*place = sound, next(); }, [next](const QString&) { next(); });
  };
  const QString record_file = QFileInfo(file).path() + "/" + QFileInfo(file).completeBaseName() + ".json";
  using Found = std::pair<TransferRecord, std::string>;  // and its text
  in_background<Found>(
      this, [path = record_file.toStdString()] { return Found(read_transfer_record(path), read_text(path)); },
      [load, row, shown](const Found& found) {
        shown->record["transfer"] = found.second;
        load(row.content_clip, found.first.content.path, &Shown::content);
        load(row.style_clip, found.first.style.path, &Shown::style);
      },
      [load, row](const QString&) {
        load(row.content_clip, {}, &Shown::content);
        load(row.style_clip, {}, &Shown::style);
      });
}

void TransferPage::restore(const QString& file, std::function<void(bool)> done) {
  if (!bench_.has_workspace()) return;
  struct Answer {
    bool found = false;
    RestoredTransfer restored;
  };
  in_background<Answer>(
      this,
      [folder = bench_.workspace().folder(), path = file.toStdString()] {
        Answer answer;
        try {
          if (carried_record(path).empty()) return answer;
          answer.restored = restore_transfer(folder, path);
          answer.found = true;
        } catch (const std::exception&) {
          // no record of a transfer
        }
        return answer;
      },
      [this, done, file](Answer answer) {
        if (answer.found) take(answer.restored);
        if (answer.found) bench_.say(tr("Settings of %1").arg(QFileInfo(file).fileName()));
        if (done) done(answer.found);
      },
      {});
}

void TransferPage::open_newest(const SoundChoice& content_choice, const SoundChoice& style_choice) {
  content().clear();
  style_slot().clear();
  newest_wanted_ = true;
  content().set_choice(content_choice);
  style_slot().set_choice(style_choice);
}

/// A result that is there does not hold its steps; done again it does, and may be gone on from.
void TransferPage::make_again(const db::TransferRow& row) {
  if (!bench_.has_workspace()) return;
  using Found = std::pair<RestoredTransfer, Schema>;
  in_background<Found>(
      this,
      [folder = bench_.workspace().folder(), file = result_file(bench_, row).toStdString()] {
        Found found{restore_transfer(folder, file), {}};
        if (found.first.model_found) found.second = transfer_schema_of(found.first.request);
        return found;
      },
      [this](const Found& found) { load_and_enqueue(found.first, found.second); },
      [this](const QString& problem) { show_error(this, tr("The steps of this result cannot be made again: %1").arg(problem)); });
}

void TransferPage::load_and_enqueue(const RestoredTransfer& restored, const Schema& schema) {
  const TransferRequest& request = restored.request;
  const bool whole = restored.model_found && !request.content.empty() && (!request.style.empty() || !needs_style_clip(schema, request.options));
  if (!restored.missing.empty()) show_error(this, sentences(restored.missing));
  if (!whole) return;
  auto sounds = std::make_shared<std::pair<SoundPtr, SoundPtr>>();
  auto waiting = std::make_shared<int>(2);
  const auto next = [this, request, schema, sounds, waiting] {
    if (--*waiting == 0) enqueue(request, sounds->first, sounds->second, schema);
  };
  // They are only shown; the transfer reads them itself, and says so where it cannot.
  const auto load = [this, next](const std::string& name, std::function<void(SoundPtr)> take) {
    const SoundChoice choice = choice_named(name);
    if (choice.empty()) return next();
    bench_.load(choice, this, [take, next](SoundPtr sound) { take(sound), next(); }, [next](const QString&) { next(); });
  };
  load(request.content, [sounds](SoundPtr sound) { sounds->first = std::move(sound); });
  load(request.style, [sounds](SoundPtr sound) { sounds->second = std::move(sound); });
}

void TransferPage::take(const RestoredTransfer& restored) {
  TransferRequest request = restored.request;
  // No other model takes the place of one that is not here: the form names it, and waits for a choice.
  if (!restored.model_found) request.run = restored.record.run, request.checkpoint = restored.record.run.empty() ? restored.record.checkpoint : std::string();
  form_->take(request);
  history_->unmark();
  Q_EMIT bench_.page_requested("transfer");
  if (!restored.missing.empty()) show_error(this, sentences(restored.missing));
  else if (restored.record.kept_step > 0) stage_->say(tr("This result was step %1 of %2").arg(restored.record.kept_step).arg(restored.record.steps));
}

// --- drops ------------------------------------------------------------------------------------------------------------------

void TransferPage::dragEnterEvent(QDragEnterEvent* event) {
  if (!choices_of(*event->mimeData()).empty()) event->acceptProposedAction();
}

/// A result brings its settings back, a weight file is installed. Other sounds: two fill both slots; one fills the slot that
/// is empty, the content's first. What is no sound goes where the window sends it.
void TransferPage::dropEvent(QDropEvent* event) {
  auto choices = choices_of(*event->mimeData());
  if (choices.empty()) return;
  event->acceptProposedAction();
  QStringList paths;
  for (const SoundChoice& choice : choices) paths << choice.path;
  const auto fill = [this, choices] {
    if (choices.size() > 1) {
      content().set_choice(choices[0]);
      style_slot().set_choice(choices[1]);
    } else {
      (content().choice().empty() ? content() : style_slot()).set_choice(choices[0]);
    }
  };
  if (choices[0].clip != 0) return fill();
  const bool other = std::any_of(choices.begin(), choices.end(), [](const SoundChoice& choice) { return is_no_sound(choice.path); });
  if (choices.size() > 1) {
    if (other) Q_EMIT files_dropped(paths);
    else fill();
    return;
  }
  if (is_weight_file(choices[0].path)) return install_model_file(bench_, this, choices[0].path, [this](const QString& run) { choose_run(run); });
  restore(choices[0].path, [this, fill, other, paths](bool found) {
    if (found) return;
    if (other) Q_EMIT files_dropped(paths);
    else fill();
  });
}

}  // namespace luthier::ui
