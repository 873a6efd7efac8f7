#pragma once
#include <string>
#include <vector>

namespace luthier {

/// The cells of one CSV line (RFC 4180: quotes, doubled quotes; no line breaks inside). False when a quote stays open.
bool split_csv(const std::string& line, std::vector<std::string>& cells);
/// Quoted where it must be.
std::string csv_cell(const std::string& text);

}  // namespace luthier
