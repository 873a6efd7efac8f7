#pragma once
#include <string>

#include "app/ctl/verb.h"
#include "core/session/workspace.h"

/// Where verbs that use a model find it and put what it makes.
namespace luthier::ctl {

/// The user said which workspace: by --workspace or LUTHIER_WORKSPACE.
bool workspace_named(const Context& context);
/// --run and --checkpoint together name one of that run's own files. Throws UsageError for any other.
void refuse_foreign_checkpoint(const Workspace& workspace, const std::string& run, const std::string& checkpoint);

}  // namespace luthier::ctl
