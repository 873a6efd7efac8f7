// timeout: 60
#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QTableWidget>
#include <cmath>
#include <set>

#include "tests/support/ui_harness.h"
#include "ui/compare/rating_test.h"
#include "ui/compare/rating_test_dialog.h"

using namespace luthier;
using namespace luthier::ui;
using Question = RatingTest::Question;

namespace {

SoundPtr tone(double hz, const QString& key) {
  const int rate = 22050;
  std::vector<float> samples(static_cast<std::size_t>(rate));
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(0.3 * std::sin(2 * M_PI * hz * static_cast<double>(i) / rate));
  return make_sound(key, key, audio::AudioBuffer(rate, std::move(samples)), "/secret/" + key + ".wav");
}

}  // namespace

/// Several sounds at once: what is drawn, what is asked, what is written.
class TestRatingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theSeedFixesTheOrdersAndEveryTrialIsShuffledAnew() {
    const RatingTest one(6, 2, {Question::closer, Question::better}, 5, 7), same(6, 2, {Question::closer, Question::better}, 5, 7);
    QCOMPARE(one.trials().size(), std::size_t{10});
    std::set<std::vector<std::size_t>> orders;
    for (std::size_t t = 0; t < 10; ++t) {
      QCOMPARE(one.trials()[t].order, same.trials()[t].order);
      QCOMPARE(one.trials()[t].question, t < 5 ? Question::closer : Question::better);  // passes of their own
      orders.insert(one.trials()[t].order);
      const std::set<std::size_t> members(one.trials()[t].order.begin(), one.trials()[t].order.end());
      QCOMPARE(members.size(), std::size_t{6});
    }
    QVERIFY(orders.size() >= 9);
  }

  void meansIntervalsAndMissedReferencesAreCounted() {
    RatingTest test(3, 0, {Question::closer}, 4, 1);
    const int of_reference[] = {100, 95, 80, 100}, of_first[] = {40, 50, 60, 50};
    for (int round = 0; round < 4; ++round) {
      test.next(1);
      QCOMPARE(test.current(), static_cast<std::size_t>(round));  // not before every sound has its score
      for (std::size_t place = 0; place < 3; ++place) {
        const auto sound = test.trial().order[place];
        test.set_score(place, sound == 0 ? of_reference[round] : sound == 1 ? of_first[round] : 200);
      }
      test.next(2);
    }
    QVERIFY(test.finished());
    const auto first = test.summary(1, Question::closer);
    QCOMPARE(first.answers, 4);
    QCOMPARE(first.mean, 50.0);
    QVERIFY(std::abs(first.half_width - 3.182 * std::sqrt(200.0 / 3 / 4)) < 0.01);
    QCOMPARE(test.summary(2, Question::closer).mean, 100.0);  // clamped
    QCOMPARE(test.summary(1, Question::better).answers, 0);
    QCOMPARE(*test.missed_reference(), 0.25);
  }

  void theChanceOfADifferenceIsExact() {
    QCOMPARE(sign_flip_p({}), 1.0);
    QCOMPARE(sign_flip_p({0, 0, 0}), 1.0);
    QCOMPARE(sign_flip_p({5, 5, 5, 5, 5, 5}), 2.0 / 64);
    QCOMPARE(sign_flip_p({-1, -2, -3, -4}), 2.0 / 16);
    QCOMPARE(sign_flip_p({1, -2, 4}), 0.75);  // 3 or further from 0: all of ±7, ±5, ±3, ±1 but the last
    QVERIFY(sign_flip_p(std::vector<int>(20, 30)) < 2e-6);
    RatingTest test(3, 0, {Question::closer}, 6, 1);
    for (int round = 0; round < 6; ++round) {
      for (std::size_t place = 0; place < 3; ++place) {
        const auto sound = test.trial().order[place];
        test.set_score(place, sound == 0 ? 95 : sound == 1 ? 40 + round : 45 - round);
      }
      test.next(1);
    }
    const auto pairs = test.pairs(Question::closer);
    QCOMPARE(pairs.size(), std::size_t{3});
    QVERIFY(pairs[0].first == 0 && pairs[0].second == 1);
    QCOMPARE(pairs[0].p, 2.0 / 64);
    QCOMPARE(pairs[0].p_holm, 6.0 / 64);  // three pairs
    QCOMPARE(pairs[2].p, 1.0);            // 5, 3, 1, -1, -3, -5
    QCOMPARE(pairs[2].p_holm, 1.0);
    QVERIFY(test.pairs(Question::better).empty());
  }

  void aTestIsTakenByKeysAndLogged() {
    QTemporaryDir folder;
    Workspace::create((folder.path() + "/workspace").toStdString());
    Workbench bench;
    bench.open(folder.path() + "/workspace", false);
    QVERIFY(testing::wait_for([&] { return bench.has_workspace(); }));
    QString log;
    {
      RatingTestDialog dialog(bench, {tone(440, "content"), tone(450, "result"), tone(880, "truth")}, 2, 5);
      QVERIFY(testing::show_active(dialog));
      dialog.findChild<QCheckBox*>("anchor")->setChecked(true);
      QTest::mouseClick(dialog.findChild<QPushButton*>("start_rating"), Qt::LeftButton);
      QVERIFY(testing::wait_for([&] { return dialog.test().has_value(); }));
      log = dialog.log_file();
      QCOMPARE(dialog.test()->trials().size(), std::size_t{4});
      auto* next = dialog.findChild<QPushButton*>("next_trial");
      for (int t = 0; t < 4; ++t) {
        QVERIFY(!next->isEnabled());
        const bool closer = dialog.test()->trial().question == Question::closer;
        QCOMPARE(dialog.findChild<QPushButton*>("hear_reference")->isVisible(), closer);
        QCOMPARE(bench.player().deck().size(), std::size_t(closer ? 5 : 4));
        for (const SoundPtr& sound : bench.player().deck()) {  // nothing tells which is which
          QVERIFY(sound->path.isEmpty() && !sound->title.contains("truth") && !sound->key.contains("truth"));
        }
        QTest::keyClick(&dialog, Qt::Key_2);
        QCOMPARE(bench.player().selected(), std::size_t(closer ? 2 : 1));
        QTest::keyClick(&dialog, Qt::Key_R);
        QCOMPARE(bench.player().selected(), std::size_t(closer ? 0 : 1));
        for (std::size_t place = 0; place < 4; ++place) {
          const auto sound = dialog.test()->trial().order[place];
          dialog.findChild<QSlider*>(QStringLiteral("score_%1").arg(place + 1))->setValue(sound == 2 ? 100 : 10 * static_cast<int>(sound) + 5);
        }
        QTest::mouseClick(next, Qt::LeftButton);
      }
      QVERIFY(dialog.test()->finished());
      const auto* results = dialog.findChild<QTableWidget*>("rating_results");
      QVERIFY(results->isVisible());
      QCOMPARE(results->rowCount(), 4);
      QCOMPARE(results->item(2, 1)->text(), QStringLiteral("100.0 ± 0.0"));
      QCOMPARE(results->item(0, 2)->text(), QStringLiteral("5.0 ± 0.0"));
    }
    QVERIFY(!bench.player().equal_loudness());
    QFile file(log);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject all = QJsonDocument::fromJson(file.readAll()).object();
    QCOMPARE(all["seed"].toInt(), 5);
    QCOMPARE(all["sounds"].toArray()[0].toObject()["title"].toString(), QStringLiteral("content"));
    QCOMPARE(all["pairs"].toArray().size(), 12);  // six of four sounds, for each question
    QCOMPARE(all["trials"].toArray().size(), 4);
    QCOMPARE(all["trials"].toArray()[3].toObject()["question"].toString(), QStringLiteral("better"));
    QVERIFY(all["sounds"].toArray()[3].toObject()["anchor"].toBool());
    QCOMPARE(all["finished"].toBool(), true);
    QCOMPARE(all["reference_below_90"].toDouble(), 0.0);
  }

  void whatIsNotRatedDoesNotLookSoAndNothingEndsByASlip() {
    Workbench bench;
    RatingTestDialog dialog(bench, {tone(440, "content"), tone(450, "result")}, 0, 5);
    QVERIFY(testing::show_active(dialog));
    dialog.start();
    QVERIFY(dialog.test());
    auto *one = dialog.findChild<QSlider*>("score_1"), *two = dialog.findChild<QSlider*>("score_2");
    auto* waits = dialog.findChild<QLabel*>("next_waits");
    auto* next = dialog.findChild<QPushButton*>("next_trial");
    QVERIFY(!one->property("rated").toBool() && waits->isVisible());
    one->setValue(70);
    QVERIFY(one->property("rated").toBool() && !two->property("rated").toBool());
    QVERIFY(waits->isVisible() && !next->isEnabled());
    set_confirm_answer(0);
    QTest::keyClick(&dialog, Qt::Key_Escape);
    QVERIFY(dialog.isVisible());
    QVERIFY2(last_question().contains("0 of 4"), qPrintable(last_question()));
    // Let go where it stood: 50 is an answer too.
    Q_EMIT two->sliderReleased();
    QVERIFY(two->property("rated").toBool() && !waits->isVisible() && next->isEnabled());
    QTest::mouseClick(next, Qt::LeftButton);
    QVERIFY(!one->property("rated").toBool() && waits->isVisible());
    QCOMPARE(dialog.focusWidget(), one);
    set_confirm_answer(1);
    dialog.reject();
    QVERIFY(!dialog.isVisible());
    QVERIFY2(last_question().contains("1 of 4"), qPrintable(last_question()));
    set_confirm_answer(-1);
  }
};

int main(int argc, char** argv) { return testing::run<TestRatingTest>(argc, argv); }
#include "tst_rating_test.moc"
