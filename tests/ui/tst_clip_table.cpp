#include <QAbstractItemModelTester>
#include <QMimeData>
#include <QSignalSpy>

#include "db/edit_journal.h"
#include "db/clip_store.h"
#include "db/label_store.h"
#include "db/recording_store.h"
#include "tests/support/ui_harness.h"
#include "ui/common/catalog_worker.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_table_model.h"
#include "ui/pairs/pair_table_model.h"

using namespace luthier;
using namespace luthier::ui;

/// The list of clips: ids in memory, rows by pages from another thread.
class TestClipTable : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void init();
  void cleanup();
  void rowsComeInWithoutWaiting();
  void theFirstRowsAreThereBeforeTheList();
  void searchAndSortChangeTheList();
  void aWrongSearchIsToldAndKeepsTheList();
  void editsShowUpAndUndo();
  void draggedRowsCarryIdsAndFiles();
  void rowsThatWereNeverSeenAreDraggedToo();
  void onlyTheNewestOfManySearchesIsShown();
  void aWorkerThatClosesKeepsWhatWasAsked();

 private:
  void load();
  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<CatalogWorker> worker_;
  std::unique_ptr<ClipTableModel> model_;
};

void TestClipTable::initTestCase() { workspace_ = testing::make_workspace(folder_.path(), 60, 0.2); }

void TestClipTable::init() {
  worker_ = std::make_unique<CatalogWorker>(*workspace_);
  model_ = std::make_unique<ClipTableModel>();
  new QAbstractItemModelTester(model_.get(), QAbstractItemModelTester::FailureReportingMode::QtTest, model_.get());
  load();
}

void TestClipTable::cleanup() {
  model_.reset();
  worker_.reset();
}

void TestClipTable::load() {
  QSignalSpy loaded(model_.get(), &ClipTableModel::loaded);
  model_->set_workspace(&*workspace_);
  model_->set_catalog(worker_.get());
  QVERIFY(loaded.wait(30000));
  QCOMPARE(model_->rowCount(), 180);
}

void TestClipTable::rowsComeInWithoutWaiting() {
  const QModelIndex last = model_->index(179, ClipTableModel::name);
  QCOMPARE(last.data().toString(), QStringLiteral("…"));  // not there yet: the question does not wait
  QVERIFY(testing::wait_for([&] { return model_->view_at(179) != nullptr; }));
  QVERIFY(last.data().toString().endsWith(".wav"));
  QCOMPARE(model_->index(179, ClipTableModel::seconds).data().toString(), QStringLiteral("0.20"));
  QVERIFY(!model_->view_at(0) || model_->view_at(0)->clip.id.value == model_->id_at(0));
  QCOMPARE(model_->row_of(model_->id_at(77)), 77);
}

void TestClipTable::theFirstRowsAreThereBeforeTheList() {
  model_->set_catalog(nullptr);
  std::vector<std::pair<QString, int>> seen;
  connect(model_.get(), &ClipTableModel::begun, this, [&] {
    QVERIFY(model_->loading() && model_->view_at(0) && model_->view_at(ClipTableModel::kPage - 1));
    seen.emplace_back("begun", model_->rowCount());
  });
  connect(model_.get(), &QAbstractItemModel::rowsInserted, this, [&] { seen.emplace_back("inserted", model_->rowCount()); });
  connect(model_.get(), &ClipTableModel::loaded, this, [&] { seen.emplace_back("loaded", model_->rowCount()); });
  model_->set_catalog(worker_.get());
  QVERIFY(testing::wait_for([&] { return !seen.empty() && seen.back().first == "loaded"; }));
  QCOMPARE(seen, (std::vector<std::pair<QString, int>>{{"begun", ClipTableModel::kPage}, {"inserted", 180}, {"loaded", 180}}));
  QCOMPARE(model_->id_at(0), 1);
  QCOMPARE(model_->row_of(model_->id_at(179)), 179);
}

void TestClipTable::searchAndSortChangeTheList() {
  QSignalSpy loaded(model_.get(), &ClipTableModel::loaded);
  model_->set_query("inst:violin");
  QVERIFY(loaded.wait(30000));
  QCOMPARE(model_->rowCount(), 60);
  model_->sort(ClipTableModel::name, Qt::DescendingOrder);
  QVERIFY(loaded.wait(30000));
  QVERIFY(testing::wait_for([&] { return model_->view_at(0) != nullptr; }));
  QCOMPARE(model_->index(0, ClipTableModel::name).data().toString(), QStringLiteral("violin-059.wav"));
  QCOMPARE(model_->index(0, ClipTableModel::label).data().toString(), QStringLiteral("violin"));
}

void TestClipTable::aWrongSearchIsToldAndKeepsTheList() {
  QSignalSpy failed(model_.get(), &ClipTableModel::query_failed);
  model_->set_query("dur:>many");
  QVERIFY(failed.wait(30000));
  QVERIFY(failed.first().first().toString().size() > 10);
  QCOMPARE(model_->rowCount(), 180);
}

void TestClipTable::editsShowUpAndUndo() {
  QVERIFY(testing::wait_for([&] { return model_->view_at(0) != nullptr; }));
  const QString before = model_->index(0, ClipTableModel::label).data().toString();
  const db::ClipId id{model_->id_at(0)};
  bool done = false;
  worker_->run(
      this,
      [id](db::Catalog& catalog) {
        db::Edit edit(catalog, "label one");
        catalog.clips().set_label({id}, catalog.labels().label("oboe"));
        edit.commit();
      },
      [&] { done = true; });
  QVERIFY(testing::wait_for([&] { return done; }));
  model_->refresh();
  auto label = [&] {
    model_->view_at(0);
    return model_->index(0, ClipTableModel::label).data().toString();
  };
  QVERIFY(testing::wait_for([&] { return label() == "oboe"; }));
  worker_->run(this, [](db::Catalog& catalog) { return catalog.journal().undo().has_value(); }, [&](bool undone) { QVERIFY(undone); });
  worker_->run(this, [](db::Catalog& catalog) { return catalog.clips().count("inst:oboe"); }, [](std::int64_t left) { QCOMPARE(left, 0); });
  model_->refresh();
  QVERIFY(testing::wait_for([&] { return label() == before; }));
}

void TestClipTable::draggedRowsCarryIdsAndFiles() {
  QVERIFY(testing::wait_for([&] { return model_->view_at(0) && model_->view_at(1); }));
  const std::unique_ptr<QMimeData> data(model_->mimeData({model_->index(0, 0), model_->index(0, 1), model_->index(1, 0)}));
  QCOMPARE(data->data(kClipMime), QByteArray::number(model_->id_at(0)) + "\n" + QByteArray::number(model_->id_at(1)));
  QCOMPARE(data->urls().size(), 2);
  QVERIFY(QFile::exists(data->urls().first().toLocalFile()));
}

void TestClipTable::rowsThatWereNeverSeenAreDraggedToo() {
  QSignalSpy short_of(model_.get(), &ClipTableModel::files_fell_short);
  QModelIndexList all;
  for (int row = 0; row < model_->rowCount(); ++row) all << model_->index(row, 0);
  QVERIFY(!model_->view_at(179));
  std::unique_ptr<QMimeData> data(model_->mimeData(all));
  const auto urls = data->urls();
  QCOMPARE(urls.size(), 180);
  QCOMPARE(short_of.count(), 0);
  QVERIFY(testing::wait_for([&] { return model_->view_at(179); }));
  QCOMPARE(urls.last().toLocalFile().toStdString(), workspace_->resolve(model_->view_at(179)->path).string());
  // A clip whose file is missing has none to give, and that is said.
  const auto catalog = workspace_->open_catalog();
  catalog->recordings().set_missing(catalog->clips().view(db::ClipId{model_->id_at(3)})->clip.recording, true);
  data.reset(model_->mimeData(all));
  QCOMPARE(data->urls().size(), 179);
  QCOMPARE(data->urls().size(), 179);
  QCOMPARE(short_of.count(), 1);
  QCOMPARE(short_of.first().at(0).toInt(), 179);
  QCOMPARE(short_of.first().at(1).toInt(), 180);
  catalog->recordings().set_missing(catalog->clips().view(db::ClipId{model_->id_at(3)})->clip.recording, false);
}

void TestClipTable::onlyTheNewestOfManySearchesIsShown() {
  QSignalSpy loaded(model_.get(), &ClipTableModel::loaded);
  for (const char* query : {"v", "vi", "vio", "viol", "inst:harp"}) model_->set_query(query);
  QVERIFY(loaded.wait(30000));
  QTest::qWait(100);
  QCOMPARE(loaded.count(), 1);
  QCOMPARE(model_->rowCount(), 60);
  QVERIFY(testing::wait_for([&] { return model_->view_at(0) != nullptr; }));
  QCOMPARE(model_->index(0, ClipTableModel::label).data().toString(), QStringLiteral("harp"));
}

void TestClipTable::aWorkerThatClosesKeepsWhatWasAsked() {
  std::atomic<int> written{0};
  {
    CatalogWorker worker(*workspace_);
    for (int i = 0; i < 20; ++i) worker.run(this, [&](db::Catalog&) { ++written; }, [] {});
  }
  QCOMPARE(written.load(), 20);
}

int main(int argc, char** argv) { return testing::run<TestClipTable>(argc, argv); }
#include "tst_clip_table.moc"
