#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/data/sound_store.h"
#include "core/families/latent_diffusion/studio_features.h"
#include "core/families/latent_diffusion/studio_settings.h"
#include "core/run/rng.h"
#include "core/signal/mel_front_end.h"
#include "core/training/trainer.h"

namespace luthier::studio {

/// Which clips make up one example, by index into the ClipSet.
struct Triple {
  std::int64_t content = 0, style = 0, target = 0;
};

/// Draws crops for training and validation. Paired: content and target play one phrase, style is another phrase by the
/// target's instrument. Unpaired: content is the target itself with its timbre perturbed, style another part of the same
/// recording or label. It stays where it was made.
class ExampleSource {
 public:
  /// Throws ConfigError where the clips cannot give examples.
  ExampleSource(const TrainingInputs& inputs, const StudioSettings& settings);
  ExampleSource(const ExampleSource&) = delete;
  ExampleSource& operator=(const ExampleSource&) = delete;
  bool paired() const { return paired_; }
  Triple draw_triple(Rng& rng, bool validation) const;
  /// ln mel [batch, frame, band] of crops: "content", "target", "style", on the device. Content is augmented when training.
  Batch draw(std::int64_t batch, Rng& rng, bool validation) const;
  /// ln mel crops of any clip.
  torch::Tensor draw_any(std::int64_t batch, Rng& rng) const;
  /// Whole clips as ln mel for a fixed triple, cut to `frames`.
  Batch fixed(const std::vector<Triple>& triples, std::int64_t frames) const;
  /// One triple for each ordered pair of main labels among validation clips, at most `limit`.
  std::vector<Triple> validation_triples(std::size_t limit) const;
  const ClipSet& clips() const { return *inputs_.clips; }

 private:
  std::int64_t random_start(std::int64_t clip, std::int64_t frames, Rng& rng) const;
  /// What is done to one content crop.
  struct Touch {
    bool equaliser = false, room = false, noise = false;
    bool any() const { return equaliser || room || noise; }
  };
  torch::Tensor perturbed(torch::Tensor samples, Rng& rng, double strength, const std::vector<Touch>& touches) const;
  /// ln mel of content crops, some of them perturbed.
  torch::Tensor content_features(const std::vector<std::int64_t>& clip, const std::vector<std::int64_t>& start, Rng& rng) const;
  std::int64_t pick(const std::vector<std::int64_t>& from, Rng& rng) const {
    return from[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(from.size())))];
  }
  /// A clip by the same label, of another phrase and from the same source where there is one: what it was recorded with is heard in it, the noise
  /// of its file as well, and the target is to have that too. The clip itself where there is none.
  std::int64_t other_of_label(std::int64_t clip, Rng& rng, bool validation) const;

  TrainingInputs inputs_;
  StudioSettings settings_;
  SoundStore store_;
  MelFrontEnd front_end_;
  CropFeatures features_;
  bool paired_ = false;
  std::vector<std::int64_t> main_[2], other_[2], any_;               ///< targets by [validation]
  std::map<std::int64_t, std::vector<std::int64_t>> by_phrase_;
  std::map<std::pair<int, int>, std::vector<std::int64_t>> by_label_;                  ///< (label, validation) -> clips
  std::map<std::tuple<int, std::string, int>, std::vector<std::int64_t>> by_source_;  ///< (label, source, validation) -> clips
  std::vector<ClipPair> pairs_;
};

}  // namespace luthier::studio
