#include "ui/common/workbench.h"

#include <QDir>
#include <QMetaObject>
#include <QPointer>
#include <QSettings>
#include <QThreadPool>
#include <algorithm>

#include "core/session/outputs.h"
#include "db/clip_store.h"
#include "ui/common/error_box.h"
#include "ui/common/read_only.h"

namespace luthier::ui {
namespace {

QString sentence(const std::string& words) {
  const QString text = QString::fromStdString(words);
  return text.left(1).toUpper() + text.mid(1) + ".";
}

/// What the jobs would say, open or show belongs to the workspace that is left: they are stopped, and only their end is heard.
void drop(const std::vector<BackgroundTask*>& tasks) {
  for (BackgroundTask* task : tasks) {
    QObject::disconnect(task, &BackgroundTask::done, nullptr, nullptr);
    QObject::disconnect(task, &BackgroundTask::cancelled, nullptr, nullptr);
    QObject::disconnect(task, &BackgroundTask::failed, nullptr, nullptr);
    task->cancel();
  }
}

}  // namespace

Workbench::Workbench(QObject* parent) : QObject(parent) {
  change_timer_.setSingleShot(true);
  change_timer_.setInterval(60);
  connect(&change_timer_, &QTimer::timeout, this, &Workbench::catalog_changed);
}

Workbench::~Workbench() {
  for (BackgroundTask* task : tasks_) task->cancel();
  close();
}

QStringList Workbench::recent_workspaces() { return QSettings().value("workspace/recent").toStringList(); }

void Workbench::open(const QString& folder, bool create) {
  const quint64 number = ++open_number_;
  const std::filesystem::path path = QDir(folder).absolutePath().toStdString();
  QPointer<Workbench> self(this);
  QThreadPool::globalInstance()->start([self, number, path, create] {
    auto opened = std::make_shared<std::optional<Workspace>>();
    QString message, read_only;
    try {
      *opened = create ? Workspace::open_or_create(path) : Workspace::open(path);
      // A broken or newer catalog is refused here, before the window turns to it.
      if ((*opened)->open_catalog()->read_only()) read_only = sentence(why_read_only(**opened));
    } catch (const std::exception& error) {
      opened->reset();
      message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        self.data(),
        [self, number, opened, message, read_only] {
          if (!self || number != self->open_number_) return;
          if (*opened) {
            set_read_only(*self, read_only);
            self->take(std::move(**opened));
          } else Q_EMIT self->open_failed(message);
        },
        Qt::QueuedConnection);
  });
}

void Workbench::take(Workspace workspace) {
  close();
  workspace_ = std::move(workspace);
  catalog_ = std::make_unique<CatalogWorker>(*workspace_);
  connect(catalog_.get(), &CatalogWorker::changed_elsewhere, this, &Workbench::note_catalog_change);
  connect(catalog_.get(), &CatalogWorker::failed, this, [](const QString& message) { show_error(nullptr, message); });
  const QString folder = QString::fromStdString(workspace_->folder().string());
  QStringList recent = recent_workspaces();
  recent.removeAll(folder);
  recent.prepend(folder);
  QSettings().setValue("workspace/recent", QStringList(recent.mid(0, 8)));
  set_report_context(tr("Workspace: %1").arg(folder));
  pictures_.eye().set_workspace(folder);
  Q_EMIT workspace_opened();
}

void Workbench::close() {
  if (!workspace_) return;
  Q_EMIT workspace_closing();
  drop(tasks_);
  player_.clear();
  catalog_.reset();
  sounds_.clear();
  pictures_.eye().set_workspace({});
  workspace_.reset();
  last_command_.clear();
  Q_EMIT workspace_closed();
}

void Workbench::edit(const QString& title, std::function<void(db::Catalog&)> job, std::function<void()> done) {
  if (!catalog_) return;
  const auto take_back = [this, title] {
    last_command_.clear();
    say(tr("Not done: %1").arg(title));
  };
  if (!may_write(*this)) return QTimer::singleShot(0, this, take_back);  // after the caller has said and noted what it asked for
  catalog_->run(
      this,
      [text = title.toStdString(), job = std::move(job)](db::Catalog& catalog) {
        db::Edit edit(catalog, text);
        job(catalog);
        edit.commit();
      },
      [this, done = std::move(done)] {
        if (done) done();
        note_catalog_change();
      },
      [this, take_back](const QString& message) {
        take_back();
        show_error(nullptr, message);
        note_catalog_change();  // lists show again what is there
      });
}

void Workbench::undo() {
  note_command({"undo"});
  step(true);
}
void Workbench::redo() {
  note_command({"redo"});
  step(false);
}

void Workbench::step(bool undo) {
  if (!catalog_ || !may_write(*this)) return;
  catalog_->run(
      this,
      [undo](db::Catalog& catalog) -> std::optional<db::EditRow> {
        return undo ? catalog.journal().undo() : catalog.journal().redo();
      },
      [this, undo](std::optional<db::EditRow> row) {
        if (!row) say(undo ? tr("Nothing to undo.") : tr("Nothing to redo."));
        else say((undo ? tr("Undone: %1") : tr("Done again: %1")).arg(QString::fromStdString(row->title)));
        note_catalog_change();
      });
}

BackgroundTask* Workbench::start_task(const QString& title, BackgroundTask::Job job) {
  auto* task = new BackgroundTask(title, std::move(job), this);
  tasks_.push_back(task);
  connect(task, &BackgroundTask::progressed, this, &Workbench::tasks_changed);
  connect(task, &BackgroundTask::ended, this, [this, task] {
    std::erase(tasks_, task);
    Q_EMIT tasks_changed();
    note_catalog_change();
    task->deleteLater();
  });
  task->start();
  Q_EMIT tasks_changed();
  return task;
}

void Workbench::note_catalog_change() {
  if (workspace_ && !change_timer_.isActive()) change_timer_.start();
}

void Workbench::load(const SoundChoice& choice, QObject* context, SoundStore::Done done, SoundStore::Failed failed) {
  if (choice.clip == 0) {
    sounds_.file(choice.path, context, std::move(done), std::move(failed));
    return;
  }
  if (!catalog_) return;
  QPointer<QObject> alive(context);
  catalog_->run(
      this, [id = db::ClipId{choice.clip}](db::Catalog& catalog) { return catalog.clips().view(id); },
      [this, alive, done = std::move(done), failed](std::optional<db::ClipView> view) {
        if (!alive || !workspace_) return;
        if (view) sounds_.clip(*workspace_, *view, alive, done, failed);
        else if (failed) failed(tr("This clip is no longer in the library."));
      },
      failed);
}

}  // namespace luthier::ui
