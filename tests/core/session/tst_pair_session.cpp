#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QtTest>
#include <QDir>
#include <fstream>

#include "core/session/pair_session.h"
#include "core/session/pair_suggestions.h"
#include "core/session/phrase_pairs.h"
#include "core/session/synth_session.h"
#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/pair_store.h"

using namespace luthier;

class TestPairSession : public QObject {
  Q_OBJECT
 private:
  /// Three phrases of one second, each by piano and violin.
  static Workspace small(const QTemporaryDir& folder) {
    const auto workspace = Workspace::create(std::filesystem::path(folder.path().toStdString()) / "w");
    SynthRequest synth;
    synth.phrases = 3;
    synth.seconds = 1;
    synth.instruments = {"piano", "violin"};
    synth_phrases(workspace, synth);
    return workspace;
  }

 private Q_SLOTS:
  void publishedPairsComeOutByteForByte() {
    // sha256 of the 15,000 rows that NumPy's RandomState(42) gives for four labels of 600 clips
    const auto text = pairs_to_csv(generate_indexed_pairs({{"piano", 600}, {"guitar", 600}, {"harp", 600}, {"violin", 600}}, 15000, 42));
    QVERIFY(text.starts_with("harp,106,violin,71\nharp,121,piano,466\nharp,87,guitar,372\n"));
    QCOMPARE(QCryptographicHash::hash(QByteArray::fromStdString(text), QCryptographicHash::Sha256).toHex(),
             QByteArray("dcde12c828c5c86e21b420918d4b44375a0bfef5f8d56599bc6017edf7a28d7f"));
  }

  void unequalLabelsDrawFromTheirOwnCounts() {
    // NumPy: RandomState(7), labels a, b, c with 5, 70000 and 1 clips
    const auto pairs = generate_indexed_pairs({{"a", 5}, {"b", 70000}, {"c", 1}}, 4, 7);
    QCOMPARE(pairs_to_csv(pairs), std::string("c,0,b,10742\nc,0,b,56718\nc,0,b,27354\nc,0,b,1092\n"));
  }

  void badTablesNameLineAndCause_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("word");
    QTest::addRow("columns") << "piano,1,harp\n" << "line 1";
    QTest::addRow("index") << "piano,1,harp,2\npiano,x,harp,2\n" << "line 2";
    QTest::addRow("negative") << "piano,-1,harp,2\n" << "idx1";
    QTest::addRow("target") << "piano,1,harp,2,lute,-3\n" << "idx3";
    QTest::addRow("quote") << "\"piano,1,harp,2\n" << "quote";
    QTest::addRow("empty") << "" << "empty";
  }
  void badTablesNameLineAndCause() {
    QFETCH(QString, text);
    QFETCH(QString, word);
    try {
      pairs_from_csv(text.toStdString());
      QFAIL("accepted");
    } catch (const SessionError& error) {
      QVERIFY2(QString(error.what()).contains(word), error.what());
    }
  }

  void labelsAreQuotedAndTargetsAreKept() {
    const std::vector<IndexedPair> pairs = {{"bass, electric", 3, "say \"sax\"", 0, "harp", 2}, {"harp", 1, "piano", 4, "", 0}};
    const auto text = pairs_to_csv(pairs, true);
    QCOMPARE(text, std::string("\"bass, electric\",3,\"say \"\"sax\"\"\",0,harp,2\nharp,1,piano,4,,\n"));
    QVERIFY(pairs_from_csv(text) == pairs);
    QVERIFY(pairs_from_csv("\xEF\xBB\xBF" "harp,1,piano,4\r\n").front() == pairs[1]);
  }

  void aFolderOfFilesGivesTheSameTable() {
    QTemporaryDir folder;
    for (const auto& [label, count] : {std::pair("b", 5), std::pair("a", 3)})
      for (int i = 0; i < count; ++i) {
        QDir(folder.path()).mkpath(label);
        std::ofstream(folder.filePath(QString("%1/%2.png").arg(label).arg(i)).toStdString()) << "x";
      }
    // numpy 2.4.6, RandomState(0), labels a and b with 3 and 5 files
    QCOMPARE(pairs_to_csv(generate_indexed_pairs(count_files_by_folder(folder.path().toStdString()), 6, 0)),
             std::string("b,0,a,1\na,1,b,2\nb,0,a,0\nb,2,a,1\nb,0,a,1\na,1,b,0\n"));
  }

  void clipsKeptForTestAreNeverInGeneratedPairs() {
    QTemporaryDir folder;
    const auto workspace = small(folder);
    const auto catalog = workspace.open_catalog();
    const auto held_out = catalog->clips().ids("id:1..2");
    catalog->clips().set_split(held_out, db::Split::test);
    const auto set = generate_pairs(workspace, 200, 42);
    QCOMPARE(set.kept_out, 2);
    for (const auto& row : catalog->pairs().pairs(catalog->pairs().find_set(set.name)->id))
      for (const auto clip : held_out) QVERIFY(row.content != clip && row.style != clip);
  }

  void aPhraseOnBothSidesOfTheSplitIsRefused() {
    QTemporaryDir folder;
    const auto workspace = small(folder);
    const auto catalog = workspace.open_catalog();
    catalog->clips().set_split({{1}}, db::Split::test);
    try {
      generate_phrase_pairs(workspace, 0, 1);
      QFAIL("accepted");
    } catch (const SessionError& error) {
      QVERIFY2(QString(error.what()).contains("validation or test"), error.what());
    }
    QVERIFY(catalog->pairs().sets().empty());
  }

  void aPairAcrossTheSplitIsRefused() {
    QTemporaryDir folder;
    const auto workspace = small(folder);
    const auto catalog = workspace.open_catalog();
    catalog->clips().set_split({{5}, {6}}, db::Split::test);
    catalog->clips().set_split({{4}}, db::Split::train);
    const auto refused = [&](std::int64_t content, std::int64_t style, std::int64_t target, const char* word) {
      try {
        add_pair(workspace, "mine", content, style, target);
        return QString("accepted");
      } catch (const SessionError& error) {
        return QString(error.what()).contains(word) ? QString() : QString(error.what());
      }
    };
    QCOMPARE(refused(1, 5, 0, "clip 5) is kept for test"), QString());
    QCOMPARE(refused(1, 3, 6, "the target (clip 6) is kept for test"), QString());
    QCOMPARE(refused(6, 2, 0, "clip 2) is for training"), QString());
    QCOMPARE(refused(1, 1, 0, "same clip (1)"), QString());
    QCOMPARE(refused(1, 2, 1, "same clip (1)"), QString());
    QVERIFY(!catalog->pairs().find_set("mine"));
    add_pair(workspace, "mine", 5, 6, 0, "both kept for test");
    add_pair(workspace, "mine", 1, 4);  // not set aside yet, and for training
    const auto rows = pairs_of_set(workspace, "mine");
    QVERIFY(rows.size() == 2 && rows[0].reason == "both kept for test" && rows[1].reason == "chosen by hand");
    QVERIFY_THROWS_EXCEPTION(SessionError, add_pair(workspace, "mine", 1, 4, 0, "two\nlines"));
  }

  void aFileNamesItsLinesThatLeak() {
    QTemporaryDir folder;
    const auto workspace = small(folder);
    const auto catalog = workspace.open_catalog();
    catalog->clips().set_split(catalog->clips().ids("inst:violin"), db::Split::validation);
    const auto csv = std::filesystem::path(folder.path().toStdString()) / "leak.csv";
    std::ofstream(csv) << "violin,0,violin,1\n\npiano,0,violin,1\npiano,1,piano,1\n";
    try {
      import_pairs(workspace, csv, "leaky");
      QFAIL("accepted");
    } catch (const SessionError& error) {
      const QString words(error.what());
      QVERIFY2(!words.contains("line 1:") && words.contains("line 3: The content") && words.contains("kept for validation") && words.contains("line 4: Content and style"), error.what());
    }
    QVERIFY(catalog->pairs().sets().empty());
  }

  void suggestionsKeepTheStyleThatIsGiven() {
    QTemporaryDir folder;
    const auto workspace = small(folder);
    const auto catalog = workspace.open_catalog();
    const auto pianos = catalog->clips().ids("inst:piano"), violins = catalog->clips().ids("inst:violin");
    QCOMPARE(suggest_pairs(workspace, pianos[0]).size(), std::size_t{1});
    for (const auto style : violins) {
      const auto found = suggest_pairs(workspace, pianos[0], 6, style);
      if (catalog->clips().get(style)->phrase == catalog->clips().get(pianos[0])->phrase) {
        QVERIFY(found.empty());  // it is the truth itself
      } else {
        QVERIFY(found.size() == 1 && found[0].style == style && found[0].target);
        QCOMPARE(catalog->clips().get(*found[0].target)->phrase, catalog->clips().get(pianos[0])->phrase);
      }
    }
    QVERIFY(suggest_pairs(workspace, pianos[0], 6, pianos[1]).empty());
    QVERIFY_THROWS_EXCEPTION(SessionError, suggest_pairs(workspace, pianos[0], 6, db::ClipId{99}));
  }

  void aSetIsRenamedAndLosesSeveralPairsAtOnce() {
    QTemporaryDir folder;
    const auto workspace = small(folder);
    const auto catalog = workspace.open_catalog();
    generate_pairs(workspace, 5, 1, "five");
    generate_pairs(workspace, 5, 1, "other");
    const auto before = pairs_of_set(workspace, "five");
    remove_pairs(workspace, "five", {1, 3, 4});
    QCOMPARE(pairs_of_set(workspace, "five").size(), std::size_t{2});
    QVERIFY(pairs_of_set(workspace, "five")[0].id == before[1].id);
    QVERIFY_THROWS_EXCEPTION(SessionError, remove_pairs(workspace, "five", {1, 3}));
    QCOMPARE(catalog->journal().undo()->title, std::string("remove 3 pairs"));
    QCOMPARE(pairs_of_set(workspace, "five").size(), std::size_t{5});
    QVERIFY_THROWS_EXCEPTION(SessionError, rename_pair_set(workspace, "five", "other"));
    QVERIFY_THROWS_EXCEPTION(SessionError, rename_pair_set(workspace, "five", ""));
    QVERIFY_THROWS_EXCEPTION(SessionError, rename_pair_set(workspace, "five", "two\nlines"));
    rename_pair_set(workspace, "five", "5");
    QVERIFY(catalog->pairs().find_set("5") && !catalog->pairs().find_set("five"));
    catalog->journal().undo();
    QVERIFY(catalog->pairs().find_set("five"));
  }

  void targetsArePartsOfTheSamePlace() {
    QTemporaryDir folder;
    const auto workspace = small(folder);
    const auto catalog = workspace.open_catalog();
    for (const auto& view : catalog->clips().views(catalog->clips().ids())) {  // a second half of every clip
      auto half = view.clip;
      half.frame_count /= 2;
      half.start_frame = half.frame_count;
      catalog->clips().add(half);
    }
    const auto set = generate_phrase_pairs(workspace, 0, 1);
    QCOMPARE(set.pairs, 12);
    QCOMPARE(set.with_target, 12);
    for (const auto& row : catalog->pairs().pairs(catalog->pairs().find_set(set.name)->id))
      QCOMPARE(catalog->clips().get(row.content)->start_frame, catalog->clips().get(*row.target)->start_frame);
    QCOMPARE(same_phrase_clips(*catalog, {1}).size(), std::size_t{1});
    const auto csv = std::filesystem::path(folder.path().toStdString()) / "targets.csv";
    QCOMPARE(export_pairs(workspace, csv, set.name, true), 12);
    QCOMPARE(import_pairs(workspace, csv, "again").with_target, 12);
    remove_pair_set(workspace, "again");
    QCOMPARE(list_pair_sets(workspace).size(), std::size_t{1});
  }

  void oneLabelIsRefused() { QVERIFY_THROWS_EXCEPTION(SessionError, generate_indexed_pairs({{"piano", 3}}, 5, 1)); }

  void phrasePairsKnowTheirTargetsAndSurviveARoundTrip() {
    QTemporaryDir folder;
    const auto workspace = Workspace::create(std::filesystem::path(folder.path().toStdString()) / "w");
    SynthRequest synth;
    synth.phrases = 3;
    synth.seconds = 1;
    synth.instruments = {"piano", "violin"};
    const auto rendered = synth_phrases(workspace, synth);
    QCOMPARE(rendered.clips, 6);
    QCOMPARE(synth_phrases(workspace, synth).clips, 0);  // already there
    const auto set = generate_phrase_pairs(workspace, 0, 1);
    QCOMPARE(set.pairs, 6);  // three phrases, two directions
    const auto catalog = workspace.open_catalog();
    for (const auto& row : catalog->pairs().pairs(catalog->pairs().find_set(set.name)->id)) {
      const auto content = *catalog->clips().view(row.content), style = *catalog->clips().view(row.style), target = *catalog->clips().view(*row.target);
      QCOMPARE(content.phrase, target.phrase);
      QCOMPARE(style.label, target.label);
      QVERIFY(style.phrase != target.phrase);
      QVERIFY(content.label != target.label);
    }
    const auto csv = std::filesystem::path(folder.path().toStdString()) / "pairs.csv";
    generate_pairs(workspace, 20, 5, "random");
    QCOMPARE(export_pairs(workspace, csv, "random"), 20);
    QCOMPARE(import_pairs(workspace, csv, "again").pairs, 20);
    std::ofstream(csv, std::ios::app) << "piano,99,violin,0\n";
    QVERIFY_THROWS_EXCEPTION(SessionError, import_pairs(workspace, csv, "broken"));
    QVERIFY(!catalog->pairs().find_set("broken"));
  }
};

QTEST_GUILESS_MAIN(TestPairSession)
#include "tst_pair_session.moc"
