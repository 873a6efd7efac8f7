#pragma once
#include <cstdint>

namespace luthier {

/// A trainer that counts epochs. The loop makes its previews once an epoch where the run asks for that (preview_every 0).
class Epochs {
 public:
  virtual ~Epochs() = default;
  /// Steps in which as many crops are drawn as the training clips have; at least 1.
  virtual std::int64_t epoch_steps() const = 0;
};

}  // namespace luthier
