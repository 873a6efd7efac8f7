#pragma once
#include <QString>
#include <cstdint>
#include <functional>

#include "core/session/training_session.h"

class QWidget;

namespace luthier::ui {

class Workbench;

/// Measures a run by a few dry steps, in the background, and tells what it would take: memory, time per step and in all, and, where
/// the memory is not enough, which batch fits. `use_batch` takes that batch over when the user says so; may be empty.
void check_run(Workbench& bench, QWidget* parent, const TrainingRequest& request, std::function<void(const QString& setting, std::int64_t batch)> use_batch);

/// The findings as sentences, for the box and for tests.
QString check_summary(const DryRun& run);
QString check_details(const DryRun& run, bool goes_on);

/// A run as a luthierctl command line.
QString train_command(const TrainingRequest& request);

}  // namespace luthier::ui
