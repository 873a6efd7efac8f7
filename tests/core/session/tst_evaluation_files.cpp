#include <QtTest>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/config/schema.h"
#include "core/session/carried_record.h"
#include "core/session/evaluate_session.h"
#include "core/session/evaluation_files.h"
#include "core/session/text_file.h"
#include "core/session/transfer_session.h"
#include "core/session/workspace.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

EvaluationTable example() {
  EvaluationTable table;
  table.protocol = "t1";
  table.record = {{"phrases", "2"}, {"cases", "24"}};
  EvaluationRow copy;
  copy.name = "copy content";
  copy.cases = 24;
  copy.figures["lsd"] = {17, 16, 18};
  copy.figures["flux"] = {1.02, 1, 1.1};
  EvaluationRow ours;
  ours.name = "ours, \"1\" step";
  ours.cases = 24;
  ours.parameters = 1000;
  ours.figures["lsd"] = {5.25, 5, 5.5};
  ours.figures["flux"] = {0.5, 0.4, 0.6};
  ours.directions = {{"piano", "violin", 2, {{"lsd", 4.5}}}, {"violin", "piano", 2, {{"lsd", 6}}}};
  EvaluationRow truth;
  truth.name = "true target";
  truth.cases = 24;
  truth.figures["lsd"] = {0, 0, 0};
  table.rows = {copy, ours, truth};
  return table;
}

}  // namespace

class TestEvaluationFiles : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void oneTableAndSeveralAreRead() {
    QTemporaryDir folder;
    const fs::path one = folder.filePath("one.json").toStdString(), many = folder.filePath("many.json").toStdString();
    write_evaluation(one, example());
    const auto read = read_evaluations(one);
    QCOMPARE(read.size(), std::size_t{1});
    QCOMPARE(read[0].title, std::string("t1, 2 phrases"));
    QCOMPARE(read[0].table.rows[1].figures.at("lsd").low, 5.0);
    write_text(many, nlohmann::json{{"t1", to_json(example())}, {"by steps", to_json(example())}, {"note", "words"}}.dump());
    QCOMPARE(read_evaluations(many).size(), std::size_t{2});
  }

  void csvAndMarkdownCarryTheWholeTable() {
    QTemporaryDir folder;
    EvaluationTable table = example();
    table.record["command"] = "evaluate --direction 'piano>violin' -->";  // would end a comment
    write_text(folder.filePath("t.json").toStdString(), "{}");            // the name of another file is none of the record's
    for (const char* name : {"t.csv", "t.md"}) {
      const fs::path file = folder.filePath(name).toStdString();
      write_evaluation(file, table);
      write_evaluation(file, table);  // again, over itself
      const auto read = read_evaluations(file);
      QCOMPARE(read.size(), std::size_t{1});
      QCOMPARE(read[0].table.record.at("command"), table.record.at("command"));
      QCOMPARE(read[0].table.rows[1].directions.size(), std::size_t{2});
      QCOMPARE(nlohmann::json::parse(carried_record(file)).at("kind").get<std::string>(), std::string("evaluation"));
    }
    QCOMPARE(read_text(folder.filePath("t.json").toStdString()), std::string("{}"));
    write_text(folder.filePath("u.csv.json").toStdString(), "{}");
    QVERIFY_THROWS_EXCEPTION(ConfigError, write_evaluation(folder.filePath("u.csv").toStdString(), table));
  }

  void whatIsNoTableIsRefusedInOneSentence() {
    QTemporaryDir folder;
    const fs::path file = folder.filePath("x.json").toStdString();
    for (const char* text : {"", "{", "[]", "{}", "3", R"({"rows":3,"protocol":"t1"})"}) {
      write_text(file, text);
      try {
        read_evaluations(file);
        QFAIL("was taken for a table");
      } catch (const SessionError& error) {
        QVERIFY2(std::string(error.what()).find("holds no evaluation") != std::string::npos, error.what());
      }
    }
    QVERIFY_THROWS_EXCEPTION(SessionError, read_evaluations(folder.filePath("nothing.json").toStdString()));
    QVERIFY_THROWS_EXCEPTION(ConfigError, write_evaluation(folder.filePath("x.docx").toStdString(), example()));
  }

  void theCsvHasNamedColumnsWithUnits() {
    const QStringList lines = QString::fromStdString(evaluation_csv(example())).split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 6);  // head, three rows, two directions
    const QStringList head = lines[0].split(',');
    QVERIFY(head.contains("lsd_dB") && head.contains("lsd_dB_low95") && head.contains("lsd_dB_high95") && head.contains("flux_ratio") && head.contains("peak_memory_MB"));
    QVERIFY(!lines[0].contains("mcd"));  // nobody has it
    QVERIFY(lines[2].startsWith("\"ours, \"\"1\"\" step\",all,all,24,"));
    QVERIFY(lines[3].contains(",piano,violin,2,") && lines[3].contains("4.5"));
    for (const int line : {1, 3, 5}) QCOMPARE(lines[line].split(',').size(), head.size() + (line == 3 ? 1 : 0));  // the quoted name has a comma
  }

  void theBestOfAColumnIsNoReferenceRow() {
    const EvaluationTable table = example();
    const auto columns = used_columns(table);
    QCOMPARE(columns.size(), std::size_t{2});
    QCOMPARE(best_row(table, columns[0])->name, std::string("ours, \"1\" step"));  // lower is better
    QCOMPARE(best_row(table, columns[1])->name, std::string("copy content"));       // nearer to one
    QVERIFY(is_reference_row(table.rows[2]));
    EvaluationTable more = table;
    EvaluationRow few = table.rows[1];
    few.name = "ours, on easier phrases", few.cases = 2, few.figures.at(columns[0].id).value = 0.1;
    more.rows.insert(more.rows.begin(), few);
    QCOMPARE(best_row(more, columns[0])->name, std::string("ours, \"1\" step"));  // of fewer cases
  }

  void tablesAreKeptWithTheirRunAndNothingIsOverwritten() {
    QTemporaryDir folder;
    const Workspace workspace = Workspace::create(folder.filePath("w").toStdString());
    fs::create_directories(workspace.runs() / "run-1");
    const auto first = save_evaluation(workspace.folder(), "run-1", example()), second = save_evaluation(workspace.folder(), "run-1", example());
    const auto shipped = save_evaluation(workspace.folder(), "", example());
    QVERIFY(first != second);
    QCOMPARE(first.parent_path(), workspace.runs() / "run-1" / "evaluations");
    QCOMPARE(shipped.parent_path(), workspace.exports() / "evaluations");
    int of_run = 0, of_program = 0;
    for (const EvaluationFile& entry : list_evaluations(workspace.folder())) {
      of_run += entry.run == "run-1";
      of_program += entry.shipped;
      QVERIFY(!read_evaluations(entry.file).empty());
    }
    QCOMPARE(of_run, 2);
    QCOMPARE(of_program, shipped_models().empty() ? 0 : 1);
  }

  void theQuickMeasuringAndItsCommand() {
    const EvaluateRequest request = quick_evaluation("/w", "run 1");
    QCOMPARE(request.protocol.phrases, 2);
    QVERIFY(!request.protocol.judges);
    const std::string command = evaluate_command(request);
    QVERIFY2(command.find("--run 'run 1'") != std::string::npos && command.find("--phrases 2") != std::string::npos && command.find("--no-judges") != std::string::npos, command.c_str());
  }
};

QTEST_GUILESS_MAIN(TestEvaluationFiles)
#include "tst_evaluation_files.moc"
