#pragma once
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>

#include <memory>
#include <string>
#include <vector>

#include "core/families/latent_diffusion/report_diffusion.h"
#include "core/families/latent_diffusion/report_draw.h"
#include "core/families/latent_diffusion/report_features.h"
#include "core/families/latent_diffusion/report_losses.h"
#include "core/training/trainer.h"

namespace luthier::report {

/// Lowers a learning rate when the criterion has found no new best (by 1e-4 relative) for more than `patience` steps, like
/// ReduceLROnPlateau, but counted in optimiser steps, so that it does not depend on how often is measured.
class PlateauSchedule {
 public:
  PlateauSchedule(double factor, std::int64_t patience, double minimum) : factor_(factor), patience_(static_cast<double>(patience)), minimum_(minimum) {}
  /// The rate after a measurement at `step`.
  double after(double criterion, double step, double rate);
  void visit(const std::string& name, StateVisitor& visitor);

 private:
  double factor_, patience_, minimum_;
  double best_ = 1e300, best_step_ = 0;
};

/// Trains the report system in two phases, "autoencoder" (AdamW) and "diffusion" (Adam; the encoder is frozen), after a phase
/// "features" where a stand-in feature network is needed. Seeded by the run's `seed`.
class ReportTrainer : public Trainer {
 public:
  ReportTrainer(const TrainingInputs& inputs, const ReportSettings& settings);
  std::vector<PhaseInfo> phases() const override;
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  std::vector<Preview> preview(int phase) override;
  void enter_phase(int phase) override;
  void after_validation(int phase, double criterion) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int phase) override;
  std::map<std::string, std::string> record() const override { return features_.record(); }
  double learning_rate() const override;

 private:
  enum class Stage { features, autoencoder, diffusion };
  Stage stage_of(int phase) const { return static_cast<Stage>(phase + (features_.has_stand_ins() ? 0 : 1)); }
  torch::Tensor autoencoder_loss(const Batch& batch, Figures& figures);
  torch::Tensor diffusion_loss(const Batch& batch, Figures& figures);
  torch::Tensor noise_estimate(const Batch& batch, const torch::Tensor& style);
  Figures validate_autoencoder();
  Figures validate_diffusion();
  void set_modes(Stage stage, bool training);
  torch::optim::Optimizer& optimiser(Stage stage);

  TrainingInputs inputs_;
  ReportSettings settings_;
  PictureSource source_;
  FeatureBank features_;
  Losses losses_;
  Networks networks_;
  NoiseSchedule schedule_;
  std::unique_ptr<torch::optim::AdamW> autoencoder_optimiser_;
  std::unique_ptr<torch::optim::Adam> diffusion_optimiser_;
  PlateauSchedule autoencoder_plateau_, diffusion_plateau_;
  double autoencoder_steps_ = 0, diffusion_steps_ = 0;
  Stage stage_ = Stage::features;
  Batch pictures_, pairs_;  ///< for measuring
};

}  // namespace luthier::report
