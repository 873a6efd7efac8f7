#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/label_store.h"
#include "db/pair_store.h"
#include "db/recording_store.h"
#include "tests/support/db_samples.h"

using namespace luthier::db;

class TestEditJournal : public QObject {
  Q_OBJECT
 private slots:
  void labelsAreUndoneAndRedone() {
    auto catalog = Catalog::in_memory();
    const auto recording = samples::recording(*catalog, "a.wav");
    const std::vector<ClipId> ids = {samples::clip(*catalog, recording, 0, 10, "harp"), samples::clip(*catalog, recording, 10, 10)};
    Edit edit(*catalog, "label 2 clips violin");
    catalog->clips().set_label(ids, catalog->labels().label("violin"));
    const EditId step = edit.commit();
    QVERIFY(step);
    QCOMPARE(catalog->clips().view(ids[1])->label, std::string("violin"));
    const auto undone = catalog->journal().undo();
    QVERIFY(undone && undone->id == step);
    QCOMPARE(undone->title, std::string("label 2 clips violin"));
    QCOMPARE(catalog->clips().view(ids[0])->label, std::string("harp"));
    QVERIFY(!catalog->clips().get(ids[1])->label);
    QVERIFY(!catalog->labels().find_label("violin"));  // the label was made by the step
    QVERIFY(!catalog->journal().undo());
    QVERIFY(catalog->journal().redo());
    QCOMPARE(catalog->clips().view(ids[0])->label, std::string("violin"));
    QVERIFY(!catalog->journal().redo());
  }

  void undoSurvivesARestart() {
    QTemporaryDir folder;
    const auto file = std::filesystem::path(folder.path().toStdString()) / "luthier.sqlite";
    {
      Catalog catalog(file);
      const auto recording = samples::recording(catalog, "a.wav");
      const auto clip = samples::clip(catalog, recording, 0, 10);
      for (int rating = 1; rating <= 3; ++rating) {
        Edit edit(catalog, "rate " + std::to_string(rating));
        catalog.clips().set_rating({clip}, rating);
        edit.commit();
      }
      catalog.journal().undo();
    }
    Catalog catalog(file);
    QCOMPARE(catalog.clips().get({1})->rating, 2);
    catalog.journal().undo();
    QCOMPARE(catalog.clips().get({1})->rating, 1);
    catalog.journal().redo();
    catalog.journal().redo();
    QCOMPARE(catalog.clips().get({1})->rating, 3);
  }

  void removalBringsBackTagsPairsAndNotes() {
    auto catalog = Catalog::in_memory();
    const auto recording = samples::recording(*catalog, "a.wav");
    const auto a = samples::clip(*catalog, recording, 0, 10, "harp"), b = samples::clip(*catalog, recording, 10, 10, "violin");
    catalog->clips().add_tag({a}, catalog->labels().tag("solo"));
    catalog->clips().set_notes({a}, "lovely");
    const auto set = catalog->pairs().add_set({{}, "mine", "made by hand"});
    catalog->pairs().add(set, {{{}, {}, 0, a, b, a, "why not"}});
    {
      Edit edit(*catalog, "remove a recording");
      catalog->recordings().remove({recording});
      edit.commit();
    }
    QCOMPARE(catalog->clips().count(), 0);
    QCOMPARE(catalog->pairs().pairs(set).size(), std::size_t{0});
    QVERIFY(catalog->journal().undo());
    const auto view = catalog->clips().view(a);
    QVERIFY(view);
    QCOMPARE(view->tags, std::vector<std::string>{"solo"});
    QCOMPARE(view->clip.notes, std::string("lovely"));
    QCOMPARE(view->label, std::string("harp"));
    const auto pairs = catalog->pairs().pairs(set);
    QCOMPARE(pairs.size(), std::size_t{1});
    QVERIFY(pairs[0].style == b && pairs[0].target == a);
    QCOMPARE(catalog->clips().ids("lovely").size(), std::size_t{1});  // words are found again
    QVERIFY(catalog->journal().redo());
    QCOMPARE(catalog->recordings().count(), 0);
    QVERIFY(catalog->integrity_findings().empty());
  }

  void removingALabelIsUndone() {
    auto catalog = Catalog::in_memory();
    const auto recording = samples::recording(*catalog, "a.wav");
    const auto clip = samples::clip(*catalog, recording, 0, 10, "harp");
    Edit edit(*catalog, "remove label harp");
    catalog->labels().remove_label(catalog->labels().find_label("harp")->id);
    edit.commit();
    QVERIFY(!catalog->clips().get(clip)->label);
    catalog->journal().undo();
    QCOMPARE(catalog->clips().view(clip)->label, std::string("harp"));
    QCOMPARE(catalog->labels().find_label("harp")->key, 1);
  }

  void aNewStepForgetsTheUndoneOnes() {
    auto catalog = Catalog::in_memory();
    const auto clip = samples::clip(*catalog, samples::recording(*catalog, "a.wav"), 0, 10);
    const auto rate = [&](int rating) {
      Edit edit(*catalog, "rate");
      catalog->clips().set_rating({clip}, rating);
      return edit.commit();
    };
    rate(1);
    rate(2);
    catalog->journal().undo();
    rate(5);
    QVERIFY(!catalog->journal().next_redo());
    catalog->journal().undo();
    QCOMPARE(catalog->clips().get(clip)->rating, 1);
  }

  void aStepWithoutCommitOrChangeLeavesNoTrace() {
    auto catalog = Catalog::in_memory();
    const auto clip = samples::clip(*catalog, samples::recording(*catalog, "a.wav"), 0, 10);
    {
      Edit edit(*catalog, "thrown away");
      catalog->clips().set_rating({clip}, 3);
    }
    QCOMPARE(catalog->clips().get(clip)->rating, 0);
    Edit edit(*catalog, "no change");
    catalog->clips().set_rating({clip}, 0);
    QVERIFY(!edit.commit());
    catalog->clips().set_rating({clip}, 1);  // outside of a step: not written down
    QVERIFY(catalog->journal().list().empty());
  }

  void realNumbersComeBackBitForBit() {
    auto catalog = Catalog::in_memory();
    const auto clip = samples::clip(*catalog, samples::recording(*catalog, "a.wav", 44100), 0, 44101);
    ClipRow extent = *catalog->clips().get(clip);
    extent.loudness = -23.123456789012345;
    catalog->clips().set_extent(clip, extent);
    const ClipRow before = *catalog->clips().get(clip);
    Edit edit(*catalog, "cut anew");
    extent.start_frame = 5;
    extent.frame_count = 7;
    extent.loudness = std::nullopt;
    catalog->clips().set_extent(clip, extent);
    edit.commit();
    catalog->journal().undo();
    const ClipRow after = *catalog->clips().get(clip);
    QVERIFY(after.seconds == before.seconds && after.loudness == before.loudness && after.frame_count == before.frame_count);
  }
};

QTEST_GUILESS_MAIN(TestEditJournal)
#include "tst_edit_journal.moc"
