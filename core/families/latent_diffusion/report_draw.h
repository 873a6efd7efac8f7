#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/families/latent_diffusion/report_networks.h"
#include "core/training/trainer.h"

namespace luthier::report {

/// Cuts 128-frame pictures out of the clips. Training takes a random place of a clip, measuring its start; a shorter clip is
/// filled up with 0 (80 dB below the maximum).
class PictureSource {
 public:
  /// Throws ConfigError where the clips are of another representation or cannot give examples.
  PictureSource(const TrainingInputs& inputs, const std::string& pairing);

  /// "picture" [batch, 1, 128, 128] and "label" [batch] int64 of random training clips.
  Batch draw_pictures(std::int64_t batch, Rng& rng) const;
  /// "content" and "style" by the pair set's rows (or at random), or by label where the pairing says so.
  Batch draw_pairs(std::int64_t batch, Rng& rng) const;
  /// Fixed pictures and pairs for measuring, at most `limit`; of the training clips where nothing is set aside.
  Batch validation_pictures(std::int64_t limit) const;
  Batch validation_pairs(std::int64_t limit) const;
  /// Labels of the first validation pair, "piano to violin".
  std::string validation_title() const;
  std::int64_t labels() const { return static_cast<std::int64_t>(inputs_.clips->labels.size()); }

 private:
  struct Pool {
    std::vector<std::int64_t> clips, styles;  ///< indexes; `styles` may be styles
    std::vector<ClipPair> pairs;              ///< rows of the pair set inside this pool
  };
  static std::int64_t pick(const std::vector<std::int64_t>& from, Rng& rng);
  int label_of(std::int64_t clip) const { return inputs_.clips->clips[static_cast<std::size_t>(clip)].label_index; }
  ClipPair draw_pair(const Pool& pool, Rng& rng) const;
  torch::Tensor cut(std::int64_t clip, Rng* rng) const;  ///< [1, 128, 128]
  std::vector<ClipPair> fixed_pairs(std::int64_t limit) const;
  void check() const;

  TrainingInputs inputs_;
  bool same_label_ = false;
  Pool training_, validation_;
};

}  // namespace luthier::report
