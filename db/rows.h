#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/ids.h"

/// The nouns of the catalog as plain values: what a store takes and gives back. Texts are UTF-8; times are UTC as
/// "2026-01-31T12:00:00Z"; "frame" means one sample per channel at the recording's own rate.
namespace luthier::db {

/// A sound file the user brought, or one that was rendered or recorded.
struct RecordingRow {
  RecordingId id;
  std::string path;         ///< '/'-separated: relative to the workspace folder, or absolute when used in place
  std::string name;         ///< what lists show: the name of the file it was imported from
  std::string sha256;       ///< of the file's bytes, 64 lower-case hex digits; unique in the catalog
  int sample_rate = 0;      ///< Hz
  int channels = 0;
  std::int64_t frames = 0;  ///< length of the whole file
  std::int64_t bytes = 0;   ///< size of the file
  std::string source;       ///< where it came from: original path, URL, or "rendered: FluidR3_GM.sf2, violin"
  std::string rights;       ///< licence or permission, as the user wrote it
  std::string notes;
  bool missing = false;     ///< the file was not there when last looked for
  std::string added_at;
};

/// What a clip is used for. `none` = not assigned yet (training draws its own seeded split).
enum class Split { none, train, validation, test };

/// A stretch of a recording: the unit that is labelled, paired and trained on.
struct ClipRow {
  ClipId id;
  RecordingId recording;
  std::int64_t start_frame = 0;
  std::int64_t frame_count = 0;        ///< frames of sound, all inside the recording
  std::int64_t pad_frames = 0;         ///< zeros that follow them (the last part of a cut recording)
  double seconds = 0;                  ///< (frame_count + pad_frames) / sample rate; filled by the store on insert
  std::string sha256;                  ///< of the clip's samples (core/session/content_hash.h)
  std::optional<LabelId> label;
  std::optional<PhraseId> phrase;
  Split split = Split::none;
  int rating = 0;                      ///< 0 = not rated, else 1..5
  bool excluded = false;               ///< kept out of training, pairs and export
  std::string notes;
  std::optional<double> loudness;      ///< LUFS (ITU-R BS.1770), nothing for silence or if not measured
  std::optional<double> peak;          ///< dBFS of the largest sample, nothing for digital silence
  std::string added_at;
};

/// A clip with what a table row or the clip loader needs from its neighbours.
struct ClipView {
  ClipRow clip;
  std::string label;         ///< name, empty without label
  std::string phrase;        ///< name, empty without phrase
  std::vector<std::string> tags;  ///< sorted by name
  std::string path;          ///< RecordingRow::path
  std::string name;          ///< RecordingRow::name
  std::string source, rights;
  int sample_rate = 0;       ///< of the recording, Hz
  int channels = 0;
  std::int64_t recording_frames = 0;  ///< length of the whole recording
  bool missing = false;
};

struct LabelRow {
  LabelId id;
  std::string name;      ///< unique without regard to ASCII case
  std::string color;     ///< "#rrggbb", or empty: chosen by the program
  int key = 0;           ///< 1..9 labels by that key, 0 = none; unique
  std::int64_t clips = 0;  ///< read only: how many clips carry it
};

struct TagRow {
  TagId id;
  std::string name;
  std::int64_t clips = 0;  ///< read only
};

/// The same notes played by several instruments: its clips are each other's ground truth.
struct PhraseRow {
  PhraseId id;
  std::string name;        ///< "phrase 7-0012"; unique
  std::uint64_t seed = 0;  ///< the generator's, 0 for phrases the user declared
  std::string notes_json;  ///< [{"start":s,"seconds":s,"pitch":MIDI,"velocity":0..127}, …], or empty
};

/// A named list of pairs: what a paired training reads.
struct PairSetRow {
  PairSetId id;
  std::string name;        ///< unique
  std::string kind;        ///< "generated", "phrase", "imported", "made by hand"
  std::uint64_t seed = 0;
  std::string notes;
  std::string created_at;
  std::int64_t pairs = 0;  ///< read only
};

struct PairRow {
  PairId id;
  PairSetId set;
  std::int64_t position = 0;      ///< 0-based place in the set; filled by the store on insert
  ClipId content;
  ClipId style;
  std::optional<ClipId> target;   ///< the content's notes by the style's instrument, where it is known
  std::string reason;             ///< why suggested, as in "same phrase, other instrument"
};

enum class RunState { running, paused, finished, cancelled, failed };

/// One training. The folder runs/<folder> holds run.json, metrics.csv, checkpoints and previews; the row makes it listable.
struct RunRow {
  RunId id;
  std::string folder;       ///< "<utc>-<family>-<n>": name of its folder under runs/; unique
  std::string family;
  std::string preset;
  std::string title;        ///< the user's, may be empty
  std::string device;       ///< "cpu", "cuda:0"
  std::string config;       ///< canonical text of the settings
  std::string config_hash;
  std::optional<PairSetId> pair_set;
  std::uint64_t seed = 0;
  RunState state = RunState::running;
  std::string message;      ///< why it failed or where the result lies
  std::string phase;
  std::int64_t step = 0;
  std::int64_t total_steps = 0;
  double seconds = 0;       ///< trained so far, over all sittings
  std::int64_t process = 0; ///< process number of the program that trains it
  std::string created_at;
  std::string updated_at;   ///< last sign of life
  std::string finished_at;
  bool pinned = false;
  std::string notes;
};

/// One figure of a run, as "loss" or "validation/mel_l1".
struct MetricRow {
  std::int64_t step = 0;
  std::string name;
  double value = 0;
};

struct CheckpointRow {
  CheckpointId id;
  RunId run;
  std::string path;        ///< relative to the run's folder
  std::int64_t step = 0;
  std::string sha256;
  std::int64_t bytes = 0;
  std::optional<double> criterion;  ///< lower is better
  bool best = false;       ///< at most one a run; kept by the store
  std::string created_at;
};

/// A picture or sound made while training, kept for every step.
struct PreviewRow {
  PreviewId id;
  RunId run;
  std::int64_t step = 0;
  std::string title;
  std::string image;       ///< relative to the run's folder, or empty
  std::string audio;       ///< likewise
};

/// One transfer: which checkpoint, content and style gave which sound. History; nothing is overwritten.
struct TransferRow {
  TransferId id;
  std::optional<RunId> run;           ///< none for a model that came as a file
  std::string model;                  ///< run folder or file, with the checkpoint: enough to name it
  std::optional<ClipId> content_clip, style_clip;
  std::string content, style;         ///< names as shown
  std::string folder;                 ///< relative to the workspace: transfers/<…>
  std::string audio, image;           ///< relative to the folder
  std::string settings_json;          ///< steps, strength, guidance, seed …
  std::string metrics_json;           ///< figures measured, or empty
  double seconds = 0;                 ///< time it took
  bool kept = false;                  ///< marked by the user
  std::string notes;
  std::string created_at;
};

/// One undo step.
struct EditRow {
  EditId id;
  std::string title;         ///< "label 12 clips violin"
  std::string at;
  bool undone = false;       ///< waits to be done again
  std::int64_t changes = 0;
};

struct SavedFilterRow {
  std::string name;
  std::string query;
};

/// Per-label figures; `label` empty for clips without one.
struct LabelStats {
  std::string label;
  std::int64_t clips = 0;      ///< not excluded
  std::int64_t excluded = 0;
  std::int64_t recordings = 0;
  double seconds = 0;          ///< of the clips not excluded
  double shortest = 0, longest = 0;
  std::optional<double> loudness_mean, loudness_min, loudness_max;  ///< LUFS
  std::optional<double> peak_max;                                   ///< dBFS
};

const char* to_text(Split split);          ///< "none", "train", "validation", "test"
std::optional<Split> split_from_text(const std::string& text);
const char* to_text(RunState state);       ///< "running" …
std::optional<RunState> run_state_from_text(const std::string& text);

}  // namespace luthier::db
