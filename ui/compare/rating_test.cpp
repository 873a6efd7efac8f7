#include "ui/compare/rating_test.h"

#include <QObject>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>

namespace luthier::ui {
namespace {

/// Two-sided 95 % quantiles of Student's t for 1 … 30 degrees of freedom; beyond, the normal one is near enough.
double student_t(int degrees) {
  static constexpr std::array<double, 30> table = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
                                                   2.120,  2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  return degrees < 1 ? 0 : degrees <= 30 ? table[static_cast<std::size_t>(degrees - 1)] : 1.960;
}

}  // namespace

bool RatingTest::Trial::complete() const {
  return std::all_of(scores.begin(), scores.end(), [](const auto& score) { return score.has_value(); });
}

RatingTest::RatingTest(std::size_t sounds, std::size_t reference, std::vector<Question> passes, int rounds, quint32 seed) : seed_(seed), reference_(reference) {
  std::mt19937 random(seed);
  for (const Question question : passes) {
    for (int round = 0; round < rounds; ++round) {
      Trial trial;
      trial.question = question;
      trial.order.resize(sounds);
      std::iota(trial.order.begin(), trial.order.end(), std::size_t{0});
      // Fisher and Yates by hand: std::shuffle draws differently in every library.
      for (std::size_t i = sounds; i > 1; --i) std::swap(trial.order[i - 1], trial.order[random() % i]);
      trial.scores.resize(sounds);
      trials_.push_back(std::move(trial));
    }
  }
}

void RatingTest::set_score(std::size_t place, int score) {
  if (!finished() && place < trials_[current_].scores.size()) trials_[current_].scores[place] = std::clamp(score, 0, 100);
}

void RatingTest::next(double seconds) {
  if (finished() || !trials_[current_].complete()) return;
  trials_[current_].seconds = seconds;
  ++current_;
}

std::vector<int> RatingTest::scores(std::size_t sound, Question question) const {
  std::vector<int> out;
  for (std::size_t t = 0; t < current_; ++t) {
    const Trial& trial = trials_[t];
    if (trial.question != question) continue;
    for (std::size_t place = 0; place < trial.order.size(); ++place) {
      if (trial.order[place] == sound) out.push_back(*trial.scores[place]);
    }
  }
  return out;
}

RatingTest::Summary RatingTest::summary(std::size_t sound, Question question) const {
  const std::vector<int> scores = this->scores(sound, question);
  Summary out;
  out.answers = static_cast<int>(scores.size());
  if (scores.empty()) return out;
  const double count = static_cast<double>(scores.size());
  out.mean = std::accumulate(scores.begin(), scores.end(), 0.0) / count;
  if (scores.size() < 2) return out;
  double squares = 0;
  for (const int score : scores) squares += (score - out.mean) * (score - out.mean);
  out.half_width = student_t(out.answers - 1) * std::sqrt(squares / (count - 1) / count);
  return out;
}

std::vector<RatingTest::Pair> RatingTest::pairs(Question question) const {
  const std::size_t sounds = trials_.empty() ? 0 : trials_.front().order.size();
  std::vector<Pair> out;
  for (std::size_t a = 0; a < sounds; ++a) {
    for (std::size_t b = a + 1; b < sounds; ++b) {
      std::vector<int> differences = scores(a, question);
      const std::vector<int> other = scores(b, question);
      if (differences.empty()) return {};
      for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= other[i];
      out.push_back({a, b, std::accumulate(differences.begin(), differences.end(), 0.0) / static_cast<double>(differences.size()), sign_flip_p(differences), 1});
    }
  }
  // Holm: the least p times the number of pairs, the next times one less …, and none below the one before.
  std::vector<Pair*> rising;
  for (Pair& pair : out) rising.push_back(&pair);
  std::stable_sort(rising.begin(), rising.end(), [](const Pair* a, const Pair* b) { return a->p < b->p; });
  double before = 0;
  for (std::size_t i = 0; i < rising.size(); ++i) {
    before = std::max(before, std::min(1.0, rising[i]->p * static_cast<double>(rising.size() - i)));
    rising[i]->p_holm = before;
  }
  return out;
}

double sign_flip_p(const std::vector<int>& differences) {
  // Scores are whole numbers, so the sums of all 2^n signs are counted without listing them.
  std::map<int, double> chance{{0, 1.0}};
  for (const int difference : differences) {
    std::map<int, double> next;
    for (const auto& [sum, share] : chance) {
      next[sum + difference] += share / 2;
      next[sum - difference] += share / 2;
    }
    chance = std::move(next);
  }
  const int found = std::abs(std::accumulate(differences.begin(), differences.end(), 0));
  double p = 0;
  for (const auto& [sum, share] : chance) p += std::abs(sum) >= found ? share : 0;
  return std::min(p, 1.0);
}

std::optional<double> RatingTest::missed_reference() const {
  int asked = 0, missed = 0;
  for (std::size_t t = 0; t < current_; ++t) {
    const Trial& trial = trials_[t];
    if (trial.question != Question::closer) continue;
    ++asked;
    for (std::size_t place = 0; place < trial.order.size(); ++place) missed += trial.order[place] == reference_ && *trial.scores[place] < 90;
  }
  if (asked == 0) return std::nullopt;
  return static_cast<double>(missed) / asked;
}

QString score_word(int score) {
  const QString words[] = {QObject::tr("Bad"), QObject::tr("Poor"), QObject::tr("Fair"), QObject::tr("Good"), QObject::tr("Excellent")};
  return words[std::clamp(score / 20, 0, 4)];
}

}  // namespace luthier::ui
