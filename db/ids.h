#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace luthier::db {

/// A row's number in one table. Distinct types, so that a clip's number cannot be passed for a label's.
/// Numbers start at 1 and are never used again after a row is removed; 0 means "no row".
template <class Table>
struct Id {
  std::int64_t value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

using RecordingId = Id<struct RecordingTable>;
using ClipId = Id<struct ClipTable>;
using LabelId = Id<struct LabelTable>;
using TagId = Id<struct TagTable>;
using PhraseId = Id<struct PhraseTable>;
using PairSetId = Id<struct PairSetTable>;
using PairId = Id<struct PairTable>;
using RunId = Id<struct RunTable>;
using CheckpointId = Id<struct CheckpointTable>;
using PreviewId = Id<struct PreviewTable>;
using TransferId = Id<struct TransferTable>;
using EditId = Id<struct EditTable>;

}  // namespace luthier::db

template <class Table>
struct std::hash<luthier::db::Id<Table>> {
  std::size_t operator()(luthier::db::Id<Table> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
