#pragma once
#include <memory>
#include <optional>

#include "core/families/latent_diffusion/studio_draw.h"
#include "core/families/latent_diffusion/studio_losses.h"
#include "core/families/latent_diffusion/studio_sampler.h"
#include "core/training/flat_adamw.h"
#include "core/training/trainer.h"

namespace luthier::studio {

/// Trains the autoencoder, then diffusion (or regression) in its latent space.
class StudioTrainer : public Trainer {
 public:
  StudioTrainer(const TrainingInputs& inputs, const StudioSettings& settings);
  std::vector<PhaseInfo> phases() const override;
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  std::vector<Preview> preview(int phase) override;
  void enter_phase(int phase) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int phase) override;
  std::map<std::string, std::string> record() const override;
  double learning_rate() const override { return rate_; }

 private:
  std::vector<torch::nn::Module*> denoising();
  /// What of the autoencoder learns beside the denoiser.
  bool finish_only() const { return settings_.learns == "finish"; }
  /// Whether the finishing blocks have a step size of their own.
  bool finishes_apart() const { return networks_.finisher && !finish_only() && settings_.finish_rate != 1; }
  std::vector<torch::nn::Module*> learning_decoder() { return settings_.decoder_learns && !finish_only() ? networks_.autoencoder->decoder() : std::vector<torch::nn::Module*>{}; }
  bool is_autoencoder(int phase) const { return settings_.ae_steps > 0 && phase == 0; }
  torch::Tensor autoencoder_loss(const Batch& batch, Rng& rng, Figures& figures);
  torch::Tensor diffusion_loss(const Batch& batch, Figures& figures);
  Style styled(const torch::Tensor& style, const torch::Tensor& dropped);
  Figures validate_diffusion();
  /// Errors of the decoded estimate, weighted; both [batch, frame, band], normalised.
  torch::Tensor decoded_error(const torch::Tensor& decoded, const torch::Tensor& target, double mel_weight) const;
  /// One descent of all `optimisers` that there are; the first one's gradient norm.
  torch::Tensor descend(const std::vector<FlatAdamW*>& optimisers, const std::function<torch::Tensor()>& loss, std::int64_t step, std::int64_t total);

  TrainingInputs inputs_;
  StudioSettings settings_;
  ExampleSource source_;
  Networks networks_;
  std::optional<NoteSalience> salience_;
  std::unique_ptr<FlatAdamW> autoencoder_optimiser_, decoder_optimiser_, optimiser_, finish_optimiser_;  ///< decoder: where it learns in both phases; finish: where it has a step size of its own
  Batch validation_;           ///< ln mel of fixed triples
  std::vector<Triple> triples_;
  double rate_ = 0;
};

}  // namespace luthier::studio
