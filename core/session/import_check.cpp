#include "core/session/import_session.h"
#include "core/session/split_lists.h"

namespace luthier {

void check_import(const ImportRequest& request) {
  if (request.paths.empty()) throw SessionError("nothing to import; name files or folders");
  if (!request.label.empty() && request.label_from_folder) throw SessionError("give either a label or 'label from folder', not both");
  if (!(request.cutting.clip_seconds >= 0) || (request.cutting.clip_seconds > 0 && request.cutting.clip_seconds < 0.01))
    throw SessionError("clips must be at least 0.01 s long, or 0 for whole recordings");
  if (request.rms > 0 && request.in_place) throw SessionError("a level can only be changed in a copy; leave out either the level or 'in place'");
  if (request.cutting.segments.choice != "all" && request.cutting.clip_seconds <= 0) throw SessionError("segments need a length; set the clips' seconds");
  if (!(request.cutting.max_seconds >= 0)) throw SessionError("the seconds after which clips are left out must be 0 (none) or more");
  if (!(request.cutting.top_db > 0)) throw SessionError("the trim threshold must be more than 0 dB");
  for (const auto& path : request.paths) {
    std::error_code error;
    if (path.empty()) throw SessionError("the name of a file to import is empty; name files or folders");
    if (!std::filesystem::exists(path, error)) throw SessionError("'" + path.string() + "' does not exist; check the path");
  }
  SplitLists(request.train_lists, request.validation_lists, request.test_lists);  // throws for a list that cannot be read
}

}  // namespace luthier
