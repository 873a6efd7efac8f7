#pragma once
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

/// Reads a raw little-endian array of tests/golden. Throws when the file is missing.
template <class T>
std::vector<T> golden(const std::string& name) {
  std::ifstream in(std::string(GOLDEN_DIR) + "/" + name, std::ios::binary);
  if (!in) throw std::runtime_error("no golden file " + name);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

/// The signal that all golden data of audio/ were computed from: 33000 samples at 22050 Hz.
inline std::vector<float> golden_signal() {
  std::vector<float> samples;
  for (const std::int16_t x : golden<std::int16_t>("audio/signal.i16"))
    samples.push_back(static_cast<float>(x) / 32768.0f);
  return samples;
}
