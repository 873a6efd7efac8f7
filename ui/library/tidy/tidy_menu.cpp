#include "ui/library/tidy/tidy_menu.h"

#include <QCoreApplication>
#include <QMenu>

#include "ui/application_style.h"
#include "ui/common/workbench.h"
#include "ui/library/tidy/check_dialog.h"
#include "ui/library/tidy/disk_dialog.h"
#include "ui/library/tidy/duplicates_dialog.h"

namespace luthier::ui {
namespace {

QString tr(const char* words) { return QCoreApplication::translate("TidyMenu", words); }

template <class Dialog>
void open(Workbench& bench, QWidget* window) {
  if (!bench.has_workspace()) return bench.say(tr("Open a workspace first."));
  auto* dialog = new Dialog(bench, window);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  // What a dialog shows is the workspace it was opened on.
  QObject::connect(&bench, &Workbench::workspace_closing, dialog, &QDialog::close);
  dialog->show();
}

}  // namespace

void fill_tidy_menu(QMenu& menu, Workbench& bench, QWidget* window) {
  menu.addAction(icon("copies"), tr("The same sound twice…"), window, [&bench, window] { open<DuplicatesDialog>(bench, window); });
  menu.addAction(icon("warning"), tr("Missing files and other findings…"), window, [&bench, window] { open<CheckDialog>(bench, window); });
  menu.addAction(icon("disk"), tr("Space on the disk…"), window, [&bench, window] { open<DiskDialog>(bench, window); });
}

}  // namespace luthier::ui
