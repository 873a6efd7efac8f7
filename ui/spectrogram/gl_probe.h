#pragma once
#include <QString>

namespace luthier::ui {

/// Whether a QOpenGLWidget may be made at all: it crashes where Qt's platform has no OpenGL ("offscreen" even when a context
/// can be created). Looks once, after QApplication was made; the environment variable LUTHIER_NO_GL=1 says no.
bool gl_works();
/// "llvmpipe (LLVM 15.0.6), OpenGL 4.5" or why there is none.
QString gl_description();

}  // namespace luthier::ui
