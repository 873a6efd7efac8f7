#pragma once
#include <QtGlobal>
#include <random>
#include <vector>

namespace luthier::ui {

/// An ABX test: in each trial X is A or B, drawn from the seed, and the listener says which. A plain value.
class BlindTest {
 public:
  struct Trial {
    bool x_is_b = false, said_b = false;
    double seconds = 0;  ///< from the start of the trial to the answer
    bool correct() const { return x_is_b == said_b; }
  };

  explicit BlindTest(quint32 seed);
  quint32 seed() const { return seed_; }
  /// What X is in the trial that waits for an answer.
  bool x_is_b() const { return x_is_b_; }
  void answer(bool b, double seconds);
  const std::vector<Trial>& trials() const { return trials_; }
  int correct() const;
  /// Chance to get at least so many right by guessing: the upper tail of the binomial distribution with p = 1/2, exact.
  double p_value() const;

 private:
  quint32 seed_;
  std::mt19937 random_;
  bool x_is_b_ = false;
  std::vector<Trial> trials_;
};

/// Upper tail P(K >= correct) of `trials` fair coins. 1 for no trials.
double guessing_chance(int trials, int correct);

}  // namespace luthier::ui
