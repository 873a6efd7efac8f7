#include "core/session/clip_names.h"

#include <algorithm>
#include <set>

#include "core/session/sound_files.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

std::string stem_of(const std::string& file_name) {
  const auto dot = file_name.rfind('.');
  return safe_file_name(dot == 0 || dot == std::string::npos ? file_name : file_name.substr(0, dot));
}

}  // namespace

std::map<std::string, std::vector<NamedClip>> named_clips(db::Catalog& catalog) {
  std::map<std::string, std::vector<NamedClip>> groups;
  std::map<std::int64_t, int> chunks;                     // clips seen of each recording
  std::map<std::string, std::set<std::string>> taken;     // names by label
  const auto ids = catalog.clips().ids({}, {db::ClipColumn::start});
  constexpr std::size_t kPage = 2000;
  for (std::size_t first = 0; first < ids.size(); first += kPage) {
    const auto last = ids.begin() + static_cast<std::ptrdiff_t>(std::min(first + kPage, ids.size()));
    for (const auto& view : catalog.clips().views({ids.begin() + static_cast<std::ptrdiff_t>(first), last})) {
      const int chunk = chunks[view.clip.recording.value]++;
      if (view.label.empty() || view.clip.excluded || view.missing) continue;
      std::string name = stem_of(view.name) + "_chunk" + std::to_string(chunk);
      if (!taken[view.label].insert(name).second) {  // another recording of the same name
        name += "_clip" + std::to_string(view.clip.id.value);
        taken[view.label].insert(name);
      }
      groups[view.label].push_back({view.clip.id, std::move(name), view.label, view.clip.split, view.phrase});
    }
  }
  for (auto& [label, clips] : groups)
    std::sort(clips.begin(), clips.end(), [](const NamedClip& a, const NamedClip& b) {
      // The files are called name + ".png": the point sorts before letters and digits but after '-' and blanks.
      return a.name + "." < b.name + ".";
    });
  return groups;
}

}  // namespace luthier
