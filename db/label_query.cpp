#include "db/label_query.h"

namespace luthier::db {

std::string label_query(const std::string& name) {
  std::string query = "inst:\"";
  for (const char c : name) query += c == '"' ? std::string("\"\"") : std::string(1, c);
  return query + "\"";
}

}  // namespace luthier::db
