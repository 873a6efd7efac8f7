#include "core/session/version.h"

#include "build_info.inc"

namespace luthier {

std::string version_text() { return std::string("Luthier ") + kVersion + (*kCommit ? std::string(" (") + kCommit + ")" : ""); }

}  // namespace luthier
