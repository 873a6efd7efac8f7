#pragma once
#include <functional>

#include "ui/common/workbench.h"

namespace luthier::ui {

/// What the sound in `file` should equal, if a transfer made it: the clip of the library that plays the notes of the content with the
/// label of the style. `done` gets it on the GUI thread, an empty choice where the library has none; it is not called at all for sounds
/// that no transfer made, nor when `context` is gone by then.
void find_transfer_truth(Workbench& bench, QObject* context, const QString& file, std::function<void(const SoundChoice&)> done);

}  // namespace luthier::ui
