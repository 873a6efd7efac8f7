// timeout: 60
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <cmath>

#include "tests/support/ui_harness.h"
#include "ui/compare/blind_test.h"
#include "ui/compare/blind_test_dialog.h"

using namespace luthier;
using namespace luthier::ui;

namespace {

SoundPtr tone(double hz, double amplitude, const QString& key) {
  const int rate = 22050;
  std::vector<float> samples(static_cast<std::size_t>(rate));
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(amplitude * std::sin(2 * M_PI * hz * static_cast<double>(i) / rate));
  return make_sound(key, key, audio::AudioBuffer(rate, std::move(samples)));
}

}  // namespace

/// The ABX test: what is drawn, what is counted, what is written.
class TestBlindTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theChanceOfGuessingIsExact();
  void theSeedFixesWhatIsDrawn();
  void answersAreCountedAndLogged();
  void theKeysWorkFromTheStart();
  void aTestUnderWayIsNotEndedByASlip();
};

void TestBlindTest::theChanceOfGuessingIsExact() {
  QCOMPARE(guessing_chance(0, 0), 1.0);
  QVERIFY(std::abs(guessing_chance(10, 9) - 11.0 / 1024) < 1e-12);
  QVERIFY(std::abs(guessing_chance(16, 12) - 2517.0 / 65536) < 1e-12);
  QVERIFY(std::abs(guessing_chance(5, 0) - 1.0) < 1e-12);
  QVERIFY(guessing_chance(4000, 2400) < 1e-30);
}

void TestBlindTest::theSeedFixesWhatIsDrawn() {
  BlindTest one(7), same(7), other(8);
  int b = 0, differ = 0;
  for (int i = 0; i < 400; ++i) {
    QCOMPARE(one.x_is_b(), same.x_is_b());
    differ += one.x_is_b() != other.x_is_b();
    b += one.x_is_b();
    for (BlindTest* test : {&one, &same, &other}) test->answer(true, 1);
  }
  QVERIFY2(b > 150 && b < 250, qPrintable(QString::number(b)));
  QVERIFY(differ > 100);
  QCOMPARE(one.correct(), b);
}

void TestBlindTest::answersAreCountedAndLogged() {
  QTemporaryDir folder;
  Workspace::create((folder.path() + "/workspace").toStdString());
  Workbench bench;
  bench.open(folder.path() + "/workspace", false);
  QVERIFY(testing::wait_for([&] { return bench.has_workspace(); }));
  QString log;
  {
    BlindTestDialog dialog(bench, tone(440, 0.5, "loud"), tone(450, 0.1, "quiet"), 3);
    QVERIFY(testing::show_active(dialog));
    QVERIFY(bench.player().equal_loudness());
    log = dialog.log_file();
    dialog.set_trials(6);
    QSpinBox* seed = dialog.findChild<QSpinBox*>("seed");
    seed->setValue(11);
    QCOMPARE(dialog.test().seed(), quint32{11});
    for (int i = 0; i < 6; ++i) {
      QCOMPARE(bench.player().deck().size(), std::size_t{3});
      QCOMPARE(bench.player().deck()[2]->title, QStringLiteral("X"));  // neither its name nor its length tells
      const bool b = dialog.test().x_is_b();
      // X sounds as A or as B does, sample for sample.
      QCOMPARE(bench.player().deck()[2]->mono == bench.player().deck()[b ? 1 : 0]->mono, true);
      QVERIFY(!dialog.over());
      for (const QLabel* label : dialog.findChildren<QLabel*>()) QVERIFY2(!label->text().contains(" p ="), qPrintable(label->text()));  // no score before the end
      auto* button = dialog.findChild<QPushButton*>((i == 3) != b ? "x_is_b" : "x_is_a");
      QTest::mouseClick(button, Qt::LeftButton);
    }
    QVERIFY(dialog.over());
    QVERIFY(!seed->isEnabled());
    dialog.answer(true);
    QCOMPARE(dialog.test().trials().size(), std::size_t{6});
    QCOMPARE(dialog.test().correct(), 5);
  }
  QVERIFY(!bench.player().equal_loudness());
  QFile file(log);
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QJsonObject all = QJsonDocument::fromJson(file.readAll()).object();
  QCOMPARE(all["correct"].toInt(), 5);
  QCOMPARE(all["kind"].toString(), QStringLiteral("listening_test"));
  QCOMPARE(all["sounds"].toArray()[1].toObject()["title"].toString(), QStringLiteral("quiet"));
  QCOMPARE(all["sounds"].toArray()[1].toObject()["sha256"].toString().size(), 64);
  QCOMPARE(all["trials"].toArray().size(), 6);
  QCOMPARE(all["planned_trials"].toInt(), 6);
  QVERIFY(all["complete"].toBool());
  QVERIFY(std::abs(all["p_value"].toDouble() - 7.0 / 64) < 1e-9);
}

void TestBlindTest::theKeysWorkFromTheStart() {
  Workbench bench;
  BlindTestDialog dialog(bench, tone(440, 0.5, "A & <b>B</b>"), tone(450, 0.1, "quiet"), 3);
  QVERIFY(testing::show_active(dialog));
  auto* trials = dialog.findChild<QSpinBox*>("trials");
  const int planned = trials->value();
  QVERIFY(dialog.focusWidget() && dialog.focusWidget()->objectName() == "hear_X");
  // To the widget that has the keyboard, as they come from people.
  QTest::keyClick(dialog.focusWidget(), Qt::Key_A);
  QCOMPARE(bench.player().selected(), std::size_t{0});
  QTest::keyClick(dialog.focusWidget(), Qt::Key_X);
  QCOMPARE(bench.player().selected(), std::size_t{2});
  QTest::keyClick(dialog.focusWidget(), Qt::Key_1);
  QTest::keyClick(dialog.focusWidget(), Qt::Key_2);
  QCOMPARE(dialog.test().trials().size(), std::size_t{2});
  QVERIFY(!dialog.test().trials()[0].said_b && dialog.test().trials()[1].said_b);
  QCOMPARE(trials->value(), planned);
  bool plain = false;
  for (const QLabel* label : dialog.findChildren<QLabel*>()) plain = plain || (label->text().contains("<b>B</b>") && label->textFormat() == Qt::PlainText);
  QVERIFY(plain);
}

void TestBlindTest::aTestUnderWayIsNotEndedByASlip() {
  Workbench bench;
  BlindTestDialog dialog(bench, tone(440, 0.5, "loud"), tone(450, 0.1, "quiet"), 3);
  QVERIFY(testing::show_active(dialog));
  dialog.set_trials(5);
  dialog.answer(true);
  set_confirm_answer(0);
  QTest::keyClick(&dialog, Qt::Key_Escape);
  QVERIFY(dialog.isVisible());
  QVERIFY2(last_question().contains("1 of 5"), qPrintable(last_question()));
  set_confirm_answer(1);
  QTest::keyClick(&dialog, Qt::Key_Escape);
  QVERIFY(!dialog.isVisible());
  // Nothing to lose: no question.
  set_confirm_answer(0);
  dialog.show();
  for (int i = 0; i < 4; ++i) dialog.answer(true);
  QVERIFY(dialog.over());
  dialog.reject();
  QVERIFY(!dialog.isVisible());
  set_confirm_answer(-1);
}

int main(int argc, char** argv) { return testing::run<TestBlindTest>(argc, argv); }
#include "tst_blind_test.moc"
