#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/families/disentangled/curriculum.h"
#include "core/families/disentangled/losses.h"
#include "core/families/disentangled/networks.h"
#include "core/families/disentangled/section_clips.h"
#include "core/training/early_transfers.h"
#include "core/training/flat_adamw.h"
#include "core/training/trainer.h"

namespace luthier::disentangled {

/// Encoders and decoder learn at every step; the critic, which tells labels by style and by content, at the first
/// `critic_steps` of every `generator_steps` while the curriculum gives it weight (published: five steps of the one, then three
/// of the other).
class DisentangledTrainer : public Trainer, public EarlyTransfers {
 public:
  DisentangledTrainer(const TrainingInputs& inputs, const Settings& settings);
  std::vector<PhaseInfo> phases() const override { return phases_; }
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  std::vector<Preview> preview(int phase) override;
  void enter_phase(int phase) override;
  void after_validation(int phase, double criterion) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int phase) override;
  std::map<std::string, std::string> record() const override;
  bool makes_transfers(int) const override { return true; }
  double learning_rate() const override { return settings_.learning_rate * rate_share_; }

 private:
  struct Parts {
    torch::Tensor content, style, told;  ///< [batch, section, embedding], [batch, embedding] twice; `told` is what the decoder gets
    ClassMeans classes;
  };
  Parts encode(const Batch& batch, Rng& rng);
  torch::Tensor reconstruct(const Batch& batch, const Parts& parts, Rng& rng);
  torch::Tensor denormalised(const torch::Tensor& sections, const torch::Tensor& labels) const;
  double learn_critic(const Batch& batch, const Parts& parts, double weight);
  /// The labels' mean styles by the weights of this moment: of a few reference crops, or (`whole`) as a checkpoint shall hold them.
  void measure_class_styles(bool whole);
  torch::Tensor mean_style(std::int64_t label);
  torch::Tensor told_styles(const torch::Tensor& sections, const torch::Tensor& labels);

  Settings settings_;
  torch::Device device_;
  SectionClips clips_;
  Networks networks_;
  std::vector<PhaseInfo> phases_;
  std::unique_ptr<FlatAdamW> optimiser_, critic_optimiser_;
  Batch reference_, validation_;
  bool averaged_weights_ = false;  ///< a checkpoint's styles belong to averaged weights, which are there in validations only
  bool styles_measured_ = false, styles_stale_ = true, last_step_ = false;
  double best_seen_ = 1e30;
  double rate_share_ = 1, plateau_best_ = 1e30, plateau_wait_ = 0;
};

}  // namespace luthier::disentangled
