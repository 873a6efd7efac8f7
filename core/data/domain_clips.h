#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/data/clip_set.h"
#include "core/run/rng.h"

namespace luthier {

/// What a translation between two groups of labels draws from. Read-only after construction.
struct DomainOptions {
  std::string source_labels;  ///< separated by commas; empty: see DomainClips
  std::string target_labels;
  std::int64_t frames = 256;  ///< length of a crop
  std::int64_t grid = 1;      ///< crops start at multiples of this many frames
  bool paired = false;        ///< clips of both sides that play one phrase are needed
};

/// Crops of a source and a target domain, each one label or several. Where no labels are named: of two labels the first (by
/// name) is the source and the second the target; of more, the last is the target and all others are the source.
class DomainClips {
 public:
  /// `pairs`: rows of a pair set; those with a target count besides shared phrases. `warn` may be empty. Throws ConfigError,
  /// in one sentence, where a label is unknown or on both sides, where a side has no clip of `frames` frames, or where
  /// `paired` is asked for and no phrase is played on both sides.
  DomainClips(std::shared_ptr<const ClipSet> clips, const std::vector<ClipPair>& pairs, const DomainOptions& options,
              const std::function<void(const std::string&)>& warn = {});

  static constexpr int source = 0, target = 1;
  /// "guitar, piano"
  const std::string& name(int domain) const { return names_[domain]; }
  const ClipSet& clips() const { return *clips_; }
  std::int64_t bins() const;
  std::int64_t channels() const;

  /// [batch, channel, bin, frame] float32 on CPU from training clips.
  torch::Tensor draw(int domain, std::int64_t batch, Rng& rng) const;
  /// The same moment of the same phrase by both sides: (source, target).
  std::pair<torch::Tensor, torch::Tensor> draw_pairs(std::int64_t batch, Rng& rng) const;
  bool has_pairs() const { return !pairs_[0].empty(); }

  /// At most `most` crops from validation clips (from training clips where there are none), always the same.
  torch::Tensor fixed(int domain, std::int64_t most) const;
  /// The same for pairs; undefined tensors where there are none.
  std::pair<torch::Tensor, torch::Tensor> fixed_pairs(std::int64_t most) const;

  /// Crops that make an epoch: of the domain that has more, starting at the grid (or end to end where the grid is a single
  /// frame), in training clips.
  std::int64_t crops_of_epoch() const;
  /// The same of pairs.
  std::int64_t pairs_of_epoch() const;

  /// [domain, statistic, bin]: mean and standard deviation over time of each band of the training clips.
  torch::Tensor statistics() const;

 private:
  using Pair = std::pair<std::int64_t, std::int64_t>;
  void choose_labels(const DomainOptions& options, const std::function<void(const std::string&)>& warn);
  void sort_clips(const std::function<void(const std::string&)>& warn);
  void find_pairs(const std::vector<ClipPair>& pairs);
  torch::Tensor crop(std::int64_t clip, std::int64_t start) const;
  std::int64_t starts(std::int64_t frames) const;
  std::int64_t chunks(std::int64_t frames) const;
  std::int64_t length_of(std::int64_t clip) const;
  int domain_of(int label) const;

  std::shared_ptr<const ClipSet> clips_;
  DomainOptions options_;
  std::vector<int> labels_[2];
  std::string names_[2];
  std::vector<std::int64_t> members_[2][2];  ///< [domain][validation]
  std::vector<Pair> pairs_[2];               ///< [validation]
};

/// [statistic, bin] of one sound, as DomainClips::statistics() counts them.
torch::Tensor band_statistics(const torch::Tensor& features);
/// How far the sound is from the statistics of domain 0 and of domain 1, whatever its level.
std::pair<double, double> domain_distances(const torch::Tensor& statistics, const torch::Tensor& features);
/// The domain (0 or 1) whose statistics are nearer to the sound's.
int nearer_domain(const torch::Tensor& statistics, const torch::Tensor& features);

}  // namespace luthier
