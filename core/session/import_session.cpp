#include "core/session/import_session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <unordered_set>

#include "audio/loudness.h"
#include "audio/reader.h"
#include "audio/trim.h"
#include "audio/writer.h"
#include "core/session/content_hash.h"
#include "core/session/outputs.h"
#include "core/session/progress_meter.h"
#include "core/session/sound_files.h"
#include "core/session/sound_table.h"
#include "core/session/split_lists.h"
#include "db/clip_store.h"
#include "db/label_store.h"
#include "db/phrase_store.h"
#include "db/recording_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// What a worker found out about one file: rows to write, or why not.
struct Prepared {
  fs::path file;
  std::string problem;
  bool duplicate = false;
  std::string sha256;
  std::string original;  ///< hash of the file before its level was changed; empty: it was not
  fs::path levelled;     ///< the changed sound, to be moved into the workspace
  std::int64_t bytes = 0;
  int sample_rate = 0, channels = 0;
  std::int64_t frames = 0;
  std::vector<db::ClipRow> clips;
};

constexpr std::string_view kOriginal = "level changed; original SHA-256 ";  ///< in a recording's notes

constexpr double kSilence = 1e-5;  ///< RMS below which a clip is not raised: that would be noise

/// How files are prepared.
struct Preparing {
  CutOptions cutting;
  double rms = 0;
  fs::path folder;  ///< for sounds whose level was changed
};

/// Brings every clip's part of the sound to the RMS that is asked for (peaks stay below full scale), and writes the sound where the
/// writer will find it. Clips of one recording do not overlap; what lies between them keeps its level.
void change_level(audio::AudioBuffer& sound, Prepared& result, const Preparing& how) {
  bool changed = false;
  for (auto& clip : result.clips) {
    const auto begin = static_cast<std::size_t>(clip.start_frame), end = begin + static_cast<std::size_t>(clip.frame_count);
    const audio::AudioBuffer part = audio::slice(sound, {begin, end});
    const double rms = audio::rms(part), peak = audio::peak(part);
    if (rms <= kSilence) continue;
    const auto gain = static_cast<float>(std::min(how.rms / rms, 1.0 / peak));
    for (auto& channel : sound.channels)
      for (std::size_t i = begin; i < end; ++i) channel[i] *= gain;
    clip = clip_of(sound, clip.start_frame, clip.frame_count, clip.pad_frames);
    changed = true;
  }
  if (!changed) return;
  std::error_code error;
  fs::create_directories(how.folder, error);
  result.levelled = how.folder / (result.sha256 + ".wav");
  audio::write_audio(result.levelled, sound, audio::FileFormat::wav_float);
  result.original = result.sha256;
  result.sha256 = sha256_of_file(result.levelled);
  result.bytes = static_cast<std::int64_t>(fs::file_size(result.levelled));
}

Prepared prepare(const fs::path& file, const Preparing& how, const std::unordered_set<std::string>& known, const std::stop_token& stop) {
  Prepared result;
  result.file = file;
  try {
    if (fs::exists(file) && !fs::is_regular_file(file)) {
      result.problem = "'" + file.string() + "' is no ordinary file; copy the sound into one";
      return result;
    }
    result.bytes = static_cast<std::int64_t>(fs::file_size(file));
    result.sha256 = sha256_of_file(file, stop);
    result.duplicate = known.contains(result.sha256);
    if (result.duplicate) return result;
    audio::AudioBuffer sound = audio::read_audio(file, stop);
    result.sample_rate = sound.sample_rate;
    result.channels = sound.channel_count();
    result.frames = static_cast<std::int64_t>(sound.length());
    result.clips = cut(sound, how.cutting, stop);
    if (how.rms > 0 && !result.clips.empty()) change_level(sound, result, how);
  } catch (const std::bad_alloc&) {
    result.problem = "'" + file.string() + "' needs more memory than there is; cut it into shorter files first";
  } catch (const fs::filesystem_error& error) {
    result.problem = "'" + file.string() + "' cannot be read (" + error.code().message() + "); check that it is there and may be read";
  } catch (const std::exception& error) {
    result.problem = error.what();
  }
  return result;
}

/// Prepares files on threads and hands the results out in the order of the files. A long file holds back at most `kAhead`
/// others, so memory stays bounded.
class Preparation {
 public:
  Preparation(const std::vector<fs::path>& files, Preparing how, std::unordered_set<std::string> known, std::stop_token stop)
      : files_(files), how_(std::move(how)), known_(std::move(known)), stop_(std::move(stop)) {
    const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this](std::stop_token own) { work(own); });
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;
  ~Preparation() {
    {
      const std::lock_guard lock(mutex_);  // or a worker that is about to wait would miss it
      for (auto& thread : threads_) thread.request_stop();
    }
    room_.notify_all();
  }

  /// The next file in order; nothing at the end or when stopped. `waiting` is called while a long file keeps it waiting.
  std::optional<Prepared> next(const std::function<void()>& waiting) {
    std::unique_lock lock(mutex_);
    while (handed_out_ < files_.size() && !stop_.stop_requested()) {
      if (const auto found = ready_.find(handed_out_); found != ready_.end()) {
        Prepared result = std::move(found->second);
        ready_.erase(found);
        ++handed_out_;
        room_.notify_all();
        return result;
      }
      if (done_.wait_for(lock, std::chrono::milliseconds(100)) == std::cv_status::no_timeout) continue;
      lock.unlock();
      waiting();
      lock.lock();
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kAhead = 32;

  void work(const std::stop_token& own) {
    for (;;) {
      std::size_t index = 0;
      {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return own.stop_requested() || taken_ == files_.size() || taken_ < handed_out_ + kAhead; });
        if (own.stop_requested() || stop_.stop_requested() || taken_ == files_.size()) return;
        index = taken_++;
      }
      Prepared result = prepare(files_[index], how_, known_, stop_);
      const std::lock_guard lock(mutex_);
      ready_.emplace(index, std::move(result));
      done_.notify_one();
    }
  }

  const std::vector<fs::path>& files_;
  const Preparing how_;
  const std::unordered_set<std::string> known_;
  const std::stop_token stop_;
  std::mutex mutex_;  // guards the four below
  std::size_t taken_ = 0, handed_out_ = 0;
  std::map<std::size_t, Prepared> ready_;
  std::condition_variable room_, done_;
  std::vector<std::jthread> threads_;
};

/// Writes what was prepared. Rows are committed twice a second: one disk wait for many files, and at most that much of an
/// import is done again after a crash.
class Writer {
 public:
  Writer(const Workspace& workspace, const ImportRequest& request, const SoundTables& tables, const SplitLists& lists)
      : workspace_(workspace), request_(request), tables_(tables), lists_(lists), catalog_(workspace.open_catalog()) {
    if (catalog_->read_only())
      throw SessionError(why_read_only(workspace));
  }

  std::unordered_set<std::string> known_hashes() {
    std::unordered_set<std::string> known;
    for (const auto& recording : catalog_->recordings().all()) {
      known.insert(recording.sha256);
      if (const auto at = recording.notes.find(kOriginal); at != std::string::npos) known.insert(recording.notes.substr(at + kOriginal.size(), 64));
    }
    return known;
  }

  void write(Prepared prepared, ImportResult& result) {
    if (!prepared.problem.empty()) return skip(prepared, prepared.problem, false, result);
    if (!transaction_) begin();  // before looking: another import may be bringing the same sound in
    if (const auto same = catalog_->recordings().find_by_sha256(prepared.sha256)) {
      const auto split = lists_.split_of(prepared.file);
      if (split != db::Split::none) catalog_->clips().set_split(catalog_->clips().of_recording(same->id), split);
      return skip(prepared, "'" + prepared.file.string() + "' is in the catalog already as '" + same->path + "'" +
                  (split == db::Split::none ? "" : "; its clips are for " + std::string(db::to_text(split)) + " now"), true, result);
    }
    if (prepared.clips.empty()) return skip(prepared, "'" + prepared.file.string() + "' holds no sound", false, result);
    try {
      db::Transaction one(*catalog_);
      add(prepared);
      one.commit();
    } catch (const db::DbError& error) {
      if (!request_.in_place) throw;
      return skip(prepared, error.what(), false, result);  // the path is taken by older content
    }
    result.recordings += 1;
    result.clips += static_cast<std::int64_t>(prepared.clips.size());
    for (const auto& clip : prepared.clips)
      result.seconds += static_cast<double>(clip.frame_count + clip.pad_frames) / prepared.sample_rate;
    commit_if_due();
  }

  /// Others may write in between: rows of this import never wait long for the next file.
  void commit_if_due() {
    if (Clock::now() - begun_ > std::chrono::milliseconds(500)) commit();
  }

  void keep_what_is_written() noexcept {
    try {
      commit();
    } catch (const std::exception&) {  // the error that led here is the one to tell
      transaction_.reset();
      std::error_code error;
      for (const fs::path& file : copied_) fs::remove(file, error);
    }
  }

  void commit() {
    if (!transaction_) return;
    transaction_->commit();
    transaction_.reset();
    copied_.clear();
  }

 private:
  void begin() {
    transaction_.emplace(*catalog_);
    begun_ = Clock::now();
  }

  /// A sound out of a shard is named by its place there, not by where it was unpacked.
  void skip(const Prepared& prepared, std::string reason, bool duplicate, ImportResult& result) const {
    const fs::path file = tables_.known_as(prepared.file);
    const std::string unpacked = prepared.file.string(), shown = file.string();
    if (unpacked != shown)
      for (auto at = reason.find(unpacked); at != std::string::npos; at = reason.find(unpacked, at + shown.size())) reason.replace(at, unpacked.size(), shown);
    result.skipped.push_back({file, reason, duplicate});
  }

  std::string label_of(const fs::path& file) const {
    if (const SoundEntry* said = tables_.find(file); said && !said->label.empty()) return said->label;
    return request_.label_from_folder ? file.parent_path().filename().string() : request_.label;
  }

  void add(Prepared& prepared) {
    db::RecordingRow row;
    row.path = request_.in_place ? workspace_.catalog_path(prepared.file) : copy_in(prepared);
    row.name = prepared.file.filename().string();
    row.sha256 = prepared.sha256;
    row.sample_rate = prepared.sample_rate;
    row.channels = prepared.channels;
    row.frames = prepared.frames;
    row.bytes = prepared.bytes;
    row.source = request_.source.empty() ? prepared.file.string() : request_.source;
    row.rights = request_.rights;
    row.notes = request_.notes;
    const SoundEntry* said = tables_.find(prepared.file);
    if (said && !said->source.empty()) row.source = said->source;
    if (said && !said->rights.empty()) row.rights = said->rights;
    if (said && !said->name.empty()) row.name = said->name;
    if (!prepared.original.empty()) row.notes += (row.notes.empty() ? "" : "; ") + std::string(kOriginal) + prepared.original;
    const db::RecordingId recording = catalog_->recordings().add(row);
    const std::string label = label_of(prepared.file);
    for (auto& clip : prepared.clips) {
      clip.recording = recording;
      if (!label.empty()) clip.label = catalog_->labels().label(label);
      if (said) clip.split = said->split.value_or(clip.split), clip.rating = said->rating, clip.notes = said->notes;
      if (const auto split = lists_.split_of(prepared.file); split != db::Split::none) clip.split = split;
    }
    // Clips of one phrase play the same notes from start to end: only a file that is one clip can be known to.
    if (said && !said->phrase.empty() && prepared.clips.size() == 1) prepared.clips.front().phrase = phrase(said->phrase);
    const auto ids = catalog_->clips().add(prepared.clips);
    if (said)
      for (const std::string& tag : said->tags) catalog_->clips().add_tag(ids, catalog_->labels().tag(tag));
    for (const std::string& tag : request_.tags) catalog_->clips().add_tag(ids, catalog_->labels().tag(tag));
  }

  db::PhraseId phrase(const std::string& name) {
    if (const auto known = catalog_->phrases().find(name)) return known->id;
    db::PhraseRow row;
    row.name = name;
    return catalog_->phrases().add(row);
  }

  /// Copies to audio/<label>/<name>; a name that other content has gets a part of the hash.
  std::string copy_in(const Prepared& prepared) {
    const bool changed = !prepared.levelled.empty();
    if (const std::string inside = workspace_.catalog_path(prepared.file); !changed && inside.starts_with("audio/")) return inside;
    const std::string label = label_of(prepared.file);
    const fs::path folder = label.empty() ? workspace_.audio() : workspace_.audio() / safe_file_name(label);
    const std::string stem = safe_file_name(prepared.file.stem().string()), extension = changed ? ".wav" : prepared.file.extension().string();
    fs::path target = folder / (stem + extension);
    std::error_code error;
    if (is_taken(target, prepared)) target = folder / (stem + "-" + prepared.sha256.substr(0, 12) + extension);
    if (!fs::exists(target, error)) {
      copy_whole(changed ? prepared.levelled : prepared.file, target);
      copied_.push_back(target);
    }
    return workspace_.catalog_path(target);
  }

  /// By other content. The same content without a row was left by an import that was killed: it is taken up.
  bool is_taken(const fs::path& target, const Prepared& prepared) {
    std::error_code error;
    if (catalog_->recordings().find_by_path(workspace_.catalog_path(target))) return true;
    if (!fs::exists(target, error)) return false;
    return fs::file_size(target, error) != static_cast<std::uintmax_t>(prepared.bytes) || error || sha256_of_file(target) != prepared.sha256;
  }

  const Workspace& workspace_;
  const ImportRequest& request_;
  const SoundTables& tables_;
  const SplitLists& lists_;
  std::unique_ptr<db::Catalog> catalog_;
  std::vector<fs::path> copied_;  ///< since the last commit
  std::optional<db::Transaction> transaction_;
  Clock::time_point begun_{};
};

/// Sounds whose level was changed lie here until they are moved into the workspace; nothing is left behind.
struct LevelFolder {
  explicit LevelFolder(const Workspace& workspace) : folder(workspace.audio() / ".levelled") {}
  ~LevelFolder() {
    std::error_code error;
    fs::remove_all(folder, error);
  }
  LevelFolder(const LevelFolder&) = delete;
  LevelFolder& operator=(const LevelFolder&) = delete;
  fs::path folder;
};

/// Leaves out files on no list, and says what the lists name in vain.
void keep_listed(const SplitLists& lists, std::vector<fs::path>& files, ImportResult& result) {
  if (lists.empty()) return;
  for (const auto& line : lists.without_file(files)) result.skipped.push_back({line, "a list names '" + line + "', and there is no such file", false});
  result.unlisted = static_cast<std::int64_t>(std::erase_if(files, [&](const fs::path& file) { return lists.split_of(file) == db::Split::none; }));
}

}  // namespace

ImportResult import_sounds(const Workspace& workspace, const ImportRequest& request, const ProgressSink& progress, std::stop_token stop) {
  check_import(request);
  const SoundTables tables(workspace, request.paths, stop);
  SoundFiles found = find_sound_files(tables.paths(), stop);
  ImportResult result;
  for (const std::string& reason : found.unreadable) result.skipped.push_back({{}, reason, false});
  std::set<fs::path> refused;
  for (const auto& [file, reason] : tables.left_out()) {
    result.skipped.push_back({file, reason, false});
    refused.insert(file);
  }
  std::erase_if(found.files, [&](const fs::path& file) { return refused.contains(file); });
  const SplitLists lists(request.train_lists, request.validation_lists, request.test_lists);
  keep_listed(lists, found.files, result);
  Writer writer(workspace, request, tables, lists);
  ProgressMeter meter(progress, static_cast<double>(found.files.size()));
  const LevelFolder levelled(workspace);
  Preparation preparation(found.files, {request.cutting, request.rms, levelled.folder}, writer.known_hashes(), stop);
  std::size_t done = 0;
  try {
    while (auto prepared = preparation.next([&] { writer.commit_if_due(); })) {
      meter.report(static_cast<double>(++done), prepared->file.filename().string());
      writer.write(std::move(*prepared), result);
    }
  } catch (...) {
    writer.keep_what_is_written();
    throw;
  }
  writer.commit();
  if (stop.stop_requested()) result.outcome = Outcome::cancelled;
  else meter.finish(std::to_string(result.recordings) + " recordings, " + std::to_string(result.clips) + " clips");
  return result;
}

}  // namespace luthier
