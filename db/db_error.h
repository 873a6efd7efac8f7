#pragma once
#include <cstddef>
#include <stdexcept>
#include <string>

namespace luthier::db {

/// Everything that db/ throws. The text is one sentence for a user: what, where, what to do.
class DbError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The text of a search is wrong. `position` counts bytes from 0 to where reading stopped.
class QueryError : public DbError {
 public:
  QueryError(const std::string& sentence, std::size_t at) : DbError(sentence), position(at) {}
  std::size_t position;
};

}  // namespace luthier::db
