#pragma once
#include <QStringList>

#include "core/session/live_session.h"
#include "core/session/transfer_session.h"

namespace luthier::ui {

/// Words after `luthierctl` that do the same in the open workspace, for Workbench::note_command and copy_command().
QStringList command_of(TransferRequest request);
QStringList command_of(LiveRequest request);
/// The same for a result that is there: done again from its record.
QStringList command_of_result(const QString& file);

}  // namespace luthier::ui
