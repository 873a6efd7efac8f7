#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/session/comparison_figures.h"
#include "core/session/figure/spectrogram_figure.h"
#include "core/session/compared_sound.h"

namespace luthier {

struct ComparisonRequest {
  std::vector<ComparedSound> sounds;              ///< shown from top to bottom on one time axis
  std::optional<std::size_t> truth = 0;           ///< the sound that the others are measured against; none: nothing is measured
  std::optional<std::pair<std::size_t, std::size_t>> difference;  ///< also show and write first - second
  bool equal_loudness = true;                     ///< of the difference's two sounds
  std::map<std::string, std::string> record;      ///< written to record.json and into every file
  std::filesystem::path folder;                   ///< made; an existing comparison in it is not overwritten (ConfigError)
  std::string audio_format = "wav";               ///< "wav" or "flac"
  std::string colours = "magma";
};

struct ComparisonFiles {
  std::filesystem::path png, svg, pdf, figures, record;  ///< figures: empty without a truth
  std::vector<std::filesystem::path> sounds;      ///< and the residual last, where a difference was asked for
};

/// Writes comparison.png, .svg and .pdf (mel spectrograms with axes, ticks, dB bars), each sound, figures.csv (the others against
/// the truth, if there is one) and record.json. Throws ConfigError, audio::AudioError, and Cancelled when stopped; nothing half-written is left.
ComparisonFiles write_comparison(const ComparisonRequest& request, std::stop_token stop = {});

/// The picture alone, with the difference below the sounds. Throws ConfigError.
SpectrogramFigure comparison_figure(const ComparisonRequest& request);
/// Writes the figures of a comparison with a truth as CSV, and beside them, with the ending .json, the record, so that the table can be brought back as the
/// comparison it is of. Another table of that name is replaced. Throws ConfigError where something else lies in the record's place,
/// SessionError when they cannot be written.
void write_figures(const ComparisonRequest& request, const std::vector<ComparedFigures>& figures, const std::filesystem::path& csv);
/// The JSON record: kind, time, program, what `record` says (JSON texts as JSON), the sounds with their `files` and hashes, which of them is the truth, and the figures with their units.
std::string comparison_record(const ComparisonRequest& request, const std::vector<std::string>& files, const std::vector<ComparedFigures>& figures);

}  // namespace luthier
