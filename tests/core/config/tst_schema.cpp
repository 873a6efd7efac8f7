#include <QtTest>
#include <cmath>
#include <limits>

#include "core/config/schema.h"

using namespace luthier;

namespace {

struct Example {
  std::int64_t steps = 100;
  double rate = 1e-3;
  bool fast = true;
  std::string shape = "cosine";
  std::string note;

  template <class V>
  void describe(V& v) {
    v.group("Training");
    v.number("steps", steps, 1, 4096, "steps", "How long.");
    v.number("learning_rate", rate, 1e-7, 1, "", "How far.");
    v.group("Other");
    v.toggle("fast", fast, "Whether.");
    v.choice("shape", shape, {"cosine", "linear"}, "Which.");
    v.text("note", note, "What.");
  }
};

const Setting& setting(const Schema& schema, const std::string& name) {
  for (const auto& item : schema)
    if (item.name == name) return item;
  throw std::runtime_error("no setting " + name);
}

template <class F>
std::string sentence(F&& action) {
  try {
    action();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

class TestSchema : public QObject {
  Q_OBJECT
 private slots:
  void theInitialisersAreTheDefaults();
  void checkedValuesReachTheStruct();
  void textIsReadAsTheSettingsKind();
  void whatIsOutOfRangeIsNamedWithItsRange_data();
  void whatIsOutOfRangeIsNamedWithItsRange();
  void anUnknownKeyNamesTheNearest();
  void aValueOfAnotherKindIsRefused();
  void canonicalTextComesBackToTheBit();
  void canonicalTextLeavesOutWhatTheSchemaDoesNotKnow();
  void aTextOfTwoLinesIsRefused();
  void theDifferenceShowsBothValues();
};

void TestSchema::theInitialisersAreTheDefaults() {
  const Schema schema = schema_of<Example>();
  QCOMPARE(schema.size(), std::size_t{5});
  const Config config = complete(schema, {});
  QCOMPARE(std::get<std::int64_t>(config.at("steps")), std::int64_t{100});
  QCOMPARE(std::get<double>(config.at("learning_rate")), 1e-3);
  QCOMPARE(std::get<bool>(config.at("fast")), true);
  QCOMPARE(std::get<std::string>(config.at("shape")), std::string("cosine"));
  QCOMPARE(setting(schema, "steps").group, std::string("Training"));
  QCOMPARE(setting(schema, "fast").group, std::string("Other"));
  QCOMPARE(range_text(setting(schema, "steps")), std::string("a whole number from 1 to 4096 steps"));
  QCOMPARE(range_text(setting(schema, "shape")), std::string("one of: cosine, linear"));
}

void TestSchema::checkedValuesReachTheStruct() {
  const Config config = complete(schema_of<Example>(), {{"steps", std::int64_t{7}}, {"fast", false}, {"shape", std::string("linear")}});
  const auto example = settings_from<Example>(config);
  QCOMPARE(example.steps, std::int64_t{7});
  QCOMPARE(example.rate, 1e-3);
  QCOMPARE(example.fast, false);
  QCOMPARE(example.shape, std::string("linear"));
}

void TestSchema::textIsReadAsTheSettingsKind() {
  const Schema schema = schema_of<Example>();
  QCOMPARE(std::get<std::int64_t>(parse_value(setting(schema, "steps"), "4096")), std::int64_t{4096});
  QCOMPARE(std::get<double>(parse_value(setting(schema, "learning_rate"), "2.5e-4")), 2.5e-4);
  QCOMPARE(std::get<double>(parse_value(setting(schema, "learning_rate"), "1")), 1.0);
  for (const char* yes : {"true", "1", "yes", "on"}) QCOMPARE(std::get<bool>(parse_value(setting(schema, "fast"), yes)), true);
  for (const char* no : {"false", "0", "no", "off"}) QCOMPARE(std::get<bool>(parse_value(setting(schema, "fast"), no)), false);
  QCOMPARE(std::get<std::string>(parse_value(setting(schema, "note"), "a = b")), std::string("a = b"));
}

void TestSchema::whatIsOutOfRangeIsNamedWithItsRange_data() {
  QTest::addColumn<QString>("key");
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("range");
  QTest::newRow("too small") << "steps" << "0" << "a whole number from 1 to 4096 steps";
  QTest::newRow("too large") << "steps" << "4097" << "a whole number from 1 to 4096 steps";
  QTest::newRow("past 64 bits") << "steps" << "99999999999999999999" << "1 to 4096";
  QTest::newRow("no number") << "steps" << "many" << "a whole number";
  QTest::newRow("empty") << "steps" << "" << "a whole number";
  QTest::newRow("a fraction") << "steps" << "1.5" << "a whole number";
  QTest::newRow("number and more") << "learning_rate" << "0.1x" << "a number from 1e-07 to 1";
  QTest::newRow("zero") << "learning_rate" << "0" << "a number from 1e-07 to 1";
  QTest::newRow("nan") << "learning_rate" << "nan" << "a number from";
  QTest::newRow("infinite") << "learning_rate" << "inf" << "a number from";
  QTest::newRow("past doubles") << "learning_rate" << "1e999" << "a number from";
  QTest::newRow("no switch") << "fast" << "maybe" << "true or false";
  QTest::newRow("no choice") << "shape" << "square" << "one of: cosine, linear";
}

void TestSchema::whatIsOutOfRangeIsNamedWithItsRange() {
  QFETCH(QString, key);
  QFETCH(QString, text);
  QFETCH(QString, range);
  const Schema schema = schema_of<Example>();
  const QString said = QString::fromStdString(sentence([&] { parse_value(setting(schema, key.toStdString()), text.toStdString()); }));
  QVERIFY2(said.contains("'" + key + "'"), qPrintable(said));
  QVERIFY2(said.contains("'" + text + "'"), qPrintable(said));
  QVERIFY2(said.contains(range), qPrintable(said));
}

void TestSchema::anUnknownKeyNamesTheNearest() {
  const auto said = sentence([] { complete(schema_of<Example>(), {{"stpes", std::int64_t{1}}}); });
  QVERIFY2(said.find("'stpes'") != std::string::npos && said.find("did you mean 'steps'") != std::string::npos, said.c_str());
  const auto far = sentence([] { complete(schema_of<Example>(), {{"entirely_else", std::int64_t{1}}}); });
  QVERIFY2(far.find("entirely_else") != std::string::npos && far.find("did you mean") == std::string::npos, far.c_str());
}

void TestSchema::aValueOfAnotherKindIsRefused() {
  QVERIFY(sentence([] { complete(schema_of<Example>(), {{"steps", 5.0}}); }).find("'steps'") != std::string::npos);
  QVERIFY(sentence([] { complete(schema_of<Example>(), {{"fast", std::string("true")}}); }).find("'fast'") != std::string::npos);
  QVERIFY(sentence([] { complete(schema_of<Example>(), {{"learning_rate", std::nan("")}}); }).find("'learning_rate'") != std::string::npos);
}

void TestSchema::canonicalTextComesBackToTheBit() {
  const Schema schema = schema_of<Example>();
  for (const double rate : {0.1, 1.0 / 3.0, 1e-7, 5e-324 + 1e-7, 0.30000000000000004}) {
    const Config config = complete(schema, {{"learning_rate", rate}, {"note", std::string("a = b, with = signs")}});
    const std::string text = canonical_text(config);
    QVERIFY(config_from_text(schema, text) == config);
    QCOMPARE(canonical_text(config_from_text(schema, text)), text);
  }
  QCOMPARE(canonical_text({{"b", true}, {"a", std::int64_t{1}}}), std::string("a = 1\nb = true\n"));
}

void TestSchema::canonicalTextLeavesOutWhatTheSchemaDoesNotKnow() {
  const Config config = config_from_text(schema_of<Example>(), "steps = 5\nof_the_loop = 12\nno setting at all\n");
  QCOMPARE(std::get<std::int64_t>(config.at("steps")), std::int64_t{5});
  QVERIFY(!config.count("of_the_loop"));
  QVERIFY(!sentence([] { config_from_text(schema_of<Example>(), "steps = -5\n"); }).empty());
}

void TestSchema::aTextOfTwoLinesIsRefused() {
  const Schema schema = schema_of<Example>();
  for (const auto& text : {std::string("one\nsteps = 1"), std::string("one\rtwo"), std::string("a\0b", 3)})
    QVERIFY(sentence([&] { parse_value(setting(schema, "note"), text); }).find("'note'") != std::string::npos);
}

void TestSchema::theDifferenceShowsBothValues() {
  const Schema schema = schema_of<Example>();
  const Config a = complete(schema, {}), b = complete(schema, {{"steps", std::int64_t{5}}, {"fast", false}});
  QCOMPARE(difference(a, a).size(), std::size_t{0});
  const auto lines = difference(a, b);
  QCOMPARE(lines.size(), std::size_t{2});
  QCOMPARE(lines[0], std::string("fast: true -> false"));
  QCOMPARE(lines[1], std::string("steps: 100 -> 5"));
  QCOMPARE(difference({{"only", std::int64_t{1}}}, {}).at(0), std::string("only: 1 -> -"));
}

QTEST_GUILESS_MAIN(TestSchema)
#include "tst_schema.moc"
