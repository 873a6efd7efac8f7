// timeout: 90
#include <QCheckBox>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QListWidget>
#include <QPushButton>
#include <QTableWidget>
#include <cmath>

#include "core/session/carried_record.h"
#include "core/session/sound_figures.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/figures_table.h"
#include "ui/spectrogram/colour_map.h"
#include "ui/spectrogram/spectrogram_view.h"

using namespace luthier;
using namespace luthier::ui;

/// Three files side by side: the difference of two, its residual, the figures against one, and the command for it all.
class TestComparePage : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    testing::write_tone(file(1), 220, 1.5, 2);
    testing::write_tone(file(2), 220, 1.5, 8);
    testing::write_tone(file(3), 330, 1.5, 8);
    Workspace::create((folder_.path() + "/workspace").toStdString());
    bench_ = std::make_unique<Workbench>();
    bench_->open(folder_.path() + "/workspace", false);
    QVERIFY(testing::wait_for([&] { return bench_->has_workspace(); }));
    page_ = std::make_unique<ComparePage>(*bench_);
    page_->resize(1180, 660);
    QVERIFY(testing::show_active(*page_));
    for (int n : {1, 2, 3}) page_->add({0, file(n), QStringLiteral("sound %1").arg(n), {}});
    QVERIFY(testing::wait_for([&] { return page_->view().sounds().size() == 3 && page_->view().complete(); }));
  }

  void theFiguresFollowTheTruth() {
    FiguresTable& figures = page_->figures();
    QVERIFY(testing::wait_for([&] { return !figures.busy() && figures.rows().size() == 3; }));
    QVERIFY(figures.rows()[0].truth);
    const double before = figure_named(figures.rows()[1].figures, "pitch_jaccard_distance");
    QVERIFY(std::isfinite(before) && before < figure_named(figures.rows()[2].figures, "pitch_jaccard_distance"));  // the same note
    figures.choose_truth(2);
    QVERIFY(figures.rows().empty());  // never figures of another truth
    QVERIFY(testing::wait_for([&] { return !figures.busy() && figures.rows().size() == 3; }));
    QVERIFY(figures.rows()[2].truth && !figures.rows()[0].truth);
    auto* table = page_->findChild<QTableWidget*>("figures");
    QCOMPARE(table->rowCount(), 3);
    QVERIFY2(table->item(2, 0)->text().startsWith("truth"), qPrintable(table->item(2, 0)->text()));
    const QString csv = folder_.path() + "/figures.csv";
    figures.save(csv);
    QVERIFY(testing::wait_for([&] { return QFile::exists(csv) && bench_->tasks().empty(); }));
  }

  void theDifferenceIsSeenAndItsResidualHeard() {
    DifferencePanel& panel = page_->difference();
    QCOMPARE(page_->view().scene().lanes().size(), std::size_t{3});
    QTest::mouseClick(page_->findChild<QCheckBox*>("show_difference"), Qt::LeftButton, {}, QPoint(8, 8));
    QVERIFY(panel.shown());
    QVERIFY(testing::wait_for([&] { return panel.residual() != nullptr; }));
    QCOMPARE(page_->view().scene().lanes().size(), std::size_t{4});
    const PicturePtr picture = page_->view().scene().lanes()[3].picture;
    QVERIFY(picture && picture->difference);
    // Sound 2 has overtones that sound 1 has not: in 1 - 2 they are negative, and no point of silence counts.
    const int band = static_cast<int>(picture->axis.position(220 * 5)), frame = picture->frames / 4;
    QVERIFY2(picture->at(band, frame) < -10, qPrintable(QString::number(static_cast<double>(picture->at(band, frame)))));
    QVERIFY(std::abs(picture->at(picture->axis.bands - 1, picture->frames - 2)) < 0.01f);
    QCOMPARE(page_->view().sounds().size(), std::size_t{3});  // the quiet residual is not in the deck that is brought to equal loudness
    QTest::mouseClick(page_->findChild<QPushButton*>("hear_residual"), Qt::LeftButton);
    auto& player = bench_->player();
    QVERIFY(testing::wait_for([&] { return player.playing() && player.current() && player.current()->key == panel.residual()->key; }));
    player.stop();
    panel.choose(1, 1);
    QVERIFY(testing::wait_for([&] { return panel.residual() != nullptr; }));
    QVERIFY(std::all_of(panel.residual()->mono.begin(), panel.residual()->mono.end(), [](float x) { return x == 0; }));
    panel.choose(0, 1);
    QVERIFY(testing::wait_for([&] { return panel.residual() != nullptr; }));
  }

  void theDifferenceIsDrawnInColoursWithASign() {
    // Below the middle one colour rises, above it another.
    const QColor low = colour_at(difference_colours(), 0.1), high = colour_at(difference_colours(), 0.9), middle = colour_at(difference_colours(), 0.5);
    QVERIFY(low.blue() > low.red() && high.red() > high.blue());
    QVERIFY(std::abs(middle.red() - middle.blue()) < 12);
    QTest::qWait(150);
    const QRectF lane = page_->view().scene().lane_area(3);
    const QImage image = page_->view().canvas()->grab().toImage();
    const qreal ratio = image.devicePixelRatio();
    QVERIFY(testing::busy_share(image.copy(QRectF(lane.topLeft() * ratio, lane.size() * ratio).toRect())) > 0.05);
  }

  void theGainIsSaidInItsDirection() {
    QCOMPARE(gain_words(-5.6), QStringLiteral("second lowered by 5.6 dB"));
    QCOMPARE(gain_words(3), QStringLiteral("second raised by 3.0 dB"));
    QCOMPARE(gain_words(-0.01), QStringLiteral("second as loud as it is"));
  }

  void aClickInTheListSwitchesWhatIsHeard() {
    auto& player = bench_->player();
    page_->view().play(0);
    QVERIFY(testing::wait_for([&] { return player.playing(); }));
    auto* list = page_->findChild<QListWidget*>();
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(2)).center());
    QCOMPARE(player.selected(), std::size_t{2});
    QVERIFY(player.playing());
    player.select(1);
    QCOMPARE(list->currentRow(), 1);
    player.stop();
  }

  void theCommandSaysTheSame() {
    const QString command = page_->command();
    QVERIFY2(command.contains(" compare ") && command.contains(file(2)) && command.contains("--truth 3") && command.contains("--difference 1 2"), qPrintable(command));
  }

  void theEqMatchOfTwoIsAddedAndKept() {
    page_->difference().choose(0, 1);
    QTest::mouseClick(page_->findChild<QPushButton*>("eq_match"), Qt::LeftButton);
    QVERIFY(testing::wait_for([&] { return page_->count() == 4 && page_->view().sounds().size() == 4; }));
    const SoundPtr made = page_->view().sounds()[3];
    QCOMPARE(made->buffer.sample_rate, 16000);
    QVERIFY(std::abs(made->seconds() - 1.5) < 0.01);
    const QJsonObject record = QJsonDocument::fromJson(QByteArray::fromStdString(carried_record(made->path.toStdString()))).object();
    QCOMPARE(record["method"].toString(), QStringLiteral("EQ match"));
    QCOMPARE(record["sound.2"].toString(), file(2));
    QVERIFY(bench_->last_command().contains("--eq-match"));
    QVERIFY(page_->command().contains("tone 1 as EQ match.wav"));
  }

  void anArrangementBringsBandAndRangeBack() {
    Arrangement arrangement;
    arrangement.sounds = {{0, file(1), "one", {}}, {0, file(3), "two", {}}};
    arrangement.band = {0.25, 0.5};
    arrangement.difference_range = 40;
    page_->arrange(arrangement);
    QVERIFY(testing::wait_for([&] { return page_->view().sounds().size() == 2 && page_->view().scene().visible_band().second < 0.6; }));
    const auto [low, high] = page_->view().scene().visible_band();
    QVERIFY2(std::abs(low - 0.25) < 1e-9 && std::abs(high - 0.5) < 1e-9, qPrintable(QStringLiteral("%1 %2").arg(low).arg(high)));
    QCOMPARE(page_->difference().range(), 40.0);
    QCOMPARE(page_->view().scene().difference_range(), 40.0);
  }

 private:
  QString file(int n) const { return folder_.path() + QStringLiteral("/tone %1.wav").arg(n); }
  QTemporaryDir folder_;
  std::unique_ptr<Workbench> bench_;
  std::unique_ptr<ComparePage> page_;
};

int main(int argc, char** argv) { return testing::run<TestComparePage>(argc, argv); }
#include "tst_compare_page.moc"
