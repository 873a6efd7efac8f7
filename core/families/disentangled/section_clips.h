#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/data/band_statistics.h"
#include "core/data/clip_set.h"
#include "core/families/disentangled/disentangled_settings.h"
#include "core/training/trainer.h"

namespace luthier::disentangled {

/// Frames of a sound as overlapping sections: [2, bin, frame] -> [section, 2, window, bin]. What is missing in the last is filled_up().
torch::Tensor cut_sections(const torch::Tensor& features, const Settings& settings);
/// Sections that a sound of so many frames needs so that none is lost, at least 1.
std::int64_t section_count(std::int64_t frames, const Settings& settings);
/// The sound as far as a style is heard in it: without a last section that it would fill by less than half (so that 10 s are four
/// sections of the published system), but never less than one. [2, bin, frame] -> the same or shorter.
torch::Tensor heard_part(const torch::Tensor& features, const Settings& settings);
/// A sound that goes to and fro in time until it has so many frames; backwards its spectra are conjugate, as those of the sound played
/// backwards are. Longer ones stay as they are. [2, bin, frame]
torch::Tensor to_and_fro(const torch::Tensor& features, std::int64_t frames);
/// As long as its sections, by to_and_fro(). Before normalising, for means are no mirror images.
torch::Tensor filled_up(const torch::Tensor& features, const Settings& settings);
/// Back: [section, 2, window, bin] -> [2, bin, frame], cross-faded where sections overlap.
torch::Tensor join_sections(const torch::Tensor& sections, const Settings& settings);
/// What brings features to RMS 0.07 (`even_level`), else 1. 1 for silence.
double level_gain(const torch::Tensor& features, const Settings& settings);
/// Share of each STFT bin in the mean magnitude: [2, bin, frame] -> [STFT bin], sum 1 (0 for silence).
torch::Tensor profile_of(const torch::Tensor& features, const Settings& settings);

/// Batches with the same number of crops of each label, from clips of "stft_cqt" features. Read-only after construction.
class SectionClips {
 public:
  /// Throws ConfigError, in one sentence: fewer than two labels, a label with a single usable clip, a batch too small, a
  /// statistics file for a label that is not there, statistics of another representation (NpzError).
  SectionClips(std::shared_ptr<const ClipSet> clips, const Settings& settings, const std::function<void(const std::string&)>& warn);

  const std::vector<std::string>& labels() const { return labels_; }
  torch::Tensor mean() const { return mean_; }            ///< [label, 2, bin]
  torch::Tensor deviation() const { return deviation_; }  ///< [label, 2, bin], guarded
  torch::Tensor profiles() const { return profiles_; }    ///< [label, STFT bin]

  /// "content" [batch, section, 2, frame, bin] (all bins), "style" the same, "target" (STFT bins only), "content_label" and
  /// "label" (of style and target) [batch]. Half of the batch (of two labels) has label 0, then label 1 …; where the batch is too
  /// small for two of every label, labels are drawn. Where all three are one crop they share memory.
  Batch draw(Rng& rng) const;
  /// The same from validation clips (training clips where a label has none), at most `most` of each label, always the same.
  /// `training`: from training clips.
  Batch fixed(std::int64_t most, bool training = false) const;
  struct Place {
    std::int64_t clip = 0, start = 0;
  };
  /// Where a label's mean style is heard: at most `most` training clips spread over all, in each at most `crops` places from its
  /// start to its end.
  std::vector<Place> style_places(std::int64_t label, std::int64_t most, std::int64_t crops) const;
  /// The crops there, normalised: [place, section, 2, frame, bin].
  torch::Tensor sections_at(const std::vector<Place>& places) const;
  /// Notes of a phrase by another label exist.
  bool has_pairs() const { return has_pairs_; }

 private:
  struct Row {
    std::int64_t content = 0, style = 0, target = 0, start = 0, style_start = 0;
  };
  void sort_clips(const std::function<void(const std::string&)>& warn);
  void take_statistics();
  Batch batch_of(const std::vector<Row>& rows) const;
  Row row_of(std::int64_t clip, Rng& rng) const;
  torch::Tensor crop(std::int64_t clip, std::int64_t start) const;
  std::int64_t starts(std::int64_t clip) const;
  int label_of(std::int64_t clip) const { return clips_->clips[static_cast<std::size_t>(clip)].label_index; }

  std::shared_ptr<const ClipSet> clips_;
  Settings settings_;
  std::vector<std::string> labels_;
  std::vector<std::vector<std::int64_t>> members_[2];        ///< [validation][label]
  std::vector<std::vector<std::int64_t>> partners_;          ///< by clip: the same phrase by other labels, for training
  bool has_pairs_ = false;
  std::vector<double> gains_;                                ///< by clip
  torch::Tensor mean_, deviation_, profiles_;
};

}  // namespace luthier::disentangled
