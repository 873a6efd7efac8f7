#include <QtTest>

#include "db/clip_store.h"
#include "db/label_query.h"
#include "db/label_store.h"
#include "db/phrase_store.h"
#include "db/recording_store.h"
#include "tests/support/db_samples.h"

using namespace luthier::db;

class TestClipQuery : public QObject {
  Q_OBJECT
 private:
  std::unique_ptr<Catalog> catalog_;

  std::vector<std::int64_t> found(const std::string& query, ClipOrder order = {}) {
    std::vector<std::int64_t> list;
    for (const ClipId id : catalog_->clips().ids(query, order)) list.push_back(id.value);
    return list;
  }

 private slots:
  void initTestCase() {
    catalog_ = Catalog::in_memory();
    const auto etude = samples::recording(*catalog_, "Kreutzer_etude-02.wav", 44100, 2);
    const auto scale = samples::recording(*catalog_, "Tonleiter größer.flac", 22050);
    const auto none = samples::recording(*catalog_, "100%_noise.wav", 48000);
    catalog_->recordings().set_rights({etude}, "CC0, public domain");
    catalog_->recordings().set_source({scale}, "rendered: FluidR3_GM.sf2, harp");
    catalog_->recordings().set_missing(none, true);
    samples::clip(*catalog_, etude, 0, 44100, "violin");                // 1: 1 s
    samples::clip(*catalog_, etude, 44100, 132300, "violin");           // 2: 3 s
    samples::clip(*catalog_, scale, 0, 44100, "harp");                  // 3: 2 s
    samples::clip(*catalog_, scale, 50000, 11025, "viola da gamba");    // 4: 0.5 s
    samples::clip(*catalog_, none, 0, 48000);                           // 5: 1 s
    auto& clips = catalog_->clips();
    clips.set_rating({{1}, {3}}, 4);
    clips.set_rating({{2}}, 2);
    clips.set_excluded({{5}}, true);
    clips.set_split({{1}, {4}}, Split::train);
    clips.set_notes({{4}}, "bow noise at the start");
    clips.add_tag({{1}, {3}}, catalog_->labels().tag("solo"));
    clips.add_tag({{1}}, catalog_->labels().tag("close mic"));
    clips.set_phrase({{1}, {3}}, catalog_->phrases().add({{}, "phrase 7-0001", 7, ""}));
  }

  void termsFindTheirClips_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("ids");
    const auto row = [](const char* query, const char* ids) { QTest::newRow(query) << QString(query) << QString(ids); };
    row("", "1 2 3 4 5");
    row("inst:violin", "1 2");
    row("label:VIOLIN", "1 2");
    row("inst:vio*", "1 2 4");
    row("inst:violin,harp", "1 2 3");
    row("inst:none", "5");
    row("-inst:violin", "3 4 5");
    row("inst:\"viola da gamba\"", "4");
    row("dur:>2", "2");
    row("dur:>=2", "2 3");
    row("dur:1..2", "1 3 5");
    row("rating:>=3 tag:solo", "1 3");
    row("inst:violin dur:>2 rating:<3", "2");
    row("tag:none", "2 4 5");
    row("tag:\"close mic\"", "1");
    row("split:train", "1 4");
    row("split:none", "2 3 5");
    row("excluded:yes", "5");
    row("missing:yes", "5");
    row("missing:no", "1 2 3 4");
    row("rate:22050", "3 4");
    row("channels:2", "1 2");
    row("phrase:7*", "");
    row("phrase:\"phrase 7\"*", "1 3");
    row("phrase:\"phrase 7*\"", "");  // in quotes a star is a star
    row("inst:\"viola da gamba\",harp", "3 4");
    row("inst:\"none\"", "");
    row("rights:cc0", "1 2");
    row("source:FluidR3", "3 4");
    row("notes:bow", "4");
    row("file:100%", "5");
    row("file:_", "1 2 5");
    row("id:2..3", "2 3");
    row("id:1,3..4", "1 3 4");
    row("dur:<1,>2", "2 4");
    row("dup:yes", "");
    row("dup:extra", "");
    row("kreutz", "1 2");
    row("etude", "1 2");
    row("großer", "3 4");
    row("fluidr3 harp", "3 4");
    row("noise", "4 5");
    row("gamba", "4");
    row("solo", "1 3");
    row("\"public dom\"", "1 2");
    row("-noise", "1 2 3");
    row("harp or inst:violin", "1 2 3 4");
    row("inst:harp or inst:violin dur:>=2", "2 3");
    row("nothingatall", "");
    row("'; DROP TABLE clip; --", "");
    row("\"or\"", "");
    row("(", "");
  }
  void termsFindTheirClips() {
    QFETCH(QString, query);
    QFETCH(QString, ids);
    QStringList list;
    for (const auto id : found(query.toStdString())) list << QString::number(id);
    QCOMPARE(list.join(' '), ids);
    QCOMPARE(catalog_->clips().count(query.toStdString()), static_cast<std::int64_t>(list.size()));
  }

  void aLabelIsFoundByItsNameWhateverIsInIt() {
    const auto own = Catalog::in_memory();
    const auto recording = samples::recording(*own, "take.wav", 44100);
    const std::vector<std::string> names{"none", "bell, small", "bell", "all*", "alle", "the \"old\" one", "50%"};
    for (std::size_t i = 0; i < names.size(); ++i) samples::clip(*own, recording, static_cast<std::int64_t>(i) * 100, 100, names[i]);
    samples::clip(*own, recording, 5000, 100);  // without a label
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto ids = own->clips().ids(label_query(names[i]));
      QVERIFY2(ids.size() == 1 && ids.front().value == static_cast<std::int64_t>(i) + 1, names[i].c_str());
    }
    QCOMPARE(own->clips().count("inst:none"), 1);
    QCOMPARE(own->clips().count("inst:all*"), 2);
    QCOMPARE(own->clips().count(label_query("bell") + " or " + label_query("50%")), 2);
  }

  void aWrongTermIsOneSentence_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("part");
    QTest::addColumn<int>("position");
    const auto row = [](const char* query, const char* part, int at) { QTest::newRow(query) << QString(query) << QString(part) << at; };
    row("harp colour:red", "no field 'colour:'", 5);
    row("dur:long", "needs a number", 0);
    row("dur:>", "needs a number", 0);
    row("dur:1..x", "needs a number", 0);
    row("rating:", "needs a value", 0);
    row("excluded:maybe", "yes or no", 0);
    row("split:half", "train, validation, test or none", 0);
    row("a \"b", "not closed", 2);
    row("or a", "'or' must stand between", 0);
    row("a or", "'or' must stand between", 2);
  }
  void aWrongTermIsOneSentence() {
    QFETCH(QString, query);
    QFETCH(QString, part);
    QFETCH(int, position);
    try {
      parse_clip_query(query.toStdString());
      QFAIL("no error");
    } catch (const QueryError& error) {
      QVERIFY2(QString(error.what()).contains(part), error.what());
      QCOMPARE(static_cast<int>(error.position), position);
    }
  }

  void everyColumnSortsBothWays() {
    using Column = ClipColumn;
    QCOMPARE(found("", {Column::seconds}), (std::vector<std::int64_t>{4, 1, 5, 3, 2}));
    QCOMPARE(found("", {Column::seconds, true}), (std::vector<std::int64_t>{2, 3, 5, 1, 4}));
    QCOMPARE(found("", {Column::label}), (std::vector<std::int64_t>{3, 4, 1, 2, 5}));
    QCOMPARE(found("", {Column::label, true}), (std::vector<std::int64_t>{2, 1, 4, 3, 5}));
    QCOMPARE(found("", {Column::name}), (std::vector<std::int64_t>{5, 1, 2, 3, 4}));
    QCOMPARE(found("", {Column::sample_rate}), (std::vector<std::int64_t>{3, 4, 1, 2, 5}));
    QCOMPARE(found("inst:violin", {Column::rating}), (std::vector<std::int64_t>{2, 1}));
    QCOMPARE(found("", {Column::phrase}), (std::vector<std::int64_t>{1, 3, 2, 4, 5}));
    for (const Column column : {Column::id, Column::split, Column::excluded, Column::start, Column::loudness, Column::peak, Column::added})
      QCOMPARE(found("", {column}).size(), std::size_t{5});
  }

  void aListIsSortedByOneColumnAfterTheOther() {
    using Column = ClipColumn;
    const auto sorted = [&](const std::vector<ClipOrder>& orders) {
      std::vector<std::int64_t> list;
      for (const ClipId id : catalog_->clips().ids("", orders)) list.push_back(id.value);
      return list;
    };
    QCOMPARE(sorted({}), (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
    QCOMPARE(sorted({{Column::rating, true}, {Column::seconds, true}}), (std::vector<std::int64_t>{3, 1, 2, 5, 4}));
    QCOMPARE(sorted({{Column::sample_rate}, {Column::seconds, true}}), (std::vector<std::int64_t>{3, 4, 2, 1, 5}));
    QCOMPARE(sorted({{Column::label}, {Column::seconds, true}}), (std::vector<std::int64_t>{3, 4, 2, 1, 5}));  // without label last
    QCOMPARE(sorted({{Column::label, true}, {Column::seconds}}), (std::vector<std::int64_t>{1, 2, 4, 3, 5}));
    QCOMPARE(sorted({{Column::rights}, {Column::start, true}}).back(), 1);
    for (const Column column : {Column::name, Column::phrase, Column::excluded, Column::split, Column::loudness, Column::peak, Column::added,
                                Column::source, Column::rights, Column::notes, Column::content, Column::id}) {
      QCOMPARE(sorted({{column}, {Column::id}}).size(), std::size_t{5});
      QCOMPARE(found("", {column}).size(), std::size_t{5});
    }
  }

  void ofTheSameSoundTheBestIsKept() {
    const auto other = Catalog::in_memory();
    const auto recording = samples::recording(*other, "a.wav");
    for (int i = 0; i < 6; ++i) samples::clip(*other, recording, i * 1000, 500, i == 2 || i == 3 ? "harp" : "");
    for (std::int64_t id = 1; id <= 5; ++id) {
      ClipRow row = *other->clips().get({id});
      row.sha256 = std::string(64, 'a');
      other->clips().set_extent({id}, row);
    }
    other->clips().set_rating({{4}}, 5);
    QCOMPARE(other->clips().duplicates().size(), std::size_t{1});
    QCOMPARE(other->clips().duplicates().front(), (std::vector<ClipId>{{4}, {3}, {1}, {2}, {5}}));
    QCOMPARE(other->clips().ids("dup:extra"), (std::vector<ClipId>{{1}, {2}, {3}, {5}}));
    other->clips().set_excluded({{4}}, true);  // what is excluded already is not the one to keep
    QCOMPARE(other->clips().ids("dup:extra excluded:no"), (std::vector<ClipId>{{1}, {2}, {5}}));
    QCOMPARE(other->clips().marks().size(), std::size_t{5});
    QCOMPARE(other->clips().marks().front().id, ClipId{1});
  }

  void filesThatNoClipWouldUseAreCounted() {
    const auto other = Catalog::in_memory();
    RecordingRow row;
    row.path = "audio/a.wav", row.name = "a.wav", row.sha256 = samples::hash_of(7), row.sample_rate = 8000, row.channels = 1, row.frames = 8000, row.bytes = 1000;
    const auto inside = other->recordings().add(row);
    row.path = "/elsewhere/b.wav", row.sha256 = samples::hash_of(8);
    const auto outside = other->recordings().add(row);
    samples::clip(*other, inside, 0, 100);
    samples::clip(*other, inside, 100, 100);
    samples::clip(*other, outside, 0, 100);
    QCOMPARE(other->recordings().used_only_by({{1}}).files, 0);
    QCOMPARE(other->recordings().used_only_by({{1}, {2}}).bytes, 1000);
    QCOMPARE(other->recordings().used_only_by({{1}, {2}, {3}}).files, 1);  // what lies elsewhere is not ours to free
    QCOMPARE(other->recordings().of_clips({{2}, {3}, {1}}).size(), std::size_t{2});
  }

  void everyFieldOfTheHelpParses() {
    for (const QueryField& field : clip_query_fields()) {
      const std::string example = field.help.substr(0, field.help.find(' '));
      QVERIFY2(example.starts_with(field.name + ":"), example.c_str());
      catalog_->clips().ids(example);
    }
  }

  void viewsKeepTheOrderAskedForAndJoinNames() {
    const auto views = catalog_->clips().views({{3}, {99}, {1}});
    QCOMPARE(views.size(), std::size_t{2});
    QCOMPARE(views[0].label, std::string("harp"));
    QCOMPARE(views[0].phrase, std::string("phrase 7-0001"));
    QCOMPARE(views[1].tags, (std::vector<std::string>{"close mic", "solo"}));
    QCOMPARE(views[1].channels, 2);
  }

  void statsCountPerLabel() {
    const auto stats = catalog_->clips().stats();
    QCOMPARE(stats.size(), std::size_t{4});
    QCOMPARE(stats[0].label, std::string("harp"));
    QCOMPARE(stats[2].label, std::string("violin"));
    QCOMPARE(stats[2].clips, 2);
    QCOMPARE(stats[2].seconds, 4.0);
    QCOMPARE(stats[2].recordings, 1);
    QCOMPARE(stats[3].label, std::string());
    QCOMPARE(stats[3].excluded, 1);
    QCOMPARE(stats[3].clips, 0);
  }

  void wordsFollowARenamedRecordingAndChangedNotes() {
    catalog_->clips().set_notes({{4}}, "clean");
    QCOMPARE(found("bow"), std::vector<std::int64_t>{});
    QCOMPARE(found("clean"), std::vector<std::int64_t>{4});
    catalog_->clips().set_notes({{4}}, "bow noise at the start");
  }
};

QTEST_GUILESS_MAIN(TestClipQuery)
#include "tst_clip_query.moc"
