#include "core/session/pair_suggestions.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "core/session/map_session.h"
#include "core/session/phrase_pairs.h"
#include "db/clip_store.h"
#include "db/label_query.h"

namespace luthier {
namespace {

constexpr std::size_t kStylesTried = 64, kNeighboursTried = 60;

bool may_pair(const db::ClipView& content, const db::ClipView& other) {
  return !other.label.empty() && other.label != content.label && !other.clip.excluded && !other.missing && other.clip.split == content.clip.split;
}

/// A clip by the target's label that plays something else.
std::optional<db::ClipId> style_for(db::Catalog& catalog, const db::ClipView& content, const db::ClipView& target) {
  auto ids = catalog.clips().ids(db::label_query(target.label));
  if (ids.size() > kStylesTried) ids.resize(kStylesTried);
  for (const auto& view : catalog.clips().views(ids))
    if (may_pair(content, view) && view.clip.phrase != content.clip.phrase) return view.clip.id;
  return std::nullopt;
}

}  // namespace

std::vector<db::PairRow> suggest_pairs(const Workspace& workspace, db::ClipId content, std::size_t count, std::optional<db::ClipId> wanted) {
  const auto catalog = workspace.open_catalog();
  const auto own = catalog->clips().view(content);
  if (!own) throw SessionError("there is no clip " + std::to_string(content.value) + "; luthierctl clips lists them");
  std::optional<db::ClipView> given;
  if (wanted) {
    given = catalog->clips().view(*wanted);
    if (!given) throw SessionError("there is no clip " + std::to_string(wanted->value) + "; luthierctl clips lists them");
    if (!may_pair(*own, *given)) return {};
  }
  std::vector<db::PairRow> found;
  for (const auto& target : catalog->clips().views(same_phrase_clips(*catalog, content))) {
    if (found.size() == count) break;
    if (!may_pair(*own, target) || (given && (given->label != target.label || given->clip.id == target.clip.id))) continue;
    const auto style = given ? std::optional(given->clip.id) : style_for(*catalog, *own, target);
    if (!style) continue;
    db::PairRow row;
    row.content = content, row.style = *style, row.target = target.clip.id;
    row.reason = "same phrase, " + target.label + " instead of " + own->label;
    found.push_back(row);
  }
  const auto map = load_map(workspace);
  if (!map) return found;
  std::size_t near = 0;
  for (const auto& [clip, distance] : map->neighbours(content, kNeighboursTried)) {
    if (near == count) break;
    if (given && given->clip.id != clip) continue;
    const auto view = catalog->clips().view(clip);
    if (!view || !may_pair(*own, *view)) continue;
    char words[32];
    std::snprintf(words, sizeof words, "%.1f", distance);
    db::PairRow row;
    row.content = content, row.style = clip;
    row.reason = "sounds alike, " + view->label + " beside " + own->label + " (distance " + words + ")";
    found.push_back(row);
    ++near;
  }
  return found;
}

}  // namespace luthier
