#pragma once
#include <torch/nn/modules/linear.h>
#include <torch/optim/adam.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/families/latent_diffusion/report_settings.h"
#include "core/nn/feature_network.h"
#include "core/run/events.h"
#include "core/training/state.h"

namespace luthier::report {

/// The feature networks that the losses ask for. Each comes from its public weight file, or, where the user names none, is a
/// stand-in: a network of the same shape that learns to tell the user's own labels apart (mean over the last map, one linear
/// layer, cross-entropy, Adam 1e-3). After freeze() no network learns.
class FeatureBank {
 public:
  /// Throws WeightFileError for a file that cannot be used.
  FeatureBank(const ReportSettings& settings, std::int64_t labels, torch::Device device);
  std::shared_ptr<FeatureNetwork> perceptual() const { return find(settings_.perceptual_loss); }  ///< null: "none"
  std::shared_ptr<FeatureNetwork> style() const { return find(settings_.style_loss); }
  bool has_stand_ins() const;

  /// One optimiser step of every stand-in: pictures [batch, 1, 128, 128], labels [batch] int64.
  Figures train(const torch::Tensor& pictures, const torch::Tensor& labels);
  /// Cross-entropy and share of right labels, mean over the stand-ins.
  Figures measure(const torch::Tensor& pictures, const torch::Tensor& labels);
  void freeze();
  /// Stand-ins only (a file is read again); as plain state, so that checkpoints for transfers are free of them.
  void visit(StateVisitor& visitor);
  /// "feature_network.vggish" -> "file …" or "stand-in, trained on the labels …".
  std::map<std::string, std::string> record() const;
  double learning_rate() const { return 1e-3; }

 private:
  struct Member {
    std::string name, origin;
    std::shared_ptr<FeatureNetwork> network;
    bool stand_in = false;
    torch::nn::Linear head{nullptr};
    std::unique_ptr<torch::optim::Adam> optimiser;
  };
  void add(const std::string& name, std::int64_t labels, torch::Device device);
  std::shared_ptr<FeatureNetwork> find(const std::string& name) const;
  static torch::Tensor logits(Member& member, const torch::Tensor& pictures);

  ReportSettings settings_;
  std::vector<Member> members_;
};

}  // namespace luthier::report
