#include "core/training/flat_adamw.h"

#include <torch/torch.h>

#include <QtTest>

#include "core/training/ema.h"

using namespace luthier;

class TestFlatAdamW : public QObject {
  Q_OBJECT
 private slots:
  void itStepsAsTorchDoes();
  void clippingScalesTheWholeGradient();
  void parametersKeepTheirValuesAndShapes();
  void theStateComesBack();
  void anAverageSwappedTwiceIsWhereItWas();
};

namespace {
torch::nn::Sequential net() {
  torch::manual_seed(11);
  return torch::nn::Sequential(torch::nn::Linear(5, 7), torch::nn::GELU(), torch::nn::Linear(7, 3));
}
torch::Tensor loss_of(torch::nn::Sequential& model, int step) {
  torch::manual_seed(static_cast<std::uint64_t>(100 + step));
  return (model->forward(torch::randn({8, 5})) - torch::ones({8, 3})).square().mean();
}
}  // namespace

void TestFlatAdamW::itStepsAsTorchDoes() {
  auto mine = net(), theirs = net();
  AdamWOptions options;
  options.learning_rate = 0.01;
  options.weight_decay = 0.05;
  options.clip_norm = 0;
  FlatAdamW flat(mine->parameters(), options);
  torch::optim::AdamW reference(theirs->parameters(), torch::optim::AdamWOptions(0.01).betas({options.beta1, options.beta2}).weight_decay(0.05));
  for (int step = 0; step < 50; ++step) {
    flat.zero_grad();
    loss_of(mine, step).backward();
    flat.step();
    reference.zero_grad();
    loss_of(theirs, step).backward();
    reference.step();
  }
  for (std::size_t i = 0; i < mine->parameters().size(); ++i)
    QVERIFY(torch::allclose(mine->parameters()[i], theirs->parameters()[i], 1e-4, 1e-6));
}

void TestFlatAdamW::clippingScalesTheWholeGradient() {
  auto mine = net(), theirs = net();
  AdamWOptions options;
  options.clip_norm = 0.01;  // far below what the gradient has
  FlatAdamW flat(mine->parameters(), options);
  torch::optim::AdamW reference(theirs->parameters(), torch::optim::AdamWOptions(options.learning_rate).betas({options.beta1, options.beta2}).weight_decay(options.weight_decay));
  for (int step = 0; step < 5; ++step) {
    flat.zero_grad();
    loss_of(mine, step).backward();
    const double norm = flat.step().item<double>();
    reference.zero_grad();
    loss_of(theirs, step).backward();
    const double expected = torch::nn::utils::clip_grad_norm_(theirs->parameters(), options.clip_norm);
    QVERIFY(std::abs(norm - expected) < 1e-4 * expected && norm > options.clip_norm);
    reference.step();
  }
  for (std::size_t i = 0; i < mine->parameters().size(); ++i)
    QVERIFY(torch::allclose(mine->parameters()[i], theirs->parameters()[i], 1e-4, 1e-6));
}

void TestFlatAdamW::parametersKeepTheirValuesAndShapes() {
  auto mine = net(), untouched = net();
  FlatAdamW flat(mine->parameters(), {});
  for (std::size_t i = 0; i < mine->parameters().size(); ++i) QVERIFY(torch::equal(mine->parameters()[i], untouched->parameters()[i]));
  QVERIFY(torch::equal(mine->forward(torch::ones({2, 5})), untouched->forward(torch::ones({2, 5}))));
}

void TestFlatAdamW::theStateComesBack() {
  auto one = net(), two = net();
  FlatAdamW first(one->parameters(), {}), second(two->parameters(), {});
  const auto train = [](torch::nn::Sequential& model, FlatAdamW& optimiser, int from, int to) {
    for (int step = from; step < to; ++step) {
      optimiser.zero_grad();
      loss_of(model, step).backward();
      optimiser.step();
    }
  };
  train(one, first, 0, 6);
  StateSaver saver;
  saver.module("net", *one);
  first.visit("flat", saver);
  StateLoader loader(saver.tensors);
  loader.module("net", *two);
  second.visit("flat", loader);
  train(one, first, 6, 12);
  train(two, second, 6, 12);
  for (std::size_t i = 0; i < one->parameters().size(); ++i) QVERIFY(torch::equal(one->parameters()[i], two->parameters()[i]));
}

void TestFlatAdamW::anAverageSwappedTwiceIsWhereItWas() {
  auto model = net();
  WeightAverage average(0.9, {{"net", model.ptr().get()}});
  const auto start = model->parameters()[0].detach().clone();
  {
    torch::NoGradGuard guard;
    for (auto& parameter : model->parameters()) parameter.add_(1.0);
  }
  const auto live = model->parameters()[0].detach().clone();
  average.update();  // d = min(0.9, 2 / 11)
  average.swap();
  QVERIFY(torch::allclose(model->parameters()[0], start * (2.0 / 11) + live * (9.0 / 11), 1e-5, 1e-6));
  average.swap();
  QVERIFY(torch::equal(model->parameters()[0], live));
  WeightAverage off(0.0, {{"net", model.ptr().get()}});
  QVERIFY(!off.active());
  off.update(), off.swap();
  QVERIFY(torch::equal(model->parameters()[0], live));
}

QTEST_GUILESS_MAIN(TestFlatAdamW)
#include "tst_flat_adamw.moc"
