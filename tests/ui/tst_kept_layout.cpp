// timeout: 180
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QTableWidget>

#include "core/session/pair_session.h"
#include "tests/support/ui_harness.h"
#include "ui/common/kept_layout.h"
#include "ui/compare/compare_page.h"
#include "ui/evaluate/evaluate_page.h"
#include "ui/form/config_field.h"
#include "ui/form/config_form.h"
#include "ui/library/clip_table.h"
#include "ui/library/clip_table_model.h"
#include "ui/library/library_page.h"
#include "ui/main_window.h"
#include "ui/map/explore_page.h"
#include "ui/pairs/pairs_page.h"
#include "ui/training/new_run_form.h"
#include "ui/training/run_table_model.h"
#include "ui/training/training_page.h"
#include "ui/transfer/transfer_page.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

/// What was arranged in one window is found again in the next.
class TestKeptLayout : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void splittersTabsAndColumnsComeBack();
  void whatWasTypedForARunComesBackInItsWorkspaceAlone();
  void columnsThatAreMadeAnewKeepTheirWidths();

 private:
  std::unique_ptr<MainWindow> open(const Workspace& workspace);
  static NewRunForm& form_of(MainWindow& window) { return *window.training().findChild<NewRunForm*>(); }
  static QTableView& runs_of(MainWindow& window) { return *window.training().findChild<QTableView*>("run_table"); }
  static QTableView& pairs_of(MainWindow& window) { return *window.pairs().findChild<QTableView*>("pair_table"); }

  QTemporaryDir folder_;
  std::optional<Workspace> first_, second_;
};

void TestKeptLayout::initTestCase() {
  first_ = testing::make_workspace(folder_.path() + "/a", 3, 0.5);
  generate_pairs(*first_, 5, 1, "chosen");
  generate_pairs(*first_, 5, 2, "newer");
  second_ = testing::make_workspace(folder_.path() + "/b", 2, 0.5);
}

std::unique_ptr<MainWindow> TestKeptLayout::open(const Workspace& workspace) {
  auto window = std::make_unique<MainWindow>();
  window->resize(1280, 800);
  window->show();
  if (!QTest::qWaitForWindowExposed(window.get())) return nullptr;
  window->open_workspace(QString::fromStdString(workspace.folder().string()));
  const auto* labels = form_of(*window).findChild<QPushButton*>("label_choice");
  return wait_for([&] { return window->bench().has_workspace() && !labels->menu()->actions().isEmpty(); }) ? std::move(window) : nullptr;
}

void TestKeptLayout::splittersTabsAndColumnsComeBack() {
  const auto pages = [](MainWindow& w) { return QList<QWidget*>{&w.library(), &w.pairs(), &w.training(), &w.transfer(), &w.compare(), &w.evaluate()}; };
  QList<QList<int>> sizes;
  {
    auto window = open(*first_);
    QVERIFY(window);
    for (const QString& page : window->page_names()) window->show_page(page);
    for (QWidget* page : pages(*window)) {
      for (QSplitter* splitter : page->findChildren<QSplitter*>()) {
        window->show_page(window->page_names().value(0));
        const QList<int> before = splitter->sizes();
        splitter->setSizes({before[0] - 60, before[1] + 60});
        Q_EMIT splitter->splitterMoved(splitter->sizes()[0], 1);
        sizes << splitter->sizes();
        QVERIFY2(sizes.last() != before, page->metaObject()->className());
      }
    }
    QCOMPARE(sizes.size(), qsizetype{7});  // two of them on Train
    window->transfer().findChild<QTabWidget*>()->setCurrentIndex(2);
    window->explore().findChild<QTabWidget*>()->setCurrentIndex(1);
    window->library().table().setColumnWidth(ClipTableModel::name, 222);
    auto* runs = runs_of(*window).horizontalHeader();
    runs->resizeSection(RunTableModel::name, 201);
    runs->moveSection(runs->visualIndex(RunTableModel::state), 1);
    runs->setSectionHidden(RunTableModel::device, true);
    runs->resizeSection(RunTableModel::progress, 99);
    pairs_of(*window).horizontalHeader()->resizeSection(1, 123);
  }
  auto window = open(*first_);
  QVERIFY(window);
  for (const QString& page : window->page_names()) window->show_page(page);
  QList<QList<int>> again;
  for (QWidget* page : pages(*window)) {
    for (QSplitter* splitter : page->findChildren<QSplitter*>()) again << splitter->sizes();
  }
  QCOMPARE(again.size(), sizes.size());
  for (qsizetype i = 0; i < sizes.size(); ++i) {
    QVERIFY2(std::abs(again[i][0] - sizes[i][0]) <= 2, qPrintable(QStringLiteral("splitter %1: %2, was %3").arg(i).arg(again[i][0]).arg(sizes[i][0])));
  }
  QCOMPARE(window->transfer().findChild<QTabWidget*>()->currentIndex(), 2);
  QCOMPARE(window->explore().findChild<QTabWidget*>()->currentIndex(), 1);
  QCOMPARE(window->library().table().columnWidth(ClipTableModel::name), 222);
  auto* runs = runs_of(*window).horizontalHeader();
  QCOMPARE(runs->sectionSize(RunTableModel::name), 201);
  QCOMPARE(runs->visualIndex(RunTableModel::state), 1);
  QVERIFY(runs->isSectionHidden(RunTableModel::device));
  QCOMPARE(pairs_of(*window).horizontalHeader()->sectionSize(1), 123);
}

void TestKeptLayout::whatWasTypedForARunComesBackInItsWorkspaceAlone() {
  const auto typed = [](MainWindow& w) { return form_of(w).request(); };
  {
    auto window = open(*first_);
    QVERIFY(window);
    NewRunForm& form = form_of(*window);
    form.choose("cyclegan", "tiny");
    auto* rate = qobject_cast<QLineEdit*>(form.form().field("learning_rate")->control());
    QVERIFY(rate);
    rate->setText("0.00123");
    qobject_cast<QLineEdit*>(form.form().field("steps")->control())->setText("no number");
    form.findChild<QLineEdit*>("auditions")->setText("1,5");
    auto* pairs = form.findChild<QComboBox*>("pair_set");
    pairs->setCurrentIndex(pairs->findData("chosen"));
    form.findChild<QPushButton*>("label_choice")->menu()->actions().first()->setChecked(false);
  }
  {
    auto window = open(*first_);
    QVERIFY(window);
    auto* pairs = form_of(*window).findChild<QComboBox*>("pair_set");
    QVERIFY(wait_for([&] { return pairs->currentData() == "chosen"; }));
    const TrainingRequest request = typed(*window);
    QCOMPARE(request.family, std::string("cyclegan"));
    QCOMPARE(request.preset, std::string("tiny"));
    QCOMPARE(request.overrides, (Config{{"learning_rate", 0.00123}}));  // what was no number is not kept
    QCOMPARE(request.pair_set, std::string("chosen"));
    QCOMPARE(request.labels, (std::vector<std::string>{"piano", "violin"}));
    QCOMPARE(request.auditions.size(), std::size_t{1});
    window->open_workspace(QString::fromStdString(second_->folder().string()));
    QVERIFY(wait_for([&] { return window->bench().has_workspace() && window->bench().workspace().folder() == second_->folder(); }));
    QVERIFY(wait_for([&] { return typed(*window).labels.empty(); }));
    const TrainingRequest other = typed(*window);
    QCOMPARE(other.family, std::string("latent_diffusion"));
    QVERIFY(other.overrides.empty() && other.pair_set.empty() && other.auditions.empty());
  }
  auto window = open(*first_);
  QVERIFY(window);
  QCOMPARE(typed(*window).family, std::string("cyclegan"));
}

void TestKeptLayout::columnsThatAreMadeAnewKeepTheirWidths() {
  const auto fill = [](QTableWidget& table, int columns) {
    table.clear();
    table.setColumnCount(columns);
    table.setRowCount(1);
    for (int i = 0; i < columns; ++i) table.setItem(0, i, new QTableWidgetItem("a cell"));
  };
  {
    QTableWidget table;
    auto* columns = new KeptColumns(*table.horizontalHeader(), "test/columns");
    fill(table, 3);
    columns->settle();
    const int narrow = table.columnWidth(1);
    QVERIFY(narrow < 100);
    fill(table, 3);
    columns->settle();
    QCOMPARE(table.columnWidth(1), narrow);
    table.horizontalHeader()->resizeSection(1, 150);
    fill(table, 3);
    columns->settle();
    QCOMPARE(table.columnWidth(1), 150);
    fill(table, 4);
    columns->settle();
    QCOMPARE(table.columnWidth(1), narrow);  // another table of figures
    QMenu menu;
    columns->fill_menu(menu);
    QCOMPARE(menu.actions().size(), qsizetype{4});
    QVERIFY(!menu.actions()[0]->isEnabled());
    menu.actions()[2]->trigger();
    QVERIFY(table.isColumnHidden(2));
  }
  QTableWidget table;
  auto* columns = new KeptColumns(*table.horizontalHeader(), "test/columns");
  fill(table, 4);
  columns->settle();
  QVERIFY(table.isColumnHidden(2));
  fill(table, 3);
  columns->settle();
  QCOMPARE(table.columnWidth(1), 150);
  QVERIFY(!table.isColumnHidden(2));
}

int main(int argc, char** argv) { return testing::run<TestKeptLayout>(argc, argv); }
#include "tst_kept_layout.moc"
