#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <filesystem>

#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/label_store.h"
#include "db/recording_store.h"
#include "tests/support/db_samples.h"

using namespace luthier::db;

/// A hundred thousand clips in a file. Bounds are some ten times what an idle machine needs: they catch a lost index, not a
/// busy machine. The figures are printed.
class TestManyClips : public QObject {
  Q_OBJECT
 private:
  static constexpr int kRecordings = 1000, kPerRecording = 100;
  QTemporaryDir folder_;
  std::unique_ptr<Catalog> catalog_;

  template <class Action>
  qint64 milliseconds(const char* what, Action action) {
    QElapsedTimer timer;
    timer.start();
    action();
    const qint64 ms = timer.elapsed();
    qInfo("%s: %lld ms", what, static_cast<long long>(ms));
    return ms;
  }

 private slots:
  void initTestCase() {
    catalog_ = std::make_unique<Catalog>(std::filesystem::path(folder_.path().toStdString()) / "luthier.sqlite");
    const char* names[] = {"violin", "harp", "piano", "guitar"};
    milliseconds("insert", [&] {
      Transaction transaction(*catalog_);
      for (int r = 0; r < kRecordings; ++r) {
        const auto recording = samples::recording(*catalog_, "take_" + std::to_string((r * 7919) % kRecordings) + ".wav");
        std::vector<ClipRow> rows(kPerRecording);
        for (int c = 0; c < kPerRecording; ++c) {
          rows[c].recording = recording;
          rows[c].start_frame = c * 1000;
          rows[c].frame_count = 1000 + (r * 31 + c * 17) % 5000;
          rows[c].sha256 = samples::hash_of(r * 1000 + c % 90);
          if (c % 5) rows[c].label = catalog_->labels().label(names[(r + c) % 4]);
          if (c % 10 == 0) rows[c].rating = 1 + c / 10 % 5;
          if (c % 20 == 0) rows[c].notes = "take " + std::to_string(c);
        }
        catalog_->clips().add(rows);
      }
      transaction.commit();
    });
  }

  void everyOrderListsAllIdsQuickly() {
    using Column = ClipColumn;
    for (const Column column : {Column::id, Column::label, Column::name, Column::seconds, Column::rating, Column::split, Column::phrase,
                                Column::excluded, Column::start, Column::sample_rate, Column::loudness, Column::peak, Column::added}) {
      for (const bool descending : {false, true}) {
        std::vector<ClipId> ids;
        const std::string what = "ids by column " + std::to_string(static_cast<int>(column)) + (descending ? " descending" : "");
        QVERIFY(milliseconds(what.c_str(), [&] { ids = catalog_->clips().ids({}, {column, descending}); }) < 1500);
        QCOMPARE(ids.size(), std::size_t{kRecordings * kPerRecording});
        std::sort(ids.begin(), ids.end());
        QVERIFY(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
      }
    }
  }

  void searchesAreQuick() {
    for (const char* query : {"take", "take_9", "inst:violin dur:>0.1", "rating:>=3", "violin", "vio", "-violin", "id:500..600", "dup:yes"}) {
      const std::string what = std::string("search ") + query;
      QVERIFY(milliseconds(what.c_str(), [&] { catalog_->clips().ids(query, {ClipColumn::name}); }) < 2000);
    }
  }

  void aPageOfRowsIsQuick() {
    const auto ids = catalog_->clips().ids({}, {ClipColumn::name});
    const std::vector<ClipId> page(ids.end() - 200, ids.end());
    QVERIFY(milliseconds("a page of 200 rows", [&] { QCOMPARE(catalog_->clips().views(page).size(), page.size()); }) < 200);
  }

  void fiveThousandLabelsAreOneStep() {
    auto ids = catalog_->clips().ids("inst:none");
    ids.resize(5000);
    const auto violin = catalog_->labels().label("violin");
    QVERIFY(milliseconds("label 5,000", [&] {
              Edit edit(*catalog_, "label 5000 clips violin");
              catalog_->clips().set_label(ids, violin);
              edit.commit();
            }) < 1500);
    QVERIFY(catalog_->clips().get(ids.back())->label == violin);
    QVERIFY(milliseconds("undo 5,000", [&] { catalog_->journal().undo(); }) < 1500);
    QVERIFY(!catalog_->clips().get(ids.back())->label);
    QVERIFY(milliseconds("redo 5,000", [&] { catalog_->journal().redo(); }) < 1500);
    QVERIFY(catalog_->clips().get(ids.front())->label == violin);
  }

  void oneLabelIsOnDiskQuickly() {
    const auto harp = catalog_->labels().label("harp");
    QVERIFY(milliseconds("label one clip", [&] {
              Edit edit(*catalog_, "label");
              catalog_->clips().set_label({{77}}, harp);
              edit.commit();
            }) < 500);
  }

  void statsAreQuick() {
    QVERIFY(milliseconds("stats", [&] { QCOMPARE(catalog_->clips().stats().size(), std::size_t{5}); }) < 2000);
  }
};

QTEST_GUILESS_MAIN(TestManyClips)
#include "tst_many_clips.moc"
