#include "ui/spectrogram/gl_probe.h"

#include <QGuiApplication>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLFunctions>

namespace luthier::ui {
namespace {

struct Probe {
  bool works = false;
  QString text;
};

Probe look() {
  if (qEnvironmentVariableIntValue("LUTHIER_NO_GL") != 0) return {false, QObject::tr("OpenGL is switched off by LUTHIER_NO_GL")};
  const QString platform = QGuiApplication::platformName();
  if (platform == "offscreen" || platform.startsWith("minimal") || platform == "vnc" || platform == "linuxfb") {
    return {false, QObject::tr("the platform \"%1\" shows no OpenGL widgets").arg(platform)};
  }
  QOpenGLContext context;
  if (!context.create()) return {false, QObject::tr("no OpenGL context could be made")};
  QOffscreenSurface surface;
  surface.setFormat(context.format());
  surface.create();
  if (!surface.isValid() || !context.makeCurrent(&surface)) return {false, QObject::tr("the OpenGL context could not be used")};
  const auto version = context.format().version();
  const auto* renderer = reinterpret_cast<const char*>(context.functions()->glGetString(GL_RENDERER));
  const QString text =
      QString::fromLatin1(renderer ? renderer : "OpenGL") + QStringLiteral(", OpenGL %1.%2").arg(version.first).arg(version.second);
  context.doneCurrent();
  if (version < std::make_pair(3, 3) || context.isOpenGLES()) return {false, QObject::tr("%1 is older than OpenGL 3.3").arg(text)};
  return {true, text};
}

const Probe& probe() {
  static const Probe result = look();
  return result;
}

}  // namespace

bool gl_works() { return probe().works; }
QString gl_description() { return probe().text; }

}  // namespace luthier::ui
