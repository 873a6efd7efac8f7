#include "core/nn/autocast.h"

#include <ATen/autocast_mode.h>

namespace luthier::nn {

Autocast::Autocast(c10::Device device, bool on, Where where) : on_(on && (where == Where::any || device.is_cuda())), type_(device.type()) {
  if (!on_) return;
  before_ = at::autocast::is_autocast_enabled(type_);
  at::autocast::set_autocast_enabled(type_, true);
  at::autocast::set_autocast_dtype(type_, at::kBFloat16);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (!on_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(type_, before_);
}

}  // namespace luthier::nn
