#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/ctl/verb.h"
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
  bool has(const std::string& name) const { return texts_->count(name) > 0; }

 private:
  std::shared_ptr<std::map<std::string, std::string>> texts_;
};

/// What a verb's --settings prints: the help text, or a JSON line for each setting.
int list_settings(const Schema& schema, const Context& context);

/// The settings as help text, grouped, two lines each.
std::string schema_help(const Schema& schema);

}  // namespace luthier::ctl
