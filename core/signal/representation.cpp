#include "core/signal/representation.h"

#include <charconv>
#include <sstream>

#include "core/signal/kinds.h"

namespace luthier {
namespace {

struct Kind {
  const char* name;
  std::shared_ptr<const Representation> (*make)(const RepresentationSpec&);  ///< null: not in this build
};
constexpr Kind kKinds[] = {
    {"waveform", make_waveform}, {"mel_image", make_mel}, {"mel_db", make_mel},
    {"log10_mel", make_mel},     {"log10_mel_peak", make_mel}, {"log_mel", make_mel},   {"stft_cqt", make_stft_cqt},
};

const Kind& find_kind(const std::string& name) {
  std::string known;
  for (const Kind& kind : kKinds) {
    if (name == kind.name) return kind;
    known += (known.empty() ? "" : ", ") + std::string(kind.name);
  }
  throw ConfigError("There is no representation '" + name + "'; the kinds are: " + known + ".");
}

void check(const char* name, int value, int low, int high) {
  if (value < low || value > high)
    throw ConfigError("The representation's " + std::string(name) + " must be from " + std::to_string(low) + " to " +
                      std::to_string(high) + ", not " + std::to_string(value) + ".");
}

int read_int(const std::string& key, const std::string& text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end) throw ConfigError("The representation's " + key + " is no whole number: '" + text + "'.");
  return value;
}

}  // namespace

std::string RepresentationSpec::canonical_text() const {
  std::ostringstream text;
  text << "kind=" << kind << " sample_rate=" << sample_rate << " n_fft=" << n_fft << " hop=" << hop << " bands=" << bands
       << " trim=" << (trim ? 1 : 0);
  return text.str();
}

RepresentationSpec RepresentationSpec::from_text(const std::string& text) {
  RepresentationSpec spec;
  std::istringstream words(text);
  bool named = false;
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (key == "kind") spec.kind = value, named = true;
    else if (key == "sample_rate") spec.sample_rate = read_int(key, value);
    else if (key == "n_fft") spec.n_fft = read_int(key, value);
    else if (key == "hop") spec.hop = read_int(key, value);
    else if (key == "bands") spec.bands = read_int(key, value);
    else if (key == "trim") spec.trim = read_int(key, value) != 0;
    else throw ConfigError("A representation has no setting '" + key + "'; is this text damaged: '" + text + "'?");
  }
  if (!named) throw ConfigError("This is no representation: '" + text + "'.");
  find_kind(spec.kind);
  return spec;
}

std::shared_ptr<const Representation> make_representation(const RepresentationSpec& spec) {
  const Kind& kind = find_kind(spec.kind);
  check("sample_rate", spec.sample_rate, 1000, 192000);
  check("n_fft", spec.n_fft, 16, 65536);
  check("hop", spec.hop, 1, spec.n_fft);
  check("bands", spec.bands, 1, spec.n_fft / 2 + 1);
  if (spec.n_fft % 2) throw ConfigError("The representation's n_fft must be even, not " + std::to_string(spec.n_fft) + ".");
  if (!kind.make) throw ConfigError("The representation '" + spec.kind + "' is not part of this build.");
  return kind.make(spec);
}

}  // namespace luthier
