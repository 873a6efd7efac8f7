#pragma once
#include <memory>

#include "core/signal/representation.h"

namespace luthier {

/// One maker per kind of representation; make_representation() picks by name after the common checks. A new kind adds a
/// maker here and a row to the table in representation.cpp.
std::shared_ptr<const Representation> make_waveform(const RepresentationSpec& spec);
std::shared_ptr<const Representation> make_mel(const RepresentationSpec& spec);  ///< the five mel kinds; "log10_mel_peak" is "log10_mel" of the clip scaled to a peak of 0.95
std::shared_ptr<const Representation> make_stft_cqt(const RepresentationSpec& spec);

}  // namespace luthier
