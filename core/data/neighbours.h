#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace luthier {

struct Neighbour {
  std::size_t number = 0;  ///< as given to add()
  double distance = 0;     ///< Euclidean
};

/// Finds the rows nearest to a row among many, in a time that grows with their logarithm (hnswlib: Malkov and Yashunin 2018;
/// approximate, in practice nearly always exact for rows of tens of coordinates). Adding is for one thread; nearest() for any
/// number once all is added.
class NeighbourIndex {
 public:
  /// Room for `capacity` rows of `dimensions` coordinates.
  NeighbourIndex(std::size_t dimensions, std::size_t capacity);
  ~NeighbourIndex();
  NeighbourIndex(NeighbourIndex&&) noexcept;
  NeighbourIndex& operator=(NeighbourIndex&&) noexcept;

  /// Throws std::invalid_argument for a row of another length or beyond the capacity.
  void add(std::size_t number, std::span<const float> row);
  /// At most `count`, nearest first. A row that was added finds itself at distance 0.
  std::vector<Neighbour> nearest(std::span<const float> row, std::size_t count) const;
  std::size_t size() const;

 private:
  struct Graph;
  std::unique_ptr<Graph> graph_;
};

}  // namespace luthier
