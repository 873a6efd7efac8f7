#pragma once
#include <QStringList>
#include <filesystem>

namespace luthier::ui {

/// Whether the sittings of a run follow each other as if it had never stopped, by its record.
struct RunExactness {
  int resumed = 0;       ///< how often it was gone on with
  bool checked = false;  ///< every time the loaded state was hashed and the rest compared, and nothing differs
  QStringList why;       ///< what differs; with `checked` false and nothing here it is not known: an older version compared less
};

/// Reads the run's record; any thread. Throws SessionError.
RunExactness read_exactness(const std::filesystem::path& run_folder);

}  // namespace luthier::ui
