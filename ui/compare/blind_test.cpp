#include "ui/compare/blind_test.h"

#include <algorithm>
#include <cmath>

namespace luthier::ui {

double guessing_chance(int trials, int correct) {
  // Terms of (1/2)^n * n over k, by their logarithms, so that long tests do not overflow.
  double sum = 0;
  for (int k = std::max(correct, 0); k <= trials; ++k) {
    sum += std::exp(std::lgamma(trials + 1.0) - std::lgamma(k + 1.0) - std::lgamma(trials - k + 1.0) - trials * std::log(2.0));
  }
  return std::min(sum, 1.0);
}

BlindTest::BlindTest(quint32 seed) : seed_(seed), random_(seed) { x_is_b_ = random_() >> 31; }

void BlindTest::answer(bool b, double seconds) {
  trials_.push_back({x_is_b_, b, seconds});
  x_is_b_ = random_() >> 31;
}

int BlindTest::correct() const {
  return static_cast<int>(std::count_if(trials_.begin(), trials_.end(), [](const Trial& trial) { return trial.correct(); }));
}

double BlindTest::p_value() const { return guessing_chance(static_cast<int>(trials_.size()), correct()); }

}  // namespace luthier::ui
