#include "core/training/image_pool.h"

#include <ATen/ATen.h>

#include <vector>

namespace luthier {

ImagePool::ImagePool(std::int64_t capacity, torch::IntArrayRef shape, torch::Device device) : capacity_(capacity) {
  std::vector<std::int64_t> sizes = {capacity};
  sizes.insert(sizes.end(), shape.begin(), shape.end());
  if (capacity > 0) kept_ = at::zeros(sizes, at::TensorOptions().device(device));
}

torch::Tensor ImagePool::exchange(const torch::Tensor& pictures, Rng& rng) {
  if (capacity_ == 0) return pictures;
  auto out = pictures.detach().to(at::kFloat).clone();
  for (std::int64_t i = 0; i < pictures.size(0); ++i) {
    if (static_cast<std::int64_t>(count_) < capacity_) {
      kept_[static_cast<std::int64_t>(count_)].copy_(out[i]);
      count_ += 1;
    } else if (rng.uniform() < 0.5) {
      auto place = kept_[rng.below(capacity_)];
      const auto earlier = place.clone();
      place.copy_(out[i]);
      out[i].copy_(earlier);
    }
  }
  return out;
}

void ImagePool::visit(const std::string& name, StateVisitor& visitor) {
  if (capacity_ == 0) return;
  visitor.tensor(name + ".kept", kept_);
  visitor.number(name + ".count", count_);
}

}  // namespace luthier
