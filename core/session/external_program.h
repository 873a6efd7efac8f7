#pragma once
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace luthier {

/// Where a program lies on PATH; empty when it is not installed.
std::filesystem::path find_program(const std::string& name);

struct ProgramResult {
  int code = 0;          ///< exit status; 128 + signal when it was killed
  std::string messages;  ///< the last 4000 characters of what it wrote to stderr
};

/// Runs a program with these arguments, as they are: no shell reads them. Its output is thrown away, its input is empty. Blocks;
/// a stop ends it and all that it started. Throws SessionError when it cannot be started.
ProgramResult run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments, const std::stop_token& stop = {});

}  // namespace luthier
