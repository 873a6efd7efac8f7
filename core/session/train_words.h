#pragma once
#include <string>
#include <vector>

#include "core/session/training_session.h"

namespace luthier {

/// The luthierctl words that do this training, or go on with a run. shell_line() makes one line of them.
std::vector<std::string> train_words(const TrainingRequest& request);

}  // namespace luthier
