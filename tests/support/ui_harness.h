#pragma once
#include <QApplication>
#include <QDir>
#include <QImage>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "core/session/workspace.h"
#include "ui/application_style.h"
#include "ui/common/error_box.h"

namespace luthier::ui::testing {

/// A workspace of short tones: `per_label` clips for each of three labels (harp, piano, violin), clip k of every label plays
/// phrase k. Made through the import session, in well under a second.
Workspace make_workspace(const QString& folder, int per_label = 4, double seconds = 1.0);
/// A tone with overtones as a 16-bit WAV file.
void write_tone(const QString& file, double hz, double seconds, int overtones = 4);
/// Share of pixels of `image` (a part of a window) that are not the most common colour: 0 for an empty area.
double busy_share(const QImage& image);
/// Waits until the condition holds, at most `ms`.
template <class Condition>
bool wait_for(Condition condition, int ms = 30000) {
  return QTest::qWaitFor(condition, ms);
}

/// Shows a window and gives it the keyboard: there is no window manager under Xvfb, so nobody else does, and keys that are
/// shortcuts reach an active window only.
bool show_active(QWidget& window);

/// Runs a test class in a program that keeps its settings in a temporary folder and asks nobody anything.
template <class Test>
int run(int argc, char** argv) {
  QTemporaryDir home;
  qputenv("XDG_CONFIG_HOME", home.path().toUtf8());
  qputenv("XDG_CACHE_HOME", home.path().toUtf8());
  if (qEnvironmentVariableIsEmpty("XDG_RUNTIME_DIR")) {
    QFile::setPermissions(home.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    qputenv("XDG_RUNTIME_DIR", home.path().toUtf8());
  }
  prepare_surface_format();
  QApplication application(argc, argv);
  QApplication::setOrganizationName("luthier-test");
  QApplication::setApplicationName("luthier-test");
  apply_theme(application, "dark");
  set_quiet_errors(true);
  Test test;
  return QTest::qExec(&test, argc, argv);
}

}  // namespace luthier::ui::testing
