#pragma once
#include <filesystem>
#include <string>

#include "core/session/compared_sound.h"
#include "core/session/workspace.h"

namespace luthier {

/// The classical baseline of a transfer (core/evaluate/eq_match): the content filtered so that its average spectrum becomes the
/// style's. Mono, 16 kHz, as long as the content, with the content's loudness (RMS). The content and the style as they are, are the other two baselines.
/// Throws SessionError for sounds under 0.13 s.
ComparedSound eq_baseline(const ComparedSound& content, const ComparedSound& style);

/// Writes it as "exports/<content> as EQ match.wav" (never over another) with the record that brings content and style back; `content_place` and `style_place` are
/// their files, or "clip 12". Throws SessionError or audio::AudioError.
std::filesystem::path keep_eq_baseline(const Workspace& workspace, const ComparedSound& content, const std::string& content_place, const ComparedSound& style,
                                       const std::string& style_place);

}  // namespace luthier
