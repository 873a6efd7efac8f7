#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/config/schema.h"

namespace CLI {
class App;
}

namespace luthier::ctl {

/// Command-line flags made from schemas: "--name VALUE". Values are taken as text and turned into a Config once the schema
/// is known, so that a wrong one gets the schema's own sentence. Copies share what was given.
class SchemaFlags {
 public:
  /// One flag for each name in any of the schemas (those that the command has already are left alone). They are kept out
  /// of --help, which would be pages long: schema_help() shows one schema.
  SchemaFlags(CLI::App& command, const std::vector<Schema>& schemas);
  /// Only what was given. Throws ConfigError: not in this schema, or out of range.
  Config given(const Schema& schema) const;

 private:
  std::shared_ptr<std::map<std::string, std::string>> texts_;
};

/// The settings as help text, grouped, two lines each.
std::string schema_help(const Schema& schema);

}  // namespace luthier::ctl
