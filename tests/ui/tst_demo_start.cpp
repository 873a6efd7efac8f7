// timeout: 300
#include <QListWidget>

#include "core/session/assets.h"
#include "db/transfer_store.h"
#include "tests/support/ui_harness.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/figures_table.h"
#include "ui/main_window.h"
#include "ui/spectrogram/spectrogram_view.h"
#include "ui/transfer/sound_slot.h"
#include "ui/transfer/transfer_page.h"
#include "ui/window/demo_start.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// A newcomer's demo ends with something to hear and see.
class TestDemoStart : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theDemoEndsWithATransferAndItsComparison();

 private:
  QTemporaryDir folder_;
};

void TestDemoStart::theDemoEndsWithATransferAndItsComparison() {
  const Workspace workspace = Workspace::create((folder_.path() + "/demo").toStdString());
  MainWindow window;
  window.resize(1280, 800);
  QVERIFY(testing::show_active(window));
  window.open_workspace(QString::fromStdString(workspace.folder().string()));
  QVERIFY(wait_for([&] { return window.bench().has_workspace(); }));
  window.show_page("library");
  DemoRequest request;
  request.phrases = 2;
  start_demo(window, request);
  QVERIFY(wait_for([&] { return window.bench().tasks().empty() && (window.compare().count() == 3 || !last_error().isEmpty()); }, 240000));
  if (last_error().contains("soundfont")) QSKIP("no soundfont is installed");
  QVERIFY2(last_error().isEmpty(), qPrintable(last_error()));
  QCOMPARE(window.page(), QStringLiteral("transfer"));  // the library has nothing of it to hear
  const auto& figures = window.compare().figures();
  QVERIFY(wait_for([&] { return !figures.busy() && figures.rows().size() == 3; }));
  QCOMPARE(figures.truth(), std::size_t{2});
  const double content = figures.rows()[0].figures.front().second, result = figures.rows()[1].figures.front().second;
  QVERIFY2(result < content, qPrintable(QStringLiteral("%1 dB, the content %2 dB").arg(result).arg(content)));
  QCOMPARE(workspace.open_catalog()->transfers().all(10).size(), std::size_t{1});
  auto& transfer = window.transfer();
  QVERIFY(wait_for([&] { return transfer.content().sound() && transfer.style_slot().sound() && transfer.view().scene().lanes().size() == 3; }));
  QVERIFY(wait_for([&] { return transfer.view().sounds().size() == 3; }));
  QCOMPARE(transfer.findChild<QListWidget*>("transfer_history")->currentRow(), 0);
  const QDir exported(QString::fromStdString(workspace.exports().string()));
  QCOMPARE(exported.entryList({"*demo*"}, QDir::Dirs).size(), qsizetype{1});
  QVERIFY(window.bench().last_command().contains("--shipped"));
}

int main(int argc, char** argv) { return testing::run<TestDemoStart>(argc, argv); }
#include "tst_demo_start.moc"
