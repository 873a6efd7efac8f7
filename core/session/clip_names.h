#pragma once
#include <map>
#include <string>
#include <vector>

#include "db/catalog.h"

namespace luthier {

/// A clip under the name that files made from it get.
struct NamedClip {
  db::ClipId id;
  std::string name;   ///< "<stem>_chunk<k>", k counting the clips of the recording by their start; unique within its label
  std::string label;
  db::Split split = db::Split::none;
  std::string phrase;
};

/// The clips that can be paired or exported (labelled, not excluded, file not missing), by label in byte order; within a label
/// in byte order of the name, as Python's sorted(os.listdir()) gives for the exported files: chunk0, chunk1, chunk10, chunk100.
/// The place in that list is what a pair CSV calls the index.
std::map<std::string, std::vector<NamedClip>> named_clips(db::Catalog& catalog);

}  // namespace luthier
