#include "core/data/neighbours.h"

#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace luthier {
namespace {

constexpr std::size_t kLinks = 12;      ///< of each row; more find more surely and take more memory
constexpr std::size_t kBuildWidth = 80;
constexpr std::size_t kSearchWidth = 64;

}  // namespace

struct NeighbourIndex::Graph {
  Graph(std::size_t coordinates, std::size_t capacity)
      : dimensions(coordinates), space(coordinates), graph(&space, std::max<std::size_t>(capacity, 1), kLinks, kBuildWidth) {}
  std::size_t dimensions;
  hnswlib::L2Space space;
  hnswlib::HierarchicalNSW<float> graph;
  std::size_t rows = 0;
};

NeighbourIndex::NeighbourIndex(std::size_t dimensions, std::size_t capacity) : graph_(std::make_unique<Graph>(dimensions, capacity)) {}
NeighbourIndex::~NeighbourIndex() = default;
NeighbourIndex::NeighbourIndex(NeighbourIndex&&) noexcept = default;
NeighbourIndex& NeighbourIndex::operator=(NeighbourIndex&&) noexcept = default;

std::size_t NeighbourIndex::size() const { return graph_->rows; }

void NeighbourIndex::add(std::size_t number, std::span<const float> row) {
  if (row.size() != graph_->dimensions)
    throw std::invalid_argument("a row of " + std::to_string(row.size()) + " coordinates cannot stand among rows of " + std::to_string(graph_->dimensions));
  if (graph_->rows == graph_->graph.max_elements_) throw std::invalid_argument("the index of neighbours is full");
  graph_->graph.addPoint(row.data(), number);
  ++graph_->rows;
}

std::vector<Neighbour> NeighbourIndex::nearest(std::span<const float> row, std::size_t count) const {
  if (row.size() != graph_->dimensions) throw std::invalid_argument("the row to look around has the wrong length");
  std::vector<Neighbour> found;
  if (graph_->rows == 0 || count == 0) return found;
  // The search keeps as many candidates as it is asked for, and finds more surely among more.
  auto queue = graph_->graph.searchKnn(row.data(), std::min(graph_->rows, std::max(count, kSearchWidth)));
  for (; !queue.empty(); queue.pop()) found.push_back({queue.top().second, std::sqrt(std::max(0.0, static_cast<double>(queue.top().first)))});
  std::reverse(found.begin(), found.end());
  if (found.size() > count) found.resize(count);
  return found;
}

}  // namespace luthier
