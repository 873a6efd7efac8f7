#include "core/session/synth_session.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "audio/reader.h"
#include "audio/synth/gm_instruments.h"
#include "audio/synth/phrase.h"
#include "audio/synth/soundfont_renderer.h"
#include "audio/resampler.h"
#include "audio/writer.h"
#include "core/config/held_out.h"
#include "core/session/content_hash.h"
#include "core/session/cutting.h"
#include "core/session/outputs.h"
#include "core/session/progress_meter.h"
#include "db/clip_store.h"
#include "db/label_store.h"
#include "db/phrase_store.h"
#include "db/recording_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
constexpr int kRenderRate = 48000;   // a soundfont's samples are 44.1 kHz: a lower rate would fold their treble back
constexpr double kGain = 0.6;        // as the measuring protocol renders

std::string notes_json(const audio::Phrase& phrase) {
  auto list = nlohmann::json::array();
  for (const auto& note : phrase.notes)
    list.push_back({{"start", note.start_s}, {"seconds", note.end_s - note.start_s}, {"pitch", note.pitch}, {"velocity", note.velocity}});
  return list.dump();
}

/// Renders and writes one workspace's phrases; one catalog connection, one font.
class Synth {
 public:
  Synth(const Workspace& workspace, const SynthRequest& request)
      : workspace_(workspace), request_(request), catalog_(workspace.open_catalog()),
        font_(request.soundfont.empty() ? audio::find_soundfont() : request.soundfont), renderer_(font_, options()) {
    if (catalog_->read_only())
      throw SessionError(why_read_only(workspace));
  }

  /// Returns how many clips are new; nothing when stopped: a phrase comes by all of its instruments or not at all.
  std::optional<std::int64_t> render_phrase(int index, const std::stop_token& stop) {
    const auto phrase = make(index);
    std::vector<Rendered> sounds;
    for (const auto& instrument : request_.instruments) {
      if (stop.stop_requested()) return std::nullopt;
      if (auto sound = render(phrase, instrument)) sounds.push_back(std::move(*sound));
    }
    std::int64_t added = 0;
    db::Transaction all(*catalog_);
    const auto id = phrase_id(phrase, index);
    for (const auto& sound : sounds) added += keep(phrase, id, sound) ? 1 : 0;
    all.commit();
    return added;
  }

 private:
  static audio::RenderOptions options() {
    audio::RenderOptions render;
    render.sample_rate = kRenderRate;
    render.gain = kGain;
    return render;
  }

  /// Seeds stay above those that the measuring protocols keep for themselves.
  std::uint64_t seed_of(int index) const { return kFirstTrainingPhraseSeed + request_.seed * 1'000'003 + static_cast<std::uint64_t>(index); }

  audio::Phrase make(int index) const {
    audio::PhraseOptions shape;
    shape.seconds = request_.seconds;
    shape.low_pitch = request_.low_pitch;
    shape.high_pitch = request_.high_pitch;
    shape.max_voices = request_.max_voices;
    return audio::make_phrase(seed_of(index), shape);
  }

  db::PhraseId phrase_id(const audio::Phrase& phrase, int index) {
    const std::string name = "phrase " + std::to_string(request_.seed) + "-" + number(index) + " (" + std::to_string(audio::phrase_hash(phrase) % 0xffff) + ")";
    if (const auto found = catalog_->phrases().find(name)) return found->id;
    db::PhraseRow row;
    row.name = name;
    row.seed = phrase.seed;
    row.notes_json = notes_json(phrase);
    return catalog_->phrases().add(row);
  }

  static std::string number(int index) {
    std::string digits = std::to_string(index);
    return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
  }

  struct Rendered {
    std::string instrument, name;
    fs::path file;
    audio::AudioBuffer sound;
  };

  /// Nothing where the clip is there already.
  std::optional<Rendered> render(const audio::Phrase& phrase, const std::string& instrument) {
    const std::string name = instrument + "-" + std::to_string(request_.seed) + "-" + number(static_cast<int>(phrase.seed - seed_of(0))) + ".flac";
    const fs::path file = workspace_.audio() / instrument / font_.stem() / name;
    if (catalog_->recordings().find_by_path(workspace_.catalog_path(file)) && fs::exists(file)) return std::nullopt;
    const auto sound = renderer_.render(phrase, audio::gm_program(instrument), request_.seconds);
    return Rendered{instrument, name, file, audio::resample(sound, request_.sample_rate)};
  }

  bool keep(const audio::Phrase& phrase, db::PhraseId phrase_row, const Rendered& rendered) {
    const auto& [instrument, name, file, sound] = rendered;
    fs::create_directories(file.parent_path());
    audio::write_audio(file, sound, {{"comment", "rendered by Luthier: " + font_.filename().string() + ", " + instrument + ", phrase seed " + std::to_string(phrase.seed)}});
    const auto written = audio::read_audio(file);  // what is hashed is what the file holds
    db::RecordingRow row;
    row.path = workspace_.catalog_path(file);
    row.name = name;
    row.sha256 = sha256_of_file(file);
    row.sample_rate = written.sample_rate;
    row.channels = written.channel_count();
    row.frames = static_cast<std::int64_t>(written.length());
    row.bytes = static_cast<std::int64_t>(fs::file_size(file));
    row.source = "rendered: " + font_.filename().string() + ", " + instrument;
    if (catalog_->recordings().find_by_sha256(row.sha256)) return false;
    auto clip = clip_of(written, 0, row.frames);
    clip.recording = catalog_->recordings().add(row);
    clip.label = catalog_->labels().label(instrument);
    clip.phrase = phrase_row;
    catalog_->clips().add(clip);
    return true;
  }

  const Workspace& workspace_;
  const SynthRequest& request_;
  std::unique_ptr<db::Catalog> catalog_;
  fs::path font_;
  audio::SoundfontRenderer renderer_;
};

}  // namespace

void check_synth(const SynthRequest& request) {
  if (request.phrases < 1 || request.phrases > 100000) throw SessionError("the number of phrases must be from 1 to 100000");
  if (request.instruments.empty()) throw SessionError("name at least one instrument, as in piano,guitar,harp,violin");
  if (!(request.seconds >= 1 && request.seconds <= 120)) throw SessionError("a phrase must be from 1 to 120 seconds long");
  if (request.sample_rate < 8000 || request.sample_rate > 96000) throw SessionError("the sample rate must be from 8000 to 96000 Hz");
  for (const auto& name : request.instruments) audio::gm_program(name);  // an unknown name ends here
  const fs::path font = request.soundfont.empty() ? audio::find_soundfont() : request.soundfont;
  std::error_code error;
  if (!fs::is_regular_file(font, error)) throw SessionError("there is no soundfont '" + font.string() + "'; name an SF2 or SF3 file with --soundfont");
}

SynthResult synth_phrases(const Workspace& workspace, const SynthRequest& request, const ProgressSink& progress, std::stop_token stop) {
  check_synth(request);
  Synth synth(workspace, request);
  ProgressMeter meter(progress, request.phrases);
  SynthResult result;
  for (int index = 0; index < request.phrases; ++index) {
    const auto added = synth.render_phrase(index, stop);
    if (!added) {
      result.outcome = Outcome::cancelled;
      return result;
    }
    result.clips += *added;
    result.phrases += 1;
    meter.report(index + 1, "phrase " + std::to_string(index + 1) + " of " + std::to_string(request.phrases));
  }
  meter.finish(std::to_string(result.clips) + " clips of " + std::to_string(result.phrases) + " phrases");
  return result;
}

}  // namespace luthier
