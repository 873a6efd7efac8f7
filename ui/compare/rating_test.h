#pragma once
#include <QString>
#include <QtGlobal>
#include <optional>
#include <random>
#include <vector>

namespace luthier::ui {

/// A test of several sounds at once in the manner of MUSHRA (ITU-R BS.1534): in each trial all sounds, the reference hidden among
/// them, stand in an order drawn from the seed and are given 0 to 100. "Closer to the reference" and "better" are asked in passes
/// of their own, each trial reshuffled: asked on one screen people give both the same answer. A plain value.
class RatingTest {
 public:
  enum class Question { closer, better };
  struct Trial {
    Question question = Question::closer;
    std::vector<std::size_t> order;          ///< [place] number of the sound that stands there
    std::vector<std::optional<int>> scores;  ///< [place] 0 … 100, nothing until it was set
    double seconds = 0;                      ///< from the start of the trial to its end
    bool complete() const;
  };

  /// `sounds` of them, number `reference` is the truth that is also hidden among them; `rounds` trials a pass.
  RatingTest(std::size_t sounds, std::size_t reference, std::vector<Question> passes, int rounds, quint32 seed);
  quint32 seed() const { return seed_; }
  std::size_t reference() const { return reference_; }
  const std::vector<Trial>& trials() const { return trials_; }
  std::size_t current() const { return current_; }  ///< trials().size() when all are done
  bool finished() const { return current_ >= trials_.size(); }
  const Trial& trial() const { return trials_[current_]; }  ///< only while not finished
  void set_score(std::size_t place, int score);
  /// Goes on to the next trial; does nothing while a sound of this one has no score.
  void next(double seconds);

  struct Summary {
    double mean = 0, half_width = 0;  ///< of the 95 % interval (Student's t); 0 for a single answer
    int answers = 0;
  };
  /// What the finished trials gave sound `sound` for a question.
  Summary summary(std::size_t sound, Question question) const;
  /// Two sounds by their scores in the finished trials of a question.
  struct Pair {
    std::size_t first = 0, second = 0;
    double mean = 0;            ///< first - second
    double p = 1, p_holm = 1;  ///< of this pair alone; so that all pairs of the question hold together (Holm)
  };
  std::vector<Pair> pairs(Question question) const;
  /// Share of finished "closer" trials in which the hidden reference got less than 90 (BS.1534 leaves a listener out who does so
  /// in more than 15 % of them). Nothing before such a trial is finished.
  std::optional<double> missed_reference() const;

 private:
  quint32 seed_;
  std::size_t reference_;
  std::vector<Trial> trials_;
  std::size_t current_ = 0;

  std::vector<int> scores(std::size_t sound, Question question) const;  ///< in the order of the finished trials
};

/// Chance that differences of this mean or further from 0 come when their signs are fair coins: the exact two-sided permutation test
/// of paired scores. 1 for none.
double sign_flip_p(const std::vector<int>& differences);

/// "Bad", "Poor", "Fair", "Good" or "Excellent": the fifth of the scale that a score lies in.
QString score_word(int score);

}  // namespace luthier::ui
