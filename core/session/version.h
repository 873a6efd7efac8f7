#pragma once
#include <string>

namespace luthier {

/// "Luthier 0.1.0 (0bb979e)": program version and the commit it was built from, for records and --version.
std::string version_text();

}  // namespace luthier
