#pragma once
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/config/schema.h"
#include "core/run/progress.h"
#include "core/signal/representation.h"
#include "core/training/checkpoint.h"
#include "core/training/trainer.h"

namespace luthier {

enum class Role {
  translator,  ///< content + style -> sound
  vocoder,     ///< spectrogram -> sound
  generator,   ///< noise -> sound
  optimiser    ///< optimises the sound itself; nothing to train
};

struct FamilyInfo {
  std::string id;       ///< folder name under core/families
  std::string title;
  std::string summary;  ///< one sentence
  Role role = Role::translator;
  bool paired = false;  ///< needs clips that share phrases, or a pair set
};

struct PresetInfo {
  std::string name;     ///< "report", "studio", "quick", "tiny"
  std::string help;
  Config overrides;
};

/// What the data must offer before a run starts; checked by the session with one sentence each.
struct DataNeeds {
  int minimum_labels = 2;
  int minimum_clips_per_label = 2;
  double minimum_seconds = 0;   ///< shortest usable clip
  bool phrases = false;         ///< clips must share phrases
  bool pair_set = false;        ///< a pair set is drawn from (made on the fly when none is named)
};

struct ModuleCount {
  std::string name;
  std::int64_t parameters = 0;
};

/// The clean estimate after one sampling step, for the live picture. Values only valid during the call.
struct SamplingStep {
  int step = 0, total = 0;          ///< 1-based
  const torch::Tensor& estimate;    ///< as transform() would return it, [channel, bin, frame] on CPU
};
using StepObserver = std::function<void(const SamplingStep&)>;

/// A loaded translator (or generator/vocoder, which ignore what they do not need). One thread at a time.
class FamilyTransfer {
 public:
  virtual ~FamilyTransfer() = default;
  virtual RepresentationSpec representation() const = 0;
  /// content, style: [channel, bin, frame] float32 on CPU, any number of frames (long sounds go through in overlapped
  /// windows). Returns the result in the same representation. `options` is complete for transfer_schema().
  /// Throws on a stop request: Cancelled.
  virtual torch::Tensor transform(const torch::Tensor& content, const torch::Tensor& style, const Config& options,
                                  const StepObserver& observer, std::stop_token stop) = 0;
  /// Vocoders: features -> samples at representation().sample_rate. Others throw ConfigError.
  virtual std::vector<float> decode(const torch::Tensor& features, const Config& options, std::stop_token stop);
};

/// A stop was asked for; an outcome, not an error.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

/// One model family: a folder under core/families that defines `const Family& <folder>_family()`. Stateless, shared.
class Family {
 public:
  virtual ~Family() = default;
  virtual FamilyInfo info() const = 0;
  virtual Schema schema() const = 0;                 ///< without the loop's settings
  virtual std::vector<PresetInfo> presets() const = 0;
  virtual Schema transfer_schema() const = 0;        ///< steps, strength, guidance, seed …
  virtual RepresentationSpec representation(const Config& config) const = 0;
  virtual DataNeeds needs(const Config& config) const = 0;
  virtual std::vector<ModuleCount> modules(const Config& config) const = 0;
  /// A family that renders its own training clips returns them; null (the usual): they come from the catalog.
  virtual std::shared_ptr<ClipSet> make_clips(const Config& config, const ProgressSink& progress, std::stop_token stop) const;
  virtual std::unique_ptr<Trainer> make_training(const TrainingInputs& inputs) const = 0;
  virtual std::unique_ptr<FamilyTransfer> make_transfer(const Checkpoint& checkpoint, torch::Device device) const = 0;
};

/// All families, by folder name.
const std::vector<const Family*>& families();
/// Throws ConfigError listing the known ids.
const Family& find_family(const std::string& id);
/// The family's schema followed by the loop's.
Schema run_schema(const Family& family);
/// Preset by name over the defaults; throws ConfigError listing the known names.
Config preset_config(const Family& family, const std::string& preset, const Config& overrides = {});

}  // namespace luthier
