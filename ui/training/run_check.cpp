#include "ui/training/run_check.h"

#include <QCoreApplication>
#include <QLocale>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QStringList>
#include <memory>

#include "core/session/command_words.h"
#include "core/session/train_words.h"
#include "ui/common/error_box.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("RunCheck", text); }
QString number(std::int64_t value) { return QLocale().toString(static_cast<qlonglong>(value)); }
QString text(const std::string& value) { return QString::fromStdString(value); }
QString bytes(double value) { return QLocale().formattedDataSize(static_cast<qint64>(value), 1); }

void show_findings(QWidget* parent, const TrainingRequest& request, const DryRun& run,
                   std::function<void(const QString&, std::int64_t)> use_batch) {
  auto* box = new QMessageBox(run.fits() ? QMessageBox::Information : QMessageBox::Warning, tr("Check of the run"), check_summary(run), QMessageBox::Ok, parent);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setInformativeText(check_details(run, !request.resume.empty()));
  box->setTextInteractionFlags(Qt::TextSelectableByMouse);
  if (!run.fits() && use_batch) {
    QPushButton* take = box->addButton(tr("Take %1 = %2").arg(text(run.batch_name), number(run.fitting_batch)), QMessageBox::AcceptRole);
    take->setObjectName("use_batch");
    QObject::connect(take, &QPushButton::clicked, box, [use_batch, run] { use_batch(text(run.batch_name), run.fitting_batch); });
    box->setDefaultButton(take);
  }
  box->open();
}

}  // namespace

QString check_summary(const DryRun& run) {
  if (!run.fits())
    return tr("The memory is not enough for %1 = %2; %3 fits.").arg(text(run.batch_name), number(run.batch), number(run.fitting_batch));
  return tr("This run would work, and take about %1.").arg(duration_text(run.seconds_total));
}

QString check_details(const DryRun& run, bool goes_on) {
  const QLocale locale;
  QStringList lines;
  if (!run.fits()) lines << tr("The figures are those of %1 = %2: about %3 in all.").arg(text(run.batch_name), number(run.fitting_batch), duration_text(run.seconds_total));
  lines << tr("%1 clips, %2 parameters, %3 steps.").arg(number(run.clips), number(run.parameters), number(run.total_steps));
  for (const DryRun::Phase& phase : run.phases) {
    if (phase.steps > 0) lines << tr("%1: %2 steps of %3 s").arg(text(phase.name), number(phase.steps), locale.toString(phase.seconds_per_step, 'g', 3));
  }
  lines << tr("About %1 of memory; %2 were free.").arg(bytes(run.memory_bytes), bytes(run.memory_available));
  if (goes_on) {
    lines << tr("It goes on from step %1.").arg(number(run.first_step));
    for (const std::string& change : run.changed) lines << tr("Changed: %1").arg(text(change));
    QStringList why;
    for (const std::string& reason : run.inexact) why << text(reason);
    lines << (why.isEmpty() ? tr("Bit for bit as if it had never stopped.") : tr("Not bit for bit as an unbroken run: %1.").arg(why.join("; ")));
  }
  return lines.join("\n");
}

void check_run(Workbench& bench, QWidget* parent, const TrainingRequest& request, std::function<void(const QString&, std::int64_t)> use_batch) {
  auto result = std::make_shared<DryRun>();
  BackgroundTask* task = bench.start_task(tr("Checking the run"), [request, result](std::stop_token stop, const ProgressSink& sink) {
    sink({0, "a few steps without training", -1});
    *result = dry_run(request, stop);
  });
  QPointer<QWidget> alive(parent);
  QObject::connect(task, &BackgroundTask::failed, parent, [alive](const QString& message) { show_error(alive, message); });
  QObject::connect(task, &BackgroundTask::done, parent, [alive, request, result, use_batch] { show_findings(alive, request, *result, use_batch); });
}

QString train_command(const TrainingRequest& request) { return text(shell_line(train_words(request))); }

}  // namespace luthier::ui
