// timeout: 180
#include <QApplication>
#include <QDialog>
#include <QTimer>
#include <functional>

#include "core/session/family_catalog.h"
#include "core/session/run_record.h"
#include "db/clip_store.h"
#include "db/recording_store.h"
#include "tests/support/ui_controls.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/blind_test_dialog.h"
#include "ui/compare/export_dialog.h"
#include "ui/compare/rating_test_dialog.h"
#include "ui/generate/latent_dialog.h"
#include "ui/library/clip_export_dialog.h"
#include "ui/library/clip_pick_dialog.h"
#include "ui/library/fetch_dialog.h"
#include "ui/library/import_dialog.h"
#include "ui/library/recording_dialog.h"
#include "ui/library/tidy/check_dialog.h"
#include "ui/library/tidy/disk_dialog.h"
#include "ui/library/tidy/duplicates_dialog.h"
#include "ui/main_window.h"
#include "ui/pairs/generate_dialog.h"
#include "ui/training/data_dialog.h"
#include "ui/training/resume_dialog.h"
#include "ui/transfer/branch_dialog.h"
#include "ui/transfer/record_dialog.h"
#include "ui/window/shortcut_sheet.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

namespace {

SoundPtr tone(float hz, const QString& title) {
  std::vector<float> samples(11025);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = 0.2f * std::sin(6.2832f * hz * static_cast<float>(i) / 22050);
  return make_sound(title, title, audio::AudioBuffer(22050, std::move(samples)));
}

}  // namespace

/// Every control of every page and dialog has a name for those who listen and a text for those who ask what it is.
class TestHelp : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void everyControlOfThePagesIsExplained();
  void everyControlOfTheDialogsIsExplained_data();
  void everyControlOfTheDialogsIsExplained();
  void aTipThatChangesChangesTheHelp();

 private:
  using Maker = std::function<QDialog*(MainWindow&)>;
  void check(QWidget& root);

  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<MainWindow> window_;
  std::map<QString, Maker> dialogs_;
};

void TestHelp::initTestCase() {
  workspace_ = testing::make_workspace(folder_.path(), 2, 0.5);
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
  window_->open_workspace(QString::fromStdString(workspace_->folder().string()));
  QVERIFY(wait_for([&] { return window_->bench().has_workspace(); }));
  const FamilyEntry& family = family_entry("latent_diffusion");
  dialogs_ = {
      {"import", [](MainWindow& w) { return new ImportDialog(w.bench(), {"/sounds"}, &w); }},
      {"fetch", [](MainWindow& w) { return new FetchDialog(w.bench(), &w); }},
      {"clip export", [](MainWindow& w) { return new ClipExportDialog(w.bench(), {}, {db::ClipId{1}}, {}, &w); }},
      {"clip choice", [](MainWindow& w) { return new ClipPickDialog(w.bench(), &w); }},
      {"recordings", [](MainWindow& w) { return new RecordingDialog(w.bench(), {db::RecordingRow{}}, &w); }},
      {"check", [](MainWindow& w) { return new CheckDialog(w.bench(), &w); }},
      {"disk", [](MainWindow& w) { return new DiskDialog(w.bench(), &w); }},
      {"duplicates", [](MainWindow& w) { return new DuplicatesDialog(w.bench(), &w); }},
      {"pairs", [](MainWindow& w) { return new GeneratePairsDialog(true, &w); }},
      {"blind test", [](MainWindow& w) { return new BlindTestDialog(w.bench(), tone(440, "a"), tone(450, "b"), 1, &w); }},
      {"rating test",
       [](MainWindow& w) {
         auto* dialog = new RatingTestDialog(w.bench(), {tone(440, "a"), tone(450, "b"), tone(460, "c")}, 0, 1, &w);
         dialog->start();
         return dialog;
       }},
      {"comparison export", [](MainWindow& w) { return new ExportDialog("/tmp", "magma", &w); }},
      {"latent space", [](MainWindow& w) { return new LatentDialog(w.bench(), "no-such-run", &w); }},
      {"data", [](MainWindow& w) { return new DataDialog(w.bench(), &w); }},
      {"going on",
       [&family](MainWindow& w) {
         luthier::RunRecord record;
         record.status.id = "run";
         record.status.family = family.id;
         record.status.preset = "quick";
         record.config = complete(family.schema, {});
         return new ResumeDialog(w.bench(), record, &w);
       }},
      {"branch", [&family](MainWindow& w) { return new BranchDialog(family.transfer_schema, {}, 2, 10, &w); }},
      {"recording", [](MainWindow& w) { return new RecordDialog(w.bench(), &w); }},
      {"keys",
       [](MainWindow& w) {
         show_shortcut_sheet(&w);
         return w.findChild<QDialog*>("shortcut_sheet");
       }},
  };
}

void TestHelp::check(QWidget& root) {
  QVERIFY(!testing::controls_of(root).isEmpty());
  const QStringList problems = testing::unexplained_controls(root);
  QVERIFY2(problems.isEmpty(), qPrintable("\n" + problems.join("\n")));
}

void TestHelp::everyControlOfThePagesIsExplained() {
  for (const QString& name : window_->page_names()) {
    window_->show_page(name);
    QTest::qWait(100);
  }
  check(*window_);
}

void TestHelp::everyControlOfTheDialogsIsExplained_data() {
  QTest::addColumn<QString>("name");
  for (const auto& [name, maker] : dialogs_) QTest::newRow(qPrintable(name)) << name;
  QTest::newRow("demo phrases") << QString();
}

void TestHelp::everyControlOfTheDialogsIsExplained() {
  QFETCH(QString, name);
  if (name.isEmpty()) {
    QTimer::singleShot(100, this, [this] {
      QWidget* dialog = QApplication::activeModalWidget();
      QVERIFY(dialog);
      check(*dialog);
      dialog->close();
    });
    return ask_and_render_phrases(window_->bench(), window_.get());
  }
  std::unique_ptr<QDialog> dialog(dialogs_.at(name)(*window_));
  QVERIFY(dialog);
  dialog->setAttribute(Qt::WA_DeleteOnClose, false);
  dialog->ensurePolished();
  dialog->show();
  QTest::qWait(50);
  check(*dialog);
}

void TestHelp::aTipThatChangesChangesTheHelp() {
  QWidget follows, keeps;
  keeps.setWhatsThis("long");
  for (QWidget* widget : {&follows, &keeps}) {
    widget->setToolTip("first");
    widget->setToolTip("second");
  }
  QCOMPARE(follows.whatsThis(), QStringLiteral("second"));
  QCOMPARE(keeps.whatsThis(), QStringLiteral("long"));
}

int main(int argc, char** argv) { return testing::run<TestHelp>(argc, argv); }
#include "tst_help.moc"
