#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/evaluate/evaluation_table.h"

namespace luthier {

/// A table of a file, with the words that tell it from the others.
struct TitledEvaluation {
  std::string title;  ///< its name in the file ("t1"), or the protocol with its number of phrases
  EvaluationTable table;
};

/// The tables of a JSON file: one as `luthierctl evaluate --json` prints and --out writes it, or several by name as in the shipped
/// evaluation.json; or the one that a .csv (by the record beside it) or .md file of write_evaluation carries. Throws SessionError for a file that cannot be read or holds none.
std::vector<TitledEvaluation> read_evaluations(const std::filesystem::path& file);

/// A file with evaluations and what it belongs to.
struct EvaluationFile {
  std::filesystem::path file;
  std::string run;   ///< id; empty: of the shipped weights or of several runs
  bool shipped = false;  ///< came with the program
};
/// evaluation.json of the shipped weights first, then what save_evaluation kept in the workspace (which may be empty: none), newest
/// first.
std::vector<EvaluationFile> list_evaluations(const std::filesystem::path& workspace);

/// Keeps a table in the workspace: runs/<run>/evaluations/<utc>-<protocol>.json, or exports/evaluations/… where `run` is empty or
/// no run of the workspace. Never overwrites. Throws SessionError.
std::filesystem::path save_evaluation(const std::filesystem::path& workspace, const std::string& run, const EvaluationTable& table);

/// Named columns with units: "row,content,target,cases,…,lsd_dB,lsd_dB_low95,lsd_dB_high95,…". A line for each row over all
/// directions ("all,all"), then one for each of its directions (without intervals).
std::string evaluation_csv(const EvaluationTable& table);

/// For before the work: throws what write_evaluation would throw for this name and place (an .html is never overwritten).
void check_evaluation_file(const std::filesystem::path& file);
/// Writes the table as its ending says: .json, .md, .csv or .html. Markdown carries the whole table as its record, a CSV file has it
/// beside it ("t1.csv.json"). Throws ConfigError for another ending, SessionError.
void write_evaluation(const std::filesystem::path& file, const EvaluationTable& table);

}  // namespace luthier
