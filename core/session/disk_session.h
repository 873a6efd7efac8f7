#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/session/workspace.h"

/// What a workspace takes on disk, and what of it can be freed. Nothing here can be undone.
namespace luthier {

struct FreedFiles {
  std::int64_t files = 0, bytes = 0;
};

/// Files in audio/ that no recording names (but not sounds of the last ten minutes: an import may be writing them), and
/// recordings that no clip uses with their files in audio/ (files used in place are never touched). With `dry_run` only
/// counted. Also what imports left that were killed while they unpacked a shard. Forgets the undo journal, as steps in it may need those files. Throws db::DbError.
FreedFiles free_unused_files(const Workspace& workspace, db::Catalog& catalog, bool dry_run);
/// Bytes of the feature cache; with `dry_run` false it is emptied (features are made again when needed).
FreedFiles free_features(const Workspace& workspace, bool dry_run);
/// A run with its checkpoints, metrics and previews. Throws SessionError for a name that is no run, and while a program
/// trains it.
FreedFiles free_run(const Workspace& workspace, db::Catalog& catalog, const std::string& run, bool dry_run);
/// For a full disk, where the catalog cannot be written before there is room: the run's files first, then forget_run. Throws as free_run.
FreedFiles free_run_files(const Workspace& workspace, const std::string& run);
/// The run's row, if there is one. Throws db::DbError.
void forget_run(db::Catalog& catalog, const std::string& run);
/// Transfers that are not marked as kept, with their folders in transfers/.
FreedFiles free_transfers(const Workspace& workspace, db::Catalog& catalog, bool dry_run);
/// One transfer, kept or not, with its folder in transfers/; of a folder that others use too, its own files. What was written to
/// another place stays there. Throws SessionError where there is no such transfer.
FreedFiles free_transfer(const Workspace& workspace, db::Catalog& catalog, db::TransferId id, bool dry_run);

enum class DiskPart { catalog, audio, unused_audio, features, run, transfers, old_transfers, exports };

/// One line of the list: a part of the workspace, or one run.
struct DiskItem {
  DiskPart part = DiskPart::audio;
  std::string run;         ///< id, for DiskPart::run
  std::string note;        ///< of a run: "latent_diffusion, finished, step 4000"
  FreedFiles size;
  bool removable = false;  ///< free_… may be called for it now
};

/// Runs largest first, the other parts before them; parts without files are left out. Cut off when stopped.
std::vector<DiskItem> disk_use(const Workspace& workspace, const std::stop_token& stop = {});

/// "catalog", "sounds", "sounds of no clip", "feature cache", "run", "transfers", "transfers not kept", "exports".
const char* to_text(DiskPart part);

}  // namespace luthier
