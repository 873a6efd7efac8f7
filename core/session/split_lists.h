#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "db/rows.h"

namespace luthier {

/// Lists that say which files are for training and which for the test, one path a line, as data sets such as GTZAN bring them
/// (source_train_files.txt …). A line stands for the file whose path ends with it, whole names only; where there is none, for
/// the one of its own file name, so that lists survive another folder above the data. '\\' counts as '/', empty lines and
/// lines that begin with '#' are nothing. Read once; a plain value then.
class SplitLists {
 public:
  /// Throws SessionError: a list cannot be read or is empty, a file on a list for training and on one for the test.
  SplitLists(const std::vector<std::filesystem::path>& train, const std::vector<std::filesystem::path>& validation,
             const std::vector<std::filesystem::path>& test);
  bool empty() const { return lines_.empty(); }
  /// `none` for a file on no list.
  db::Split split_of(const std::filesystem::path& file) const;
  /// Lines that stand for none of these files.
  std::vector<std::string> without_file(const std::vector<std::filesystem::path>& files) const;

 private:
  void read(const std::filesystem::path& list, db::Split split);
  /// The line for a file; null: none.
  const std::string* line_of(const std::filesystem::path& file) const;
  std::map<std::string, db::Split> lines_;         ///< by path with '/', without leading "./"
  std::map<std::string, std::string> by_name_;     ///< line by file name; empty: several lines have that name
};

}  // namespace luthier
