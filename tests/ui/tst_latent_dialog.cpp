// timeout: 200
#include <QLabel>
#include <QPushButton>
#include <QSlider>

#include "tests/support/core_tiny_run.h"
#include "tests/support/ui_harness.h"
#include "ui/generate/latent_dialog.h"
#include "ui/spectrogram/spectrogram_view.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// Sliders over the latent space of a run of simplegan.
class TestLatentDialog : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    const Workspace workspace = testing::make_workspace(folder_.path() + "/w", 3, 1.0);
    TrainingRequest request;
    request.workspace = workspace.folder();
    workspace_ = QString::fromStdString(workspace.folder().string());
    request.family = "simplegan";
    request.preset = "tiny";
    request.device = "cpu";
    request.overrides = {{"steps", std::int64_t{4}}};
    run_ = QString::fromStdString(train_to_the_end(request));
    QVERIFY2(!run_.startsWith("failed"), qPrintable(run_));
  }

  void theSpectrogramFollowsTheSliders() {
    Workbench bench;
    bench.open(workspace_, false);
    QVERIFY(wait_for([&] { return bench.has_workspace(); }));
    LatentDialog dialog(bench, run_);
    QVERIFY(testing::show_active(dialog));
    QVERIFY(wait_for([&] { return dialog.sound() != nullptr; }, 30000));
    QCOMPARE(dialog.sliders().size(), std::size_t{8});
    QVERIFY(!dialog.command().contains("axis"));
    const auto before = dialog.sound();
    const auto first = dialog.view().scene().lanes().at(0).picture;
    QVERIFY(first && first->axis.bands == 64);
    auto* slider = dialog.sliders().front();
    slider->setFocus();
    for (int i = 0; i < 3; ++i) QTest::keyClick(slider, Qt::Key_PageUp);
    QCOMPARE(slider->value(), 60);
    QVERIFY(wait_for([&] { return dialog.sound() != nullptr && dialog.sound() != before; }, 30000));
    QVERIFY(dialog.view().scene().lanes().at(0).picture->decibels != first->decibels);
    QVERIFY(dialog.sound()->mono != before->mono);
    QVERIFY2(dialog.command().contains("sample --run " + run_) && dialog.command().contains("--axis_1 3"), qPrintable(dialog.command()));
    QString kept;
    connect(&dialog, &LatentDialog::saved, &dialog, [&](const QString& file) { kept = file; });
    QTest::mouseClick(dialog.findChild<QPushButton*>("save_sample"), Qt::LeftButton);
    QVERIFY(wait_for([&] { return !kept.isEmpty(); }, 30000));
    QVERIFY(QFile::exists(kept) && QFile::exists(QString(kept).replace(".wav", ".json")));
    QVERIFY(testing::busy_share(dialog.view().canvas()->grab().toImage()) > 0.1);
  }

  void aRunThatIsGoneIsSaid() {
    Workbench bench;
    bench.open(workspace_, false);
    QVERIFY(wait_for([&] { return bench.has_workspace(); }));
    LatentDialog dialog(bench, "no-such-run");
    bool said = false;
    QVERIFY(testing::show_active(dialog));
    QVERIFY(wait_for([&] {
      for (auto* label : dialog.findChildren<QLabel*>()) said = said || label->text().contains("no-such-run");
      return said;
    }));
  }

 private:
  QTemporaryDir folder_;
  QString workspace_, run_;
};

int main(int argc, char** argv) { return testing::run<TestLatentDialog>(argc, argv); }
#include "tst_latent_dialog.moc"
