#pragma once
#include <string>
#include <vector>

#include "core/session/live_session.h"
#include "core/session/transfer_session.h"

namespace luthier {

/// Words as one line that a POSIX shell reads back to the same words.
std::string shell_line(const std::vector<std::string>& words);

/// The luthierctl words that do this transfer; without an output the result goes into the workspace's transfers/.
std::vector<std::string> transfer_words(const TransferRequest& request);

/// The same for a stream.
std::vector<std::string> live_words(const LiveRequest& request);

}  // namespace luthier
