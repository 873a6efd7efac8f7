// timeout: 150
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QElapsedTimer>
#include <QFileDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTableView>
#include <QTimer>
#include <QToolButton>

#include "db/clip_store.h"
#include "tests/support/ui_harness.h"
#include "ui/form/config_form.h"
#include "ui/form/config_field.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/pairs/pair_table_model.h"
#include "ui/pairs/pairs_page.h"
#include "ui/training/loss_plot.h"
#include "ui/training/new_run_form.h"
#include "ui/training/run_table_model.h"
#include "ui/training/training_page.h"
#include "ui/transfer/sound_slot.h"
#include "ui/transfer/transfer_page.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

namespace {

void click(QWidget* widget) { QTest::mouseClick(widget, Qt::LeftButton); }

template <class Widget>
void click_child(QWidget& parent, const char* name) {
  auto* child = parent.findChild<Widget*>(name);
  QVERIFY2(child && child->isVisible() && child->isEnabled(), name);
  click(child);
}

/// A push button by the words on it.
QPushButton* button_saying(QWidget& parent, const QString& words) {
  for (auto* button : parent.findChildren<QPushButton*>()) {
    if (button->isVisible() && button->text().contains(words)) return button;
  }
  return nullptr;
}

/// Does `act` to the next dialog that opens, while the click that opens it waits for the dialog to end.
void when_dialog_opens(std::function<void(QWidget*)> act) {
  auto* timer = new QTimer(qApp);
  timer->setInterval(30);
  QObject::connect(timer, &QTimer::timeout, qApp, [timer, act] {
    QWidget* dialog = QApplication::activeModalWidget();
    if (!dialog || !dialog->isVisible()) return;
    timer->stop();
    timer->deleteLater();
    act(dialog);
  });
  timer->start();
}

/// Names a path in Qt's own file dialog and accepts it.
void answer_file_dialog(const QString& path) {
  when_dialog_opens([path](QWidget* dialog) {
    auto* name = dialog->findChild<QLineEdit*>("fileNameEdit");
    QVERIFY(name);
    name->setText(path);
    static_cast<QDialog*>(dialog)->accept();
  });
}

}  // namespace

/// The main job by hand: from recordings on disk to an exported transfer, with clicks and keys in a real window.
class TestWholeJob : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase() { window_.reset(); }
  void aWorkspaceIsMadeOnTheFirstPage();
  void aFolderOfRecordingsIsImported();
  void aClipIsHeardAndLabelledByAKey();
  void pairsAreGenerated();
  void aRunIsStartedPausedStoppedAndGoneOnWith();
  void aTransferIsCancelledWithinASecond();
  void aTransferWithTheShippedWeightsIsHeard();
  void theComparisonIsExported();

 private:
  void open_page(const QString& name);
  void choose(int row);
  ClipTableModel& clips() { return window_->library().model(); }
  std::filesystem::path exports() { return window_->bench().workspace().exports(); }

  QTemporaryDir folder_;
  std::unique_ptr<MainWindow> window_;
};

void TestWholeJob::initTestCase() {
  const double notes[] = {220, 262, 330, 392};
  for (const auto& [label, overtones] : {std::pair{"flute", 2}, {"fiddle", 9}}) {
    const QString sounds = folder_.path() + "/sounds/" + label;
    QVERIFY(QDir().mkpath(sounds));
    for (int i = 0; i < 4; ++i) testing::write_tone(QStringLiteral("%1/%2.wav").arg(sounds).arg(i), notes[i], 3.0, overtones);
  }
  window_ = std::make_unique<MainWindow>();
  window_->resize(1280, 800);
  QVERIFY(testing::show_active(*window_));
}

void TestWholeJob::open_page(const QString& name) {
  QVERIFY(testing::show_active(*window_));
  for (auto* button : window_->findChildren<QToolButton*>("navigation")) {
    if (button->property("page").toString() == name) click(button);
  }
  QCOMPARE(window_->page(), name);
}

void TestWholeJob::choose(int row) {
  const QModelIndex index = clips().index(row, 0);
  QTest::mouseClick(window_->library().table().viewport(), Qt::LeftButton, {}, window_->library().table().visualRect(index).center());
  QVERIFY(wait_for([&] { return clips().view_at(row) != nullptr; }));
}

void TestWholeJob::aWorkspaceIsMadeOnTheFirstPage() {
  QCOMPARE(window_->page(), QStringLiteral("start"));
  answer_file_dialog(folder_.path() + "/workspace");
  click_child<QPushButton>(*window_, "make_button");
  QVERIFY(wait_for([&] { return window_->page() == "library"; }));
  QCOMPARE(QString::fromStdString(window_->bench().workspace().folder().string()), folder_.path() + "/workspace");
}

void TestWholeJob::aFolderOfRecordingsIsImported() {
  QPushButton* import = nullptr;
  QVERIFY(wait_for([&] { return (import = button_saying(window_->library(), "Import a folder")) != nullptr; }));
  answer_file_dialog(folder_.path() + "/sounds");
  // The file dialog is followed by the one that asks how.
  QTimer::singleShot(0, this, [] {
    auto* timer = new QTimer(qApp);
    timer->setInterval(30);
    QObject::connect(timer, &QTimer::timeout, qApp, [timer] {
      QWidget* dialog = QApplication::activeModalWidget();
      if (!dialog || qobject_cast<QFileDialog*>(dialog) || !dialog->findChild<QDialogButtonBox*>()) return;
      timer->stop();
      timer->deleteLater();
      click(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok));
    });
    timer->start();
  });
  click(import);
  QVERIFY(wait_for([&] { return clips().rowCount() == 8 && window_->bench().tasks().empty(); }, 15000));
  QVERIFY(wait_for([&] { return clips().index(0, ClipTableModel::label).data().toString() == "fiddle"; }));
}

void TestWholeJob::aClipIsHeardAndLabelledByAKey() {
  QVERIFY(testing::show_active(*window_));
  choose(0);
  auto& player = window_->bench().player();
  QVERIFY(wait_for([&] { return player.ready() && player.current() && player.current()->clip == clips().id_at(0); }));
  QTest::keyClick(&window_->library().table(), Qt::Key_Space);
  QVERIFY(wait_for([&] { return player.playing() && player.position() > 0.05; }));
  QTest::keyClick(&window_->library().table(), Qt::Key_2);
  QVERIFY(wait_for([&] { return clips().index(0, ClipTableModel::label).data().toString() == "flute"; }));
  QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(wait_for([&] { return clips().index(0, ClipTableModel::label).data().toString() == "fiddle"; }));
  player.stop();
}

void TestWholeJob::pairsAreGenerated() {
  open_page("pairs");
  when_dialog_opens([](QWidget* dialog) {
    auto* random = dialog->findChild<QRadioButton*>("at_random");
    QVERIFY(random && random->isChecked());  // no clips share a phrase here
    auto* count = dialog->findChild<QSpinBox*>("count");
    count->selectAll();
    QTest::keyClicks(count, "40");
    click(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok));
  });
  click_child<QPushButton>(window_->pairs(), "generate_pairs");
  QVERIFY(wait_for([&] { return window_->pairs().model().rowCount() == 40; }));
}

void TestWholeJob::aRunIsStartedPausedStoppedAndGoneOnWith() {
  open_page("train");
  TrainingPage& page = window_->training();
  auto* preset = page.findChild<QComboBox*>("preset");
  preset->setFocus();
  QTest::keyClicks(preset, "tiny");
  QCOMPARE(preset->currentText(), QStringLiteral("tiny"));
  click_child<QPushButton>(page, "start_training");
  QVERIFY(wait_for([&] { return page.record().step >= 3; }, 60000));
  QVERIFY(wait_for([&] { return page.plot().point_count() >= 1; }, 1000));
  QElapsedTimer clock;
  clock.start();
  click_child<QPushButton>(page, "pause_training");
  QVERIFY(page.controller().paused());
  QTest::qWait(300);
  const auto step = page.record().step;
  QTest::qWait(400);
  QVERIFY2(page.record().step <= step + 1, "a paused run goes on");
  click_child<QPushButton>(page, "pause_training");
  QVERIFY(wait_for([&] { return page.record().step > step; }, 20000));
  click_child<QPushButton>(page, "stop_training");
  QVERIFY(wait_for([&] { return !page.controller().running(); }, 20000));
  auto state = [&] { return page.runs().index(0, RunTableModel::state).data().toString(); };
  QVERIFY(wait_for([&] { return page.runs().rowCount() == 1 && state() == "stopped"; }, 10000));
  const auto stopped_at = page.record().step;
  QPushButton* resume = nullptr;
  QVERIFY(wait_for([&] { return (resume = button_saying(page, "Go on")) != nullptr; }));
  click(resume);
  QVERIFY(wait_for([&] { return page.controller().running() && page.record().step > stopped_at; }, 60000));
  QCOMPARE(state(), QStringLiteral("training"));
  click_child<QPushButton>(page, "stop_training");
  QVERIFY(wait_for([&] { return !page.controller().running(); }, 20000));
}

void TestWholeJob::aTransferIsCancelledWithinASecond() {
  open_page("library");
  choose(0);
  QTest::keyClick(&window_->library().table(), Qt::Key_C);
  choose(6);
  QTest::keyClick(&window_->library().table(), Qt::Key_S);
  open_page("transfer");
  TransferPage& page = window_->transfer();
  QVERIFY(wait_for([&] { return page.content().sound() && page.style_slot().sound(); }));
  auto* model = page.findChild<QComboBox*>("transfer_run");
  QVERIFY(wait_for([&] { return model->findText("Shipped weights") >= 0; }));
  model->setFocus();
  while (model->currentText() != "Shipped weights" && model->currentIndex() > 0) QTest::keyClick(model, Qt::Key_Up);
  while (model->currentText() != "Shipped weights" && model->currentIndex() + 1 < model->count()) QTest::keyClick(model, Qt::Key_Down);
  QCOMPARE(model->currentText(), QStringLiteral("Shipped weights"));
  auto* steps = page.findChild<QLineEdit*>("steps");
  QVERIFY(wait_for([&] { return (steps = page.findChild<QLineEdit*>("steps")) != nullptr; }));
  steps->selectAll();
  QTest::keyClicks(steps, "1000");
  auto* start = page.findChild<QPushButton*>("start_transfer");
  QVERIFY(wait_for([&] { return start->isEnabled(); }));
  click(start);
  QVERIFY(wait_for([&] { return page.queue().running() && page.queue().running()->pictures().size() >= 2; }, 60000));
  QElapsedTimer clock;
  clock.start();
  click_child<QToolButton>(page, "cancel_transfer");
  QVERIFY(wait_for([&] { return !page.queue().running(); }));
  QVERIFY2(clock.elapsed() < 2000, qPrintable(QString::number(clock.elapsed())));
  QVERIFY(!page.result());
}

void TestWholeJob::aTransferWithTheShippedWeightsIsHeard() {
  TransferPage& page = window_->transfer();
  auto* steps = page.findChild<QLineEdit*>("steps");
  steps->selectAll();
  QTest::keyClicks(steps, "2");
  click_child<QPushButton>(page, "start_transfer");
  QVERIFY(wait_for([&] { return page.result() != nullptr; }, 60000));
  QCOMPARE(page.result()->buffer.length(), page.content().sound()->buffer.length());
  QVERIFY(QFile::exists(page.result()->path));
  QPushButton* hear = button_saying(page, "Result");
  QVERIFY(hear);
  click(hear);
  auto& player = window_->bench().player();
  QVERIFY(wait_for([&] { return player.playing() && player.current() == page.result(); }));
  QCOMPARE(player.deck().size(), std::size_t{3});
  player.stop();
}

void TestWholeJob::theComparisonIsExported() {
  when_dialog_opens([](QWidget* dialog) { click(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)); });
  click_child<QPushButton>(window_->transfer(), "export_transfer");
  QVERIFY(wait_for([&] { return window_->bench().tasks().empty() && std::filesystem::exists(exports()) && !std::filesystem::is_empty(exports()); }, 20000));
  const auto folder = std::filesystem::directory_iterator(exports())->path();
  for (const char* name : {"comparison.png", "comparison.svg", "content.wav", "style.wav", "result.wav", "record.json"}) {
    QVERIFY2(std::filesystem::exists(folder / name) && std::filesystem::file_size(folder / name) > 200, name);
  }
  for (QWidget* box : QApplication::topLevelWidgets()) {
    if (qobject_cast<QMessageBox*>(box)) box->close();
  }
}

int main(int argc, char** argv) { return testing::run<TestWholeJob>(argc, argv); }
#include "tst_whole_job.moc"
