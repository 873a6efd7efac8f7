#include "core/nn/adversarial_loss.h"

#include <ATen/ATen.h>

#include "core/config/schema.h"

namespace luthier::nn {

std::vector<std::string> game_names() { return {"least_squares", "hinge", "cross_entropy"}; }

Game game_from(const std::string& name) {
  const auto names = game_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Game>(i);
  throw ConfigError("There is no adversarial loss '" + name + "'; choose least_squares, hinge or cross_entropy.");
}

torch::Tensor critic_loss(Game game, const torch::Tensor& real, const torch::Tensor& made) {
  switch (game) {
    case Game::least_squares: return (real - 1).square().mean() + made.square().mean();
    case Game::hinge: return at::relu(1 - real).mean() + at::relu(1 + made).mean();
    default: return at::softplus(-real).mean() + at::softplus(made).mean();
  }
}

torch::Tensor generator_loss(Game game, const torch::Tensor& made) {
  switch (game) {
    case Game::least_squares: return (made - 1).square().mean();
    case Game::hinge: return -made.mean();
    default: return at::softplus(-made).mean();
  }
}

}  // namespace luthier::nn
