#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QLocale>
#include <QPixmap>
#include <QSettings>
#include <QTimer>
#include <algorithm>

#include "core/session/version.h"
#include "core/session/workspace.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/translations.h"
#include "ui/main_window.h"
#include "ui/window/file_content.h"

namespace {

QString tr(const char* words) { return QCoreApplication::translate("gui_main", words); }

/// --screenshot FILE: waits until the window has settled, writes the picture and ends (for the README and for tests).
void shoot_and_quit(luthier::ui::MainWindow& window, const QString& file, int milliseconds) {
  QTimer::singleShot(milliseconds, &window, [&window, file] {
    const bool written = window.grab().save(file);
    QCoreApplication::exit(written ? 0 : 1);
  });
}

struct Choices {
  QCommandLineOption workspace{{"w", "workspace"}, tr("Open this workspace (made if there is none)."), "folder"};
  QCommandLineOption page{"page", tr("Show this page first: library, pairs, train, transfer, compare, explore or evaluate."), "name"};
  QCommandLineOption theme{"theme", tr("dark or light."), "name"};
  QCommandLineOption size{"size", tr("Size of the window, as 1280x800."), "size"};
  QCommandLineOption screenshot{"screenshot", "Write a picture of the window to this file and end.", "file"};
  QCommandLineOption delay{"delay", "Milliseconds before the screenshot.", "ms", "2500"};

  explicit Choices(QCommandLineParser& parser) {
    parser.setApplicationDescription(tr("A workbench for musical timbre and style transfer."));
    parser.addHelpOption();
    parser.addVersionOption();
    for (QCommandLineOption* hidden : {&screenshot, &delay}) hidden->setFlags(QCommandLineOption::HiddenFromHelp);
    parser.addOptions({workspace, page, theme, size, screenshot, delay});
    parser.addPositionalArgument("files", tr("A workspace to open; sounds or folders to import, weights to install, results to bring back."), "[files…]");
  }
};

void name_program() {
  QCoreApplication::setOrganizationName("luthier");
  QCoreApplication::setApplicationName("luthier");
  QCoreApplication::setApplicationVersion(QString::fromStdString(luthier::version_text()));
}

/// Answers what needs no display: help, version, and a wrong word.
void answer_without_window(int argc, char** argv) {
  QCoreApplication application(argc, argv);
  name_program();
  luthier::ui::install_translations(application, QLocale::system());
  QCommandLineParser parser;
  const Choices choices(parser);
  parser.process(application);
}

bool asks_only(int argc, char** argv) {
  static const QStringList words{"-h", "--help", "--help-all", "-v", "--version"};
  return std::any_of(argv + 1, argv + argc, [](const char* word) { return words.contains(QString::fromLocal8Bit(word)); });
}

/// The first workspace among the files is opened; the others are taken when a workspace is there.
void open_files(luthier::ui::MainWindow& window, const QStringList& files, QString workspace) {
  QStringList others;
  for (const QString& file : files) {
    const QString path = luthier::ui::folder_of_catalog(QFileInfo(file).absoluteFilePath());
    if (!QFileInfo::exists(path)) luthier::ui::show_error(&window, tr("There is no file or folder '%1'.").arg(path));
    else if (workspace.isEmpty() && luthier::Workspace::is_workspace(path.toStdString())) workspace = path;
    else others << path;
  }
  const QStringList recent = luthier::ui::Workbench::recent_workspaces();
  const bool make = !workspace.isEmpty();  // one that was named is made if there is none
  if (workspace.isEmpty() && !recent.isEmpty()) workspace = recent.first();
  if (workspace.isEmpty()) return window.take_files(others);
  window.take_when_open(others);
  window.open_workspace(workspace, make);
}

}  // namespace

int main(int argc, char** argv) {
  if (asks_only(argc, argv)) answer_without_window(argc, argv);
  luthier::ui::prepare_surface_format();
  QApplication application(argc, argv);
  name_program();
  luthier::ui::install_translations(application, QLocale::system());
  QApplication::setApplicationDisplayName("Luthier");
  QGuiApplication::setDesktopFileName("luthier");
  QCommandLineParser parser;
  const Choices choices(parser);
  parser.process(application);

  QSettings settings;
  luthier::ui::apply_theme(application, parser.isSet(choices.theme) ? parser.value(choices.theme) : settings.value("window/theme", "dark").toString());
  luthier::ui::MainWindow window;
  const QStringList sides = parser.value(choices.size).split('x');
  if (sides.size() == 2) window.resize(sides[0].toInt(), sides[1].toInt());
  if (parser.isSet(choices.page)) settings.setValue("window/page", parser.value(choices.page));
  window.show();
  if (parser.isSet(choices.screenshot)) {
    luthier::ui::set_quiet_errors(true);
    shoot_and_quit(window, parser.value(choices.screenshot), parser.value(choices.delay).toInt());
  }
  open_files(window, parser.positionalArguments(), parser.value(choices.workspace));
  return QApplication::exec();
}
