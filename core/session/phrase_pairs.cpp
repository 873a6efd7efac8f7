#include "core/session/phrase_pairs.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "audio/random.h"
#include "core/session/workspace.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

struct PhraseClip {
  db::ClipId id;
  std::int64_t phrase = 0;
  std::string phrase_name, label;
  std::int64_t place = 0;  ///< start in ms: clips of one phrase share it, whatever their rates
  db::Split split = db::Split::none;
};

std::int64_t place_of(const db::ClipView& view) {
  return std::llround(1000.0 * static_cast<double>(view.clip.start_frame) / view.sample_rate);
}

std::vector<PhraseClip> phrase_clips(db::Catalog& catalog) {
  std::vector<PhraseClip> clips;
  const auto ids = catalog.clips().ids("-phrase:none -inst:none excluded:no missing:no");
  constexpr std::size_t kPage = 2000;
  for (std::size_t first = 0; first < ids.size(); first += kPage) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
    for (const auto& view : catalog.clips().views({begin, begin + static_cast<std::ptrdiff_t>(std::min(kPage, ids.size() - first))}))
      clips.push_back({view.clip.id, view.clip.phrase->value, view.phrase, view.label, place_of(view), view.clip.split});
  }
  return clips;
}

/// A phrase heard in training must not be measured on.
void refuse_leaks(const std::vector<PhraseClip>& clips) {
  const auto held_out = [](const PhraseClip& clip) { return clip.split == db::Split::validation || clip.split == db::Split::test; };
  std::map<std::int64_t, bool> side;
  for (const PhraseClip& clip : clips) {
    const auto [known, first] = side.emplace(clip.phrase, held_out(clip));
    if (!first && known->second != held_out(clip))
      throw SessionError("phrase '" + clip.phrase_name + "' has clips for training and clips kept for validation or test; put all of them on one side first");
  }
}

}  // namespace

std::vector<db::PairRow> phrase_pairs(db::Catalog& catalog, std::int64_t count, std::uint32_t seed) {
  if (count < 0) throw SessionError("the number of pairs must be 0 (all) or more");
  const std::vector<PhraseClip> clips = phrase_clips(catalog);
  refuse_leaks(clips);
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<const PhraseClip*>> moments;  // by phrase and place
  std::map<std::pair<std::string, db::Split>, std::vector<const PhraseClip*>> players;
  for (const PhraseClip& clip : clips) {
    moments[{clip.phrase, clip.place}].push_back(&clip);
    players[{clip.label, clip.split}].push_back(&clip);
  }
  audio::Random random(seed);
  std::vector<db::PairRow> rows;
  for (const auto& [moment, members] : moments)
    for (const PhraseClip* content : members)
      for (const PhraseClip* target : members) {
        if (content->label == target->label || content->split != target->split) continue;
        std::vector<const PhraseClip*> styles;
        for (const PhraseClip* clip : players.at({target->label, target->split}))
          if (clip->phrase != target->phrase) styles.push_back(clip);
        if (styles.empty()) continue;
        db::PairRow row;
        row.content = content->id;
        row.target = target->id;
        row.style = styles[static_cast<std::size_t>(random.integer(0, static_cast<int>(styles.size()) - 1))]->id;
        row.reason = "same phrase, " + target->label + " instead of " + content->label;
        rows.push_back(row);
      }
  if (rows.empty())
    throw SessionError("no two clips of different labels share a phrase (with another phrase to take the style from); render some with 'synth', or make random pairs");
  for (std::size_t i = rows.size(); i-- > 1;) std::swap(rows[i], rows[static_cast<std::size_t>(random.integer(0, static_cast<int>(i)))]);
  if (count > 0 && static_cast<std::int64_t>(rows.size()) > count) rows.resize(static_cast<std::size_t>(count));
  return rows;
}

std::vector<db::ClipId> same_phrase_clips(db::Catalog& catalog, db::ClipId clip) {
  const auto own = catalog.clips().view(clip);
  std::vector<db::ClipId> list;
  if (!own || !own->clip.phrase) return list;
  for (const auto& view : catalog.clips().views(catalog.clips().of_phrase(*own->clip.phrase)))
    if (view.label != own->label && !view.clip.excluded && place_of(view) == place_of(*own)) list.push_back(view.clip.id);
  return list;
}

}  // namespace luthier
