#include "core/session/map_session.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "audio/random.h"
#include "core/data/tsne.h"
#include "core/session/clip_sound.h"
#include "core/session/progress_meter.h"
#include "core/session/text_file.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 200;      ///< rows asked for, and embeddings written, at once
constexpr double kMeasuring = 0.8;      ///< share of the progress
constexpr std::size_t kBeside = 3;      ///< landmarks that say where another clip lies
const std::string kHead = "luthier clip map 1\n";

/// One clip of the map's file.
struct Record {
  std::int64_t id;
  char hash[32];
  float x, y;
};
static_assert(sizeof(Record) == 48);

fs::path map_file(const Workspace& workspace) { return workspace.features() / "clips-1.map"; }

/// Every coordinate with mean 0 and deviation 1.
void standardise(std::vector<Embedding>& rows) {
  for (std::size_t k = 0; k < Embedding{}.size(); ++k) {
    double mean = 0, square = 0;
    for (const auto& row : rows) mean += row[k] / static_cast<double>(rows.size());
    for (const auto& row : rows) square += (row[k] - mean) * (row[k] - mean) / static_cast<double>(rows.size());
    const double scale = square > 1e-18 ? 1 / std::sqrt(square) : 0;
    for (auto& row : rows) row[k] = static_cast<float>((row[k] - mean) * scale);
  }
}

/// `count` of `all` numbers, drawn without repetition, in order.
std::vector<std::size_t> draw(std::size_t all, std::size_t count, std::uint64_t seed) {
  audio::Random random(seed);
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < all && numbers.size() < count; ++i)
    if (random.uniform() * static_cast<double>(all - i) < static_cast<double>(count - numbers.size())) numbers.push_back(i);
  return numbers;
}

}  // namespace

std::vector<ClipMap::Near> ClipMap::neighbours(db::ClipId clip, std::size_t count) const {
  const auto own = number_.find(clip.value);
  std::vector<Near> found;
  if (own == number_.end() || !index_) return found;
  for (const Neighbour& near : index_->nearest(rows_[own->second], count + 1))
    if (near.number != own->second && found.size() < count) found.push_back({points_[near.number].clip, near.distance});
  return found;
}

/// Puts maps together.
class MapMaker {
 public:
  explicit MapMaker(const Workspace& workspace) : workspace_(workspace), store_(workspace.features()), catalog_(workspace.open_catalog()) {}

  std::shared_ptr<const ClipMap> make(const MapOptions& options, const ProgressSink& progress, const std::stop_token& stop) {
    const auto marks = catalog_->clips().marks();
    measure(marks, progress, stop);
    if (stop.stop_requested()) return nullptr;
    for (const auto& mark : marks) add(mark, 0, 0);
    if (map_->points_.size() < 4)
      throw SessionError("a map needs four clips that sound, and there are " + std::to_string(map_->points_.size()) + "; import some, or take excluded ones in again");
    standardise(map_->rows_);
    const ProgressSink placing = [&](const Progress& p) {
      if (progress) progress({kMeasuring + (1 - kMeasuring) * p.fraction, p.text, -1});
    };
    if (!place(options, placing, stop)) return nullptr;
    save();
    return finish(marks.size(), stop);
  }

  std::shared_ptr<const ClipMap> load(const std::stop_token& stop) {
    std::ifstream in(map_file(workspace_), std::ios::binary);
    std::string head(kHead.size(), '\0');
    if (!in.read(head.data(), static_cast<std::streamsize>(head.size())) || head != kHead) return nullptr;
    std::unordered_map<std::int64_t, Record> records;
    for (Record record; in.read(reinterpret_cast<char*>(&record), sizeof record);)
      if (std::isfinite(record.x) && std::isfinite(record.y)) records[record.id] = record;
    const auto marks = catalog_->clips().marks();
    for (const auto& mark : marks) {
      const auto found = records.find(mark.id.value);
      if (found == records.end() || hash_text(std::string(found->second.hash, sizeof found->second.hash)) != mark.sha256) continue;
      add(mark, std::clamp(found->second.x, 0.0f, 1.0f), std::clamp(found->second.y, 0.0f, 1.0f));
    }
    if (map_->points_.empty()) return nullptr;
    standardise(map_->rows_);
    return finish(marks.size(), stop);
  }

 private:
  void add(const db::ClipMark& mark, float x, float y) {
    const Embedding* row = store_.find(mark.sha256);
    if (!row) return;
    map_->number_[mark.id.value] = map_->points_.size();
    map_->points_.push_back({mark.id, x, y});
    map_->rows_.push_back(*row);
    hashes_.push_back(mark.sha256);
  }

  void measure(const std::vector<db::ClipMark>& marks, const ProgressSink& progress, const std::stop_token& stop) {
    std::vector<db::ClipId> wanted;
    for (const auto& mark : marks)
      if (!store_.find(mark.sha256)) wanted.push_back(mark.id);
    ProgressMeter meter([&](const Progress& p) {
      if (progress) progress({kMeasuring * p.fraction, p.text, p.seconds_left});
    }, static_cast<double>(wanted.size()));
    for (std::size_t start = 0; start < wanted.size() && !stop.stop_requested(); start += kPage) {
      const auto end = std::min(wanted.size(), start + kPage);
      std::size_t done = start;
      for (const auto& view : catalog_->clips().views({wanted.begin() + static_cast<std::ptrdiff_t>(start), wanted.begin() + static_cast<std::ptrdiff_t>(end)})) {
        if (stop.stop_requested()) break;
        meter.report(static_cast<double>(++done), view.name);
        measure(view);
      }
      store_.flush();
    }
  }

  void measure(const db::ClipView& view) {
    try {
      const auto sound = read_clip(workspace_, view);
      if (const auto timbre = timbre_of(sound.mono(), sound.sample_rate)) store_.add(view.clip.sha256, *timbre);
    } catch (const std::runtime_error&) {
      // A file that cannot be read has no place on the map; `luthierctl check` names it.
    }
  }

  bool place(const MapOptions& options, const ProgressSink& progress, const std::stop_token& stop) {
    const std::size_t all = map_->points_.size();
    const auto landmarks = draw(all, static_cast<std::size_t>(std::max<std::int64_t>(4, options.landmarks)), options.seed);
    std::vector<std::vector<double>> rows;
    for (const std::size_t number : landmarks) rows.emplace_back(map_->rows_[number].begin(), map_->rows_[number].end());
    TsneOptions tsne_options;
    tsne_options.seed = options.seed;
    const auto places = tsne(rows, tsne_options, progress, stop);
    if (places.empty()) return false;
    std::vector<std::pair<double, double>> spots(all);
    NeighbourIndex index(Embedding{}.size(), landmarks.size());
    for (std::size_t i = 0; i < landmarks.size(); ++i) index.add(i, map_->rows_[landmarks[i]]), spots[landmarks[i]] = places[i];
    std::size_t next = 0;
    for (std::size_t i = 0; i < all; ++i) {
      if (next < landmarks.size() && landmarks[next] == i) ++next;
      else spots[i] = beside(index.nearest(map_->rows_[i], kBeside), places);
      if (stop.stop_requested()) return false;
    }
    spread(spots);
    return true;
  }

  /// Mostly where the most alike landmark lies, drawn towards the others as far as they are nearly as much alike.
  static std::pair<double, double> beside(const std::vector<Neighbour>& near, const std::vector<std::pair<double, double>>& places) {
    double x = 0, y = 0, sum = 0;
    const double scale = std::max(1e-9, near.front().distance);
    for (const Neighbour& one : near) {
      const double weight = std::exp(-2 * (one.distance * one.distance / (scale * scale) - 1));
      x += weight * places[one.number].first, y += weight * places[one.number].second, sum += weight;
    }
    return {x / sum, y / sum};
  }

  void spread(const std::vector<std::pair<double, double>>& spots) {
    double left = HUGE_VAL, right = -HUGE_VAL, top = HUGE_VAL, bottom = -HUGE_VAL;
    for (const auto& [x, y] : spots) left = std::min(left, x), right = std::max(right, x), top = std::min(top, y), bottom = std::max(bottom, y);
    const double width = std::max(1e-9, right - left), height = std::max(1e-9, bottom - top);
    for (std::size_t i = 0; i < spots.size(); ++i) {
      map_->points_[i].x = static_cast<float>((spots[i].first - left) / width);
      map_->points_[i].y = static_cast<float>((spots[i].second - top) / height);
    }
  }

  /// A map that cannot be kept (full disk, read-only folder) is shown all the same.
  void save() const {
    std::string bytes = kHead;
    for (std::size_t i = 0; i < map_->points_.size(); ++i) {
      const std::string hash = hash_bytes(hashes_[i]);
      Record record{map_->points_[i].clip.value, {}, map_->points_[i].x, map_->points_[i].y};
      if (hash.size() != sizeof record.hash) continue;
      std::memcpy(record.hash, hash.data(), hash.size());
      bytes.append(reinterpret_cast<const char*>(&record), sizeof record);
    }
    try {
      std::error_code error;
      fs::create_directories(workspace_.features(), error);
      write_text(map_file(workspace_), bytes);
    } catch (const SessionError&) {
    }
  }

  std::shared_ptr<const ClipMap> finish(std::size_t all, const std::stop_token& stop) {
    map_->unplaced_ = static_cast<std::int64_t>(all - map_->points_.size());
    map_->index_.emplace(Embedding{}.size(), map_->rows_.size());
    for (std::size_t i = 0; i < map_->rows_.size(); ++i) {
      if (stop.stop_requested()) return nullptr;
      map_->index_->add(i, map_->rows_[i]);
    }
    return map_;
  }

  const Workspace& workspace_;
  EmbeddingStore store_;
  std::unique_ptr<db::Catalog> catalog_;
  std::shared_ptr<ClipMap> map_ = std::make_shared<ClipMap>();
  std::vector<std::string> hashes_;  ///< of the points
};

std::shared_ptr<const ClipMap> make_map(const Workspace& workspace, const MapOptions& options, const ProgressSink& progress, std::stop_token stop) {
  return MapMaker(workspace).make(options, progress, stop);
}

std::shared_ptr<const ClipMap> load_map(const Workspace& workspace, std::stop_token stop) { return MapMaker(workspace).load(stop); }

}  // namespace luthier
