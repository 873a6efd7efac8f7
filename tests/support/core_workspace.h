#pragma once
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "audio/writer.h"
#include "core/session/content_hash.h"
#include "core/session/workspace.h"
#include "db/clip_store.h"
#include "db/label_store.h"
#include "db/phrase_store.h"
#include "db/recording_store.h"

/// A melody of decaying harmonics; `partials` and `decay` make the instrument, `seed` the notes.
inline luthier::audio::AudioBuffer test_melody(int seed, int partials, double decay, double seconds = 2.0, int rate = 16000) {
  std::vector<float> samples(static_cast<std::size_t>(rate * seconds));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate, since = std::fmod(t, 0.4);
    const int note = static_cast<int>(t / 0.4);
    const double hz = 220.0 * std::pow(2.0, ((seed * 5 + note * 7) % 13) / 12.0);
    double value = 0;
    for (int h = 1; h <= partials; ++h) value += std::exp(-decay * since) / h * std::sin(6.283185307179586 * hz * h * since);
    samples[i] = static_cast<float>(0.2 * value);
  }
  return {rate, std::move(samples)};
}

/// Writes the sound into the workspace and gives it a row; returns the clip's number.
inline luthier::db::ClipId add_test_clip(const luthier::Workspace& workspace, luthier::db::Catalog& catalog, const std::string& label, const std::string& phrase,
                                         const luthier::audio::AudioBuffer& sound, const std::string& name) {
  using namespace luthier;
  const auto file = workspace.audio() / name;
  audio::write_audio(file, sound, audio::FileFormat::wav16);
  db::RecordingRow recording;
  recording.path = workspace.catalog_path(file), recording.name = name, recording.sha256 = sha256_of_file(file);
  recording.sample_rate = sound.sample_rate, recording.channels = sound.channel_count(), recording.frames = static_cast<std::int64_t>(sound.length());
  db::ClipRow clip;
  clip.recording = catalog.recordings().add(recording);
  clip.frame_count = recording.frames;
  clip.sha256 = sha256_of_clip(sound, 0, sound.length(), 0);
  clip.label = catalog.labels().label(label);
  if (!phrase.empty()) {
    const auto known = catalog.phrases().find(phrase);
    db::PhraseRow row;
    row.name = phrase;
    clip.phrase = known ? known->id : catalog.phrases().add(row);
  }
  return catalog.clips().add(clip);
}

/// The same phrases by two instruments, "bell" (bright, short) and "horn" (dull, long).
inline luthier::Workspace make_test_workspace(const std::filesystem::path& folder, int phrases = 8) {
  using namespace luthier;
  const Workspace workspace = Workspace::create(folder);
  const auto catalog = workspace.open_catalog();
  for (int i = 0; i < phrases; ++i) {
    const std::string phrase = "phrase " + std::to_string(i);
    add_test_clip(workspace, *catalog, "bell", phrase, test_melody(i, 12, 6), "bell" + std::to_string(i) + ".wav");
    add_test_clip(workspace, *catalog, "horn", phrase, test_melody(i, 3, 1), "horn" + std::to_string(i) + ".wav");
  }
  return workspace;
}
