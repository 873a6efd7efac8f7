#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/data/neighbours.h"
#include "core/run/progress.h"
#include "core/session/clip_embeddings.h"
#include "core/session/workspace.h"

namespace luthier {

/// Clips on a plane, near ones where they sound alike. Immutable: any thread.
class ClipMap {
 public:
  struct Point {
    db::ClipId clip;
    float x = 0, y = 0;  ///< 0 … 1
  };
  struct Near {
    db::ClipId clip;
    double distance = 0;  ///< between embeddings whose coordinates have deviation 1
  };

  const std::vector<Point>& points() const { return points_; }
  /// Clips of the catalog, neither excluded nor missing, that are not on the map: added or cut since it was made, or silent.
  std::int64_t unplaced() const { return unplaced_; }
  /// The clips that sound most alike, nearest first, without the clip itself. Empty for a clip that is not on the map.
  std::vector<Near> neighbours(db::ClipId clip, std::size_t count) const;

 private:
  friend class MapMaker;
  std::vector<Point> points_;
  std::vector<Embedding> rows_;  ///< of the points, standardised
  std::unordered_map<std::int64_t, std::size_t> number_;
  std::optional<NeighbourIndex> index_;
  std::int64_t unplaced_ = 0;
};

struct MapOptions {
  std::int64_t landmarks = 1500;  ///< placed by t-SNE, whose time grows with the square; the others beside the landmarks they sound like
  std::uint64_t seed = 1;
};

/// Measures every clip that is neither excluded nor missing (what was measured before is taken from features/), places
/// them, and keeps the map in features/. Blocks: some milliseconds a clip the first time. Nothing when stopped; what was measured by then is
/// kept. Throws SessionError for fewer than four clips that can be placed, or db::DbError.
std::shared_ptr<const ClipMap> make_map(const Workspace& workspace, const MapOptions& options = {}, const ProgressSink& progress = {}, std::stop_token stop = {});

/// The map that was made last, less the clips that are gone or cut anew since. Nothing where there is none. Throws db::DbError.
std::shared_ptr<const ClipMap> load_map(const Workspace& workspace, std::stop_token stop = {});

}  // namespace luthier
