#pragma once
#include <QJsonObject>
#include <QStringList>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "ui/common/workbench.h"

namespace luthier::ui {

/// The sounds that the record of a comparison or of a spectrogram's view names, as far as they are still there.
struct RecordedSounds {
  std::vector<SoundChoice> sounds;
  std::optional<std::size_t> truth;                                ///< place in `sounds`
  std::optional<std::pair<std::size_t, std::size_t>> difference;  ///< places in `sounds`
  QStringList missing;                                             ///< titles
};

/// Looks for each by its clip (of the same name), by its path, and beside `path`, the file or folder that carries the record. Reads
/// the catalog off the GUI thread; `done` comes on it, and not when `context` is gone.
void find_recorded_sounds(Workbench& bench, QObject* context, const QString& path, const QJsonObject& record, std::function<void(const RecordedSounds&)> done);

}  // namespace luthier::ui
