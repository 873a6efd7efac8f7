#include <QtTest>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/evaluate/clip_analysis.h"
#include "core/evaluate/evaluation_table.h"

using namespace luthier;

class TestEvaluationTable : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void jsonComesBackAsItWas() {
    const EvaluationTable table = example();
    const EvaluationTable back = table_from_json(nlohmann::json::parse(to_json(table).dump()));
    QCOMPARE(back.protocol, table.protocol);
    QCOMPARE(back.record, table.record);
    QCOMPARE(back.rows.size(), table.rows.size());
    const EvaluationRow& row = back.rows[1];
    QCOMPARE(row.name, std::string("ours, 1 step"));
    QCOMPARE(row.figures.at("lsd").low, 5.5);
    QVERIFY(std::isnan(row.figures.at("timbre").value));
    QCOMPARE(row.directions.at(0).values.at("lsd"), 5.25);
    QCOMPARE(row.parameters, 16400000L);
    QCOMPARE(back.row("copy content")->training_minutes, -1.0);
    QVERIFY(back.row("nobody") == nullptr);
  }

  void everyColumnIsExplained() {
    const nlohmann::json json = to_json(example());
    QVERIFY(json.at("metrics").size() >= 15);
    for (const auto& metric : json.at("metrics")) {
      QVERIFY(!metric.at("title").get<std::string>().empty());
      QVERIFY(metric.at("help").get<std::string>().size() > 10);
    }
  }

  void markdownShowsIntervalsAndGainsOverCopyingTheContent() {
    const std::string text = to_markdown(example());
    QVERIFY(text.find("5.79 [5.50, 6.10] (-66.4 %)") != std::string::npos);
    QVERIFY(text.find("16.40 M") != std::string::npos);
    QVERIFY(text.find("FD-MFCC") == std::string::npos);  // no row has it
  }

  void textIsAligned() {
    const std::string text = to_text(example(), true);
    QVERIFY(text.find("piano>violin") != std::string::npos);
    const std::string first = text.substr(0, text.find('\n'));
    const std::string second = text.substr(first.size() + 1, text.find('\n', first.size() + 1) - first.size() - 1);
    // The LSD column ends at the same place in both lines.
    QCOMPARE(first.find("LSD") + 3, second.find("17.23") + 5);
  }

  void aFrechetDistanceOfFewWindowsIsMarked() {
    EvaluationTable table = example();
    EvaluationRow& row = table.rows[1];
    row.figures["fd"] = {6.5, 6, 7};
    row.directions.push_back({"violin", "piano", 12, {}});
    row.windows = 1998;
    QVERIFY(to_text(table).find("6.5*") != std::string::npos && to_text(table).find("fewer than 1000 one-second windows for each target (999)") != std::string::npos);
    QVERIFY(to_markdown(table).find("6.5\\*") != std::string::npos);
    QCOMPARE(to_json(table).at("rows")[1].at("windows_per_target").get<long>(), 999L);
    row.windows = 2000;
    QVERIFY(to_text(table).find('*') == std::string::npos && to_markdown(table).find("\\*") == std::string::npos);
  }

  void whatIsNoTableIsRefused() {
    QVERIFY_THROWS_EXCEPTION(EvaluationError, table_from_json(nlohmann::json::object()));
    QVERIFY_THROWS_EXCEPTION(EvaluationError, table_from_json(nlohmann::json::parse(R"({"outcome":3,"rows":"x"})")));
  }

 private:
  static EvaluationTable example() {
    EvaluationTable table;
    table.protocol = "t1";
    table.record["phrases"] = "12";
    EvaluationRow copy;
    copy.name = "copy content";
    copy.cases = 144;
    copy.figures["lsd"] = {17.23, 17.0, 17.5};
    table.rows.push_back(copy);
    EvaluationRow ours;
    ours.name = "ours, 1 step";
    ours.cases = 144;
    ours.parameters = 16400000;
    ours.training_minutes = 8;
    ours.figures["lsd"] = {5.79, 5.5, 6.1};
    ours.figures["timbre"] = Interval{std::numeric_limits<double>::quiet_NaN(), 0, 0};
    ours.directions.push_back({"piano", "violin", 12, {{"lsd", 5.25}}});
    table.rows.push_back(ours);
    return table;
  }
};

QTEST_GUILESS_MAIN(TestEvaluationTable)
#include "tst_evaluation_table.moc"
