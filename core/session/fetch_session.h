#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/run/events.h"
#include "core/run/progress.h"
#include "core/session/cutting.h"
#include "core/session/workspace.h"

namespace luthier {

/// One row of a list of recordings to fetch.
struct FetchRow {
  std::int64_t line = 0;   ///< of the file, from 1
  std::string instrument;  ///< becomes the label
  std::string title;       ///< becomes the name of the recording
  std::string url;         ///< http or https
};

/// Reads lines "instrument,title,url" (RFC 4180; a first line with just these words is a header; empty lines are passed over).
/// Throws SessionError naming the line and what is wrong with it.
std::vector<FetchRow> fetch_rows_from_csv(const std::string& text);

struct FetchRequest {
  std::filesystem::path csv;
  std::string rights;  ///< kept with each recording
  CutOptions cutting;
};

struct FetchProblem {
  std::int64_t line = 0;
  std::string title, reason;  ///< reason: one sentence
};

struct FetchResult {
  Outcome outcome = Outcome::done;
  std::int64_t recordings = 0, clips = 0;
  std::int64_t already = 0;  ///< rows whose address was fetched before
  std::vector<FetchProblem> problems;
};

/// Fetches each row's sound with yt-dlp (which calls ffmpeg) as FLAC and imports it: label = instrument, source = url. Rows that
/// were fetched before are passed over, so a list that was stopped goes on where it was; a row that fails is listed. Blocks.
/// Throws SessionError when the list is wrong or one of the two programs is missing: nothing was fetched then.
FetchResult fetch_sounds(const Workspace& workspace, const FetchRequest& request, const ProgressSink& progress = {}, std::stop_token stop = {});

/// What fetch_sounds would refuse before it begins. Throws SessionError.
std::vector<FetchRow> check_fetch(const FetchRequest& request);

}  // namespace luthier
