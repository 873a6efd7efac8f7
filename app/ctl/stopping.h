#pragma once
#include <exception>
#include <functional>

#include "app/ctl/verb.h"
#include "core/config/schema.h"

namespace luthier::ctl {

/// Runs work whose library throws its own "cancelled": after a stop request whatever is thrown means stopped.
inline int unless_stopped(const Context& context, const std::function<int()>& work) {
  try {
    return work();
  } catch (const std::exception&) {
    if (context.stop.stop_requested()) return kCancelled;
    throw;
  }
}

/// Settings that the words on the command line name wrongly are wrong usage.
template <class Work>
auto as_usage(const Work& work) {
  try {
    return work();
  } catch (const ConfigError& error) {
    throw UsageError(error.what());
  }
}

}  // namespace luthier::ctl
