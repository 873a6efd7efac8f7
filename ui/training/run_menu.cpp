#include "ui/training/run_menu.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QMenu>
#include <QTableView>
#include <QUrl>

#include "ui/application_style.h"
#include "ui/common/workbench.h"
#include "ui/training/run_check.h"
#include "ui/training/run_names.h"
#include "ui/training/run_table_model.h"

namespace luthier::ui {

void show_run_menu(Workbench& bench, QTableView& table, const RunTableModel& runs, RunNames& names, const QPoint& at) {
  const RunSummary* run = runs.at(table.indexAt(at).row());
  if (!run) return;
  QMenu menu(&table);
  const QString folder = QString::fromStdString(run->folder.string()), id = QString::fromStdString(run->id);
  if (!run->latest_checkpoint.empty()) {
    menu.addAction(icon("copy"), QObject::tr("Copy going on as a command"), &menu, [&bench, id] {
      TrainingRequest request;
      request.workspace = bench.workspace().folder();
      request.resume = id.toStdString();
      QGuiApplication::clipboard()->setText(train_command(request));
      bench.say(QObject::tr("Copied: %1").arg(train_command(request)));
    });
  }
  menu.addAction(QObject::tr("Rename…\tF2"), &menu, [&names, &runs, id] { names.edit(runs.row_of(id)); });
  menu.addAction(icon("folder"), QObject::tr("Open its folder"), &menu, [folder] { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); });
  menu.exec(table.viewport()->mapToGlobal(at));
}

}  // namespace luthier::ui
