#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

namespace luthier::nn {

/// What critic and generator play for. Scores are raw critic outputs of any shape; every loss is their mean.
enum class Game {
  least_squares,  ///< (score - 1)^2 for real, score^2 for made (Mao et al. 2017)
  hinge,          ///< relu(1 - score), relu(1 + score); the generator pays -score (Lim and Ye 2017)
  cross_entropy   ///< binary cross-entropy on logits (Goodfellow et al. 2014, non-saturating)
};
/// The setting's choices, in the order of Game.
std::vector<std::string> game_names();  ///< "least_squares", "hinge", "cross_entropy"
Game game_from(const std::string& name);

/// Real term plus made term.
torch::Tensor critic_loss(Game game, const torch::Tensor& real, const torch::Tensor& made);
torch::Tensor generator_loss(Game game, const torch::Tensor& made);

}  // namespace luthier::nn
