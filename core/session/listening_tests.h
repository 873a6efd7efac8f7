#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace luthier {

/// The log of one listening test (ABX or rating), as the window writes it into the workspace's exports.
struct ListeningTest {
  std::filesystem::path file;
  std::string test;                 ///< "ABX" or "rating"
  std::string made;                 ///< UTC; of the last answer
  std::vector<std::string> sounds;  ///< titles
  bool complete = false;
  int trials = 0;                   ///< that were answered
  /// What came out, a sentence each. Of an ABX test that was broken off no score: who may stop at a lucky one proves nothing.
  std::vector<std::string> results;
};

/// Throws SessionError when it cannot be read or is no log of a listening test.
ListeningTest read_listening_test(const std::filesystem::path& file);
/// Those in the exports of a workspace, newest first. What cannot be read is left out. Throws SessionError for a folder that is no workspace.
std::vector<ListeningTest> list_listening_tests(const std::filesystem::path& workspace);

}  // namespace luthier
