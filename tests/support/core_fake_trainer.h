#pragma once
#include <torch/torch.h>

#include <functional>
#include <limits>
#include <memory>

#include "core/training/ema.h"
#include "core/training/flat_adamw.h"
#include "core/training/trainer.h"

/// A trainer small enough to follow by hand: learns y = A x + b in two phases, the first by torch's AdamW, the second by
/// FlatAdamW with dropout, a batch-norm buffer and a plateau schedule, so that every kind of state is there.
class FakeTrainer : public luthier::Trainer {
 public:
  explicit FakeTrainer(std::int64_t first = 12, std::int64_t second = 18) : first_(first), second_(second) {
    torch::manual_seed(1);
    encoder = torch::nn::Linear(4, 3);
    head = torch::nn::Sequential(torch::nn::Linear(3, 8), torch::nn::BatchNorm1d(8), torch::nn::Tanh(),
                                 torch::nn::Dropout(0.25), torch::nn::Linear(8, 2));
    first_optimiser_ = std::make_unique<torch::optim::AdamW>(encoder->parameters(), torch::optim::AdamWOptions(0.05));
    luthier::AdamWOptions options;
    options.learning_rate = 0.02;
    second_optimiser_ = std::make_unique<luthier::FlatAdamW>(head->parameters(), options);
    const auto grid = torch::linspace(-1, 1, 32).reshape({8, 4});
    check_x_ = torch::sin(3 * grid);
    check_y_ = truth(check_x_);
  }

  std::vector<luthier::PhaseInfo> phases() const override { return {{"encoder", first_}, {"head", second_}}; }

  luthier::Batch draw(int, luthier::Rng& rng) override {
    const auto x = rng.normal({6, 4});
    return {{"x", x}, {"y", truth(x)}};
  }

  luthier::Figures update(int phase, const luthier::Batch& batch, std::int64_t step, luthier::Rng& rng) override {
    ++updates;
    encoder->train(), head->train();
    if (before_update) before_update(phase, step);
    torch::Tensor loss;
    if (phase == 0) {
      first_optimiser_->zero_grad();
      loss = (encoder->forward(batch.at("x")).narrow(1, 0, 2) - batch.at("y")).square().mean() + 0.01 * rng.uniform();
      loss.backward();
      first_optimiser_->step();
    } else {
      second_optimiser_->zero_grad();
      second_optimiser_->set_learning_rate(rate_);
      loss = (head->forward(encoder->forward(batch.at("x")).detach()) - batch.at("y")).square().mean();
      loss.backward();
      second_optimiser_->step();
    }
    const double value = updates >= broken_from ? std::numeric_limits<double>::quiet_NaN() : loss.item<double>();
    return {{"loss", value}};
  }

  luthier::Figures validate(int phase) override {
    ++validations;
    seen_by_validation = head->parameters().back().detach().clone();
    if (on_validate) on_validate(phase);
    if (criterion) return {{"criterion", criterion()}};
    encoder->eval(), head->eval();
    const auto out = phase == 0 ? encoder->forward(check_x_).narrow(1, 0, 2) : head->forward(encoder->forward(check_x_));
    return {{"error", (out - check_y_).square().mean().item<double>()}};
  }

  std::vector<luthier::Preview> preview(int) override {
    ++previews;
    if (on_preview) on_preview();
    return {{"fake", torch::zeros({4, 5}), {0.f, 0.5f}, 8000}};
  }

  void enter_phase(int phase) override { entered.push_back(phase); }

  void after_validation(int, double criterion_value) override {
    if (criterion_value >= last_criterion_) rate_ *= 0.5;
    last_criterion_ = criterion_value;
  }

  void visit(luthier::StateVisitor& visitor) override {
    visitor.module("encoder", *encoder);
    visitor.module("head", *head);
    visitor.optimiser("first", *first_optimiser_);
    second_optimiser_->visit("second", visitor);
    visitor.number("rate", rate_);
    visitor.number("last_criterion", last_criterion_);
  }

  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int phase) override {
    if (phase == 0) return {{"encoder", encoder.get()}};
    return {{"head", head.ptr().get()}};
  }
  double learning_rate() const override { return rate_; }

  torch::nn::Linear encoder{nullptr};
  torch::nn::Sequential head{nullptr};
  std::vector<int> entered;
  int updates = 0, validations = 0, previews = 0;
  int broken_from = std::numeric_limits<int>::max();  ///< from this update on the loss is no number
  std::function<void(int phase, std::int64_t step)> before_update;
  std::function<void(int phase)> on_validate;
  std::function<void()> on_preview;
  std::function<double()> criterion;                  ///< instead of the measured one
  torch::Tensor seen_by_validation;

 private:
  static torch::Tensor truth(const torch::Tensor& x) { return torch::stack({x.sum(1), 0.5 * x.select(1, 0) - x.select(1, 3)}, 1); }

  std::int64_t first_, second_;
  std::unique_ptr<torch::optim::AdamW> first_optimiser_;
  std::unique_ptr<luthier::FlatAdamW> second_optimiser_;
  torch::Tensor check_x_, check_y_;
  double rate_ = 0.02, last_criterion_ = 1e9;
};
