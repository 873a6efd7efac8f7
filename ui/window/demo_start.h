#pragma once
#include "core/session/demo_session.h"

namespace luthier::ui {

class MainWindow;

/// Fills the open workspace in the background: phrases by four instruments, pairs, one transfer by the shipped weights, and its
/// comparison with the truth. When it is done the transfer is shown on Transfer and the comparison on Compare; who still
/// looks at the library is taken to Transfer, any other page stays. GUI thread.
void start_demo(MainWindow& window, DemoRequest request = {});

}  // namespace luthier::ui
