#include <SQLiteCpp/SQLiteCpp.h>

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <thread>

#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/label_store.h"
#include "db/migrator.h"
#include "db/pair_store.h"
#include "db/recording_store.h"
#include "db/run_store.h"
#include "db/transfer_store.h"
#include "tests/support/db_samples.h"

using namespace luthier::db;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const DbError& error) {
    return error.what();
  }
  return {};
}

/// A catalog as version 1 of the schema left it, with one clip.
void make_version_1(const fs::path& path) {
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(database, {shipped_migrations().front()});
  database.exec("INSERT INTO recording (path, name, sha256, sample_rate, channels, frames, added_at) VALUES ('audio/a.wav', 'a.wav', '" +
                samples::hash_of(1) + "', 22050, 1, 66150, '2026-01-01T00:00:00Z')");
  database.exec("INSERT INTO clip (recording_id, start_frame, frame_count, seconds, sha256, added_at) VALUES (1, 0, 66150, 3, 'x', '2026-01-01T00:00:00Z')");
}

}  // namespace

class TestCatalog : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  fs::path file(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }

 private slots:
  void aNewFileIsACatalogOfTheNewestVersion() {
    const fs::path path = file("new.sqlite");
    {
      Catalog catalog(path);
      QCOMPARE(catalog.version(), Catalog::newest_version());
      QVERIFY(catalog.integrity_findings().empty());
    }
    SQLite::Database plain(path.string());
    QCOMPARE(plain.execAndGet("PRAGMA application_id").getInt(), 0x4C555448);
    QCOMPARE(plain.execAndGet("PRAGMA journal_mode").getString(), std::string("wal"));
  }

  void rowsAreThereAfterReopening() {
    const fs::path path = file("again.sqlite");
    {
      Catalog catalog(path);
      const auto recording = samples::recording(catalog, "a.wav");
      samples::clip(catalog, recording, 0, 44100, "violin");
    }
    Catalog catalog(path);
    const auto view = catalog.clips().view({1});
    QVERIFY(view);
    QCOMPARE(view->label, std::string("violin"));
    QCOMPARE(view->clip.seconds, 1.0);
    QCOMPARE(view->path, std::string("audio/a.wav"));
  }

  void anOlderCatalogIsCopiedAndUpgraded() {
    const fs::path path = file("old.sqlite");
    make_version_1(path);
    Catalog catalog(path);
    QCOMPARE(catalog.version(), Catalog::newest_version());
    QCOMPARE(catalog.clips().count(), 1);
    const fs::path copy = path.string() + ".before-v2";
    QVERIFY(fs::exists(copy));
    SQLite::Database old(copy.string());
    QCOMPARE(old.execAndGet("PRAGMA user_version").getInt(), 1);
    QCOMPARE(old.execAndGet("SELECT count(*) FROM clip").getInt(), 1);
    Edit edit(catalog, "exclude");  // the new version's table works
    catalog.clips().set_excluded({{1}}, true);
    QVERIFY(edit.commit());
  }

  void aFailingUpgradeLeavesTheFileUntouched() {
    const fs::path path = file("failing.sqlite");
    make_version_1(path);
    const std::string before = bytes_of(path);
    std::vector<Migration> steps = {shipped_migrations()[0], {2, "half", "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1);"}};
    {
      SQLite::Database database(path.string(), SQLite::OPEN_READWRITE);
      const std::string message = message_of([&] { migrate(database, steps); });
      QVERIFY2(message.find("left as it was") != std::string::npos, message.c_str());
    }
    QVERIFY(bytes_of(path) == before);
    Catalog catalog(path);  // and the real upgrade still works
    QCOMPARE(catalog.clips().count(), 1);
  }

  void aNewerCatalogIsRefusedUntouched() {
    const fs::path path = file("newer.sqlite");
    { Catalog catalog(path); }
    { SQLite::Database(path.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)"); }
    const std::string before = bytes_of(path);
    const std::string message = message_of([&] { Catalog catalog(path); });
    QVERIFY2(message.find("newer Luthier") != std::string::npos && message.find("update Luthier") != std::string::npos, message.c_str());
    QVERIFY(bytes_of(path) == before);
  }

  void foreignAndBrokenFilesAreRefusedInOneSentence() {
    const fs::path foreign = file("foreign.sqlite");
    { SQLite::Database(foreign.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE theirs (a)"); }
    const std::string before = bytes_of(foreign);
    QVERIFY(message_of([&] { Catalog catalog(foreign); }).find("another program's") != std::string::npos);
    QVERIFY(bytes_of(foreign) == before);
    const fs::path text = file("text.sqlite");
    std::ofstream(text) << std::string(5000, 'x');
    QVERIFY(message_of([&] { Catalog catalog(text); }).find("not a Luthier catalog") != std::string::npos);
    QVERIFY(message_of([&] { Catalog catalog(file("no/such/folder.sqlite")); }).find("cannot be opened") != std::string::npos);
    const fs::path cut = file("cut.sqlite");
    {
      Catalog catalog(cut);
      for (int i = 0; i < 50; ++i) samples::recording(catalog, "file" + std::to_string(i));
    }
    fs::resize_file(cut, 40'000);
    const std::string message = message_of([&] {
      Catalog catalog(cut);
      catalog.recordings().all();
      catalog.clips().ids("a");
    });
    QVERIFY2(message.find("damaged") != std::string::npos, message.c_str());
  }

  void aReadOnlyCatalogCanBeReadAndSaysWhyItCannotBeWritten() {
    const fs::path path = file("readonly.sqlite");
    {
      Catalog catalog(path);
      samples::recording(catalog, "a.wav");
    }
    Catalog catalog(path, Catalog::Mode::read_only);
    QVERIFY(catalog.read_only());
    QCOMPARE(catalog.recordings().count(), 1);
    const std::string message = message_of([&] { samples::recording(catalog, "b.wav"); });
    QVERIFY2(message.find("read-only") != std::string::npos, message.c_str());
  }

  void aFullDiskIsOneSentenceAndLosesNothing() {
    Catalog catalog(file("full.sqlite"));
    samples::recording(catalog, "first.wav");
    const int pages = catalog.database().execAndGet("PRAGMA page_count").getInt();
    catalog.database().execAndGet("PRAGMA max_page_count = " + std::to_string(pages + 2));
    const std::string message = message_of([&] {
      Transaction transaction(catalog);
      for (int i = 0; i < 1000; ++i) samples::recording(catalog, "more" + std::to_string(i) + std::string(200, 'x'));
      transaction.commit();
    });
    QVERIFY2(message.find("disk is full") != std::string::npos, message.c_str());
    QCOMPARE(catalog.recordings().count(), 1);
    catalog.database().execAndGet("PRAGMA max_page_count = 1000000");
    samples::recording(catalog, "second.wav");  // the connection is usable again
    QCOMPARE(catalog.recordings().count(), 2);
  }

  void twoConnectionsWriteInTurnAndSeeEachOther() {
    const fs::path path = file("shared.sqlite");
    Catalog reader(path);
    const auto before = reader.data_version();
    auto work = [&](int from) {
      Catalog writer(path);
      for (int i = 0; i < 20; ++i) {
        luthier::db::RecordingRow row;
        row.path = row.name = std::to_string(from + i);
        row.sha256 = samples::hash_of(from + i);
        row.sample_rate = 8000;
        row.channels = 1;
        writer.recordings().add(row);
      }
    };
    std::thread one(work, 100), two(work, 200);
    one.join();
    two.join();
    QCOMPARE(reader.recordings().count(), 40);
    QVERIFY(reader.data_version() != before);
  }

  void withoutCommitNothingIsKept() {
    auto catalog = Catalog::in_memory();
    {
      Transaction transaction(*catalog);
      samples::recording(*catalog, "a.wav");
    }
    QCOMPARE(catalog->recordings().count(), 0);
    Transaction outer(*catalog);
    samples::recording(*catalog, "b.wav");
    {
      Transaction inner(*catalog);
      samples::recording(*catalog, "c.wav");
    }
    outer.commit();
    QCOMPARE(catalog->recordings().count(), 1);
  }

  void runsKeepMetricsCheckpointsAndPreviews() {
    auto catalog = Catalog::in_memory();
    RunRow run;
    run.folder = "20260101-texture-1";
    run.family = "texture";
    run.seed = ~std::uint64_t{0};
    run.id = catalog->runs().add(run);
    QVERIFY(message_of([&] { catalog->runs().add(run); }).find("already") != std::string::npos);
    catalog->runs().add_metrics(run.id, {{1, "loss", 2.5}, {2, "loss", std::nan("")}, {2, "lr", 0.1}});
    catalog->runs().add_metrics(run.id, {{2, "loss", 1.5}, {3, "loss", 1.0}});
    QCOMPARE(catalog->runs().metric_names(run.id), (std::vector<std::string>{"loss", "lr"}));
    const auto later = catalog->runs().metrics(run.id, "loss", 1);
    QCOMPARE(later.size(), std::size_t{2});
    QCOMPARE(later[0].value, 1.5);
    catalog->runs().truncate_metrics(run.id, 2);
    QCOMPARE(catalog->runs().metrics(run.id, "loss").size(), std::size_t{2});
    CheckpointRow checkpoint;
    checkpoint.run = run.id;
    checkpoint.path = "checkpoints/1.safetensors";
    checkpoint.best = true;
    catalog->runs().add_checkpoint(checkpoint);
    checkpoint.path = "checkpoints/2.safetensors";
    checkpoint.step = 2;
    const auto second = catalog->runs().add_checkpoint(checkpoint);
    QVERIFY(catalog->runs().add_checkpoint(checkpoint) == second);
    const auto list = catalog->runs().checkpoints(run.id);
    QCOMPARE(list.size(), std::size_t{2});
    QVERIFY(!list[0].best && list[1].best);
    catalog->runs().add_preview({{}, run.id, 5, "piano to violin", "a.png", ""});
    catalog->runs().add_preview({{}, run.id, 5, "piano to violin", "a.png", "a.wav"});
    QCOMPARE(catalog->runs().previews(run.id).size(), std::size_t{1});
    run.state = RunState::failed;
    run.message = "no clips";
    catalog->runs().update_progress(run);
    const auto stored = catalog->runs().find(run.folder);
    QCOMPARE(stored->state, RunState::failed);
    QVERIFY(!stored->finished_at.empty());
    QCOMPARE(stored->seed, ~std::uint64_t{0});
  }

  void transfersAreHistory() {
    auto catalog = Catalog::in_memory();
    const auto recording = samples::recording(*catalog, "a.wav");
    const auto clip = samples::clip(*catalog, recording, 0, 100);
    TransferRow row;
    row.content_clip = clip;
    row.content = "a.wav";
    row.settings_json = "{\"steps\":50}";
    const auto id = catalog->transfers().add(row);
    catalog->transfers().set_kept(id, true);
    catalog->clips().remove({clip});
    const auto stored = catalog->transfers().get(id);
    QVERIFY(stored->kept && !stored->content_clip);
    QCOMPARE(stored->content, std::string("a.wav"));
    QCOMPARE(catalog->transfers().all().size(), std::size_t{1});
  }
};

QTEST_GUILESS_MAIN(TestCatalog)
#include "tst_catalog.moc"
