// labels: golden
#include <QtTest>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "core/evaluate/clip_analysis.h"
#include "core/evaluate/likeness.h"
#include "tests/support/golden.h"

using namespace luthier;

class LikenessTest : public QObject {
  Q_OBJECT
  std::map<std::string, double> wanted_;
  std::vector<float> x_, y_, z_;

  void near(const char* name, double value, double tolerance) {
    QVERIFY2(std::abs(value - wanted_.at(name)) <= tolerance * std::max(0.05, std::abs(wanted_.at(name))),
             qPrintable(QString("%1: %2, not %3").arg(name).arg(value).arg(wanted_.at(name))));
  }

 private Q_SLOTS:
  void initTestCase() {
    std::ifstream file(GOLDEN_DIR "/likeness.txt");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name;
      words >> name >> wanted_[name];
    }
    x_ = golden_signal();
    y_.resize(x_.size());
    for (std::size_t i = 0; i < x_.size(); ++i)
      y_[i] = (i >= 300 ? 0.7f * x_[i - 300] : 0.0f) + static_cast<float>(0.01 * std::sin(0.05 * static_cast<double>(i)));
    z_.assign(x_.rbegin(), x_.rend());
  }

  void figuresAreThoseOfLibrosa() {
    const auto one = reconstruction_likeness(y_, x_);
    near("chroma_distance", one.chroma_distance, 0.01);
    near("onset_f1", one.onset_f1, 1e-6);
    near("pitch_correlation", one.pitch_correlation, 0.02);
    near("magnitude_error", one.magnitude_error, 1e-3);
    const auto two = transfer_likeness(y_, x_, z_);
    near("chroma_correlation", two.chroma_correlation, 0.01);
    near("cepstral_distance", two.cepstral_distance, 1e-3);
    near("spectrum_correlation", two.spectrum_correlation, 1e-3);
    near("structure_difference", two.structure_difference, 0.05);
  }

  void aSoundIsLikeItself() {
    const auto one = reconstruction_likeness(x_, x_);
    QCOMPARE(one.chroma_distance, 0.0);
    QCOMPARE(one.onset_f1, 1.0);
    QVERIFY(std::abs(one.pitch_correlation - 1) < 1e-9);
    QCOMPARE(one.magnitude_error, 0.0);
    const auto two = transfer_likeness(x_, x_, x_);
    QVERIFY(std::abs(two.chroma_correlation - 1) < 1e-9);
    QCOMPARE(two.structure_difference, 0.0);
    QCOMPARE(two.cepstral_distance, 0.0);
  }

  void silenceAndShortSoundsAreAnswered() {
    const std::vector<float> silent(30000, 0.0f), brief(1000, 0.1f);
    const auto one = reconstruction_likeness(silent, x_);
    for (const double figure : {one.chroma_distance, one.onset_f1, one.pitch_correlation, one.magnitude_error}) QVERIFY(std::isfinite(figure));
    QVERIFY_THROWS_EXCEPTION(EvaluationError, reconstruction_likeness(brief, x_));
  }
};

QTEST_GUILESS_MAIN(LikenessTest)
#include "tst_likeness.moc"
