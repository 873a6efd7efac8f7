#pragma once
#include "core/config/schema.h"
#include "core/run/timeline.h"

namespace luthier {

/// What a family is besides when weights of its loss change while it trains, as its settings plan it.
class Planned {
 public:
  virtual ~Planned() = default;
  /// `config` complete. Throws ConfigError where settings contradict each other.
  virtual Timeline timeline(const Config& config) const = 0;
};

}  // namespace luthier
