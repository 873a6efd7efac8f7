#include "ui/training/run_exactness.h"

#include "core/session/run_record.h"

namespace luthier::ui {

RunExactness read_exactness(const std::filesystem::path& run_folder) {
  const luthier::RunRecord record = load_run_record(run_folder);
  RunExactness out;
  out.checked = true;
  for (std::size_t i = 1; i < record.sittings.size(); ++i) {  // the first one went on from nothing
    ++out.resumed;
    out.checked = out.checked && record.sittings[i].exact();
    for (const std::string& reason : record.sittings[i].inexact) out.why << QString::fromStdString(reason);
  }
  return out;
}

}  // namespace luthier::ui
