#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/data/domain_clips.h"
#include "core/families/family.h"

/// What the translators between two domains of spectrograms share: the sound's settings, windows over long sounds, the choice
/// of direction, and previews. The networks and losses are the families'.
namespace luthier {

/// Analysis settings that more than one family describes alike.
struct SpectrogramSettings {
  std::int64_t rate = 22050, n_fft = 2048, hop = 512, bands = 128, frames = 256;

  template <class V>
  void describe(V& v) {
    v.group("Sound");
    v.number("rate", rate, 8000, 48000, "Hz", "Sample rate that the model hears.");
    v.number("n_fft", n_fft, 256, 8192, "samples", "Length of the analysis window.");
    v.number("hop", hop, 32, 4096, "samples", "From one analysis frame to the next.");
    v.number("bands", bands, 32, 512, "bands", "Mel bands.");
    v.number("frames", frames, 32, 4096, "frames", "Length of a crop, and of a window of a long sound.");
  }
  RepresentationSpec spec(const std::string& kind) const;
  double seconds() const { return static_cast<double>(frames * hop) / static_cast<double>(rate); }
};

/// Which labels stand on which side.
struct DomainSettings {
  std::string source_labels, target_labels;

  template <class V>
  void describe(V& v) {
    v.group("Labels");
    v.text("source_labels", source_labels, "Labels to translate from, separated by commas; empty: all that are not targets.");
    v.text("target_labels", target_labels, "Labels to translate to; empty: the last by name.");
  }
};

/// What a transfer of a translator can be asked for.
struct TranslationOptions {
  std::string direction = "auto";
  double strength = 1.0, overlap = 0.5;

  template <class V>
  void describe(V& v) {
    v.group("Transfer");
    v.choice("direction", direction, {"auto", "to_target", "to_source"},
             "Towards which labels; auto: those whose clips sound more like the style.");
    v.number("strength", strength, 0, 1, "", "0 leaves the content as it is, 1 gives the full transfer.");
    v.number("overlap", overlap, 0, 0.9, "", "Share of a window that is cross-faded with the next.");
  }
};

/// A trained translator in windows. `pass` maps [1, 1, bin, window] on CPU to the same shape, towards domain `to`.
class WindowedTranslator : public FamilyTransfer {
 public:
  struct Parts {
    RepresentationSpec spec;
    std::int64_t window = 256;
    torch::Tensor statistics;  ///< of DomainClips; decides "auto"
    bool both_ways = true;     ///< false: only to the target; asking for the other way, or with "auto" bringing what sounds like the target, is refused
    double lowest = -1, highest = 1;
    std::string source = {}, target = {};  ///< labels, for people; may be empty
    std::function<torch::Tensor(const torch::Tensor& part, int to)> pass;
  };
  explicit WindowedTranslator(Parts parts) : parts_(std::move(parts)) {}
  RepresentationSpec representation() const override { return parts_.spec; }
  torch::Tensor transform(const torch::Tensor& content, const torch::Tensor& style, const Config& options,
                          const StepObserver& observer, std::stop_token stop) override;

 private:
  int direction(const TranslationOptions& options, const torch::Tensor& style) const;
  void check_content(const TranslationOptions& options, const torch::Tensor& content) const;
  Parts parts_;
};

/// Throws CheckpointError in one sentence where the weights are another family's.
void require_family(const Checkpoint& checkpoint, const std::string& family);
/// Throws ConfigError unless `features` is [1, bands, frame >= 1]; `name` goes into the sentence.
void require_shape(const char* name, const torch::Tensor& features, std::int64_t bands);
/// What was kept by nn::Constant under this name; undefined where the checkpoint has none.
torch::Tensor constant_of(const Checkpoint& checkpoint, const std::string& name);

/// Throws ConfigError in one sentence where a U-Net of this many halvings cannot take such crops, or BatchNorm such batches.
void check_unet(const SpectrogramSettings& sound, std::int64_t depth, std::int64_t batch);

/// Picture and sound of features [channel, bin, frame] under a title.
Preview preview_of(const std::string& title, const torch::Tensor& features, const RepresentationSpec& spec);
/// How far apart two sets of crops [batch, channel, bin, frame] are as distributions: mean absolute difference of each band's
/// mean, deviation and mean step from frame to frame. 0 for equal sets; in the unit of the features.
torch::Tensor domain_gap(const torch::Tensor& made, const torch::Tensor& real);
/// Whether a step's figures are read now: always on a CPU; every 20th step on a device, which would have to wait.
bool figures_due(torch::Device device, std::int64_t step);
/// The rate of a schedule that holds for `hold` of its steps and then falls linearly to 0.
double held_then_linear(double rate, std::int64_t step, std::int64_t total, double hold);
/// The run's seed, for the start of the weights.
std::uint64_t seed_of(const Config& config);

}  // namespace luthier
