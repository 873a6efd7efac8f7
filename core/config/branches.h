#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/config/schema.h"

namespace luthier {

/// Where a sampler leaves its way: up to and with `step` (from 1) all is as it was, from then on `changes` hold. Another seed
/// or temperature draws the noise of that level anew.
struct Branch {
  std::int64_t step = 0;
  Config changes;
  bool operator==(const Branch&) const = default;
};

/// Settings that can change on the way; the others shape the way as a whole.
const std::vector<std::string>& branch_settings();

/// "12 seed=7 guidance=2; 20 seed=9", steps ascending; empty text: no branch. Values are checked against `schema`. Throws
/// ConfigError: not of this form, a setting that cannot change on the way, or out of range.
std::vector<Branch> parse_branches(const std::string& text, const Schema& schema);
/// Text that parse_branches reads back to the same.
std::string branches_text(const std::vector<Branch>& branches);
/// The way of `text` up to the branch's step, and the branch from there. Throws as parse_branches does.
std::string with_branch(const std::string& text, const Branch& branch, const Schema& schema);

}  // namespace luthier
