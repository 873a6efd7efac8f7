#pragma once
#include <string>

namespace luthier::db {

/// The search (db/clip_query.h) for the clips of exactly this label: inst:"name". A value in quotes is one name, with its commas and
/// stars and even if it is "none"; a quote within is doubled.
std::string label_query(const std::string& name);

}  // namespace luthier::db
