#pragma once

namespace luthier {

/// What a trainer is besides when its weights make transfers worth hearing before its last phase.
class EarlyTransfers {
 public:
  virtual ~EarlyTransfers() = default;
  virtual bool makes_transfers(int phase) const = 0;
};

}  // namespace luthier
