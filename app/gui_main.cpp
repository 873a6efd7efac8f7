#include <QApplication>
#include <QCommandLineParser>
#include <QPixmap>
#include <QSettings>
#include <QTimer>

#include "core/session/version.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/main_window.h"

namespace {

/// --screenshot FILE: waits until the window has settled, writes the picture and ends (for the README and for tests).
void shoot_and_quit(luthier::ui::MainWindow& window, const QString& file, int milliseconds) {
  QTimer::singleShot(milliseconds, &window, [&window, file] {
    const bool written = window.grab().save(file);
    QCoreApplication::exit(written ? 0 : 1);
  });
}

}  // namespace

int main(int argc, char** argv) {
  luthier::ui::prepare_surface_format();
  QApplication application(argc, argv);
  QApplication::setOrganizationName("luthier");
  QApplication::setApplicationName("luthier");
  QApplication::setApplicationDisplayName("Luthier");
  QApplication::setApplicationVersion(QString::fromStdString(luthier::version_text()));
  QGuiApplication::setDesktopFileName("luthier");

  QCommandLineParser parser;
  parser.setApplicationDescription("A workbench for musical timbre and style transfer.");
  parser.addHelpOption();
  parser.addVersionOption();
  QCommandLineOption workspace({"w", "workspace"}, "Open this workspace (made if there is none).", "folder");
  QCommandLineOption page("page", "Show this page first: library, pairs, train, transfer, compare or explore.", "name");
  QCommandLineOption theme("theme", "dark or light.", "name");
  QCommandLineOption size("size", "Size of the window, as 1280x800.", "size");
  QCommandLineOption screenshot("screenshot", "Write a picture of the window to this file and end.", "file");
  QCommandLineOption delay("delay", "Milliseconds before the screenshot.", "ms", "2500");
  for (QCommandLineOption* hidden : {&screenshot, &delay}) hidden->setFlags(QCommandLineOption::HiddenFromHelp);
  parser.addOptions({workspace, page, theme, size, screenshot, delay});
  parser.process(application);

  QSettings settings;
  luthier::ui::apply_theme(application, parser.isSet(theme) ? parser.value(theme) : settings.value("window/theme", "dark").toString());
  luthier::ui::MainWindow window;
  const QStringList sides = parser.value(size).split('x');
  if (sides.size() == 2) window.resize(sides[0].toInt(), sides[1].toInt());
  if (parser.isSet(page)) settings.setValue("window/page", parser.value(page));
  window.show();

  if (parser.isSet(workspace)) {
    window.open_workspace(parser.value(workspace), true);
  } else if (!luthier::ui::Workbench::recent_workspaces().isEmpty()) {
    window.open_workspace(luthier::ui::Workbench::recent_workspaces().first());
  }
  if (parser.isSet(screenshot)) {
    luthier::ui::set_quiet_errors(true);
    shoot_and_quit(window, parser.value(screenshot), parser.value(delay).toInt());
  }
  return QApplication::exec();
}
