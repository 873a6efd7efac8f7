#pragma once
#include <exception>
#include <functional>

#include "app/ctl/verb.h"

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

}  // namespace luthier::ctl
